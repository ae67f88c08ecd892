"""Regions of interest: the turned squares that the landmark networks look at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray
from vcam.core.observation import Landmark

# Scale and shift of MediaPipe's graphs, for which the landmark networks were trained: the square
# has the longer side of the box, times the scale; the shift is in box heights, along the fingers.
_PALM_SCALE, _PALM_SHIFT = 2.6, -0.5
_HAND_SCALE, _HAND_SHIFT = 2.0, -0.1
_FACE_SCALE = 1.5

SQUARE_SIDE: Final = 96
"""Pixels at which the square round a hand is cut, whatever it is scaled to then."""

# What bounds the hand for the next look: wrist, thumb up to its middle joint, and of each finger
# the two joints next to the palm. Finger tips move too much to steer by.
_STEADY_JOINTS = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
_EYE_OUTER, _EYE_INNER = 33, 133


@dataclass(frozen=True, slots=True)
class Region:
    """A square in the frame, turned about its centre.

    Attributes:
        x: centre, pixels of the frame.
        y: centre, pixels of the frame.
        size: side, pixels of the frame.
        angle: radians by which the square's own axes are turned, from x towards y (clockwise as
            one sees it).
    """

    x: float
    y: float
    size: float
    angle: float

    def to_frame(self, side: int) -> npt.NDArray[np.float64]:
        """The matrix, (2, 3), that takes pixels of a cut of `side` pixels to the frame's."""
        scale = self.size / side
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        half = side / 2
        return np.array(
            [
                [cos, -sin, self.x - half * cos + half * sin],
                [sin, cos, self.y - half * sin - half * cos],
            ]
        )

    def moved(self, dx: float, dy: float) -> Region:
        """The same square elsewhere."""
        return Region(self.x + dx, self.y + dy, self.size, self.angle)

    def touches(self, width: int, height: int) -> bool:
        """Whether its centre lies in a picture of that size, or near to it."""
        reach = self.size / 2
        return -reach < self.x < width + reach and -reach < self.y < height + reach


def cut(image: Image, region: Region, side: int) -> Image:
    """The region as an upright picture.

    Bilinear, and edge pixels go on beyond the picture's border, as the networks had it when they
    were trained.

    Returns:
        uint8 (side, side, 3), BGR.
    """
    picture = cv2.warpAffine(
        image,
        region.to_frame(side),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(picture, np.uint8)


def hand_square(image: Image, points: FloatArray, side: int) -> tuple[Image, float]:
    """The square round a hand as an upright picture, and by how much it is turned.

    It is cut at 96 pixels first, as the squares that the network for pictures was trained on.

    Args:
        image: uint8 (h, w, 3), BGR.
        points: its landmarks, (21, 2), pixels.
        side: pixels of the square.

    Returns:
        uint8 (side, side, 3), BGR, and radians.
    """
    region = from_hand(points)
    picture = cut(image, region, SQUARE_SIDE)
    if side != SQUARE_SIDE:
        way = cv2.INTER_AREA if side < SQUARE_SIDE else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, (side, side), interpolation=way), np.uint8)
    return picture, region.angle


def place(points: FloatArray, region: Region, side: int) -> FloatArray:
    """Takes points, (n, 2), from the pixels of a cut of `side` pixels to the frame's."""
    matrix = region.to_frame(side)
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def from_palm(box: Box, wrist: FloatArray, middle_knuckle: FloatArray) -> Region:
    """Where the whole hand is, seen from a detected palm."""
    angle = _turn_upright(middle_knuckle - wrist)
    x, y = box.centre
    x, y = _shifted(x, y, _PALM_SHIFT * box.height, angle)
    return Region(x, y, _PALM_SCALE * max(box.width, box.height), angle)


def from_hand(points: FloatArray) -> Region:
    """Where the hand will be next, seen from its landmarks, (21, 2)."""
    knuckles = (points[Landmark.INDEX_MCP] + points[Landmark.RING_MCP]) / 2
    knuckles = (knuckles + points[Landmark.MIDDLE_MCP]) / 2
    angle = _turn_upright(knuckles - points[Landmark.WRIST])
    x, y, width, height = _bounds(points[list(_STEADY_JOINTS)], angle)
    x, y = _shifted(x, y, _HAND_SHIFT * height, angle)
    return Region(x, y, _HAND_SCALE * max(width, height), angle)


def from_face_box(box: Box, eyes: FloatArray) -> Region:
    """Where to look for face landmarks, seen from a detected face and its eyes, (2, 2)."""
    x, y = box.centre
    return Region(x, y, _FACE_SCALE * max(box.width, box.height), _turn_level(eyes[1] - eyes[0]))


def from_face(mesh: FloatArray) -> Region:
    """Where the face will be next, seen from its 468 landmarks."""
    angle = _turn_level(mesh[_EYE_INNER] - mesh[_EYE_OUTER])
    box = Box.around(mesh)
    x, y = box.centre
    return Region(x, y, _FACE_SCALE * max(box.width, box.height), angle)


def _turn_upright(along: FloatArray) -> float:
    """The angle of a square in which `along` points straight up."""
    return float(math.remainder(math.pi / 2 + math.atan2(along[1], along[0]), math.tau))


def _turn_level(along: FloatArray) -> float:
    """The angle of a square in which `along` points to the right."""
    return math.atan2(float(along[1]), float(along[0]))


def _shifted(x: float, y: float, down: float, angle: float) -> tuple[float, float]:
    """The point moved by `down` along the turned square's own y axis."""
    return x - down * math.sin(angle), y + down * math.cos(angle)


def _bounds(points: FloatArray, angle: float) -> tuple[float, float, float, float]:
    """The smallest box turned by `angle` round `points`: centre x, y in the frame, and its size."""
    cos, sin = math.cos(angle), math.sin(angle)
    own = points @ np.array([[cos, -sin], [sin, cos]])
    low, high = own.min(axis=0), own.max(axis=0)
    middle = (low + high) / 2
    width, height = high - low
    x, y = middle[0] * cos - middle[1] * sin, middle[0] * sin + middle[1] * cos
    return float(x), float(y), float(width), float(height)
