"""Pictures over HTTP: preview, thumbnails, snapshots, and judging an uploaded one."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import PlainSerializer
from starlette.responses import Response

from vcam.control.contracts import Daemon
from vcam.control.server.bodies import MAX_PICTURE_BYTES, read_body
from vcam.control.server.description import PICTURE_BODY, PICTURE_KINDS, errors, picture_answer
from vcam.control.server.lookups import FileName, as_download, found, plain
from vcam.control.server.problems import RETRY, Refusal
from vcam.control.server.stream import Fan, MotionJpeg, one_picture
from vcam.control.server.thumbnails import thumbnail as thumbnail_of
from vcam.control.server.workers import Workers
from vcam.control.state import Judgement
from vcam.core.errors import VcamError

MAX_UPLOADS = 3
"""Pictures that are being read, waiting or judged at once; each may take 12 MiB."""

_SNAPSHOT_KINDS = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".webp": "image/webp",
}


class JudgedPicture(Judgement):
    """What is in an uploaded picture; the picture is in base64."""

    picture: Annotated[
        bytes, PlainSerializer(lambda jpeg: base64.b64encode(jpeg).decode(), return_type=str)
    ]


def router(daemon: Daemon, workers: Workers, judging: Workers, fan: Fan) -> APIRouter:
    """The routes.

    Args:
        daemon: who does what is asked.
        workers: for calls that take a while.
        judging: for one picture at a time.
        fan: the preview.
    """
    routes = APIRouter(prefix="/api")
    uploads = 0

    @routes.get(
        "/packs/{name}/thumbnail",
        summary="A picture of a sticker pack",
        response_class=Response,
        responses={**errors(404, 422, 503), **picture_answer("image/png")},
    )
    async def thumbnail(name: FileName) -> Response:
        """At most 256 by 256 pixels."""
        known = plain(name, "sticker pack")
        png = await found(workers, daemon.thumbnail, known)
        return Response(png, media_type="image/png")

    @routes.get(
        "/snapshots/{name}",
        summary="A snapshot or selfie that was taken",
        response_class=Response,
        responses={
            **errors(404, 422, 503),
            **picture_answer(*sorted(set(_SNAPSHOT_KINDS.values()))),
        },
    )
    async def snapshot(name: FileName) -> Response:
        """Of this run of the daemon; `pictures` of the state tells the names."""
        known = plain(name, "snapshot")
        kind, picture = await found(workers, lambda: _read(daemon.snapshot(known)))
        return Response(picture, media_type=kind, headers=as_download(known))

    @routes.get(
        "/snapshots/{name}/thumbnail",
        summary="A small picture of a snapshot or selfie",
        response_class=Response,
        responses={**errors(404, 422, 503), **picture_answer("image/jpeg")},
    )
    async def small_snapshot(name: FileName) -> Response:
        """At most 320 by 320 pixels; of a clip, its first picture."""
        known = plain(name, "snapshot")
        jpeg = await found(workers, lambda: thumbnail_of(_known(daemon.snapshot(known))))
        return Response(jpeg, media_type="image/jpeg")

    @routes.get(
        "/preview.jpg",
        summary="The picture of this moment",
        response_class=Response,
        responses={**errors(503), **picture_answer("image/jpeg")},
    )
    async def preview() -> Response:
        """The next picture of the preview."""
        return Response(await one_picture(fan), media_type="image/jpeg")

    @routes.get(
        "/preview.mjpeg",
        summary="The live preview",
        response_class=Response,
        responses={**errors(503), **picture_answer("multipart/x-mixed-replace")},
    )
    async def stream() -> Response:
        """Endless; for an `img` element. Slow readers skip pictures."""
        return MotionJpeg(fan)

    @routes.post(
        "/try",
        summary="What is in a picture",
        response_model=JudgedPicture,
        responses=errors(413, 415, 422, 429, 503),
        openapi_extra={"requestBody": PICTURE_BODY},
    )
    async def judge(request: Request) -> Response:
        """Judges a PNG, JPEG or WebP of at most 12 MiB; nothing of it is kept."""
        nonlocal uploads
        if uploads >= MAX_UPLOADS:
            raise Refusal(429, "Other pictures are being looked at", "try again", headers=RETRY)
        uploads += 1
        try:
            picture = await read_body(request, PICTURE_KINDS, MAX_PICTURE_BYTES)
            judgement = await judging.call(daemon.judge, picture)
        except VcamError as error:
            raise Refusal(422, error.message, error.fix) from None
        finally:
            uploads -= 1
        told = JudgedPicture.model_construct(**dict(judgement))
        return Response(told.model_dump_json(), media_type="application/json")

    return routes


def _known(path: Path) -> Path:
    if path.suffix.lower() not in _SNAPSHOT_KINDS:
        raise VcamError("This is no snapshot")
    return path


def _read(path: Path) -> tuple[str, bytes]:
    kind = _SNAPSHOT_KINDS[_known(path).suffix.lower()]
    try:
        return kind, path.read_bytes()
    except OSError as error:
        raise VcamError(f"The snapshot cannot be read any more ({error.strerror})") from error
