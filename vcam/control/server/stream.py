"""The live preview: one watcher of the daemon's pictures for all who read them over HTTP.

A reader gets the newest picture when it has taken the last one; what came between is skipped.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractContextManager

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vcam.control.contracts import Pictures, TooManyWatchers
from vcam.control.server.problems import Refusal

MAX_READERS = 32

WAKE_S = 1.0
"""How long the thread that waits for pictures may outlive the last reader."""

FIRST_PICTURE_S = 3.0
"""How long a request for one picture waits for it."""

BOUNDARY = "frame"


class Fan:
    """Hands the daemon's pictures on; on the event loop's thread, but for the waiting.

    Args:
        pictures: the preview.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._readers: set[Reader] = set()
        self._watch: AbstractContextManager[int] | None = None
        self._wanted = threading.Event()
        self._ended = False
        self.newest: tuple[bytes, int] | None = None

    @property
    def readers(self) -> int:
        """How many read now."""
        return len(self._readers)

    def join(self) -> Reader:
        """A new reader; it must `leave`.

        Raises:
            Refusal: there are too many, or there is no preview.
        """
        if self._ended or self._pictures.closed:
            raise Refusal(503, "The preview has ended")
        if len(self._readers) >= MAX_READERS:
            raise _too_many()
        if not self._readers:
            self._start()
        reader = Reader(self)
        self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """Forgets a reader; without any, the daemon stops encoding."""
        self._readers.discard(reader)
        if not self._readers and self._watch is not None:
            self._wanted.clear()
            watch, self._watch = self._watch, None
            self.newest = None
            watch.__exit__(None, None, None)

    def stop(self) -> None:
        """Ends all readers."""
        self._ended = True
        for reader in tuple(self._readers):
            reader.end()

    def _start(self) -> None:
        watch = self._pictures.watch()
        try:
            version = watch.__enter__()
        except TooManyWatchers:
            raise _too_many() from None
        self._watch = watch
        self._wanted = threading.Event()
        self._wanted.set()
        loop = asyncio.get_running_loop()
        arguments = (loop, self._wanted, version)
        threading.Thread(
            target=self._wait, args=arguments, name="preview pictures", daemon=True
        ).start()

    def _wait(self, loop: asyncio.AbstractEventLoop, wanted: threading.Event, version: int) -> None:
        while wanted.is_set() and not self._pictures.closed:
            jpeg, version = self._pictures.wait_newer(version, WAKE_S)
            try:
                if jpeg is not None:
                    loop.call_soon_threadsafe(self._hand_on, jpeg, version, wanted)
                elif self._pictures.closed:
                    loop.call_soon_threadsafe(self.stop)
            except RuntimeError:
                return  # The loop has ended.

    def _hand_on(self, jpeg: bytes, version: int, wanted: threading.Event) -> None:
        # A thread that belongs to readers who have all left may still bring one.
        if wanted is self._wanted and wanted.is_set():
            self.newest = jpeg, version
            for reader in self._readers:
                reader.wake()


class Reader:
    """One who reads pictures."""

    def __init__(self, fan: Fan) -> None:
        self._fan = fan
        self._seen = -1
        self._woken = asyncio.Event()
        self._ended = False

    async def next(self) -> bytes | None:
        """The next picture that this reader has not seen; None at the end."""
        while not self._ended:
            newest = self._fan.newest
            if newest is not None and newest[1] > self._seen:
                self._seen = newest[1]
                return newest[0]
            self._woken.clear()
            await self._woken.wait()
        return None

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    def end(self) -> None:
        """Makes `next` return None."""
        self._ended = True
        self._woken.set()

    def leave(self) -> None:
        """Goes away."""
        self.end()
        self._fan.leave(self)


class MotionJpeg(Response):
    """An endless answer of pictures.

    The send of the last picture returns when the socket has taken it whole, so nothing queues up
    here. Readers that take nothing are hung up on by the connection itself.

    Args:
        fan: where pictures come from.
    """

    def __init__(self, fan: Fan) -> None:
        super().__init__()
        self._fan = fan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the reader goes away or the server stops."""
        reader = self._fan.join()
        gone = asyncio.ensure_future(_disconnected(receive))
        gone.add_done_callback(lambda _: reader.end())
        try:
            kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
            headers = [(b"content-type", kind.encode()), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            # The next part's head goes out after each picture, so without its length: Chromium
            # shows a picture when it has read the head of the one that follows.
            lead = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
            await send({"type": "http.response.body", "body": lead, "more_body": True})
            while (jpeg := await reader.next()) is not None:
                part = b"".join((jpeg, b"\r\n", lead))
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            reader.leave()


async def one_picture(fan: Fan) -> bytes:
    """The next picture.

    Raises:
        Refusal: none comes.
    """
    reader = fan.join()
    try:
        jpeg = await asyncio.wait_for(reader.next(), FIRST_PICTURE_S)
    except TimeoutError:
        jpeg = None
    finally:
        reader.leave()
    if jpeg is None:
        raise Refusal(503, "No picture comes in", "see: vcam status")
    return jpeg


def _too_many() -> Refusal:
    return Refusal(503, "Too many watch the preview already", "close one of them")


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
