"""uvicorn with bounds: on connections, on the time that a request takes, on stalled readers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
import websockets.exceptions
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from vcam.control.server.gate import ALWAYS
from vcam.control.server.problems import Refusal

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 64

REQUEST_S = 10.0
"""For a request to come in whole, from its first byte or from the connection's start."""

KEEP_ALIVE_S = 5

STALL_S = 5.0
"""For a client to take what was sent."""

MAX_HEAD_BYTES = 32 * 1024
"""Cookies of other programs on this machine come along."""

MAX_MESSAGE_BYTES = 1024
"""Of what WebSocket clients say."""

PING_S = 20.0

LAST_ANSWERS_S = 0.2
"""For answers that are under way when the server stops."""


class StallWatch:
    """Hangs up on a client that takes nothing for `STALL_S`.

    Args:
        transport: the connection.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None
        # No buffer of our own beyond the one write that is under way: the watch then sees every
        # stall, and a stream goes on only when its last picture is out.
        transport.set_write_buffer_limits(high=0)

    def paused(self) -> None:
        """The socket takes no more."""
        self.resumed()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(STALL_S, self._transport.abort)

    def resumed(self) -> None:
        """It has taken everything."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class HttpConnection(H11Protocol):
    """HTTP/1.1 for one client."""

    _stall: StallWatch | None = None
    _deadline: asyncio.TimerHandle | None = None
    _upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes the connection, or hangs up when there are too many."""
        full = len(self.connections) >= MAX_CONNECTIONS
        self._stall = StallWatch(transport)
        super().connection_made(transport)
        if full:
            logger.debug("more than %d connections to the page", MAX_CONNECTIONS)
            transport.abort()
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops all clocks."""
        self._disarm()
        if self._stall is not None:
            self._stall.resumed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on; the clock runs until the request is whole."""
        super().data_received(data)
        if not self._upgraded and self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._arm()
        else:
            self._disarm()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Gives the connection away; from now on no request is awaited."""
        self._upgraded = True
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Waits for the next request, which may have come already."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._arm()

    def pause_writing(self) -> None:
        """The client is slow."""
        super().pause_writing()
        if self._stall is not None:
            self._stall.paused()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.resumed()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP at all, in the words of all other errors."""
        body = Refusal(400, "This is no valid HTTP request").body
        headers = {**ALWAYS, "content-type": "application/json", "connection": "close"}
        headers["content-length"] = str(len(body))
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            events = (
                h11.Response(status_code=400, headers=raw, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            )
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:
            logger.debug("an answer was under way when nonsense came in")
        self.transport.close()

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class LiveConnection(WebSocketsSansIOProtocol):
    """A WebSocket for one client."""

    _stall: StallWatch | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes over from HTTP."""
        assert isinstance(transport, asyncio.Transport)
        self._stall = StallWatch(transport)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        if self._stall is not None:
            self._stall.resumed()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client is slow."""
        super().pause_writing()
        if self._stall is not None:
            self._stall.paused()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.resumed()


class Server(uvicorn.Server):
    """uvicorn on a thread of ours: no ticking while idle, and an end that waits for nobody.

    Args:
        app: the application.
        on_stop: ends what streams; called on the event loop's thread.
    """

    def __init__(self, app: Any, on_stop: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=HttpConnection,
                ws=LiveConnection,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                ws_max_size=MAX_MESSAGE_BYTES,
                ws_ping_interval=PING_S,
                ws_ping_timeout=PING_S,
                # It would cost more time on the loopback than it saves.
                ws_per_message_deflate=False,
            )
        )
        self._on_stop = on_stop
        self._stopping = asyncio.Event()

    def ask_to_stop(self) -> None:
        """Makes `serve` return; on the event loop's thread."""
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        """Waits for the end; uvicorn's own looks ten times a second."""
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends streams and connections; uvicorn's own would sleep, and wait for clients."""
        for listening in self.servers:
            listening.close()
        self._on_stop()
        for connection in tuple(self.server_state.connections):
            # A WebSocket that is closing already refuses to be closed again.
            with contextlib.suppress(websockets.exceptions.InvalidState):
                connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(tuple(self.server_state.tasks), timeout=LAST_ANSWERS_S)
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
        for task in tuple(self.server_state.tasks):
            task.cancel()


class _ToDebug(logging.Handler):
    """Passes uvicorn's lines on where only debugging shows them."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.debug("%s", record.getMessage(), exc_info=record.exc_info)


def quiet_logs() -> None:
    """Sends what uvicorn logs to our debug log; a client's nonsense is nobody's business."""
    theirs = logging.getLogger("uvicorn")
    theirs.handlers = [_ToDebug()]
    theirs.propagate = False
    # What is below that holds headers, and with them the token and the cookie. Set on the one that
    # is asked, too: uvicorn looks at its own level only, and counts an unset one as tracing.
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
