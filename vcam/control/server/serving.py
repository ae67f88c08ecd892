"""uvicorn as the page needs it: on a thread of ours, with bounds, and ending at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
import websockets.exceptions

from vcam.control.server.connections import HttpConnection, LiveConnection

logger = logging.getLogger(__name__)

KEEP_ALIVE_S = 5

MAX_HEAD_BYTES = 32 * 1024
"""Cookies of other programs on this machine come along."""

MAX_MESSAGE_BYTES = 1024
"""Of what WebSocket clients say."""

PING_S = 20.0

_LAST_TURNS = 4
"""Of the event loop; each step of opening or closing a connection takes one."""

LAST_ANSWERS_S = 0.2
"""For answers that are under way when the server stops."""


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
        loop = asyncio.get_running_loop()
        for listening in self.servers:
            for each in listening.sockets:
                # Proactors have no readers.
                with contextlib.suppress(NotImplementedError):
                    loop.remove_reader(each)
        # asyncio loses the sockets of those whom it lets in while it closes.
        await _turns()
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
        await _turns()


async def _turns() -> None:
    """Lets what is due happen: connections come into being, or let go of their sockets."""
    for _ in range(_LAST_TURNS):
        await asyncio.sleep(0)


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
