"""Where a sprite comes to lie on a picture: its pose, and the pixels that it touches there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vcam.effects.sprite import Level, Sprite

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

MAX_DRAWN_SIDE = 16_384
"""Sprites that would come out larger than this, in pixels, are not drawn."""

MIN_OPACITY = 1 / 255


@dataclass(frozen=True, slots=True)
class Pose2D:
    """Where and how a sprite is drawn.

    Attributes:
        x: where the sprite's pivot comes to lie on the canvas, pixels (0 is the left edge of the
            leftmost pixel).
        y: the same, downwards.
        width: width of the whole picture, pixels.
        height: its height, pixels.
        angle: radians, clockwise as seen on the picture.
        opacity: 0..1.
        pivot: the point of the picture that lies on (x, y) and that it turns about, as shares of
            its width and height.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    opacity: float = 1.0
    pivot: tuple[float, float] = (0.5, 0.5)


def is_drawable(pose: Pose2D) -> bool:
    """Whether a pose is finite, has a size, and is within what may be drawn."""
    numbers = (pose.x, pose.y, pose.width, pose.height, pose.angle, pose.opacity)
    if not all(map(math.isfinite, numbers)) or pose.opacity < MIN_OPACITY:
        return False
    if not (0.5 <= max(pose.width, pose.height) <= MAX_DRAWN_SIDE):
        return False
    return min(pose.width, pose.height) > 0 and max(abs(pose.x), abs(pose.y)) <= 1e6


def matrix_of(sprite: Sprite, level: Level, pose: Pose2D) -> npt.NDArray[np.float64]:
    """From indices of the level's pixels to indices of the canvas's, float64 (2, 3)."""
    across = pose.width / (sprite.width * level.scale_x)
    down = pose.height / (sprite.height * level.scale_y)
    cos, sin = math.cos(pose.angle), math.sin(pose.angle)
    a, b, c, d = across * cos, -down * sin, across * sin, down * cos
    pivot_x = level.centre[0] + (pose.pivot[0] - 0.5) * sprite.width * level.scale_x - 0.5
    pivot_y = level.centre[1] + (pose.pivot[1] - 0.5) * sprite.height * level.scale_y - 0.5
    shift_x = pose.x - 0.5 - a * pivot_x - b * pivot_y
    shift_y = pose.y - 0.5 - c * pivot_x - d * pivot_y
    return np.array([[a, b, shift_x], [c, d, shift_y]])


def window_of(
    level: Level, matrix: npt.NDArray[np.float64], canvas_width: int, canvas_height: int
) -> Box | None:
    """Left, top, right, bottom of the canvas's pixels that the level touches; None for none."""
    edges = bounds_of(level, matrix)
    left, right = max(0, edges[0]), min(canvas_width, edges[2])
    top, bottom = max(0, edges[1]), min(canvas_height, edges[3])
    if left >= right or top >= bottom:
        return None
    return left, top, right, bottom


def bounds_of(level: Level, matrix: npt.NDArray[np.float64]) -> Box:
    """As `window_of`, on a canvas without end."""
    (a, b, shift_x), (c, d, shift_y) = matrix.tolist()
    x, y = level.hull
    xs, ys = a * x + b * y, c * x + d * y
    return (
        math.floor(xs.min() + shift_x),
        math.floor(ys.min() + shift_y),
        math.ceil(xs.max() + shift_x) + 1,
        math.ceil(ys.max() + shift_y) + 1,
    )
