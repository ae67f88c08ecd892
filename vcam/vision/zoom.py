"""Where to look enlarged for a hand that the whole picture does not show, one part at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vcam.core.geometry import Box, FloatArray

# A raised hand is about as long as the face is high: in five face heights it is 38 of the
# detector's 192 pixels. Shares are of the picture's shorter side.
_SIDE_IN_FACES = 5.0
_LEAST_SHARE, _MOST_SHARE = 0.25, 0.6
# From the face's middle to the middle of the part beside it: hands are shown there, in front of
# the shoulders. Both parts together reach past the elbows and up to the hair.
_BESIDE_SHARE, _BELOW_FACES = 0.4, 0.5
_FAR_SHARE = 0.2
"""Whoever's face is higher is near enough for the whole picture to show the hands."""
_FRESH_S = 2.0
"""A movement is no hint for longer: the hand that was raised then is found, or it was none."""
_LOST_SIDE_IN_HANDS = 4.0


class ZoomRound:
    """Takes turns among the parts that may hold a far hand.

    Every other part is where something moved last, as long as that is a fresh hint; the others lie
    beside the far faces, left and right, one face after the other. Where no face is found, as in
    the dark, there is nothing but movement to go by.
    """

    def __init__(self) -> None:
        self._turn = 0
        self._beside = 0
        self._moved: tuple[float, float] | None = None
        self._moved_at = -math.inf

    def reset(self) -> None:
        """Forgets what moved."""
        self._moved, self._moved_at = None, -math.inf

    def note_movement(self, point: tuple[float, float], at: float) -> None:
        """Something moved there, pixels."""
        self._moved, self._moved_at = point, at

    def next_part(self, faces: Sequence[Box], size: tuple[int, int], at: float) -> Box | None:
        """The part whose turn it is, within the picture; None where nobody can be far away.

        Args:
            faces: brow to chin, ear to ear, pixels.
            size: of the picture, width and height.
            at: time, seconds.
        """
        far = [face for face in faces if face.height < _FAR_SHARE * min(size)]
        if faces and not far:
            return None
        moved = self._moved if 0 <= at - self._moved_at <= _FRESH_S else None
        self._turn += 1
        if moved is not None and (self._turn % 2 or not far):
            nearest = min(far, key=lambda face: math.dist(face.centre, moved), default=None)
            return _square(moved, _side(nearest, size), size)
        if not far:
            return None
        face = far[self._beside // 2 % len(far)]
        left = self._beside % 2 == 0
        self._beside += 1
        side = _side(face, size)
        x, y = face.centre
        beside = x + (-_BESIDE_SHARE if left else _BESIDE_SHARE) * side
        return _square((beside, y + _BELOW_FACES * face.height), side, size)


def round_lost(points: FloatArray, hand_px: float, size: tuple[int, int]) -> Box | None:
    """The part of the picture in which a hand that was just lost should be.

    Args:
        points: where its landmarks would be by now, (n, 2), pixels.
        hand_px: its size.
        size: of the picture, width and height.

    Returns:
        A square within the picture; None if the hand should have left it.
    """
    x, y = points.mean(axis=0).tolist()
    if not (0 <= x < size[0] and 0 <= y < size[1]):
        return None
    side = max(_LOST_SIDE_IN_HANDS * hand_px, _LEAST_SHARE * min(size))
    return _square((x, y), side, size)


def _side(face: Box | None, size: tuple[int, int]) -> float:
    shorter = min(size)
    if face is None:
        return _MOST_SHARE * shorter
    return min(max(_SIDE_IN_FACES * face.height, _LEAST_SHARE * shorter), _MOST_SHARE * shorter)


def _square(centre: tuple[float, float], side: float, size: tuple[int, int]) -> Box:
    """A square of that side about a point, pushed into the picture; smaller if it must be."""
    side = min(side, *size)
    x = min(max(0.0, centre[0] - side / 2), size[0] - side)
    y = min(max(0.0, centre[1] - side / 2), size[1] - side)
    return Box(x, y, side, side)
