"""The page: its entrance, its files, and the WebSocket that it lives on."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, WebSocket
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from vcam.control.server.access import Access
from vcam.control.server.gate import COOKIE
from vcam.control.server.live import Live
from vcam.control.server.pages import INDEX, USED_LINK_PAGE, PageFile, page_files
from vcam.control.server.problems import Refusal


def router(access: Access, has_session: Callable[[Headers], bool], live: Live) -> APIRouter:
    """The routes.

    Args:
        access: uses codes up.
        has_session: whether a request carries a good cookie.
        live: serves the WebSocket.
    """
    routes = APIRouter(include_in_schema=False)
    files = page_files()

    @routes.get("/open")
    async def enter(request: Request, code: str = "") -> Response:
        if "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", "")):
            # A browser that only guesses must not use the link up.
            raise Refusal(503, "This link is not for fetching ahead")
        entered = RedirectResponse("/", 303)
        if has_session(request.headers):
            return entered  # Going back or reloading: the code is used up, the browser is in.
        session = access.redeem(code)
        if session is None:
            headers = {"content-security-policy": USED_LINK_PAGE.policy}
            return Response(USED_LINK_PAGE.body, 403, headers, "text/html")
        entered.set_cookie(COOKIE, session, httponly=True, samesite="strict", path="/")
        return entered

    @routes.get("/")
    async def page(request: Request) -> Response:
        return _file(request, files.get(INDEX))

    @routes.get("/static/{path:path}")
    async def static(request: Request, path: str) -> Response:
        return _file(request, files.get(path))

    @routes.websocket("/api/live")
    async def live_socket(socket: WebSocket) -> None:
        await live.serve(socket)

    return routes


def _file(request: Request, file: PageFile | None) -> Response:
    if file is None:
        raise Refusal(404, "There is no such file")
    headers = {"etag": file.etag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.kind)
