"""Errors of the API: a status, one line, and the fix; never a traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

MAX_ERROR_CHARS = 500

RETRY = {"retry-after": "1"}


class Problem(BaseModel):
    """Why a request was refused."""

    error: str = Field(description="What is wrong, one line")
    fix: str = Field("", description="What can be done about it; may be empty")
    place: str = Field("", description="Where in the body it is wrong; empty if not there")


class Refusal(Exception):
    """Ends a request with a `Problem`.

    Args:
        status: HTTP status.
        error: what is wrong.
        fix: what can be done about it.
        place: where in the body.
        headers: more headers of the answer.
    """

    def __init__(
        self,
        status: int,
        error: str,
        fix: str = "",
        place: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.problem = Problem(error=error[:MAX_ERROR_CHARS], fix=fix, place=place)
        self.headers = dict(headers or {})

    @property
    def body(self) -> bytes:
        """The problem as JSON."""
        return self.problem.model_dump_json().encode()


def failure() -> Refusal:
    """What a client is told about an error of ours; the log tells more."""
    return Refusal(500, "vcam failed at this", "see its log")


def invalid(errors: Sequence[Any]) -> Refusal:
    """A refusal that names the first of pydantic's errors.

    Args:
        errors: `ValidationError.errors(include_input=False, include_url=False)`.
    """
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"])
    what = str(first["msg"])
    return Refusal(
        422, f"{place}: {what}" if place else what, "see /api/openapi.json", place[:MAX_ERROR_CHARS]
    )
