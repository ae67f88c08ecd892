"""What uvicorn lacks in bounds: on connections, on the time of a request, on stalled readers."""

from __future__ import annotations

import asyncio
import logging

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from vcam.control.server.gate import ALWAYS
from vcam.control.server.problems import Refusal

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 64

REQUEST_S = 10.0
"""For a request to come in whole, from its first byte or from the connection's start."""

STALL_S = 5.0
"""For a client to take what was sent."""


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


class _Impatient(asyncio.Protocol):
    """A connection that hangs up on a client that takes nothing; goes before uvicorn's class."""

    _stall: StallWatch | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to watch."""
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


class HttpConnection(_Impatient, H11Protocol):
    """HTTP/1.1 for one client."""

    _deadline: asyncio.TimerHandle | None = None
    _upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the connection, or hangs up when there are too many."""
        full = len(self.connections) >= MAX_CONNECTIONS
        super().connection_made(transport)
        if full:
            logger.debug("more than %d connections to the page", MAX_CONNECTIONS)
            self.transport.abort()
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops all clocks."""
        self._disarm()
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


class LiveConnection(_Impatient, WebSocketsSansIOProtocol):
    """A WebSocket for one client."""
