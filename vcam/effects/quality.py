"""Lets the quality of drawing fall while drawing takes too long, and rise again after."""

from __future__ import annotations

TOO_MUCH = 0.6
"""Share of the time between two pictures that drawing may take; the rest is for all else."""
LITTLE = 0.25
"""Below this share there is room for better."""

FALL_AFTER_S = 0.5
RISE_AFTER_S = 4.0
"""How long it must have been so. Falling is urgent, rising is not."""

LONGEST_RISE_S = 120.0
"""Each fall soon after a rise doubles the wait before the next rise, up to this."""

_STEP_BOUNDS_S = (0.005, 0.1)


class QualityGovernor:
    """Says how much has to be left out. Pure: time comes in with the pictures.

    Args:
        lowest: the last of the levels; 0 is the first and leaves nothing out.

    Attributes:
        level: how much to leave out.
    """

    def __init__(self, lowest: int) -> None:
        self.level = 0
        self._lowest = lowest
        self._at: float | None = None
        self._much_s = 0.0
        self._little_s = 0.0
        self._rise_after_s = RISE_AFTER_S
        self._since_rise_s = LONGEST_RISE_S

    def note(self, spent_s: float, at: float) -> None:
        """One picture was drawn.

        Args:
            spent_s: how long that took.
            at: the picture's time, seconds; one that is not later than the last changes nothing.
        """
        before, self._at = self._at, at
        if before is None or at <= before:
            return
        step_s = min(max(at - before, _STEP_BOUNDS_S[0]), _STEP_BOUNDS_S[1])
        self._since_rise_s += step_s
        share = spent_s / step_s
        # A single late picture is no load: what speaks against it counts back as fast.
        self._much_s = max(0.0, self._much_s + (step_s if share > TOO_MUCH else -step_s))
        self._little_s = self._little_s + step_s if share < LITTLE else 0.0
        if self._much_s >= FALL_AFTER_S:
            self._fall()
        elif self._little_s >= self._rise_after_s:
            self._rise()

    def _fall(self) -> None:
        self._much_s = self._little_s = 0.0
        if self.level == self._lowest:
            return
        self.level += 1
        if self._since_rise_s < self._rise_after_s:
            self._rise_after_s = min(2 * self._rise_after_s, LONGEST_RISE_S)
        else:
            self._rise_after_s = RISE_AFTER_S

    def _rise(self) -> None:
        self._much_s = self._little_s = 0.0
        if self.level:
            self.level -= 1
            self._since_rise_s = 0.0
