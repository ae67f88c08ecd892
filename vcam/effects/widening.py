"""Makes the rows of small pictures wider, evenly, in half the time that OpenCV's `resize` takes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from vcam.core.frame import Image

MOST = 4
"""So many times as wide at most."""

_LOW_BITS = 0x7F7F7F7F
"""Of four bytes at once, all bits but the highest of each."""


class Widener:
    """Makes rows wider. Keeps its memory, so one per thread."""

    def __init__(self) -> None:
        # Fresh memory of this size would cost as much as what is done with it.
        self._pixels = np.empty(0, np.uint8)
        self._means = np.empty(0, np.uint8)
        self._both = np.empty(0, np.uint8)
        self._wide = np.empty(0, np.uint8)
        self._out = np.empty(0, np.uint8)

    def widen(self, light: Image, times: int) -> Image:
        """The same rows so many times as wide, with means between the pixels.

        OpenCV's `resize` widens pixel by pixel. To take means of four bytes at once, and to let
        OpenCV interleave them with the pixels, goes about as fast as memory can be read.

        Args:
            light: uint8 (h, w, c), w at least 2; c is 1, 3 or 4.
            times: 1 to 4.

        Returns:
            uint8 (h, w * times, c); the next call overwrites it.
        """
        if times == 1:
            return light
        rows, columns, channels = light.shape
        size = rows * columns
        if self._pixels.size < 4 * size:
            self._pixels, self._means, self._both = np.empty((3, 4 * size), np.uint8)
        if self._wide.size < 4 * size * times:
            self._wide, self._out = np.empty((2, 4 * size * times), np.uint8)
        kind: np.dtype[Any] = np.dtype(np.int32)
        low_bits = _LOW_BITS
        four = self._pixels[: 4 * size].reshape(rows, columns, 4)
        if channels == 4:
            np.copyto(four, light)
        elif channels == 3:
            cv2.cvtColor(light, cv2.COLOR_BGR2BGRA, dst=four)
        else:
            kind, low_bits = np.dtype(np.uint8), _LOW_BITS & 0xFF
            self._pixels[:size].reshape(rows, columns)[:] = light[..., 0]
        pixels, means, both = (
            each[: size * kind.itemsize].view(kind)
            for each in (self._pixels, self._means, self._both)
        )
        # All rows as one, which is faster: what both have, and half of what but one has.
        mean = np.bitwise_xor(pixels[:-1], pixels[1:], out=means[1:])
        mean >>= 1
        mean &= kind.type(low_bits)
        mean += np.bitwise_and(pixels[:-1], pixels[1:], out=both[1:])
        # The last of a row and the first of the next have nothing to do with each other.
        before, after = means.reshape(rows, columns), both.reshape(rows, columns)
        after[:, :-1], after[:, -1] = before[:, 1:], pixels.reshape(rows, columns)[:, -1]
        before[:, 0] = pixels.reshape(rows, columns)[:, 0]
        here = pixels.reshape(rows, columns)
        parts = {2: [here, after], 3: [before, here, after], MOST: [before, here, here, after]}
        wide = self._wide[: size * times * kind.itemsize].view(kind).reshape(rows, columns, times)
        cv2.merge(parts[times], wide)
        if channels == 1:
            return np.asarray(wide.reshape(rows, columns * times, 1), np.uint8)
        if channels == 4:
            return wide.view(np.uint8).reshape(rows, columns * times, 4)
        out = self._out[: 3 * size * times].reshape(rows, columns * times, 3)
        cv2.cvtColor(
            wide.view(np.uint8).reshape(rows, columns * times, 4), cv2.COLOR_BGRA2BGR, dst=out
        )
        return out
