"""Flashes, and the guard that keeps them from harming anybody."""

from __future__ import annotations

from collections import deque
from collections.abc import Set as AbstractSet

from vcam.effects.schema import FlashSpec

MOST_A_SECOND = 3
"""WCAG 2.3.1: no more than three flashes in any one second."""


def flash_at(spec: FlashSpec, elapsed_s: float) -> tuple[int, float]:
    """Which flash it is, from 0, and how much of it shows, 0..1; -1 and 0 between flashes.

    Args:
        spec: of the flashes.
        elapsed_s: seconds since the effect started.
    """
    since_ms = elapsed_s * 1000 - spec.after_ms
    if since_ms < 0:
        return -1, 0.0
    number = int(since_ms // spec.every_ms)
    if number >= spec.times:
        # The last one may be longer than the time to the next one, which does not come.
        number = spec.times - 1
    done = (since_ms - number * spec.every_ms) / spec.ms
    if done >= 1:
        return -1, 0.0
    return number, spec.peak * (1 - done) ** 2


class FlashGuard:
    """Lets at most three flashes begin within a second, whoever wants them.

    A flash that was let through or kept back stays so to its end.
    """

    def __init__(self) -> None:
        self._begun: deque[float] = deque(maxlen=MOST_A_SECOND)
        self._let: dict[tuple[int, int], bool] = {}

    def lets(self, key: int, number: int, at: float) -> bool:
        """Whether flash `number` of the showing `key` may be drawn on the picture of `at`."""
        known = self._let.get((key, number))
        if known is not None:
            return known
        if self._begun and at < self._begun[-1]:
            # Another clock; nothing is known of it.
            self._begun.clear()
        free = len(self._begun) < MOST_A_SECOND or at - self._begun[0] > 1.0
        if free:
            self._begun.append(at)
        self._let[key, number] = free
        return free

    def keep(self, keys: AbstractSet[int]) -> None:
        """Forgets all showings but these."""
        for known in [each for each in self._let if each[0] not in keys]:
            del self._let[known]
