"""The ring that shows how much of a hold is done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.blend import Blender

_SHIFT = 4
_TRACK, _TRACK_OPACITY = (24, 20, 18), 0.42
_DONE = (250, 250, 250)
_FULL = (150, 226, 94)
_MAX_RADIUS = 4096


def draw_ring(canvas: Image, centre: tuple[float, float], radius: float, progress: float) -> None:
    """Draws a dark ring, filled with light clockwise from the top, green once it is full.

    Args:
        canvas: uint8 (H, W, 3) BGR, written in place.
        centre: pixels; may lie off the picture.
        radius: to the middle of the ring, pixels.
        progress: 0..1; beyond is cut off. Anything that is not finite draws nothing.
    """
    if not all(map(math.isfinite, (*centre, radius, progress))) or not 2 <= radius <= _MAX_RADIUS:
        return
    progress = min(1.0, max(0.0, progress))
    thickness = max(2, round(radius * 0.085))
    reach = radius + thickness + 2
    height, width = canvas.shape[:2]
    left, right = max(0, math.floor(centre[0] - reach)), min(width, math.ceil(centre[0] + reach))
    top, bottom = max(0, math.floor(centre[1] - reach)), min(height, math.ceil(centre[1] + reach))
    if left >= right or top >= bottom:
        return
    view = canvas[top:bottom, left:right]
    middle = (centre[0] - left, centre[1] - top)
    cover = np.zeros(view.shape[:2], np.uint8)
    _arc(cover, middle, radius, 1.0, thickness + 2, (255 * _TRACK_OPACITY,))
    bands = [cv2.convertScaleAbs(cover, alpha=value / 255) for value in _TRACK]
    Blender().blend(view, cast(Image, cv2.merge([*bands, cover])))
    if progress > 0:
        _arc(view, middle, radius, progress, thickness, _FULL if progress >= 1 else _DONE)


def _arc(
    picture: npt.NDArray[np.uint8],
    centre: tuple[float, float],
    radius: float,
    share: float,
    thickness: int,
    colour: Sequence[float],
) -> None:
    """Draws an arc that starts at the top and runs clockwise."""
    steps = max(2, math.ceil(share * min(120, max(48, radius))))
    angle = np.linspace(0, 2 * math.pi * share, steps + 1) - math.pi / 2
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + centre - 0.5
    fixed = (points * (1 << _SHIFT)).round().astype(np.int32)
    cv2.polylines(picture, [fixed], share >= 1, colour, thickness, cv2.LINE_AA, _SHIFT)
