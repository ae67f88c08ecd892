"""Makes any picture the size that goes out, and tells where its pixels went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.pool import ImagePool

AREA_BELOW = 0.5
"""Scales below this average all source pixels; linear sampling would skip some and flicker."""


@dataclass(frozen=True, slots=True)
class FitTransform:
    """From source pixels to output pixels, in coordinates whose origin is the picture's corner.

    Both axes have the same scale but for the rounding to whole pixels.

    Attributes:
        scale_x: output pixels per source pixel, across.
        scale_y: the same, down.
        offset_x: where the source's left edge lies in the output, pixels; negative when cropped.
        offset_y: where its top edge lies.
    """

    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float

    def to_output(self, points: FloatArray) -> FloatArray:
        """Source points, float (…, 2) in pixels, as output points."""
        scale = np.array((self.scale_x, self.scale_y), np.float32)
        offset = np.array((self.offset_x, self.offset_y), np.float32)
        return np.asarray(points * scale + offset, np.float32)

    def to_source(self, points: FloatArray) -> FloatArray:
        """Output points, float (…, 2) in pixels, as source points."""
        scale = np.array((self.scale_x, self.scale_y), np.float32)
        offset = np.array((self.offset_x, self.offset_y), np.float32)
        return np.asarray((points - offset) / scale, np.float32)


IDENTITY = FitTransform(1.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to do with pictures of one size: cut `source`, scale it to `target`, there."""

    source: tuple[int, int, int, int]
    target: tuple[int, int, int, int]
    transform: FitTransform


class Fitter:
    """Makes pictures the output size, keeping their shape. Used from one thread.

    Args:
        width: of the output, pixels.
        height: of the output, pixels.
        mode: `letterbox` shows the whole picture with black bars, `crop` fills the output and
            cuts off what does not fit.
    """

    def __init__(self, width: int, height: int, mode: Literal["letterbox", "crop"]) -> None:
        self.width = width
        self.height = height
        self.mode = mode
        self._pool = ImagePool()
        self._plans: dict[tuple[int, int], _Plan] = {}

    def transform(self, source_width: int, source_height: int) -> FitTransform:
        """Where the pixels of pictures of this size go."""
        return self._plan(source_width, source_height).transform

    def fit(self, image: Image) -> Image:
        """The picture in the output size.

        Args:
            image: uint8 (H, W, 3) BGR, at least 1 by 1.

        Returns:
            uint8 (height, width, 3): `image` itself if it has that size, otherwise a picture
            that is never written to again.
        """
        height, width = image.shape[:2]
        if (width, height) == (self.width, self.height):
            return image
        plan = self._plan(width, height)
        left, top, wide, high = plan.source
        cut = image[top : top + high, left : left + wide]
        result = self._pool.take(self.width, self.height)
        left, top, wide, high = plan.target
        for bar in (result[:top], result[top + high :], result[:, :left], result[:, left + wide :]):
            if bar.size:
                bar[:] = 0
        shrinks = plan.transform.scale_x < AREA_BELOW
        inside = result[top : top + high, left : left + wide]
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        scaled = cv2.resize(cut, (wide, high), dst=inside, interpolation=method)
        if not np.shares_memory(scaled, inside):
            inside[:] = scaled
        return result

    def _plan(self, width: int, height: int) -> _Plan:
        plan = self._plans.get((width, height))
        if plan is None:
            # A source that changes its size with every frame must not fill the memory.
            if len(self._plans) >= 16:
                self._plans.clear()
            plan = self._plans[width, height] = self._planned(width, height)
        return plan

    def _planned(self, width: int, height: int) -> _Plan:
        if (width, height) == (self.width, self.height):
            whole = (0, 0, width, height)
            return _Plan(whole, whole, IDENTITY)
        if self.mode == "letterbox":
            scale = min(self.width / width, self.height / height)
            wide = min(self.width, max(1, round(width * scale)))
            high = min(self.height, max(1, round(height * scale)))
            left, top = (self.width - wide) // 2, (self.height - high) // 2
            transform = FitTransform(wide / width, high / height, left, top)
            return _Plan((0, 0, width, height), (left, top, wide, high), transform)
        scale = max(self.width / width, self.height / height)
        wide = min(width, max(1, round(self.width / scale)))
        high = min(height, max(1, round(self.height / scale)))
        left, top = (width - wide) // 2, (height - high) // 2
        scale_x, scale_y = self.width / wide, self.height / high
        transform = FitTransform(scale_x, scale_y, -left * scale_x, -top * scale_y)
        return _Plan((left, top, wide, high), (0, 0, self.width, self.height), transform)
