"""When a thing was seen, and how much of what holds on to it shows."""

from __future__ import annotations

import math

HOLD_S = 0.3
"""A thing out of sight keeps its sticker in place so long."""

FADE_S = 0.25
"""Then the sticker fades within this time; one found again or anew comes as fast."""

FORGET_S = 1.0
"""Then it is forgotten."""


class Sighting:
    """Since when a thing is there and when it was last seen.

    Args:
        appears_at: when it came into view, seconds; None for what was there from the start.
    """

    def __init__(self, appears_at: float | None) -> None:
        self.appears_at = appears_at
        self.seen_at = -math.inf

    def visibility(self, now: float) -> float:
        """1 while it is seen and shortly after, then falling to 0."""
        lost = (now - self.seen_at - HOLD_S) / FADE_S
        come = 1.0 if self.appears_at is None else (now - self.appears_at) / FADE_S
        return min(1.0, max(0.0, min(come, 1.0 - max(0.0, lost))))

    def is_over(self, now: float) -> bool:
        """Whether it was lost so long ago that it may be forgotten."""
        return now - self.seen_at > HOLD_S + FADE_S + FORGET_S
