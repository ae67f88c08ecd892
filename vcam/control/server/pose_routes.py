"""Taught poses over HTTP: pictures of samples, and poses as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel
from starlette.responses import Response

from vcam.control.contracts import Daemon, PoseForm
from vcam.control.server.bodies import MAX_POSES_BYTES, read_body
from vcam.control.server.description import POSES_BODY, POSES_KINDS, errors, picture_answer
from vcam.control.server.lookups import as_download, found
from vcam.control.server.problems import RETRY, Refusal
from vcam.control.server.workers import Workers
from vcam.core.errors import VcamError

_FILES: dict[PoseForm, str] = {"vcam": "poses.vcamposes", "tflite": "poses.tflite"}

_KIND = "application/octet-stream"

SampleId = Annotated[int, PathParameter(ge=0, le=2**53)]


class PoseNames(BaseModel):
    """Which poses they were."""

    names: tuple[str, ...]


def router(daemon: Daemon, workers: Workers) -> APIRouter:
    """The routes.

    Args:
        daemon: who does what is asked.
        workers: for calls that take a while.
    """
    routes = APIRouter(prefix="/api/poses")
    is_busy = False

    @routes.get(
        "/samples/{sample}",
        summary="A picture of a sample",
        response_class=Response,
        responses={**errors(404, 422, 503), **picture_answer("image/jpeg")},
    )
    async def sample(sample: SampleId) -> Response:
        """What it was taken from; in memory alone, until the daemon ends."""
        jpeg = await found(workers, daemon.taught.sample, sample)
        return Response(jpeg, media_type="image/jpeg")

    @routes.get(
        "/export",
        summary="The taught poses as a file",
        response_class=Response,
        responses={**errors(404, 422, 503), **picture_answer(_KIND)},
    )
    async def export(form: PoseForm = "vcam") -> Response:
        """A file that can be taken in elsewhere, or a network; neither holds a picture."""
        content = await found(workers, daemon.taught.export, form)
        return Response(content, media_type=_KIND, headers=as_download(_FILES[form]))

    @routes.post(
        "",
        summary="Take taught poses in",
        response_model=PoseNames,
        responses=errors(413, 415, 422, 429, 503),
        openapi_extra={"requestBody": POSES_BODY},
    )
    async def install(request: Request) -> Response:
        """Takes a file of at most 8 MiB that was exported before."""
        nonlocal is_busy
        if is_busy:
            raise Refusal(429, "Another file is being taken in", "try again", headers=RETRY)
        is_busy = True
        try:
            content = await read_body(request, POSES_KINDS, MAX_POSES_BYTES)
            names = await workers.call(daemon.taught.install, content)
        except VcamError as error:
            raise Refusal(422, error.message, error.fix) from None
        finally:
            is_busy = False
        told = PoseNames(names=names)
        return Response(told.model_dump_json(), media_type="application/json")

    return routes
