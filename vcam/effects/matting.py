"""Lays another room behind the person: copies where it can, blends only along the person's edge."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image

Alpha = npt.NDArray[np.uint8]
"""uint8 (height, width): 255 is person, 0 is room."""

_PIXEL = np.dtype("V3")
"""One BGR pixel: taken and put as a whole, which is faster than number by number."""


class Matte:
    """Puts a room behind a person. Keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._mask = np.empty((0, 0), np.uint8)

    def lay(self, canvas: Image, room: Image, alpha: Alpha | None) -> None:
        """`canvas` becomes canvas * alpha + room * (1 - alpha), in place.

        Only a few hundredths of the pixels are neither person nor room. They are gathered, blended
        in a row and put back; blending all pixels takes three times as long.

        Args:
            canvas: uint8 (h, w, 3), contiguous.
            room: the same size; is not changed.
            alpha: uint8 (h, w), the person's share; None hides everything, for nobody knows where
                the person is.
        """
        if alpha is None:
            np.copyto(canvas, room)
            return
        left, top, columns, rows = cv2.boundingRect(alpha)
        if columns and rows:
            part = np.ascontiguousarray(alpha[top : top + rows, left : left + columns])
            width = alpha.shape[1]
            soft = np.flatnonzero(cv2.inRange(part, 1, 254).view(np.bool_))
            if soft.size:
                there = soft + (soft // columns) * (width - columns) + (top * width + left)
                mixed = _blended(_taken(canvas, there), _taken(room, there), part, soft)
                _put(canvas, there, mixed)
        if self._mask.shape != alpha.shape:
            self._mask = np.empty_like(alpha)
        cv2.threshold(alpha, 0, 255, cv2.THRESH_BINARY_INV, dst=self._mask)
        cv2.copyTo(room, self._mask, canvas)


class Shade:
    """The person's share of one picture, for what is drawn behind piece by piece.

    Args:
        full: makes it, uint8 (h, w), 255 for the person.
        half: makes the same at half the size, rounded up: enough for what is soft.
    """

    def __init__(self, full: Callable[[], Alpha], half: Callable[[], Alpha]) -> None:
        self._make_full = full
        self._make_half = half

    @cached_property
    def full(self) -> Alpha:
        """The person's share of each pixel."""
        return self._make_full()

    @cached_property
    def half(self) -> Alpha:
        """The same at half the size."""
        return self._make_half()

    def hide(self, light: Image, left: int, top: int, half: bool = False) -> None:
        """Takes away, in place, what the person hides.

        Args:
            light: uint8 (rows, columns, channels): light, or a picture that is premultiplied.
            left: where it lies on the picture, or on half of it, pixels.
            top: the same, downwards.
            half: its pixels are two of the picture's wide.
        """
        rows, columns = light.shape[:2]
        part = (self.half if half else self.full)[top : top + rows, left : left + columns]
        x, y, across, down = cv2.boundingRect(part)
        if not across:
            return
        colours = cv2.COLOR_GRAY2BGR if light.shape[2] == 3 else cv2.COLOR_GRAY2BGRA
        room = np.asarray(cv2.bitwise_not(part[y : y + down, x : x + across]), np.uint8)
        cover = np.asarray(cv2.cvtColor(room, colours), np.uint8)
        if light.shape[2] == 4:
            # OpenCV makes a fourth channel of 255.
            cv2.mixChannels([room[..., np.newaxis]], [cover], [0, 3])
        lit = light[y : y + down, x : x + across]
        cv2.multiply(lit, cover, dst=lit, scale=1 / 255)


class Cutout:
    """Keeps a person's pixels while something is drawn all over the picture, and puts them back.

    What is drawn thereby passes behind the person. Keeps its scratch memory, so one per thread.
    """

    def __init__(self) -> None:
        self._kept = np.empty((0, 0, 3), np.uint8)
        self._alpha = np.empty((0, 0), np.uint8)
        self._mask = np.empty((0, 0), np.uint8)
        self._box = (0, 0, 0, 0)

    def keep(self, canvas: Image, alpha: Alpha) -> None:
        """Copies the person's pixels.

        Args:
            canvas: uint8 (h, w, 3); is not changed.
            alpha: uint8 (h, w), the person's share.
        """
        left, top, columns, rows = cv2.boundingRect(alpha)
        right, bottom = left + columns, top + rows
        self._box = left, top, right, bottom
        if self._kept.shape[:2] != (rows, columns):
            self._kept = np.empty((rows, columns, 3), np.uint8)
            self._alpha = np.empty((rows, columns), np.uint8)
            self._mask = np.empty((rows, columns), np.uint8)
        np.copyto(self._kept, canvas[top:bottom, left:right])
        np.copyto(self._alpha, alpha[top:bottom, left:right])

    def put_back(self, canvas: Image) -> None:
        """Lays the person over `canvas`, uint8 (h, w, 3), contiguous, in place."""
        left, top, right, bottom = self._box
        if left >= right or top >= bottom:
            return
        mask, alpha = self._mask, self._alpha
        cv2.inRange(alpha, 1, 254, dst=mask)
        soft = np.flatnonzero(mask.view(np.bool_))
        if soft.size:
            columns, width = right - left, canvas.shape[1]
            there = soft + (soft // columns) * (width - columns) + (top * width + left)
            mixed = _blended(_taken(self._kept, soft), _taken(canvas, there), alpha, soft)
            _put(canvas, there, mixed)
        cv2.threshold(alpha, 254, 255, cv2.THRESH_BINARY, dst=mask)
        cv2.copyTo(self._kept, mask, canvas[top:bottom, left:right])


def _blended(
    person: Image, room: Image, alpha: Alpha, where: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint8]:
    share = np.take(alpha.reshape(-1), where).reshape(1, -1)
    cover = np.asarray(cv2.cvtColor(share, cv2.COLOR_GRAY2BGR), np.uint8)
    cv2.multiply(person, cover, dst=person, scale=1 / 255)
    cv2.bitwise_not(cover, dst=cover)
    cv2.multiply(room, cover, dst=room, scale=1 / 255)
    return np.asarray(cv2.add(person, room, dst=person), np.uint8)


def _taken(picture: Image, where: npt.NDArray[np.intp]) -> Image:
    """Some pixels, uint8 (1, n, 3); a copy."""
    pixels = np.ascontiguousarray(picture).reshape(-1).view(_PIXEL)
    return np.take(pixels, where).view(np.uint8).reshape(1, -1, 3)


def _put(canvas: Image, where: npt.NDArray[np.intp], pixels: npt.NDArray[np.uint8]) -> None:
    canvas.reshape(-1).view(_PIXEL)[where] = pixels.reshape(-1).view(_PIXEL)
