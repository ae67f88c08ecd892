"""The gate in front of every request: whose machine, whose page, whose secret.

Threats and their tests: `docs/security.md`. It is plain ASGI around the whole application, so that
no route can be forgotten.
"""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vcam.control.server.access import Access
from vcam.control.server.pages import LOCKED_PAGE
from vcam.control.server.problems import Refusal, failure

logger = logging.getLogger(__name__)

COOKIE = "vcam"

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

ENTRANCES = ("/", "/open")
"""What a link in another page or program may lead to."""

ALWAYS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Gate:
    """Lets in who belongs here, and puts the protecting headers on every answer.

    Args:
        app: what is behind it.
        access: the secrets.
        hosts: what the Host header may say.
    """

    def __init__(self, app: ASGIApp, access: Access, hosts: frozenset[str]) -> None:
        self._app = app
        self._access = access
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        started = False

        async def send_protected(message: Message) -> None:
            nonlocal started
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                started = True
                _protect(message, headers.get("host", ""))
            elif message["type"] == "websocket.accept":
                started = True
            await send(message)

        try:
            self._check(scope, headers)
            await self._app(scope, receive, send_protected)
        except Refusal as refusal:
            await _answer(scope, send_protected, refusal)
        except ClientDisconnect:
            logger.debug("a client of the page went away before its request was whole")
        except Exception:
            # What goes wrong here must never reach the client, and never end the server.
            logger.exception("the page's server failed at %s", scope["path"])
            if not started:
                await _answer(scope, send_protected, failure())

    def _check(self, scope: Scope, headers: Headers) -> None:
        path = scope["path"]
        method = scope.get("method", "GET")
        host = headers.get("host", "").lower()
        # DNS rebinding: a foreign name that leads here brings its own name along.
        if len(headers.getlist("host")) != 1 or host not in self._hosts:
            raise Refusal(403, "This address serves its own machine only", "use the link of vcam")
        own_origin = f"http://{host}"
        origins = headers.getlist("origin")
        if any(origin != own_origin for origin in origins):
            raise Refusal(403, "Other sites may not use vcam")
        site = headers.get("sec-fetch-site")
        if site not in (None, "none", "same-origin") and not _is_visit(path, method, headers):
            raise Refusal(403, "Other sites may not use vcam")
        if path == "/open":
            return
        by_cookie = self._authenticate(scope, headers)
        if not by_cookie:
            return
        if scope["type"] == "websocket":
            proven = bool(origins)
        else:
            proven = method in SAFE_METHODS or bool(origins) or site == "same-origin"
        if not proven:
            raise Refusal(403, "Only vcam's own page may do this with its cookie")

    def _authenticate(self, scope: Scope, headers: Headers) -> bool:
        """True if the cookie lets it in, False if the token does.

        Raises:
            Refusal: neither does.
        """
        given = headers.getlist("authorization")
        if given:
            kind, _, token = given[0].partition(" ")
            known = kind.lower() == "bearer" and self._access.knows_token(token.strip())
            if len(given) == 1 and known:
                return False
        elif self.has_session(headers):
            return True
        raise Refusal(
            401,
            "The token or the page's cookie is missing or old",
            "run: vcam open",
            headers={"www-authenticate": "Bearer"},
        )

    def has_session(self, headers: Headers) -> bool:
        """Whether the cookie of an open session came along."""
        # Not SimpleCookie: it drops all cookies for one odd one, and every program that serves on
        # this machine shares its cookies with us.
        pairs = (
            pair.partition("=") for line in headers.getlist("cookie") for pair in line.split(";")
        )
        return any(
            name.strip() == COOKIE and self._access.knows_session(value.strip())
            for name, _, value in pairs
        )


def _is_visit(path: str, method: str, headers: Headers) -> bool:
    return (
        path in ENTRANCES
        and method == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _protect(message: Message, host: str) -> None:
    headers = MutableHeaders(raw=list(message.get("headers", [])))
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault(
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        # Not every browser counts WebSockets of the same host as 'self'.
        f"font-src 'self'; manifest-src 'self'; connect-src 'self' ws://{_printable(host)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    message["headers"] = headers.raw


def _printable(host: str) -> str:
    # Answers to foreign hosts get the headers too, and must not carry what those wrote.
    plain = all(sign.isascii() and (sign.isalnum() or sign in ".:[]-") for sign in host)
    return host if plain and host else "localhost"


async def _answer(scope: Scope, send: Send, refusal: Refusal) -> None:
    body, kind = refusal.body, "application/json"
    extra = dict(refusal.headers)
    if refusal.status == 401 and scope["path"] == "/":
        body, kind = LOCKED_PAGE.body, "text/html; charset=utf-8"
        extra["content-security-policy"] = LOCKED_PAGE.policy
    start, content = "http.response.start", "http.response.body"
    if scope["type"] == "websocket":
        start, content = f"websocket.{start}", f"websocket.{content}"
    headers = {"content-type": kind, "content-length": str(len(body)), **extra}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": start, "status": refusal.status, "headers": raw})
    await send({"type": content, "body": body})
