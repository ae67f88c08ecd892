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

_CELL = 8
"""Pixels of a row that are blended together, where at least one of them needs it: taking and
putting costs by the piece, blending almost nothing."""


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
        edge = _edge(alpha)
        if edge.size:
            _put(canvas, edge, _blended(canvas, room, alpha, edge))
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
    def _full(self) -> Alpha:
        return self._make_full()

    @cached_property
    def _half(self) -> Alpha:
        return self._make_half()

    @cached_property
    def _half_room(self) -> Image:
        """How much of the room shows, uint8 (h, w, 3)."""
        room = cv2.bitwise_not(self._half)
        return np.asarray(cv2.cvtColor(room, cv2.COLOR_GRAY2BGR), np.uint8)

    @cached_property
    def _third_room(self) -> Image:
        height, width = self._half.shape
        size = -(-2 * width // 3), -(-2 * height // 3)
        room = cv2.bitwise_not(cv2.resize(self._half, size, interpolation=cv2.INTER_LINEAR))
        return np.asarray(cv2.cvtColor(room, cv2.COLOR_GRAY2BGR), np.uint8)

    @cached_property
    def _quarter(self) -> Alpha:
        height, width = self._half.shape
        size = -(-width // 2), -(-height // 2)
        return np.asarray(cv2.resize(self._half, size, interpolation=cv2.INTER_AREA), np.uint8)

    def touches(self, light: Image, left: int, top: int) -> bool:
        """Whether anything of it would be hidden; see `hide`."""
        rows, columns = light.shape[:2]
        return bool(self._full[top : top + rows, left : left + columns].any())

    def hide(self, light: Image, left: int, top: int, step: int = 1) -> None:
        """Takes away, in place, what the person hides.

        Args:
            light: uint8 (rows, columns, channels): light, or a picture that is premultiplied.
            left: where it lies on the picture, in its own pixels.
            top: the same, downwards.
            step: how many of the picture's pixels one of its is wide: 1, 2 or 4; 3 for light.
        """
        rows, columns, channels = light.shape
        if step in (2, 3) and channels == 3:
            # So few bytes are faster done with than looked through.
            whole_room = self._half_room if step == 2 else self._third_room
            room = whole_room[top : top + rows, left : left + columns]
            cv2.multiply(light, room, dst=light, scale=1 / 255)
            return
        whole = self._full if step == 1 else self._half if step == 2 else self._quarter
        alpha = whole[top : top + rows, left : left + columns]
        x0, y0, x1, y1 = _box_of(alpha)
        if x0 >= x1:
            return
        bare = cv2.bitwise_not(alpha[y0:y1, x0:x1])
        lit = light[y0:y1, x0:x1]
        cv2.multiply(lit, cv2.merge([bare] * channels), dst=lit, scale=1 / 255)


class Cutout:
    """Keeps a person's pixels while something is drawn all over the picture, and puts them back.

    What is drawn thereby passes behind the person. Keeps its scratch memory, so one per thread.
    """

    def __init__(self) -> None:
        self._kept = np.empty((0, 0, 3), np.uint8)
        self._mask = np.empty((0, 0), np.uint8)
        self._alpha = self._mask
        self._box = (0, 0, 0, 0)

    def keep(self, canvas: Image, alpha: Alpha) -> None:
        """Copies the person's pixels.

        Args:
            canvas: uint8 (h, w, 3); is not changed.
            alpha: uint8 (h, w), the person's share; is not to change until they are back.
        """
        self._alpha, self._box = alpha, _box_of(alpha)
        if self._kept.shape != canvas.shape:
            self._kept = np.zeros_like(canvas)
            self._mask = np.empty_like(alpha)
        left, top, right, bottom = self._box
        self._kept[top:bottom, left:right] = canvas[top:bottom, left:right]

    def put_back(self, canvas: Image) -> None:
        """Lays the person over `canvas`, uint8 (h, w, 3), contiguous, in place."""
        left, top, right, bottom = self._box
        if left >= right or top >= bottom:
            return
        edge = _edge(self._alpha)
        if edge.size:
            _put(canvas, edge, _blended(self._kept, canvas, self._alpha, edge))
        part = np.s_[top:bottom, left:right]
        mask = self._mask[part]
        cv2.threshold(self._alpha[part], 254, 255, cv2.THRESH_BINARY, dst=mask)
        cv2.copyTo(self._kept[part], mask, canvas[part])


def _box_of(alpha: Alpha) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of all that is not room."""
    left, top, columns, rows = cv2.boundingRect(alpha)
    return left, top, left + columns, top + rows


def _cell(alpha: Alpha) -> int:
    """How many pixels make a cell: as many as a number of 64 bits has bytes, where they fit."""
    return _CELL if alpha.size % _CELL == 0 else 1


def _edge(alpha: Alpha) -> npt.NDArray[np.intp]:
    """The cells in which person and room meet."""
    if _cell(alpha) == 1:
        return np.flatnonzero(cv2.inRange(alpha, 1, 254).view(np.bool_))
    cells = np.ascontiguousarray(alpha).reshape(-1).view(np.uint64)
    # Of nothing but room and of nothing but person, one more is at most 1.
    return np.flatnonzero(cells + np.uint64(1) > 1)


def _blended(
    person: Image, room: Image, alpha: Alpha, where: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint8]:
    """Some cells of the mean of both, uint8 (1, n, 3)."""
    cell = _cell(alpha)
    share = _taken(alpha, where, cell).reshape(1, -1)
    cover = np.asarray(cv2.cvtColor(share, cv2.COLOR_GRAY2BGR), np.uint8)
    front = _taken(person, where, 3 * cell).reshape(1, -1, 3)
    back = _taken(room, where, 3 * cell).reshape(1, -1, 3)
    cv2.multiply(front, cover, dst=front, scale=1 / 255)
    cv2.bitwise_not(cover, dst=cover)
    cv2.multiply(back, cover, dst=back, scale=1 / 255)
    return np.asarray(cv2.add(front, back, dst=front), np.uint8)


def _taken(
    picture: npt.NDArray[np.uint8], where: npt.NDArray[np.intp], size: int
) -> npt.NDArray[np.uint8]:
    """Some pieces of so many bytes each; a copy."""
    pieces = np.ascontiguousarray(picture).reshape(-1).view(np.dtype((np.void, size)))
    return np.take(pieces, where).view(np.uint8)


def _put(canvas: Image, where: npt.NDArray[np.intp], cells: npt.NDArray[np.uint8]) -> None:
    piece = np.dtype((np.void, cells.size // where.size))
    canvas.reshape(-1).view(piece)[where] = cells.reshape(-1).view(piece)
