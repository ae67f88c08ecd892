"""The ring that shows how much of a hold is done."""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.blend import Blender

_SHIFT = 4
_TRACK = ((24, 20, 18), 0.42)
_DONE = ((250, 250, 250), 0.96)
_FULL = ((150, 226, 94), 1.0)
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
    middle = (centre[0] - left, centre[1] - top)
    shape = (bottom - top, right - left)
    layers = [(_arc(shape, middle, radius, 1.0, thickness + 2), *_TRACK)]
    if progress > 0:
        ink = _FULL if progress >= 1 else _DONE
        layers.append((_arc(shape, middle, radius, progress, thickness), *ink))
    blender = Blender()
    for mask, colour, opacity in layers:
        cover = cv2.convertScaleAbs(mask, alpha=opacity)
        bands = [cv2.convertScaleAbs(cover, alpha=value / 255) for value in colour]
        patch = cast(Image, cv2.merge([*bands, cover]))
        blender.blend(canvas[top:bottom, left:right], patch)


def _arc(
    shape: tuple[int, int],
    centre: tuple[float, float],
    radius: float,
    share: float,
    thickness: int,
) -> npt.NDArray[np.uint8]:
    """Coverage 0..255 of an arc that starts at the top and runs clockwise."""
    steps = max(2, math.ceil(share * max(48, radius)))
    angle = np.linspace(0, 2 * math.pi * share, steps + 1) - math.pi / 2
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + centre - 0.5
    fixed = (points * (1 << _SHIFT)).round().astype(np.int32)
    mask = np.zeros(shape, np.uint8)
    cv2.polylines(mask, [fixed], share >= 1, 255, thickness, cv2.LINE_AA, _SHIFT)
    return mask
