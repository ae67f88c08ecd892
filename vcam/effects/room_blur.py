"""The room out of focus, without the person's colours in it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.scratch import Scratch

Float = npt.NDArray[np.float32]

LEAST_SIGMA = 0.008
MOST_SIGMA = 0.09
"""Standard deviation of the blur at strength 0 and 1, in heights of the picture. At the latter,
some eight blobs are left from top to bottom."""

_FINEST = 4
_MIN_SIGMA = 1.6
"""Pixels of the shrunk picture; with less, its grid shows when it is enlarged again."""
_COARSEST = 32

_SMOOTH_SIGMA = 12.0
"""Pixels: between the rows and columns that are left of so smooth a picture, a straight line will
do, and two rows may be alike."""
_ROW_STEP = 8

_REACH = 3
"""Standard deviations: beyond, less than 0.3 % of the blur is cut off."""

_CLOSE_S = 0.05
"""Time between two pictures, above which each has a room of its own."""

_MOVES = 1.0
"""Mean change of the blurred room from one to the next, of 255, above which none may wait: in the
scenes of the previews, a person before it changes it by 0.3, at most by 0.7; a wall of gaudy
squares that passes by with 2 pixels of 1280 a picture by 1.6, with 8 by 4.8."""

_SURELY_ROOM = 16
"""A pixel with more of the person than this, of 255, has too much of the person's colour."""

_EPSILON = 0.02
"""Weight of the room's mean colour, where the blur reaches no pixel of the room."""


def sigma_of(strength: float, height: int) -> float:
    """Standard deviation of the blur in pixels of a picture with so many rows."""
    return height * LEAST_SIGMA * math.pow(MOST_SIGMA / LEAST_SIGMA, strength)


