"""What effects look like, as pictures that are made one at a time."""

from __future__ import annotations

import hashlib
from io import BytesIO

from fastapi import APIRouter, Request
from PIL import Image as Pillow
from starlette.responses import Response

from vcam.control.contracts import Daemon
from vcam.control.server.description import errors, picture_answer
from vcam.control.server.lookups import FileName, found, plain
from vcam.control.server.workers import Workers

_KIND = "image/webp"


def router(daemon: Daemon, drawing: Workers) -> APIRouter:
    """The routes.

    Args:
        daemon: who does what is asked.
        drawing: for one preview at a time.
    """
    routes = APIRouter(prefix="/api/packs")

    @routes.get(
        "/{name}/effects/{effect}/preview.webp",
        summary="What an effect looks like",
        response_class=Response,
        responses={**errors(404, 422, 503), **picture_answer(_KIND)},
    )
    async def preview(
        request: Request, name: FileName, effect: FileName, still: bool = False
    ) -> Response:
        """An animated WebP, or a still one; it takes a second when nobody has asked before."""
        pack, known = plain(name, "sticker pack"), plain(effect, "effect")
        picture = await found(drawing, _preview, daemon, pack, known, still)
        etag = f'"{hashlib.sha256(picture).hexdigest()[:32]}"'
        headers = {"etag": etag, "cache-control": "private, no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(picture, headers=headers, media_type=_KIND)

    return routes


def _preview(daemon: Daemon, pack: str, effect: str, still: bool) -> bytes:
    moving = daemon.packs.preview(pack, effect)
    return middle_picture(moving) if still else moving


def middle_picture(animation: bytes) -> bytes:
    """The picture of an animated WebP at half its time, for who wants nothing to move."""
    buffer = BytesIO()
    with Pillow.open(BytesIO(animation)) as opened:
        opened.seek(getattr(opened, "n_frames", 1) // 2)
        opened.convert("RGB").save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
