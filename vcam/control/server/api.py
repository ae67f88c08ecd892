"""State, commands and settings over HTTP, all in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from vcam.control.commands import COMMANDS, Outcome
from vcam.control.contracts import Daemon
from vcam.control.server.bodies import JSON_KINDS, MAX_JSON_BYTES, check_kind, read_body
from vcam.control.server.description import COMMAND_BODY, errors
from vcam.control.server.problems import invalid
from vcam.control.server.workers import Workers
from vcam.control.state import CameraChoice, Meters, SettingValue, Start, State


class History(BaseModel):
    """Starts of gestures, the newest first."""

    history: tuple[Start, ...]


class SettingList(BaseModel):
    """All settings with what is in force."""

    values: tuple[SettingValue, ...]


class CameraList(BaseModel):
    """The cameras of this machine."""

    cameras: tuple[CameraChoice, ...]


class Link(BaseModel):
    """A link that opens the page once, within 15 minutes."""

    url: str


def router(daemon: Daemon, workers: Workers, link: Callable[[], str]) -> APIRouter:
    """The routes.

    Args:
        daemon: who does what is asked.
        workers: for calls that take a while.
        link: makes a one-time link.
    """
    routes = APIRouter(prefix="/api")

    @routes.get("/state", summary="How things are", response_model=State, responses=errors())
    async def state() -> Response:
        """All that is worth knowing, but for what changes with every picture."""
        return _told(daemon.state())

    @routes.post(
        "/commands",
        summary="Do something",
        response_model=Outcome,
        responses=errors(409, 413, 415, 422, 503),
        openapi_extra={"requestBody": COMMAND_BODY},
    )
    async def commands(request: Request) -> Response:
        """Carries one command out; 409 tells why that is not possible now."""
        body = await read_body(request, JSON_KINDS, MAX_JSON_BYTES)
        try:
            command = COMMANDS.validate_json(body)
        except ValidationError as error:
            raise invalid(error.errors(include_input=False, include_url=False)) from None
        return _told(await workers.call(daemon.run, command))

    @routes.get(
        "/meters", summary="Scores of this moment", response_model=Meters, responses=errors()
    )
    async def meters() -> Response:
        """Scores of the gestures that are watched for, hands and faces, of the last look."""
        return _told(daemon.meters())

    @routes.get(
        "/history", summary="Starts of gestures", response_model=History, responses=errors()
    )
    async def history() -> Response:
        """The newest first; each with what answered it and whether it was marked as wrong."""
        return _told(History(history=daemon.history()))

    @routes.get(
        "/settings", summary="All settings", response_model=SettingList, responses=errors(503)
    )
    async def settings() -> Response:
        """Every setting with its help, bounds, value, and where the value comes from."""
        return _told(SettingList(values=await workers.call(daemon.settings)))

    @routes.get("/settings/schema", summary="JSON Schema of the settings", responses=errors(503))
    async def schema() -> dict[str, object]:
        """For editors that check the settings file."""
        return await workers.call(_settings_schema)

    @routes.get(
        "/cameras",
        summary="Cameras to choose from",
        response_model=CameraList,
        responses=errors(503),
    )
    async def cameras() -> Response:
        """Asks the machine, which may take a second."""
        return _told(CameraList(cameras=await workers.call(daemon.cameras)))

    @routes.post("/links", summary="A link to the page", response_model=Link, responses=errors(415))
    async def links(request: Request) -> Response:
        """A fresh link that opens the page in one browser, once, within 15 minutes."""
        if "content-type" in request.headers:
            check_kind(request, JSON_KINDS)
        return _told(Link(url=link()))

    return routes


def _told(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")


def _settings_schema() -> dict[str, object]:
    from vcam.settings.explain import json_schema

    schema: dict[str, object] = json.loads(json.dumps(json_schema()))
    return schema
