"""Follows one hand between observations, and tells where palm and fingertips are."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from vcam.core.geometry import Box, FloatArray, Placement
from vcam.core.observation import Hand, Landmark
from vcam.effects.anchor_pose import AnchorPose, FingerName
from vcam.effects.follow import Follower
from vcam.effects.sighting import Sighting

_FINGERS: Final[dict[FingerName, tuple[Landmark, Landmark]]] = {
    "hand.thumb": (Landmark.THUMB_IP, Landmark.THUMB_TIP),
    "hand.index": (Landmark.INDEX_PIP, Landmark.INDEX_TIP),
    "hand.middle": (Landmark.MIDDLE_PIP, Landmark.MIDDLE_TIP),
    "hand.ring": (Landmark.RING_PIP, Landmark.RING_TIP),
    "hand.pinky": (Landmark.PINKY_PIP, Landmark.PINKY_TIP),
}
"""Each finger's tip, and the joint from which its direction is taken."""

_SMOOTHED_S = 0.02
"""Vision smooths hands, for the poses' sake: what it tells is older than the frame by about this.
The lag on the demo clip with and without that smoothing is 47 and 30 ms."""

_LEAP = 2.5
"""Farthest that a hand moves from where it was expected, in units: hands are quick."""


class _Numbers(NamedTuple):
    """What is measured of a hand."""

    centre: FloatArray
    """Middle of the palm, (2,), pixels."""

    shape: FloatArray
    """Length of the palm, and left, top, right, bottom of the hand, seen from its centre, (5,)."""

    tips: dict[FingerName, FloatArray]
    """Of each finger the tip and the way to it from the joint before, (4,), pixels."""


class Grip:
    """One hand, from when it was found until it is forgotten.

    Args:
        appears_at: when it came into view, seconds; None for what was there from the start.
    """

    def __init__(self, appears_at: float | None) -> None:
        self.sighting = Sighting(appears_at)
        self._place = Follower(min_cutoff_hz=1.0, beta=8.0)
        self._shape = Follower(min_cutoff_hz=0.5, beta=2.0)
        self._tips = {name: Follower(min_cutoff_hz=1.0, beta=8.0) for name in _FINGERS}
        self._ways = {name: Follower(min_cutoff_hz=0.5, beta=4.0) for name in _FINGERS}
        self._source: Hand | None = None

    def see(self, hand: Hand, at: float, now: float) -> bool:
        """Takes a sighting; False if it makes no sense and was passed over."""
        if self._source is hand:
            self.sighting.seen_at = at
            return True
        numbers = _measure(hand)
        if numbers is None:
            return False
        unit = float(numbers.shape[0])
        was_at = at - _SMOOTHED_S
        self._place.see(numbers.centre, was_at, unit, now)
        self._shape.see(numbers.shape, was_at, unit, now)
        for name, tip in numbers.tips.items():
            self._tips[name].see(tip[:2], was_at, unit, now)
            self._ways[name].see(tip[2:], was_at, unit, now)
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
        numbers = _measure(hand)
        if numbers is None:
            return math.inf
        way = self._place.at(at) - numbers.centre
        return float(np.hypot(*way)) / float(numbers.shape[0])

    def palm(self, track_id: int, now: float, place: Placement) -> AnchorPose:
        """The middle of the palm, upright."""
        x, y = self._place.at(now).tolist()
        unit, left, top, right, bottom = (self._shape.at(now) * place.scale).tolist()
        x, y = place.left + place.scale * x, place.top + place.scale * y
        bounds = Box(x + left, y + top, right - left, bottom - top)
        visibility = self.sighting.visibility(now)
        return AnchorPose(track_id, x, y, unit, 0.0, 1.0, visibility, bounds)

    def fingertip(
        self, track_id: int, finger: FingerName, now: float, place: Placement
    ) -> AnchorPose:
        """A finger's tip, turned as the finger points."""
        palm = self.palm(track_id, now, place)
        x, y = self._tips[finger].at(now).tolist()
        right, down = self._ways[finger].at(now).tolist()
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


def _measure(hand: Hand) -> _Numbers | None:
    points = np.asarray(hand.points, np.float32)
    if not np.isfinite(points).all():
        return None
    wrist, index = points[Landmark.WRIST], points[Landmark.INDEX_MCP]
    middle, pinky = points[Landmark.MIDDLE_MCP], points[Landmark.PINKY_MCP]
    # A palm is about 1.3 times as long as its knuckles are wide; of the two, foreshortening leaves
    # at least one alone.
    length = max(float(np.hypot(*(middle - wrist))), 1.3 * float(np.hypot(*(index - pinky))))
    if not (length >= 1 and math.isfinite(length)):
        return None
    centre = np.asarray((wrist + index + pinky) / 3, np.float32)
    corners = np.concatenate([points.min(axis=0) - centre, points.max(axis=0) - centre])
    tips = {
        name: np.concatenate([points[tip], points[tip] - points[joint]])
        for name, (joint, tip) in _FINGERS.items()
    }
    return _Numbers(centre, np.concatenate([[length], corners]).astype(np.float32), tips)
