"""What effects look like, as pictures that are made one at a time."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request
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
        picture = await found(drawing, daemon.packs.preview, pack, known, still)
        etag = f'"{hashlib.sha256(picture).hexdigest()[:32]}"'
        headers = {"etag": etag, "cache-control": "private, no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(picture, headers=headers, media_type=_KIND)

    return routes
