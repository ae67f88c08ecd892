"""Packs as files over HTTP: installing, removing, exporting."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from vcam.control.contracts import Daemon, PackTaken
from vcam.control.server.bodies import MAX_PACK_BYTES, read_body
from vcam.control.server.description import PACK_BODY, PACK_KINDS, errors, picture_answer
from vcam.control.server.lookups import FileName, as_download, found, plain
from vcam.control.server.problems import RETRY, Refusal
from vcam.control.server.workers import Workers
from vcam.core.errors import VcamError


class PackName(BaseModel):
    """Which pack it was."""

    name: str


def router(daemon: Daemon, workers: Workers) -> APIRouter:
    """The routes.

    Args:
        daemon: who does what is asked.
        workers: for calls that take a while.
    """
    routes = APIRouter(prefix="/api/packs")
    is_busy = False

    @routes.post(
        "",
        summary="Install a sticker pack",
        response_model=PackName,
        responses=errors(409, 413, 415, 422, 429, 503),
        openapi_extra={"requestBody": PACK_BODY},
    )
    async def install(request: Request, replace: bool = False) -> Response:
        """Takes a zip file of at most 32 MiB; 409 if there is a pack of that name already."""
        nonlocal is_busy
        if is_busy:
            raise Refusal(429, "Another pack is being installed", "try again", headers=RETRY)
        is_busy = True
        try:
            archive = await read_body(request, PACK_KINDS, MAX_PACK_BYTES)
            name = await workers.call(daemon.packs.install, archive, replace)
        except PackTaken:
            raise
        except VcamError as error:
            raise Refusal(422, error.message, error.fix) from None
        finally:
            is_busy = False
        return _told(name)

    @routes.delete(
        "/{name}",
        summary="Remove a sticker pack",
        response_model=PackName,
        responses=errors(404, 422, 503),
    )
    async def remove(name: FileName) -> Response:
        """Deletes a pack that the user has installed or made; no other."""
        known = plain(name, "sticker pack")
        await found(workers, daemon.packs.remove, known)
        return _told(known)

    @routes.get(
        "/{name}/export",
        summary="A sticker pack as a file",
        response_class=Response,
        responses={**errors(404, 422, 503), **picture_answer("application/zip")},
    )
    async def export(name: FileName) -> Response:
        """A zip file that can be installed again."""
        known = plain(name, "sticker pack")
        archive = await found(workers, daemon.packs.export, known)
        headers = as_download(f"{known}.zip")
        return Response(archive, media_type="application/zip", headers=headers)

    return routes


def _told(name: str) -> Response:
    return Response(PackName(name=name).model_dump_json(), media_type="application/json")
