"""The thread on which the daemon does what is nobody else's work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

BUSY_WAKE_S = 1.0
"""Between two rounds while there is something to follow; also the pause after a fault."""

IDLE_WAKE_S = 60.0
"""Whatever there is to do wakes the steward; the length does not matter."""


class Steward:
    """Makes a round when woken, and every second while there is something to follow.

    Args:
        attend: does what is due; on the steward's thread. What it raises is logged.
        is_busy: whether there is something to follow.
    """

    def __init__(self, attend: Callable[[], None], is_busy: Callable[[], bool]) -> None:
        self._attend = attend
        self._is_busy = is_busy
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="steward", daemon=True)

    def start(self) -> None:
        """Begins with a round."""
        # What has happened before this was there is news too.
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """There is something to do. Any thread."""
        self._wake.set()

    def end(self) -> None:
        """Makes no further round; a round that goes on is not waited for."""
        self._ended.set()
        self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wake.wait(BUSY_WAKE_S if self._is_busy() else IDLE_WAKE_S)
            self._wake.clear()
            try:
                self._attend()
            except Exception:
                # Neither a profile nor a figure is worth a steward that has died.
                logger.exception("The steward failed; it goes on")
                self._ended.wait(BUSY_WAKE_S)
