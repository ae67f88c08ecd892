"""The OpenAPI description: what FastAPI finds out by itself, and what it cannot know."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from vcam.control.commands import COMMANDS
from vcam.control.server.problems import Problem

DESCRIPTION = """\
Steers a running vcam, from this machine alone. Every request carries the token of `control.json`
as `Authorization: Bearer …`, or the page's cookie. Errors are JSON with `error`, `fix` and `place`.
Changes are told on the WebSocket `/api/live`, which OpenAPI cannot describe: see docs/api.md."""

PICTURE_KINDS = ("application/octet-stream", "image/jpeg", "image/png", "image/webp")

PACK_KINDS = ("application/x-zip-compressed", "application/zip")
"""Browsers on Windows have a name of their own for zip files."""

POSES_KINDS = ("application/octet-stream",)

_REFERENCE = "#/components/schemas/{model}"

_MEANINGS = {
    401: "The token or the cookie is missing or old",
    403: "The request comes from another site, or the page's cookie came without its origin",
    404: "There is no such thing",
    409: "This cannot be done now; nothing has changed",
    413: "The body is too long",
    415: "The body is of a kind that is not taken",
    422: "The body or a name is not as it must be",
    429: "Others are being looked at",
    500: "vcam failed at this",
    503: "Too much is going on, or there is nothing to give",
}

_BINARY = {"type": "string", "format": "binary"}

COMMAND_BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Command")}}},
}

PICTURE_BODY: dict[str, Any] = {
    "required": True,
    "content": {kind: {"schema": _BINARY} for kind in PICTURE_KINDS},
}

PACK_BODY: dict[str, Any] = {
    "required": True,
    "content": {kind: {"schema": _BINARY} for kind in PACK_KINDS},
}

POSES_BODY: dict[str, Any] = {
    "required": True,
    "content": {kind: {"schema": _BINARY} for kind in POSES_KINDS},
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route fails, for its documentation; what the gate refuses is always among it."""
    return {
        status: {"model": Problem, "description": _MEANINGS[status]}
        for status in sorted({401, 403, 500, *statuses})
    }


def picture_answer(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """A route that gives a picture or another file, for its documentation."""
    content = {kind: {"schema": _BINARY} for kind in kinds}
    return {200: {"description": "The file", "content": content}}


def describe(app: FastAPI) -> bytes:
    """The whole description as JSON; made once."""
    if app.openapi_schema is None:
        description = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        command = COMMANDS.json_schema(ref_template=_REFERENCE)
        components = description.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.update(command.pop("$defs"))
        for reference in command["discriminator"]["mapping"].values():
            # It has a default, for Python's sake; on the wire it tells which command this is.
            one = schemas[reference.rpartition("/")[2]]
            one["required"] = ["do", *one.get("required", ())]
        schemas["Command"] = {"title": "Command", **command}
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "Of `control.json`"},
            "page": {"type": "apiKey", "in": "cookie", "name": "vcam"},
        }
        description["security"] = [{"token": []}, {"page": []}]
        app.openapi_schema = description
    return json.dumps(app.openapi_schema).encode()