class RoomBlur:
    """Blurs what is not person; one per thread.

    Each pixel is a mean of the room's pixels alone (normalised convolution, Knutsson and Westin
    1993), at as low a resolution as the blur leaves visible.
    """

    def __init__(self) -> None:
        self._room = np.empty((0, 0, 3), np.uint8)
        self._scratch = Scratch()
        self._small: Image | None = None
        self._waits = False
        self._made_as: tuple[tuple[int, ...], float, bool] | None = None
        self._at: float | None = None

    def make(
        self,
        canvas: Image,
        alpha: npt.NDArray[np.uint8] | None,
        strength: float,
        at: float | None = None,
    ) -> Image:
        """The blurred room, uint8 (h, w, 3); it is overwritten by the next call.

        Of pictures that follow each other closely, it is blurred in one and enlarged in the next:
        out of focus, nobody can tell a room from the one two pictures ago. One that changes much,
        because the camera turns or the light goes on, is made for each picture.

        Args:
            canvas: the picture; is not changed.
            alpha: uint8 (h, w), the person's share; None blurs all there is.
            strength: 0..1.
            at: the picture's time, seconds; None for one that follows no other.
        """
        before, self._at = self._at, at
        made_as = (canvas.shape, strength, alpha is None)
        follows = before is not None and at is not None and 0 <= at - before <= _CLOSE_S
        if not follows or made_as != self._made_as:
            self._made_as, self._waits = made_as, False
            self._small = _small_room(canvas, alpha, strength, self._scratch)
        elif not self._waits:
            new = _small_room(canvas, alpha, strength, self._scratch)
            self._waits = self._small is not None and _mean_change(self._small, new) <= _MOVES
            self._small = new
            if self._waits:
                return self._room
        assert self._small is not None
        self._enlarge(self._small, canvas.shape, strength)
        self._waits = False
        return self._room

    def _enlarge(self, small: Image, shape: tuple[int, ...], strength: float) -> None:
        if self._room.shape != shape:
            self._room = np.empty(shape, np.uint8)
        height, width = shape[:2]
        if sigma_of(strength, height) < _SMOOTH_SIGMA:
            cv2.resize(small, (width, height), dst=self._room, interpolation=cv2.INTER_CUBIC)
            return
        # The fewer rows there are to be made wider, the less it costs; their number hardly counts.
        rows = max(1, height // _ROW_STEP)
        finer = cv2.resize(small, (_fine((height, width))[0], rows), interpolation=cv2.INTER_CUBIC)
        if height % 2:
            cv2.resize(finer, (width, height), dst=self._room, interpolation=cv2.INTER_LINEAR)
            return
        upper, lower = self._room[::2], self._room[1::2]
        cv2.resize(finer, (width, height // 2), dst=upper, interpolation=cv2.INTER_LINEAR)
        # Numpy would copy them twice, for it cannot tell that they share nothing.
        cv2.max(upper, upper, dst=lower)


def _small_room(
    canvas: Image, alpha: npt.NDArray[np.uint8] | None, strength: float, scratch: Scratch
) -> Image:
    """The blurred room as small as the blur lets it be, uint8 (rows, columns, 3)."""
    height, width = canvas.shape[:2]
    sigma = sigma_of(strength, height)
    factor = 2 ** math.floor(math.log2(max(_FINEST, min(_COARSEST, sigma / _MIN_SIGMA))))
    fine = _fine((height, width))
    size = max(1, width // factor), max(1, height // factor)
    # Two of four pixels are left out each way; after the blur nobody can tell.
    small = scratch.take("small", (*fine[::-1], 3))
    cv2.resize(canvas, fine, dst=small, interpolation=cv2.INTER_LINEAR)
    weights: Float | None = None
    if alpha is not None:
        room = _surely_room(alpha, fine)
        if cv2.countNonZero(room):
            whole, small = small, scratch.take("room", small.shape)
            small.fill(0)
            cv2.copyTo(whole, room, dst=small)
            weights = np.asarray(cv2.resize(room, size, interpolation=cv2.INTER_AREA), np.float32)
            weights *= np.float32(1 / 255)
    colours: Float = scratch.take("colours", (*size[::-1], 3), np.float32)
    np.copyto(colours, cv2.resize(small, size, interpolation=cv2.INTER_AREA))
    blurred = _blurred(colours, sigma / factor, scratch.take("blurred", colours.shape, np.float32))
    if weights is not None:
        total = max(float(cv2.sumElems(weights)[0]), 1.0)
        mean = np.array(cv2.sumElems(colours)) * (_EPSILON / total)
        share = _blurred(weights, sigma / factor) + np.float32(_EPSILON)
        shares = scratch.take("shares", colours.shape, np.float32)
        cv2.add(blurred, mean, dst=blurred)
        cv2.divide(blurred, cv2.cvtColor(share, cv2.COLOR_GRAY2BGR, dst=shares), dst=blurred)
    return np.asarray(cv2.convertScaleAbs(blurred), np.uint8)


def _mean_change(before: Image, after: Image) -> float:
    return cv2.norm(before, after, cv2.NORM_L1) / before.size


def _fine(shape: tuple[int, ...]) -> tuple[int, int]:
    """Width and height of the picture that the room is taken from."""
    return max(1, shape[1] // _FINEST), max(1, shape[0] // _FINEST)


def _surely_room(alpha: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """255 where there is nothing of the person round about, else 0."""
    share = cv2.resize(alpha, size, interpolation=cv2.INTER_NEAREST)
    _, room = cv2.threshold(share, _SURELY_ROOM, 255, cv2.THRESH_BINARY_INV)
    return np.asarray(cv2.erode(room, np.ones((3, 3), np.uint8)), np.uint8)


def _blurred(values: Float, sigma: float, blurred: Float | None = None) -> Float:
    side = 2 * math.ceil(_REACH * sigma) + 1
    return np.asarray(
        cv2.GaussianBlur(values, (side, side), sigma, dst=blurred, borderType=cv2.BORDER_REFLECT),
        np.float32,
    )
