"""The preview's web server: the page, the stream, one picture; for this machine alone.

A web page of somebody else's must not get at the picture through the user's browser. So the Host
header must name this machine (or DNS rebinding would make us its own origin), other sites may not
embed or fetch anything (Sec-Fetch-Site, Cross-Origin-Resource-Policy, no CORS), and the page may
not be framed.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from vcam.outputs.jpeg_feed import JpegFeed, TooManyWatchers

logger = logging.getLogger(__name__)

PAGE = Path(__file__).with_name("preview.html")

MAX_CONNECTIONS = 32
"""Each has a thread; who comes beyond that is hung up on."""

SOCKET_TIMEOUT_S = 5.0
"""For a request to come in, and for a watcher that takes nothing."""

PICTURE_TIMEOUT_S = 2.0

BOUNDARY = "frame"

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class PreviewServer(ThreadingHTTPServer):
    """Serves a feed until `stop`.

    Args:
        host: address to listen on: `127.0.0.1`, `::1` or `localhost`.
        port: port to listen on; 0 takes a free one.
        feed: where pictures come from.
        status: what `/status.json` tells.

    Raises:
        OSError: the port is taken, or the address cannot be used.
    """

    daemon_threads = True
    block_on_close = False
    # On Windows this option would let two programs share the port.
    allow_reuse_address = os.name != "nt"

    def __init__(
        self, host: str, port: int, feed: JpegFeed, status: Callable[[], dict[str, Any]]
    ) -> None:
        self._host = host
        self.feed = feed
        self.status = status
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((host, port), _Handler)
        self.port = int(self.server_address[1])
        self.hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
        self._thread = threading.Thread(target=self._serve, name="preview server", daemon=True)
        self._thread.start()

    def server_bind(self) -> None:
        """Binds without looking up the machine's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def _serve(self) -> None:
        # Not serve_forever: it wakes up several times a second for as long as the program runs.
        while not self._stopping.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Refuses connections beyond the limit, and all while stopping."""
        with self._lock:
            return not self._stopping.is_set() and len(self._connections) < MAX_CONNECTIONS

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handles the connection on a thread of its own."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Hangs up."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Notes errors of single connections where only debugging shows them."""
        logger.debug("preview connection failed", exc_info=True)

    def stop(self) -> None:
        """Ends all streams and stops listening; returns when the port is free."""
        self._stopping.set()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        # A connection to ourselves wakes the thread that waits for one.
        try:
            socket.create_connection((self._host, self.port), timeout=0.5).close()
        except OSError:
            logger.debug("preview server could not be woken", exc_info=True)
        self._thread.join(1.0)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: PreviewServer
    timeout = SOCKET_TIMEOUT_S
    server_version = "vcam"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        routes = {
            "/": self._page,
            "/stream.mjpg": self._stream,
            "/frame.jpg": self._picture,
            "/status.json": self._status,
        }
        path = self.path.partition("?")[0]
        refusal = self._refusal(path)
        if refusal:
            self.send_error(HTTPStatus.FORBIDDEN, refusal)
        elif path not in routes:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            try:
                routes[path](with_body)
            except TooManyWatchers:
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "Too many watch already")
            except OSError as error:
                logger.debug("preview watcher went away: %s", error)

    def _refusal(self, path: str) -> str:
        """Why this request gets nothing; empty when it may pass."""
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].strip().lower() not in self.server.hosts:
            return "This address serves its own machine only"
        site = self.headers.get("Sec-Fetch-Site", "none")
        is_link = path == "/" and self.headers.get("Sec-Fetch-Dest") == "document"
        if site not in ("none", "same-origin") and not is_link:
            return "Other sites may not use the preview"
        return ""

    def end_headers(self) -> None:
        for name, value in SECURITY_HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug("preview: " + format, *args)

    def _send(self, kind: str, body: bytes, with_body: bool, policy: str = "") -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy or "default-src 'none'")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _page(self, with_body: bool) -> None:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; img-src 'self' data:; connect-src 'self'; "
            f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            f"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        page = PAGE.read_text("utf-8").replace("{{nonce}}", nonce)
        self._send("text/html; charset=utf-8", page.encode(), with_body, policy)

    def _status(self, with_body: bool) -> None:
        body = json.dumps(self.server.status()).encode()
        self._send("application/json", body, with_body)

    def _picture(self, with_body: bool) -> None:
        with self.server.feed.watch() as version:
            jpeg, _ = self.server.feed.wait_newer(version, PICTURE_TIMEOUT_S)
        if jpeg is None:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "No picture comes in")
            return
        self._send("image/jpeg", jpeg, with_body)

    def _stream(self, with_body: bool) -> None:
        feed = self.server.feed
        with feed.watch() as version:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
            self.end_headers()
            if not with_body:
                return
            # The boundary goes out after each picture, not before the next: browsers show a
            # picture when they have seen its end.
            self.wfile.write(f"--{BOUNDARY}\r\n".encode())
            while not feed.closed:
                jpeg, version = feed.wait_newer(version, SOCKET_TIMEOUT_S)
                if jpeg is not None:
                    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + f"\r\n--{BOUNDARY}\r\n".encode())
