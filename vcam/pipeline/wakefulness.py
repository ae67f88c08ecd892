"""Whether the machine slept, or the process was stopped, since one last looked."""

from __future__ import annotations

import sys
import time

GAP_S = 5.0
"""A shorter gap is a busy machine; cameras outlive it."""


def seconds_awake_and_asleep() -> float:
    """Seconds on a clock that goes on while the machine sleeps, other than `time.monotonic`."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Wakefulness:
    """Notices gaps in time. Pure: both clocks are handed in."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def slept(self, now: float, real: float) -> bool:
        """Whether more than `GAP_S` have passed since the last call, on either clock.

        Args:
            now: monotonic seconds, which on Linux and macOS stand still while the machine sleeps.
            real: seconds on a clock that goes on then.
        """
        last, self._last = self._last, (now, real)
        return last is not None and (now - last[0] > GAP_S or real - last[1] > GAP_S)
