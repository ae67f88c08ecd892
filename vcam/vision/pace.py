"""When something that should happen so often is due, in the frames' own time."""

from __future__ import annotations

import math


class Pace:
    """Says when something that should happen so often is due; keeps the rate on average.

    Args:
        rate_hz: how often it should happen; 0 for never.
    """

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1 / rate_hz if rate_hz > 0 else math.inf
        self._next = -math.inf if rate_hz > 0 else math.inf

    def due(self, at: float, early: float = 0.0) -> bool:
        """Whether it is time; `early` is the share of a period that it may be too soon."""
        if self._period_s == math.inf:
            return False
        return at >= self._next - early * self._period_s - 1e-6

    def done(self, at: float, stretch: float = 1.0) -> None:
        """It happened at `at`; the next time is `stretch` periods later."""
        period = self._period_s * stretch
        late = at - self._next
        self._next = (self._next if 0 <= late < period else at) + period

    def now(self) -> None:
        """Makes it due at once."""
        self._next = -math.inf
