"""The WebSocket of changes: state, meters and history, the newest each, never a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from vcam.control.contracts import Daemon
from vcam.control.server.problems import Refusal
from vcam.control.state import Meters, Start, State

STATE_INTERVAL_S = 0.1
METERS_INTERVAL_S = 1 / 15

MAX_CLIENTS = 16

POLICY_VIOLATION = 1008


class LiveRequest(BaseModel):
    """What a client of the WebSocket may say."""

    model_config = ConfigDict(extra="forbid", strict=True)

    meters: bool


class Live:
    """Tells clients what changes. On the event loop's thread, but for the daemon's call.

    Each text is made once for all clients.

    Args:
        daemon: who is asked.
    """

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._clients: set[Client] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awaited = False
        self._state_timer: asyncio.TimerHandle | None = None
        self._meters_timer: asyncio.TimerHandle | None = None
        self._told_at = float("-inf")
        self._state: State | None = None
        self._history: tuple[Start, ...] | None = None
        self._meters: Meters | None = None
        self._texts: dict[str, str] = {}

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    async def serve(self, socket: WebSocket) -> None:
        """One client, from the handshake to the end.

        Raises:
            Refusal: there are too many.
        """
        if len(self._clients) >= MAX_CLIENTS:
            raise Refusal(503, "Too many listen already", "close one of them")
        client = Client()
        sender: asyncio.Task[None] | None = None
        try:
            self._join(client)
            await socket.accept()
            sender = asyncio.ensure_future(client.send_to(socket))
            while (text := await _next_text(socket)) is not None:
                self._want_meters(client, LiveRequest.model_validate_json(text).meters)
        except (ValidationError, KeyError):
            await socket.close(POLICY_VIOLATION, 'send {"meters": true} or {"meters": false}')
        except WebSocketDisconnect:
            return
        finally:
            if sender is not None:
                sender.cancel()
            self._leave(client)

    def _join(self, client: Client) -> None:
        if not self._clients:
            self._loop = asyncio.get_running_loop()
            self._unsubscribe = self._daemon.subscribe(self._changed)
        self._clients.add(client)
        self._tell()
        for kind, text in self._texts.items():
            client.offer(kind, text)

    def _leave(self, client: Client) -> None:
        self._clients.discard(client)
        if self._clients:
            return
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for timer in (self._state_timer, self._meters_timer):
            if timer is not None:
                timer.cancel()
        self._state_timer = self._meters_timer = None
        self._state = self._history = self._meters = None
        self._awaited = False
        self._texts.clear()

    def _changed(self) -> None:
        # From any of the daemon's threads; one call to the loop stands for all until it is heard.
        if self._awaited or self._loop is None:
            return
        self._awaited = True
        try:
            self._loop.call_soon_threadsafe(self._plan)
        except RuntimeError:
            return  # The loop has ended.

    def _plan(self) -> None:
        if self._loop is None or self._state_timer is not None or not self._clients:
            return
        wait_s = max(0.0, self._told_at + STATE_INTERVAL_S - self._loop.time())
        self._state_timer = self._loop.call_later(wait_s, self._tell)

    def _tell(self) -> None:
        if self._state_timer is not None:
            self._state_timer.cancel()
            self._state_timer = None
        # Before the daemon is asked: a change during that asks again.
        self._awaited = False
        assert self._loop is not None
        self._told_at = self._loop.time()
        state = self._daemon.state()
        if state != self._state:
            self._state = state
            self._offer("state", f'{{"state":{state.model_dump_json()}}}')
        history = self._daemon.history()
        if history != self._history:
            self._history = history
            starts = ",".join(start.model_dump_json() for start in history)
            self._offer("history", f'{{"history":[{starts}]}}')

    def _want_meters(self, client: Client, wanted: bool) -> None:
        begins = wanted and not client.meters
        client.meters = wanted
        if begins and self._meters_timer is None:
            self._meters = None
            self._tell_meters()
        elif begins and self._meters is not None:
            # The others have had it; it may stay the same for long.
            client.offer("meters", _meters_text(self._meters))

    def _tell_meters(self) -> None:
        self._meters_timer = None
        readers = [client for client in self._clients if client.meters]
        if not readers or self._loop is None:
            return
        self._meters_timer = self._loop.call_later(METERS_INTERVAL_S, self._tell_meters)
        meters = self._daemon.meters()
        if meters is self._meters or meters == self._meters:
            return
        self._meters = meters
        text = _meters_text(meters)
        for client in readers:
            client.offer("meters", text)

    def _offer(self, kind: str, text: str) -> None:
        self._texts[kind] = text
        for client in self._clients:
            client.offer(kind, text)


class Client:
    """One listener: at most one text of each kind waits for it."""

    def __init__(self) -> None:
        self.meters = False
        self._waiting: dict[str, str] = {}
        self._woken = asyncio.Event()

    def offer(self, kind: str, text: str) -> None:
        """Replaces what waits of that kind."""
        self._waiting[kind] = text
        self._woken.set()

    async def send_to(self, socket: WebSocket) -> None:
        """Sends what waits, until it is cancelled or the client is gone."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                for kind in tuple(self._waiting):
                    await socket.send_text(self._waiting.pop(kind))
        except (WebSocketDisconnect, RuntimeError):
            return


def _meters_text(meters: Meters) -> str:
    return f'{{"meters":{meters.model_dump_json()}}}'


async def _next_text(socket: WebSocket) -> str | None:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str = message["text"]
    return text
