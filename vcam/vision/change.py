"""Tells cheaply whether anything in the picture has changed since one last looked at it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray

_COLUMNS, _ROWS = 16, 9
_SAMPLES = 8
# Grey levels; sensor noise alone moves a cell's mean of 64 samples by less than one.
_LEAST_CHANGE = 3.0
_DAY, _LEAST_SHARE = 80.0, 0.4
"""A hand changes a dark picture by as much less as there is less light. Below the mean of day the
least change is the smaller, to this share of it."""
_NOISES = 4.0
"""But never so small that the noise of a dark camera passes: of 144 cells one is so far off once in
a hundred pictures. In deviations, told by the median of all cells."""
_DEVIATION = 1.4826
"""Of normal noise, in medians of its size."""


class ChangeGate:
    """Compares coarse cells (16 by 9) of a picture with those of the last one that was kept.

    Attributes:
        where: the middle of the cell that changed most when something last did, pixels; None if
            there was nothing to compare with.
    """

    def __init__(self) -> None:
        self._kept: FloatArray | None = None
        self._size = (0, 0)
        self.where: tuple[float, float] | None = None

    def reset(self) -> None:
        """The next picture counts as changed."""
        self._kept = self.where = None

    def changed(self, image: Image, ignore: Sequence[Box] = ()) -> bool:
        """Whether a cell outside the boxes `ignore` differs from the picture kept last.

        A picture that differs is kept. A change of all cells alike, as by the camera's own
        exposure control, is none.
        """
        height, width = image.shape[:2]
        cells = _cells(image)
        if self._kept is None or self._size != (width, height):
            self._kept, self._size, self.where = cells, (width, height), None
            return True
        difference = cells - self._kept
        difference -= np.median(difference)
        for box in ignore:
            left, right = box.x / width * _COLUMNS, (box.x + box.width) / width * _COLUMNS
            top, bottom = box.y / height * _ROWS, (box.y + box.height) / height * _ROWS
            rows = slice(max(0, int(top)), max(0, int(np.ceil(bottom))))
            difference[rows, max(0, int(left)) : max(0, int(np.ceil(right)))] = 0
        row, column = divmod(int(np.abs(difference).argmax()), _COLUMNS)
        if abs(difference[row, column]) < _least_change(cells, difference):
            return False
        self.where = (column + 0.5) / _COLUMNS * width, (row + 0.5) / _ROWS * height
        self._kept = cells
        return True


def _least_change(cells: FloatArray, difference: FloatArray) -> float:
    """By how many grey levels a cell must differ, in this light and with this noise."""
    light = max(_LEAST_SHARE, float(cells.mean()) / _DAY)
    noise = _DEVIATION * float(np.median(np.abs(difference)))
    return min(_LEAST_CHANGE, max(_LEAST_CHANGE * light, _NOISES * noise))


def _cells(image: Image) -> FloatArray:
    """Mean green of each cell: float32 (9, 16)."""
    # Straight to the cells would average every pixel of the frame, which costs twenty times more.
    small = cv2.resize(
        image, (_COLUMNS * _SAMPLES, _ROWS * _SAMPLES), interpolation=cv2.INTER_LINEAR
    )
    grid = small[..., 1].reshape(_ROWS, _SAMPLES, _COLUMNS, _SAMPLES).mean(axis=(1, 3))
    return np.asarray(grid, np.float32)
