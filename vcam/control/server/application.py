"""The application behind the gate: routes, what they share, and how their errors are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

import vcam
from vcam.control.contracts import Daemon
from vcam.control.server import (
    api,
    pack_routes,
    page_routes,
    people_routes,
    picture_routes,
    pose_routes,
    preview_routes,
)
from vcam.control.server.access import Access
from vcam.control.server.description import DESCRIPTION, describe
from vcam.control.server.gate import Gate
from vcam.control.server.live import Live
from vcam.control.server.problems import RETRY, Refusal, failure, invalid
from vcam.control.server.stream import Fan
from vcam.control.server.workers import Busy, Workers
from vcam.core.errors import VcamError

NO_TELEMETRY: dict[str, Any] = {
    "telemetry": {
        "auto_configure": False,
        "logs": False,
        "metrics": False,
        "operation_spans": False,
        "tracing": False,
    }
}
"""FastAPI would hand requests to whatever collector the environment names. Older releases know
nothing of it, and take it for something of our own."""


class Application:
    """Everything that answers.

    Attributes:
        asgi: the application with its gate.
        fan: the preview's readers.
        live: the WebSocket's clients.

    Args:
        daemon: who does what is asked.
        access: the secrets.
        hosts: what a Host header may say.
        link: makes a one-time link.
    """

    def __init__(
        self, daemon: Daemon, access: Access, hosts: frozenset[str], link: Callable[[], str]
    ) -> None:
        self.fan = Fan(daemon.pictures)
        self.live = Live(daemon)
        self._calls = Workers("page call", threads=4, waiting=16)
        self._judging = Workers("page judge", threads=1, waiting=2)
        self._drawing = Workers("page effect", threads=1, waiting=12)
        app = FastAPI(
            title="vcam",
            version=vcam.__version__,
            description=DESCRIPTION,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
            **NO_TELEMETRY,
        )
        self.asgi = Gate(app, access, hosts)
        app.include_router(api.router(daemon, self._calls, link))
        app.include_router(picture_routes.router(daemon, self._calls, self._judging, self.fan))
        app.include_router(pack_routes.router(daemon, self._calls))
        app.include_router(preview_routes.router(daemon, self._drawing))
        app.include_router(pose_routes.router(daemon, self._calls))
        app.include_router(people_routes.router(daemon, self._calls))
        app.include_router(page_routes.router(access, self.asgi.has_session, self.live))
        app.add_api_route(
            "/api/openapi.json", _openapi(app), methods=["GET"], include_in_schema=False
        )
        for kind, handler in _HANDLERS.items():
            app.add_exception_handler(kind, handler)

    def stop(self) -> None:
        """Ends all streams."""
        self.fan.stop()
        self._calls.stop()
        self._judging.stop()
        self._drawing.stop()


def _openapi(app: FastAPI) -> Callable[[], Awaitable[Response]]:
    async def answer() -> Response:
        return Response(describe(app), media_type="application/json")

    return answer


def _told(refusal: Refusal) -> Response:
    return Response(
        refusal.body,
        status_code=refusal.status,
        headers=refusal.headers,
        media_type="application/json",
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _told(error)


async def _not_possible(request: Request, error: Exception) -> Response:
    assert isinstance(error, VcamError)
    return _told(Refusal(409, error.message, error.fix))


async def _busy(request: Request, error: Exception) -> Response:
    return _told(Refusal(503, "Too much is waiting already", "try again", headers=RETRY))


async def _by_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(Refusal(error.status_code, str(error.detail), headers=error.headers))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _told(invalid(error.errors()))


async def _failed(request: Request, error: Exception) -> Response:
    return _told(failure())  # The gate logs it.


_HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Exception: _failed,
    Refusal: _refused,
    VcamError: _not_possible,
    Busy: _busy,
    HTTPException: _by_framework,
    RequestValidationError: _malformed,
}
