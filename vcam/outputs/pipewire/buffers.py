"""The buffers that readers share: which can be filled, and what is told about a picture."""

from __future__ import annotations

import ctypes as ct
import time
from collections.abc import Iterator
from typing import Any

from vcam.core.clock import Clock
from vcam.outputs.pipewire import abi, pods

STUCK_AFTER_S = 0.5
"""A reader that works gives its frames back long before."""

OLDEST_STAMP_NS = 1_000_000_000
"""A camera's picture is never older when it is sent."""

STILL_STUCK_S = 10.0
"""For so long after a rescue, the next one does not wait: the reader that hangs is still there."""


class Buffers:
    """Which buffers there are, and which of them can be filled.

    A reader counts up a buffer's `spa_meta_busy` while it uses it. One that hangs, or is killed
    meanwhile, never counts down again, which would leave the other readers without pictures:
    after a while such counts are taken for void.

    Args:
        library: libpipewire.
        clock: times how long there has been no buffer.
    """

    def __init__(self, library: Any, clock: Clock) -> None:
        self._library = library
        self._clock = clock
        self._known: dict[int, None] = {}
        self._starved_since_s: float | None = None
        self._rescued_s = -STILL_STUCK_S
        self.rescues = 0

    def add(self, address: int) -> None:
        """Takes note of a `struct pw_buffer *`."""
        self._known[address] = None

    def remove(self, address: int) -> None:
        """Forgets it: its memory is about to go."""
        self._known.pop(address, None)

    def take(self, stream: int) -> int | None:
        """A buffer to fill, None when the readers hold all; under the loop's lock."""
        taken = self._dequeue(stream)
        if taken is None:
            # A cycle that PipeWire skips leaves its frame queued. Sent later it would be late, and
            # kept there it would be one buffer less.
            self._library.pw_stream_flush(stream, False)
            taken = self._dequeue(stream)
        if taken is None and self._is_stuck():
            self._clear_counts()
            taken = self._dequeue(stream)
        if taken is not None:
            self._starved_since_s = None
        return taken

    def _dequeue(self, stream: int) -> int | None:
        # A buffer in use is put at the queue's end and not given: the next one may be free.
        for _ in range(max(1, len(self._known))):
            taken: int | None = self._library.pw_stream_dequeue_buffer(stream)
            if taken:
                return taken
        return None

    def _is_stuck(self) -> bool:
        now_s = self._clock.now()
        if self._starved_since_s is None:
            self._starved_since_s = now_s
        starved_s = now_s - self._starved_since_s
        return starved_s >= STUCK_AFTER_S or now_s - self._rescued_s < STILL_STUCK_S

    def _clear_counts(self) -> None:
        self._rescued_s = self._clock.now()
        self.rescues += 1
        for address in self._known:
            for meta in metas_of(abi.PwBuffer.from_address(address).buffer.contents):
                if meta.type == pods.META_BUSY:
                    abi.MetaBusy.from_address(meta.data).count = 0


class Stamps:
    """Tells the readers when each picture was taken, as PipeWire's own cameras do.

    Chromium and Firefox read the header without asking whether there is one. GStreamer holds a
    frame back until its time has come: the time of sending would often make it late.
    """

    def __init__(self) -> None:
        self._sequence = self._stamped_ns = 0

    def put(self, buffer: abi.Buffer, captured_at: float) -> None:
        """Fills a buffer's header; a time that cannot be counts as now.

        Args:
            buffer: about to go out.
            captured_at: seconds of the monotonic clock.
        """
        now_ns = time.monotonic_ns()
        taken_ns = int(captured_at * 1e9)
        if not 0 <= now_ns - taken_ns <= OLDEST_STAMP_NS:
            taken_ns = now_ns
        # A picture may be sent twice, or after one that is younger; time never stands still.
        self._stamped_ns = max(taken_ns, self._stamped_ns + 1)
        for meta in metas_of(buffer):
            if meta.type == pods.META_HEADER and meta.size >= ct.sizeof(abi.MetaHeader):
                header = abi.MetaHeader.from_address(meta.data)
                header.flags = header.offset = header.dts_offset = 0
                header.pts = self._stamped_ns
                header.seq = self._sequence
                self._sequence += 1


def metas_of(buffer: abi.Buffer) -> Iterator[abi.Meta]:
    """What is known about a buffer's contents."""
    return (buffer.metas[index] for index in range(buffer.n_metas))
