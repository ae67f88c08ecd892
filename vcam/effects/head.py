"""Follows one head between observations, and tells where its anchors are."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from vcam.core.geometry import FloatArray, Placement
from vcam.core.observation import Face
from vcam.effects.anchor_pose import AnchorPose, FaceAnchorName
from vcam.effects.follow import Follower
from vcam.effects.sighting import Sighting

_FRONTAL_MOUTH = 1.05
"""Eye line to mouth of a face seen from the front, in eye distances."""

_MOST_YAW = math.radians(65)
"""A head turned farther shows too little for its angle to be trusted."""

_CHEEK_YAW = math.radians(35)
"""How far each cheek looks aside from where the face looks."""

# Where what nobody looked for is, in eye distances from the middle of the eyes, along the face's
# own right and down; of a face seen from the front.
_USUAL: Final[dict[str, tuple[float, float]]] = {
    "face.forehead": (0.0, -0.62),
    "face.nose": (0.0, 0.6),
    "face.mouth": (0.0, _FRONTAL_MOUTH),
    "face.chin": (0.0, 1.75),
    "face.left_cheek": (-0.6, 0.65),
    "face.right_cheek": (0.6, 0.65),
}

_LEAP = 1.2
"""Farthest that a face moves from where it was expected, in units: beyond is another's face."""

_TOP: Final = (1.45, 0.5)
"""A hat's brim: so far above the eyes and behind them."""

# Chosen on 28 whole selfies against MediaPipe's pose network: the middle of the shoulders is 0.3
# eye distances off at the median and 0.6 at the 90th percentile, their distance by 10 %.
_NECK_DOWN, _SHOULDERS_DOWN, _SHOULDER_WIDTH = 2.3, 0.8, 4.45
"""Eyes to the joint that a head is tilted round, from there to the shoulders; their distance."""


class _Numbers(NamedTuple):
    """What is measured of a face."""

    middle: FloatArray
    """Between the eyes, (2,), pixels."""

    shape: FloatArray
    """The way from eye to eye, and the head's own eye distance, (3,), pixels."""

    turn: FloatArray
    """Yaw and pitch, (2,), radians."""

    points: dict[str, FloatArray]
    """Along the face's own right and down, in units, from the middle of the eyes, (2,) each."""


