"""A face as it would look from the front: every point of its mesh where it is in the mean face."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray

WIDTH: Final = 96
HEIGHT: Final = 112
POINTS: Final = 468

_MOST_SHRINK = 2.0
"""A face larger than this many times the texture is shrunk first: bilinear sampling would skip
pixels, and skin would become noise."""

Texture = npt.NDArray[np.uint8]
"""uint8 (HEIGHT, WIDTH), grey: a straightened face; its surroundings are its mean."""


class FaceWarp:
    """Straightens faces.

    Each pixel of the texture lies in a triangle of the mean mesh. The same triangle in the mesh of
    a face says where that pixel is to be found. So turns, nods and the shape of the face play no
    part in what is compared, as far as the mesh follows them; the eyes are level and in place.

    Args:
        corners: uint16 (HEIGHT, WIDTH, 3), points of the mesh round each pixel.
        weights: float32 (HEIGHT, WIDTH, 3), how near it is to each; all 0 outside the face.
    """

    def __init__(self, corners: npt.NDArray[np.uint16], weights: FloatArray) -> None:
        if corners.shape != (HEIGHT, WIDTH, 3) or weights.shape != corners.shape:
            raise ValueError("the map of the mean face has another size")
        if int(corners.max()) >= POINTS:
            raise ValueError("the map of the mean face names points that no mesh has")
        self._corners = corners.astype(np.intp)
        self._weights = weights.astype(np.float32)[..., np.newaxis]
        self._inside = weights.any(axis=-1)

    def straighten(self, image: Image, mesh: FloatArray) -> Texture:
        """The face as a texture.

        Args:
            image: uint8 (h, w, 3) BGR.
            mesh: float32 (POINTS, 2), pixels of `image`; may reach beyond it.
        """
        part, points = _near(image, mesh)
        grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
        places = (points[self._corners] * self._weights).sum(axis=2).astype(np.float32)
        texture = cv2.remap(
            grey,
            np.ascontiguousarray(places[..., 0]),
            np.ascontiguousarray(places[..., 1]),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        texture[~self._inside] = int(texture[self._inside].mean())
        return np.asarray(texture, np.uint8)


def _near(image: Image, mesh: FloatArray) -> tuple[Image, FloatArray]:
    """The part of the picture round the face, not much larger than a texture, and the mesh in it.

    A part that holds nothing of the picture shows the pixels next to it.
    """
    height, width = image.shape[:2]
    box = Box.around(mesh)
    left, top = (math.floor(min(max(edge, 0), size - 1)) for edge, size in _edges(box, image))
    right = min(width, max(left + 1, math.ceil(box.x + box.width) + 1))
    bottom = min(height, max(top + 1, math.ceil(box.y + box.height) + 1))
    part, points = image[top:bottom, left:right], mesh - (left, top)
    scale = _MOST_SHRINK * HEIGHT / max(1.0, box.height)
    if scale < 1:
        size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        return small, np.asarray(points * scale, np.float32)
    return part, np.asarray(points, np.float32)


def _edges(box: Box, image: Image) -> tuple[tuple[float, int], tuple[float, int]]:
    return (box.x, image.shape[1]), (box.y, image.shape[0])
