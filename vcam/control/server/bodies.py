"""Reading request bodies: their kind checked, their size bounded while they come in."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request

from vcam.control.server.problems import Refusal

MAX_JSON_BYTES = 64 * 1024

MAX_PICTURE_BYTES = 12 * 1024 * 1024
"""As `Daemon.judge` allows."""

MAX_PACK_BYTES = 32 * 1024 * 1024
"""As `Packs.install` allows."""

MAX_POSES_BYTES = 8 * 1024 * 1024
"""As `Taught.install` allows."""

JSON_KINDS = ("application/json",)


async def read_body(request: Request, kinds: Collection[str], limit_bytes: int) -> bytes:
    """The body.

    Raises:
        Refusal: it is of another kind (forms of foreign pages among them), or too long.
    """
    check_kind(request, kinds)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise _too_long(limit_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise _too_long(limit_bytes)
    return bytes(body)


def check_kind(request: Request, kinds: Collection[str]) -> None:
    """Looks at the content type.

    Raises:
        Refusal: it is not one of `kinds`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        allowed = " or ".join(sorted(kinds))
        raise Refusal(415, f"This content type is not taken: {kind[:100]!r}", f"send {allowed}")


def _too_long(limit_bytes: int) -> Refusal:
    return Refusal(413, f"The body is longer than {limit_bytes // 1024} KiB", "send less")
