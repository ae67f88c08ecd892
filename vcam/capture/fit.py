"""Makes any picture the size that goes out, and tells where its pixels went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.pool import ImagePool

Mode = Literal["letterbox", "crop"]

AREA_BELOW = 0.5
"""Scales below this average all source pixels; linear sampling would skip some and flicker."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to do with pictures of one size: cut `source`, scale it to `target`, there."""

    source: tuple[int, int, int, int]
    target: tuple[int, int, int, int]
    placement: Placement


class Fitter:
    """Makes pictures the output size, keeping their shape. Used from one thread.

    Args:
        width: of the output, pixels.
        height: of the output, pixels.
        mode: `letterbox` shows the whole picture with black bars, `crop` fills the output and
            cuts off what does not fit.
    """

    def __init__(self, width: int, height: int, mode: Mode) -> None:
        self.width = width
        self.height = height
        self.mode = mode
        self._pool = ImagePool()
        self._plans: dict[tuple[int, int], _Plan] = {}

    def placement(self, source_width: int, source_height: int) -> Placement:
        """Where the pixels of pictures of this size go; exact to a pixel, as sizes are rounded."""
        return self._plan(source_width, source_height).placement

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
        shrinks = plan.placement.scale < AREA_BELOW
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
        return _planned((width, height), (self.width, self.height), self.mode)


def placed(source: tuple[int, int], target: tuple[int, int], mode: Mode) -> Placement:
    """Where the pixels of pictures of the size `source` go in those of `target`."""
    return _planned(source, target, mode).placement


def _planned(source: tuple[int, int], target: tuple[int, int], mode: Mode) -> _Plan:
    (width, height), (out_width, out_height) = source, target
    if source == target:
        whole = (0, 0, width, height)
        return _Plan(whole, whole, Placement())
    if mode == "letterbox":
        scale = min(out_width / width, out_height / height)
        wide = min(out_width, max(1, round(width * scale)))
        high = min(out_height, max(1, round(height * scale)))
        left, top = (out_width - wide) // 2, (out_height - high) // 2
        return _Plan((0, 0, width, height), (left, top, wide, high), Placement(scale, left, top))
    scale = max(out_width / width, out_height / height)
    wide = min(width, max(1, round(out_width / scale)))
    high = min(height, max(1, round(out_height / scale)))
    left, top = (width - wide) // 2, (height - high) // 2
    placement = Placement(scale, -left * scale, -top * scale)
    return _Plan((left, top, wide, high), (0, 0, out_width, out_height), placement)
