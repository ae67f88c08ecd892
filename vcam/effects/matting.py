"""Lays another room behind the person: copies where it can, blends only along the person's edge."""

from __future__ import annotations

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
        if self._mask.shape != alpha.shape:
            self._mask = np.empty_like(alpha)
        mask = self._mask
        cv2.inRange(alpha, 1, 254, dst=mask)
        # As truth values numpy finds them eight at a time.
        soft = np.flatnonzero(mask.view(np.bool_))
        if soft.size:
            _put(canvas, soft, _blended(_taken(canvas, soft), _taken(room, soft), alpha, soft))
        cv2.threshold(alpha, 0, 255, cv2.THRESH_BINARY_INV, dst=mask)
        cv2.copyTo(room, mask, canvas)


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
