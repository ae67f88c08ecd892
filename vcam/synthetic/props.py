"""Things that people hold: drawn behind the hand, whose fingers then lie round them."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.synthetic.camera import project
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.look import Colour

_NEAREST_CM = 5.0


def _ring(x: float, radius: float) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return np.stack(
        [np.full(16, x), 7.4 + radius * np.cos(angle), 4.6 + radius * np.sin(angle)], axis=1
    )


def _slab(across: float, low: float, high: float, z: float, thick: float) -> FloatArray:
    return np.array(
        [
            (x, y, depth)
            for x in (-across, across)
            for y in (low, high)
            for depth in (z - thick, z + thick)
        ]
    )


PROPS: Final[dict[str, tuple[FloatArray, ...]]] = {
    "cup": (np.vstack([_ring(-5.5, 3.3), _ring(5.0, 4.1)]),),
    "bottle": (
        np.vstack([_ring(-9.0, 3.2), _ring(9.0, 3.2)]),
        np.vstack([_ring(9, 3), _ring(14, 1.4)]),
    ),
    "phone": (_slab(3.6, 2.0, 16.5, 2.6, 0.4),),
    "pen": (np.array([(1.5, 3.0, 1.0), (1.9, 3.0, 1.0), (2.5, 16.0, 4.5), (2.9, 16.0, 4.5)]),),
    "paper": (_slab(9.0, 4.0, 30.0, 1.4, 0.05),),
}
"""Corners (n, 3) of the convex parts of each, in the hand frame, cm."""


def draw_prop(
    picture: npt.NDArray[np.uint8],
    prop: str,
    rotation: FloatArray,
    wrist: FloatArray,
    focal: float,
    colour: Colour,
) -> None:
    """Draws a prop over the picture, in place: convex outlines with light from above.

    Args:
        picture: uint8 (h, w, 3) BGR.
        prop: a key of `PROPS`.
        rotation: (3, 3) of the hand that holds it.
        wrist: (3,) of that hand in the camera frame, cm.
        focal: pixels.
        colour: sRGB, 0..1.
    """
    height, width = picture.shape[:2]
    for corners in PROPS[prop]:
        points, distance = project(corners, rotation, wrist, focal, (width / 2, height / 2))
        if (distance < _NEAREST_CM).any():
            continue
        hull = cv2.convexHull(np.round(points * 16).astype(np.int32))
        x, y, w, h = cv2.boundingRect((hull // 16).astype(np.int32))
        left, top = max(0, x - 1), max(0, y - 1)
        right, bottom = min(width, x + w + 2), min(height, y + h + 2)
        if right <= left or bottom <= top:
            continue
        mask = np.zeros((bottom - top, right - left), np.uint8)
        shifted = hull - np.array([left, top]) * 16
        cv2.fillConvexPoly(mask, shifted, 255, cv2.LINE_AA, shift=4)
        shade = np.linspace(1.15, 0.75, bottom - top)[:, None, None]
        paint = np.clip(np.array(colour)[::-1] * 255 * shade, 0, 255)
        share = mask[..., None] / 255.0
        part = picture[top:bottom, left:right]
        part[:] = (part * (1 - share) + paint * share).astype(np.uint8)
