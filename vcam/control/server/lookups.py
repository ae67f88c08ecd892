"""Names in addresses, and what is found by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Path as PathParameter

from vcam.control.server.problems import Refusal
from vcam.control.server.workers import Workers
from vcam.core.errors import VcamError

T = TypeVar("T")

FileName = Annotated[str, PathParameter(min_length=1, max_length=100)]


async def found(workers: Workers, find: Callable[..., T], *arguments: Any) -> T:
    """What `find` finds.

    Raises:
        Refusal: 404, it finds nothing.
    """
    try:
        return await workers.call(find, *arguments)
    except VcamError as error:
        raise Refusal(404, error.message, error.fix) from None


def plain(name: str, what: str) -> str:
    """The name: whoever looks it up may make a path of it.

    Raises:
        Refusal: 404, it could lead out of a folder.
    """
    if name.startswith(".") or any(sign in name for sign in "/\\:\0") or not name.isprintable():
        raise Refusal(404, f"There is no {what} of that name")
    return name


def as_download(name: str) -> dict[str, str]:
    """Headers by which browsers save an answer as a file of that name."""
    ascii_name = name.encode("ascii", "replace").decode().replace('"', "_")
    return {"content-disposition": f'attachment; filename="{ascii_name}"'}