class Head:
    """One face, from when it was found until it is forgotten.

    Args:
        appears_at: when it came into view, seconds; None for what was there from the start.
    """

    def __init__(self, appears_at: float | None) -> None:
        self.sighting = Sighting(appears_at)
        self._place = Follower(min_cutoff_hz=2.0, beta=6.0)
        self._shape = Follower(min_cutoff_hz=1.0, beta=4.0)
        self._turn = Follower(min_cutoff_hz=1.0, beta=4.0)
        self._points = {name: Follower(min_cutoff_hz=1.0, beta=4.0) for name in _USUAL}
        self._source: Face | None = None

    def see(self, face: Face, at: float, now: float) -> bool:
        """Takes a sighting; False if it makes no sense and was passed over."""
        if self._source is face:
            # Vision looks for faces less often than for hands and passes the last ones on: seen
            # again, but not measured again.
            self.sighting.seen_at = at
            return True
        numbers = _measure(face)
        if numbers is None:
            return False
        unit = float(numbers.shape[2])
        self._place.see(numbers.middle, at, unit, now)
        self._shape.see(numbers.shape, at, unit, now)
        self._turn.see(numbers.turn, at, 1.0, now)
        for name, follower in self._points.items():
            follower.see(numbers.points[name], at, 1.0, now)
        self.sighting.seen_at = at
        self._source = face
        return True

    def is_near(self, face: Face, at: float) -> bool:
        """Whether that face is where this one should be."""
        return self._distance(face, at) < 1

    def has_leapt(self, face: Face, at: float) -> bool:
        """Whether that face, of the same number, is too far off to be the same."""
        return self._source is not face and _LEAP < self._distance(face, at) < math.inf

    def _distance(self, face: Face, at: float) -> float:
        """From where this one should be, in units; infinite for what makes no sense."""
        numbers = _measure(face)
        if numbers is None:
            return math.inf
        way = self._place.at(at) - numbers.middle
        return float(np.hypot(*way)) / float(numbers.shape[2])

    def pose(
        self, track_id: int, anchor: FaceAnchorName, now: float, place: Placement
    ) -> AnchorPose:
        """Where the anchor is, on a picture that was taken at `now`."""
        x, y = self._place.at(now).tolist()
        across, down, unit = self._shape.at(now).tolist()
        yaw, pitch = self._turn.at(now).tolist()
        roll = math.atan2(down, across)
        visibility = self.sighting.visibility(now)
        squash = math.cos(_bounded(yaw))
        if anchor == "shoulders":
            # The head is tilted round the neck; the shoulders stay.
            x -= math.sin(roll) * _NECK_DOWN * unit
            y += (math.cos(roll) * _NECK_DOWN + _SHOULDERS_DOWN) * unit
            roll, squash, unit = 0.0, 1.0, unit * _SHOULDER_WIDTH
        elif anchor != "face.eyes":
            right, below = self._local(anchor, now, yaw, pitch)
            x += (right * math.cos(roll) - below * math.sin(roll)) * unit
            y += (right * math.sin(roll) + below * math.cos(roll)) * unit
            if anchor == "face.top":
                squash = 1.0
            elif anchor in ("face.left_cheek", "face.right_cheek"):
                side = -1 if anchor == "face.left_cheek" else 1
                facing = math.cos(_bounded(yaw) + side * _CHEEK_YAW)
                squash = max(0.0, facing) / math.cos(_CHEEK_YAW)
                visibility *= min(1.0, max(0.0, (facing - 0.1) / 0.3))
        return AnchorPose(
            track_id,
            place.left + place.scale * x,
            place.top + place.scale * y,
            unit * place.scale,
            roll,
            min(1.0, squash),
            visibility,
        )

    def _local(
        self, anchor: FaceAnchorName, now: float, yaw: float, pitch: float
    ) -> tuple[float, float]:
        if anchor == "face.top":
            above, behind = _TOP
            right = -behind * math.sin(_bounded(yaw))
            return right, -above * math.cos(pitch) - behind * math.sin(pitch)
        right, below = self._points[anchor].at(now).tolist()
        return right, below


def _bounded(yaw: float) -> float:
    return max(-_MOST_YAW, min(_MOST_YAW, yaw))


def _measure(face: Face) -> _Numbers | None:
    left, right = np.asarray(face.eyes, np.float64)
    middle, way = (left + right) / 2, right - left
    eyes = float(np.hypot(*way))
    mouth = float(np.hypot(*(np.asarray(face.mouth, np.float64) - middle)))
    shape = face.shape
    yaw, pitch = (shape.yaw, shape.pitch) if shape is not None else (0.0, 0.0)
    if not (eyes >= 1 and math.isfinite(eyes + mouth + yaw + pitch)):
        return None
    # A face turned aside brings its eyes together but not its mouth up: this bounds the size where
    # the turn is not known, or not well.
    unit = max(eyes / math.cos(_bounded(yaw)), 0.85 * mouth / _FRONTAL_MOUTH)
    if shape is None:
        yaw = math.acos(eyes / unit)
    seen = {"face.nose": face.nose, "face.mouth": face.mouth}
    if shape is not None:
        seen["face.forehead"], seen["face.chin"] = shape.forehead, shape.chin
        seen["face.left_cheek"], seen["face.right_cheek"] = shape.cheeks
    points = {}
    for name, usual in _USUAL.items():
        offset = (np.asarray(seen[name], np.float64) - middle) / unit if name in seen else None
        if offset is None or not np.isfinite(offset).all():
            points[name] = np.array(usual, np.float32)
            continue
        cos, sin = way / eyes
        own = (offset[0] * cos + offset[1] * sin, offset[1] * cos - offset[0] * sin)
        points[name] = np.array(own, np.float32)
    return _Numbers(
        middle.astype(np.float32),
        np.array([way[0], way[1], unit], np.float32),
        np.array([yaw, pitch], np.float32),
        points,
    )
