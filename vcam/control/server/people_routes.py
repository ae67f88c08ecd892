"""The attendance over HTTP, as a file."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from vcam.control.contracts import Daemon
from vcam.control.server.description import errors, picture_answer
from vcam.control.server.lookups import as_download
from vcam.control.server.workers import Workers


def router(daemon: Daemon, workers: Workers) -> APIRouter:
    """The routes.

    Args:
        daemon: who does what is asked.
        workers: for calls that take a while.
    """
    routes = APIRouter(prefix="/api/people")

    @routes.get(
        "/attendance.csv",
        summary="Who was seen when",
        response_class=Response,
        responses={**errors(503), **picture_answer("text/csv")},
    )
    async def attendance() -> Response:
        """All days that are kept: name, day, first and last time seen, minutes."""
        content = await workers.call(daemon.people.attendance_csv)
        headers = as_download("attendance.csv")
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    return routes
