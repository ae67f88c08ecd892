"""How fast a hand changes its shape: who means a pose keeps it, who does not passes through it.

Air quotes, counting and talking hands go through poses without resting in them. Read one by one,
enough of their pictures look like the pose; over time the fingers give them away.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.core.observation import Hand, Landmark

MOST_RESTLESS: Final = 0.09
"""In hand widths per 100 ms, the median over a while. Of drawn film: 4 instead of 10 starts in 26
air quotes; of 41 poses held for a second as many found (34), as soon (488 ms). With 0.07 it would
be 3, but landmarks that jitter by 4 % of the hand's width then count as fingers on the move."""

_WINDOW_S: Final = 0.4
"""Less than the shortest usual dwell, so that the way into a pose that is held does not count."""

_BASE_S: Final = 0.15
_MEMORY_S: Final = 0.6
"""Shapes are compared over at least the one, and forgotten after the other. Over less, landmarks
that jitter by a few hundredths of a hand width would be fast fingers."""

_TIPS: Final = [
    Landmark.THUMB_TIP,
    Landmark.INDEX_TIP,
    Landmark.MIDDLE_TIP,
    Landmark.RING_TIP,
    Landmark.PINKY_TIP,
]

Tips = npt.NDArray[np.float64]


class FingerMeter:
    """Speed of one hand's fingertips, as seen from its palm, in true time."""

    def __init__(self) -> None:
        self._shapes: deque[tuple[float, Tips]] = deque()
        self._speeds: deque[tuple[float, float]] = deque()

    def is_restless(self, at: float, hand: Hand) -> bool:
        """Notes the shape, and tells whether the fingers were on the move for the last 400 ms.

        Half of the readings decide: neither one wrong landmark nor one still moment does.

        Args:
            at: seconds.
            hand: as for `speed`.
        """
        self._speeds.append((at, self.speed(at, hand)))
        while self._speeds[0][0] < at - _WINDOW_S:
            self._speeds.popleft()
        ordered = sorted(speed for _, speed in self._speeds)
        return ordered[len(ordered) // 2] > MOST_RESTLESS

    def speed(self, at: float, hand: Hand) -> float:
        """Notes the shape, and returns the second-fastest fingertip's speed.

        In hand widths per 100 ms. One fingertip alone may be a landmark that jumps. The hand's way
        through the picture and its turn in it do not count. Measured against two earlier shapes,
        both at least 150 ms back; the slower counts, so that one wrong reading does not make the
        right ones after it look fast. A hand that is new has no speed yet: 0.

        Args:
            at: seconds; one that is not later than the last is ignored and gives 0.
            hand: ignored and gives 0 if its landmarks are no numbers.
        """
        if self._shapes and not at > self._shapes[-1][0]:
            return 0.0
        tips = _tips_from_palm(hand)
        if tips is None:
            return 0.0
        self._shapes.append((at, tips))
        while self._shapes[0][0] < at - _MEMORY_S:
            self._shapes.popleft()
        earlier = [shape for shape in self._shapes if at - shape[0] >= _BASE_S][-2:]
        if not earlier:
            return 0.0
        return min(
            float(np.sort(np.hypot(*(tips - before).T))[-2]) / ((at - then) * 10)
            for then, before in earlier
        )


def _tips_from_palm(hand: Hand) -> Tips | None:
    """Fingertips (5, 2) in the palm's own frame, in hand widths."""
    points = hand.points.astype(np.float64)
    along = points[Landmark.MIDDLE_MCP] - points[Landmark.WRIST]
    width = hand.width
    if not math.isfinite(float(points.sum())) or width <= 0:
        return None
    angle = math.atan2(float(along[0]), -float(along[1]))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    tips: Tips = (points[_TIPS] - hand.palm_centre) @ turn.T / width
    return tips
