"""Follows one head between observations, and tells where its anchors are."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from vcam.core.geometry import FloatArray, Placement
from vcam.core.observation import Face
from vcam.effects.anchor_pose import AnchorPose, FaceAnchorName
from vcam.effects.follow import NOISE_SPEED, Follower
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
"""A hat's brim: so far above the eyes, and behind them as the head bends."""

_AXIS_BEHIND: Final = 1.05
"""The axis that a head is turned about, and the middle of a hat, lie so far behind the eyes: half a
head's length of 19 cm, less the eyes' 2.5 cm, in eye distances of 6.3 cm, and a little less by the
look of hats on photographs of turned heads."""

_LONGER: Final = 0.22
"""A turned head is longer than it was wide, and its unit is found too small: by so much of the
square of the sine a hat is wider then."""

# Chosen on 28 whole selfies against MediaPipe's pose network: the middle of the shoulders is 0.3
# eye distances off at the median and 0.6 at the 90th percentile, their distance by 10 %.
_NECK_DOWN, _SHOULDERS_DOWN, _SHOULDER_WIDTH = 2.3, 0.8, 4.45
"""Eyes to the joint that a head is tilted round, from there to the shoulders; their distance."""


# What is followed of a face, one row each, padded with zeros: the middle between the eyes, pixels;
# the way from eye to eye, and the head's own eye distance, pixels; yaw and pitch, radians; points
# along the face's own right and down, in units, from the middle of the eyes; and the eye distance
# once more, steadier: the shoulders hang on it by a lever of 3.1, which makes its noise three times
# as large, and nobody comes nearer so fast that it must be foreseen.
_PLACE, _SHAPE, _TURN, _FIRST_POINT = range(4)
_POINT_AT: Final = {name: _FIRST_POINT + number for number, name in enumerate(_USUAL)}
_STEADY: Final = _FIRST_POINT + len(_USUAL)
_ROWS: Final = _STEADY + 1
_TOO_FAR: Final = 1e30
_CUTOFFS_HZ: Final = (2.0, *(1.0,) * (_ROWS - 2), 0.5)
_BETAS: Final = (6.0, *(4.0,) * (_ROWS - 2), 1.0)
_NOISE_SPEEDS: Final = (*(NOISE_SPEED,) * (_ROWS - 1), 0.3)
_TRENDS: Final = (*(1.0,) * (_ROWS - 1), 0.0)


class Head:
    """One face, from when it was found until it is forgotten.

    Args:
        appears_at: when it came into view, seconds; None for what was there from the start.
    """

    def __init__(self, appears_at: float | None) -> None:
        self.sighting = Sighting(appears_at)
        self._follower = Follower(_CUTOFFS_HZ, _BETAS, _NOISE_SPEEDS, _TRENDS)
        self._source: Face | None = None
        self._measured: tuple[Face, FloatArray | None] | None = None

    def see(self, face: Face, at: float, now: float) -> bool:
        """Takes a sighting; False if it makes no sense and was passed over."""
        if self._source is face:
            # Vision looks for faces less often than for hands and passes the last ones on: seen
            # again, but not measured again.
            self.sighting.seen_at = at
            return True
        numbers = self._numbers(face)
        if numbers is None:
            return False
        unit = float(numbers[_SHAPE, 2])
        self._follower.see(numbers, at, (unit, unit, *(1.0,) * (_ROWS - 3), unit), now)
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
        numbers = self._numbers(face)
        if numbers is None:
            return math.inf
        right, down = (self._follower.at(at)[_PLACE, :2] - numbers[_PLACE, :2]).tolist()
        return math.hypot(right, down) / float(numbers[_SHAPE, 2])

    def _numbers(self, face: Face) -> FloatArray | None:
        """What is measured of it, (9, 3); asked for more than once for each sighting."""
        if self._measured is None or self._measured[0] is not face:
            self._measured = face, _measure(face)
        return self._measured[1]

    def pose(
        self, track_id: int, anchor: FaceAnchorName, now: float, place: Placement
    ) -> AnchorPose:
        """Where the anchor is, on a picture that was taken at `now`."""
        rows = self._follower.at(now).tolist()
        x, y, _ = rows[_PLACE]
        across, down, unit = rows[_SHAPE]
        yaw, pitch, _ = rows[_TURN]
        roll = math.atan2(down, across)
        visibility = self.sighting.visibility(now)
        squash = math.cos(_bounded(yaw))
        if anchor == "shoulders":
            # The head is tilted round the neck; the shoulders stay.
            unit = rows[_STEADY][0]
            x -= math.sin(roll) * _NECK_DOWN * unit
            y += (math.cos(roll) * _NECK_DOWN + _SHOULDERS_DOWN) * unit
            roll, squash, unit = 0.0, 1.0, unit * _SHOULDER_WIDTH
        elif anchor != "face.eyes":
            right, below = _local(anchor, rows, yaw, pitch)
            x += (right * math.cos(roll) - below * math.sin(roll)) * unit
            y += (right * math.sin(roll) + below * math.cos(roll)) * unit
            if anchor == "face.top":
                squash, unit = 1.0, unit * (1 + _LONGER * math.sin(_bounded(yaw)) ** 2)
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
    anchor: FaceAnchorName, rows: list[list[float]], yaw: float, pitch: float
) -> tuple[float, float]:
    """Along the face's own right and down, in units, from the middle of the eyes."""
    if anchor == "face.top":
        above, behind = _TOP
        right = -_AXIS_BEHIND * math.sin(_bounded(yaw))
        return right, -above * math.cos(pitch) - behind * math.sin(pitch)
    right, below, _ = rows[_POINT_AT[anchor]]
    return right, below


def _bounded(yaw: float) -> float:
    return max(-_MOST_YAW, min(_MOST_YAW, yaw))


def _measure(face: Face) -> FloatArray | None:
    (left_x, left_y), (right_x, right_y) = np.asarray(face.eyes, np.float64).tolist()
    x, y = (left_x + right_x) / 2, (left_y + right_y) / 2
    across, down = right_x - left_x, right_y - left_y
    eyes = math.hypot(across, down)
    mouth = math.dist(np.asarray(face.mouth, np.float64).tolist(), (x, y))
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
    cos, sin = across / eyes, down / eyes
    rows = [(x, y, 0.0), (across, down, unit), (yaw, pitch, 0.0)]
    for name, usual in _USUAL.items():
        at = np.asarray(seen[name], np.float64).tolist() if name in seen else (math.nan, math.nan)
        right, below = (at[0] - x) / unit, (at[1] - y) / unit
        own = (right * cos + below * sin, below * cos - right * sin)
        rows.append((*(own if math.isfinite(own[0] + own[1]) else usual), 0.0))
    rows.append((unit, 0.0, 0.0))
    measured = np.array(rows)
    # What is no picture's may be too large for the numbers that it is kept in.
    return measured.astype(np.float32) if np.abs(measured).max() < _TOO_FAR else None
