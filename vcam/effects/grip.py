"""Follows one hand between observations, and tells where palm and fingertips are."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from vcam.core.geometry import Box, FloatArray, Placement
from vcam.core.observation import Hand, Landmark
from vcam.effects.anchor_pose import AnchorPose, FingerName
from vcam.effects.follow import Follower, Numbers
from vcam.effects.sighting import Sighting

_FINGERS: Final[dict[FingerName, tuple[Landmark, Landmark]]] = {
    "hand.thumb": (Landmark.THUMB_IP, Landmark.THUMB_TIP),
    "hand.index": (Landmark.INDEX_PIP, Landmark.INDEX_TIP),
    "hand.middle": (Landmark.MIDDLE_PIP, Landmark.MIDDLE_TIP),
    "hand.ring": (Landmark.RING_PIP, Landmark.RING_TIP),
    "hand.pinky": (Landmark.PINKY_PIP, Landmark.PINKY_TIP),
}
"""Each finger's tip, and the joint from which its direction is taken."""

_SMOOTHED = 0.42
_SMOOTHED_S = (0.02, 0.042)
"""Vision smooths hands, for the poses' sake: what it tells is older than the frame by about this
share of the time between two looks, within these bounds. Chosen on the demo clip: of the tip of a
middle finger that is seen ten times a second the lag is 34 ms with 35 ms and 33 with 42."""

_OWN_SHARE = 0.5
"""A finger goes where the palm takes it; of what it does beside that so much goes on. Of a finger
that opens and closes more would be drawn far beyond it: it turns round between two looks."""

_SHORTEST_PALM = 0.6
"""A palm seen from its end is so short, in units, that its direction says little."""

_LEAP = 2.5
"""Farthest that a hand moves from where it was expected, in units: hands are quick."""


_TIPS: Final = [int(tip) for _, tip in _FINGERS.values()]
_JOINTS: Final = [int(joint) for joint, _ in _FINGERS.values()]
_FINGER_AT: Final = {name: number for number, name in enumerate(_FINGERS)}

# What is followed of a hand, one row each, padded with zeros: the middle of the palm; its length,
# and left, top, right, bottom of the hand, seen from its centre; of each finger the tip, and the
# way to it from the joint before; and the way from the wrist to the knuckles.
_PLACE, _SHAPE, _FIRST_TIP, _FIRST_WAY, _REACH = 0, 1, 2, 7, 12
_ROWS: Final = 13
_COLUMNS: Final = 5
_CUTOFFS_HZ: Final = (1.0, 0.5, *(1.0,) * 5, *(0.5,) * 5, 1.0)
_BETAS: Final = (8.0, 2.0, *(8.0,) * 5, *(4.0,) * 5, 8.0)


class Grip:
    """One hand, from when it was found until it is forgotten.

    Args:
        appears_at: when it came into view, seconds; None for what was there from the start.
    """

    def __init__(self, appears_at: float | None) -> None:
        self.sighting = Sighting(appears_at)
        self._follower = Follower(_CUTOFFS_HZ, _BETAS, carry=_carried)
        self._source: Hand | None = None
        self._measured_at = -math.inf
        self._measured: tuple[Hand, FloatArray | None] | None = None

    def see(self, hand: Hand, at: float, now: float) -> bool:
        """Takes a sighting; False if it makes no sense and was passed over."""
        if self._source is hand:
            self.sighting.seen_at = at
            return True
        numbers = self._numbers(hand)
        if numbers is None:
            return False
        between_s = at - self._measured_at
        smoothed_s = min(max(_SMOOTHED * between_s, _SMOOTHED_S[0]), _SMOOTHED_S[1])
        self._follower.see(numbers, at - smoothed_s, float(numbers[_SHAPE, 0]), now)
        self._measured_at = at
        self.sighting.seen_at = at
        self._source = hand
        return True

    def is_near(self, hand: Hand, at: float) -> bool:
        """Whether that hand is where this one should be."""
        return self._distance(hand, at) < 1

    def has_leapt(self, hand: Hand, at: float) -> bool:
        """Whether that hand, of the same number, is too far off to be the same."""
        return self._source is not hand and _LEAP < self._distance(hand, at) < math.inf

    def _distance(self, hand: Hand, at: float) -> float:
        """From where this one should be, in units; infinite for what makes no sense."""
        numbers = self._numbers(hand)
        if numbers is None:
            return math.inf
        right, down = (self._follower.at(at)[_PLACE, :2] - numbers[_PLACE, :2]).tolist()
        return math.hypot(right, down) / float(numbers[_SHAPE, 0])

    def _numbers(self, hand: Hand) -> FloatArray | None:
        """What is measured of it, (12, 5); asked for more than once for each sighting."""
        if self._measured is None or self._measured[0] is not hand:
            self._measured = hand, _measure(hand)
        return self._measured[1]

    def palm(self, track_id: int, now: float, place: Placement) -> AnchorPose:
        """The middle of the palm, upright."""
        rows = self._follower.at(now)
        x, y = rows[_PLACE, :2].tolist()
        unit, left, top, right, bottom = (rows[_SHAPE] * place.scale).tolist()
        x, y = place.left + place.scale * x, place.top + place.scale * y
        bounds = Box(x + left, y + top, right - left, bottom - top)
        visibility = self.sighting.visibility(now)
        return AnchorPose(track_id, x, y, unit, 0.0, 1.0, visibility, bounds)

    def fingertip(
        self, track_id: int, finger: FingerName, now: float, place: Placement
    ) -> AnchorPose:
        """A finger's tip, turned as the finger points."""
        palm = self.palm(track_id, now, place)
        rows, number = self._follower.at(now), _FINGER_AT[finger]
        x, y = rows[_FIRST_TIP + number, :2].tolist()
        right, down = rows[_FIRST_WAY + number, :2].tolist()
        return AnchorPose(
            track_id,
            place.left + place.scale * x,
            place.top + place.scale * y,
            palm.unit,
            math.atan2(right, -down),
            1.0,
            palm.visibility,
            palm.bounds,
        )


