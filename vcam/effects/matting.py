"""Lays another room behind the person: copies where it can, blends only along the person's edge."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image

Alpha = npt.NDArray[np.uint8]
"""uint8 (height, width): 255 is person, 0 is room."""

_BAND = 40
"""Rows that are searched for soft pixels together: less blends less, and asks OpenCV more often."""
_STEP = 8
"""Columns that are told apart: one 64-bit word of the mask."""
_GAP = 4
"""Steps of hard pixels that are blended along, rather than begin another piece after them."""


class Matte:
    """Puts a room behind a person. Keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._shape = (0, 0)
        self._hard = np.empty((0, 0), np.uint8)
        self._soft = np.empty((0, 0), np.uint8)
        self._cover = np.empty(0, np.uint8)
        self._share = np.empty(0, np.uint8)

    def lay(self, canvas: Image, room: Image, alpha: Alpha) -> None:
        """`canvas` becomes canvas * alpha + room * (1 - alpha), in place.

        Args:
            canvas: uint8 (h, w, 3).
            room: the same size; is not changed.
            alpha: uint8 (h, w), the person's share.
        """
        height, width = alpha.shape
        if self._shape != (height, width):
            self._allot(height, width)
        hard, soft = self._hard[:, :width], self._soft[:height, :width]
        cv2.inRange(alpha, 1, 254, dst=soft)
        for top, bottom, left, right in self._pieces(height, width):
            part = np.s_[top:bottom, left:right]
            self._blend(canvas[part], room[part], alpha[part])
        cv2.inRange(alpha, 0, 0, dst=hard)
        cv2.copyTo(room, hard, canvas)

    def _allot(self, height: int, width: int) -> None:
        self._shape = (height, width)
        rows, columns = -(-height // _BAND) * _BAND, -(-width // _STEP) * _STEP
        self._hard = np.empty((height, width), np.uint8)
        # Rows and columns beyond the picture stay 0: hard.
        self._soft = np.zeros((rows, columns), np.uint8)
        self._cover = np.empty(_BAND * width * 3, np.uint8)
        self._share = np.empty(_BAND * width * 3, np.uint8)

    def _pieces(self, height: int, width: int) -> Iterator[tuple[int, int, int, int]]:
        """Top, bottom, left, right of what holds all soft pixels."""
        rows = self._soft.shape[0]
        words = self._soft.view(np.uint64).reshape(rows // _BAND, _BAND, -1)
        found = np.bitwise_or.reduce(words, axis=1) != 0
        for band in np.flatnonzero(found.any(axis=1)).tolist():
            top, bottom = band * _BAND, min((band + 1) * _BAND, height)
            steps = np.flatnonzero(found[band])
            breaks = np.flatnonzero(np.diff(steps) > _GAP)
            firsts = [steps[0], *steps[breaks + 1]]
            lasts = [*steps[breaks], steps[-1]]
            for first, last in zip(firsts, lasts, strict=True):
                yield top, bottom, int(first) * _STEP, min((int(last) + 1) * _STEP, width)

    def _blend(self, canvas: Image, room: Image, alpha: Alpha) -> None:
        height, width = alpha.shape
        size = height * width * 3
        cover = self._cover[:size].reshape(height, width, 3)
        share = self._share[:size].reshape(height, width, 3)
        cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR, dst=cover)
        cv2.multiply(canvas, cover, dst=share, scale=1 / 255)
        cv2.bitwise_not(cover, dst=cover)
        cv2.multiply(room, cover, dst=cover, scale=1 / 255)
        cv2.add(share, cover, dst=canvas)
