"""From pixels of the frame to numbers for a network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray

# The mean of a picture below which hands are found better if it is lifted to that mean. Measured
# on darkened copies of pictures, see docs/vision.md; with 90 fewer hands are found than with 60.
_DUSK = 65
_LEAST_GAMMA = 0.35  # beyond, it is noise that becomes visible


def brightened(picture: Image) -> Image:
    """A dark picture with its mean lifted by a gamma curve; any other as it is.

    Args:
        picture: uint8 (h, w, 3), h and w at least 1.
    """
    mean = round(sum(cv2.mean(picture)[:3]) / 3)
    return picture if mean >= _DUSK else np.asarray(cv2.LUT(picture, _lifting(mean)), np.uint8)


@lru_cache(maxsize=_DUSK)
def _lifting(mean: int) -> npt.NDArray[np.uint8]:
    """The curve that takes `mean` to the least mean, as a table of 256 values."""
    gamma = max(_LEAST_GAMMA, math.log(_DUSK / 255) / math.log(max(mean, 1) / 255))
    return np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)


def to_input(picture: Image, span: tuple[float, float]) -> FloatArray:
    """A BGR picture, (h, w, 3), as RGB numbers: black is `span[0]`, white is `span[1]`."""
    low, high = span
    rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    numbers = np.multiply(rgb, np.float32((high - low) / 255), dtype=np.float32)
    if low:
        numbers += np.float32(low)
    return numbers


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A part of a picture, shrunk to fit a network's input, with black bars where it is narrower.

    Attributes:
        left: of the part, pixels of the frame.
        top: of the part, pixels of the frame.
        part_width: pixels of the frame.
        part_height: pixels of the frame.
        width: of the input.
        height: of the input.
        scale: pixels of the input per pixel of the frame.
        pad_x: width of the left bar, pixels of the input.
        pad_y: height of the upper bar, pixels of the input.
    """

    left: int
    top: int
    part_width: int
    part_height: int
    width: int
    height: int
    scale: float
    pad_x: int
    pad_y: int

    @classmethod
    def fit(cls, image: Image, width: int, height: int, part: Box | None = None) -> Letterbox:
        """Fits `image`, or a part of it, into `width` by `height` pixels.

        Raises:
            ValueError: nothing of the part lies in the picture.
        """
        rows, columns = image.shape[:2]
        left, top, right, bottom = 0, 0, columns, rows
        if part is not None:
            left, top = max(0, round(part.x)), max(0, round(part.y))
            right = min(columns, round(part.x + part.width))
            bottom = min(rows, round(part.y + part.height))
        across, down = right - left, bottom - top
        if across <= 0 or down <= 0:
            raise ValueError(f"{part} lies outside a picture of {columns}x{rows}")
        scale = min(width / across, height / down)
        pad_x = (width - max(1, round(across * scale))) // 2
        pad_y = (height - max(1, round(down * scale))) // 2
        return cls(left, top, across, down, width, height, scale, pad_x, pad_y)

    def cut(self, image: Image, brighten: bool = False) -> Image:
        """The part, shrunk: uint8 (height, width, 3).

        Args:
            image: BGR.
            brighten: lift it if it is dark, see `brightened`; the bars stay black.
        """
        picture = np.zeros((self.height, self.width, 3), np.uint8)
        inner = picture[
            self.pad_y : self.pad_y + max(1, round(self.part_height * self.scale)),
            self.pad_x : self.pad_x + max(1, round(self.part_width * self.scale)),
        ]
        part = image[
            self.top : self.top + self.part_height, self.left : self.left + self.part_width
        ]
        cv2.resize(part, inner.shape[1::-1], dst=inner, interpolation=cv2.INTER_LINEAR)
        if brighten:
            inner[...] = brightened(inner)
        return picture

    def place(self, points: FloatArray) -> FloatArray:
        """Takes points, (n, 2), from pixels of the input to the frame's."""
        offset = np.array([self.pad_x, self.pad_y], np.float32)
        corner = np.array([self.left, self.top], np.float32)
        return np.asarray((points - offset) / self.scale + corner, np.float32)