def between(first: AnchorPose, second: AnchorPose) -> AnchorPose | None:
    """Between two palms: their middle and distance, level when they are at the same height."""
    left, right = sorted((first, second), key=lambda pose: pose.x)
    across, down = right.x - left.x, right.y - left.y
    unit = math.hypot(across, down)
    if unit <= 0:
        return None
    return AnchorPose(
        left.track_id,
        (left.x + right.x) / 2,
        (left.y + right.y) / 2,
        unit,
        math.atan2(down, across),
        visibility=min(left.visibility, right.visibility),
        bounds=_around(left.bounds, right.bounds),
    )


def _around(first: Box | None, second: Box | None) -> Box | None:
    if first is None or second is None:
        return None
    x, y = min(first.x, second.x), min(first.y, second.y)
    right = max(first.x + first.width, second.x + second.width)
    bottom = max(first.y + first.height, second.y + second.height)
    return Box(x, y, right - x, bottom - y)


def _carried(value: Numbers, speed: Numbers) -> Numbers:
    """The speeds of a hand; those of its tips as the palm moves, turns and grows."""
    palm, way, unit = value[_PLACE, :2], value[_REACH, :2], float(value[_SHAPE, 0])
    square = max(float(way @ way), (_SHORTEST_PALM * unit) ** 2)
    along, across = (speed[_REACH, :2] / square).tolist()
    right, down = way.tolist()
    grows, turns = right * along + down * across, right * across - down * along
    tips = slice(_FIRST_TIP, _FIRST_WAY)
    arms = value[tips, :2] - palm
    taken = speed[_PLACE, :2] + arms @ np.array([[grows, turns], [-turns, grows]])
    carried = speed.copy()
    carried[tips, :2] = taken + _OWN_SHARE * (speed[tips, :2] - taken)
    return carried


def _measure(hand: Hand) -> FloatArray | None:
    points = np.asarray(hand.points, np.float32)
    if not np.isfinite(points).all():
        return None
    knuckles = points[[Landmark.WRIST, Landmark.INDEX_MCP, Landmark.MIDDLE_MCP, Landmark.PINKY_MCP]]
    wrist, index, middle, pinky = knuckles.tolist()
    # A palm is about 1.3 times as long as its knuckles are wide; of the two, foreshortening leaves
    # at least one alone.
    length = max(math.dist(middle, wrist), 1.3 * math.dist(index, pinky))
    if not (length >= 1 and math.isfinite(length)):
        return None
    rows = np.zeros((_ROWS, _COLUMNS), np.float32)
    centre = rows[_PLACE, :2]
    centre[:] = (knuckles[0] + knuckles[1] + knuckles[3]) / 3
    rows[_SHAPE, 0] = length
    rows[_SHAPE, 1:3] = points.min(axis=0) - centre
    rows[_SHAPE, 3:5] = points.max(axis=0) - centre
    tips = points[_TIPS]
    rows[_FIRST_TIP:_FIRST_WAY, :2] = tips
    rows[_REACH, :2] = knuckles[1:].mean(axis=0) - knuckles[0]
    rows[_FIRST_WAY:_REACH, :2] = tips - points[_JOINTS]
    return rows
