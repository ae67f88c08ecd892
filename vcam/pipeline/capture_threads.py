"""One source after another, each read on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from vcam.core.clock import Clock
from vcam.core.contracts import Source
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured, CaptureLoop
from vcam.pipeline.stats import SourcePhase, SourceState

logger = logging.getLogger(__name__)

GIVE_WAY_S = 2.5
"""How long a new source waits for the old one, which may hold the same device. A `read` returns
within 2 s; a driver that hangs longer must not cost the user the other camera."""

ASK_EVERY_S = 0.1

StartThread = Callable[[Callable[[], None]], threading.Thread]
"""Starts a capture thread."""


class CaptureThreads:
    """Reads the source that was chosen last.

    One that does not come back from its driver is left to its thread, and heard no more.

    Args:
        source: the first one.
        slot: takes each frame.
        clock: for pauses and time stamps.
        start_thread: starts a thread that must not keep the process from ending.
        reopen_at_end: open a finite source again when it has ended.
        wanted: whether to open it before anybody says so.
        on_change: told of each new `state`, on any thread.
        on_end: told on its thread that the source has ended and is not opened again.
    """

    def __init__(
        self,
        source: Source,
        slot: LatestSlot[Captured],
        clock: Clock,
        start_thread: StartThread,
        *,
        reopen_at_end: bool,
        wanted: bool,
        on_change: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self._slot = slot
        self._clock = clock
        self._start_thread = start_thread
        self._reopen_at_end = reopen_at_end
        self._on_change = on_change
        self._on_end = on_end
        self._lock = threading.Lock()
        self._ended = False
        self._stop = threading.Event()
        self._loop = self._made(source, wanted, 0)
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> SourceState:
        """What the source is doing; any thread."""
        return self._loop.state

    @property
    def thread(self) -> threading.Thread | None:
        """The thread that reads now; None before the start."""
        return self._thread

    def start(self) -> None:
        """Begins to read."""
        with self._lock:
            self._go()

    def direct(self, wanted: bool, urgent: bool, reason: str) -> None:
        """Says whether the source shall be open (`CaptureLoop.direct`); any thread."""
        self._loop.direct(wanted, urgent, reason)

    def restart(self) -> None:
        """Closes the source and opens it anew; any thread."""
        self._loop.restart()

    def replace(self, source: Source) -> None:
        """Goes on with another source; the old one is interrupted and closed. Any thread."""
        with self._lock:
            if self._ended:
                return
            old, previous = self._loop, self._thread
            self._stop.set()
            self._stop = threading.Event()
            self._loop = self._made(source, old.wanted, old.state.openings)
            self._slot.put(None)
            if previous is not None:
                self._go(old, previous)
        self._on_change()

    def stop(self) -> None:
        """Ends reading; returns at once."""
        with self._lock:
            self._ended = True
            self._stop.set()
        self._loop.interrupt()

    def _made(self, source: Source, wanted: bool, openings: int) -> CaptureLoop:
        return CaptureLoop(
            source,
            self._slot,
            self._clock,
            self._stop,
            reopen_at_end=self._reopen_at_end,
            wanted=wanted,
            on_change=self._on_change,
            openings=openings,
        )

    def _go(self, old: CaptureLoop | None = None, previous: threading.Thread | None = None) -> None:
        """Starts the loop's thread, after the old loop's if that ends; with the lock held."""
        loop = self._loop

        def run() -> None:
            if old is not None and previous is not None and not self._has_ended(old, previous):
                logger.warning("%s hangs in its driver and is left to itself", old.state.name)
            loop.run()
            if loop is self._loop and loop.state.phase is SourcePhase.ENDED:
                self._on_end()

        self._thread = self._start_thread(run)

    def _has_ended(self, old: CaptureLoop, previous: threading.Thread) -> bool:
        give_up_at = self._clock.now() + GIVE_WAY_S
        while previous.is_alive() and self._clock.now() < give_up_at and not self._ended:
            # Again and again: a source that was just being opened may not have heard.
            old.interrupt()
            previous.join(ASK_EVERY_S)
        return self._ended or not previous.is_alive()
