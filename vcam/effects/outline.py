"""A person's mask, and all that laying something behind them needs of it, made once for a mask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.scratch import Scratch

Alpha = npt.NDArray[np.uint8]
"""uint8 (height, width): 255 is person, 0 is room."""

Indices = npt.NDArray[np.intp]

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

CELL = 8
"""Pixels of a row that are blended together, where at least one of them needs it: taking and
putting costs by the piece, blending almost nothing."""


class Outline:
    """Where the person is, where nothing of them is, and the few cells in which both meet.

    Args:
        alpha: uint8 (h, w), the person's share; is not to change while this is used. Or what makes
            it and its box, when it is first wanted.
        box: left, top, right, bottom of a part beyond which all is room; looked for if not given.
        memory: holds what is made of it, until another outline uses that; its own if not given.
        halved: what `halved` is to be; made if not given.
    """

    def __init__(
        self,
        alpha: Alpha | Callable[[], tuple[Alpha, Box | None]],
        box: Box | None = None,
        memory: Scratch | None = None,
        halved: Alpha | None = None,
    ) -> None:
        self._made = alpha if callable(alpha) else (lambda: (alpha, box))
        self._take = (memory or Scratch()).take
        if halved is not None:
            self.halved = halved

    def prepare(self, other: Outline) -> None:
        """Makes at once what those who used another outline wanted of it."""
        for name in other.__dict__.keys() - self.__dict__.keys():
            getattr(self, name)

    @cached_property
    def _whole(self) -> tuple[Alpha, Box | None]:
        return self._made()

    @property
    def alpha(self) -> Alpha:
        """The person's share, uint8 (h, w)."""
        return self._whole[0]

    @cached_property
    def box(self) -> Box:
        """Left, top, right, bottom of all that is not room; none where left is not below right."""
        if self._whole[1] is not None:
            return self._whole[1]
        left, top, columns, rows = cv2.boundingRect(self.alpha)
        return left, top, left + columns, top + rows

    @cached_property
    def room(self) -> Alpha:
        """255 where nothing of the person is, else 0."""
        room: Alpha = self._take("room", self.alpha.shape)
        cv2.threshold(self.alpha, 0, 255, cv2.THRESH_BINARY_INV, dst=room)
        return room

    @cached_property
    def person(self) -> Alpha:
        """255 where the person alone is, else 0; of the box only."""
        left, top, right, bottom = self.box
        part = self.alpha[top:bottom, left:right]
        person: Alpha = self._take("person", part.shape)
        cv2.threshold(part, 254, 255, cv2.THRESH_BINARY, dst=person)
        return person

    @cached_property
    def bare(self) -> Image:
        """How much of the room shows, uint8 (h, w, 3), alike in all three."""
        return self._room_of(self.alpha, "bare")

    @cached_property
    def bare_at_two_thirds(self) -> Image:
        """The same of two thirds of the size, rounded up."""
        height, width = self.alpha.shape
        size = -(-2 * width // 3), -(-2 * height // 3)
        small = self._take("two thirds", size[::-1])
        cv2.resize(self.alpha, size, dst=small, interpolation=cv2.INTER_LINEAR)
        return self._room_of(small, "bare at two thirds")

    @cached_property
    def halved(self) -> Alpha:
        """The person's share at half the size, rounded up."""
        height, width = self.alpha.shape
        size = -(-width // 2), -(-height // 2)
        halved: Alpha = self._take("halved", size[::-1])
        cv2.resize(self.alpha, size, dst=halved, interpolation=cv2.INTER_AREA)
        return halved

    def lay(self, canvas: Image, person: Image, room: Image) -> None:
        """Writes the mean of two pictures where they meet, and there alone.

        Args:
            canvas: uint8 (h, w, 3), contiguous; may be one of the others.
            person: the same size.
            room: the same size.
        """
        edge = self._edge
        if not edge.size:
            return
        front = _taken(person, edge, 3 * self._cell).reshape(1, -1, 3)
        back = _taken(room, edge, 3 * self._cell).reshape(1, -1, 3)
        cover, bare = self._covers
        cv2.multiply(front, cover, dst=front, scale=1 / 255)
        cv2.multiply(back, bare, dst=back, scale=1 / 255)
        cv2.add(front, back, dst=front)
        piece = np.dtype((np.void, 3 * self._cell))
        canvas.reshape(-1).view(piece)[edge] = front.reshape(-1).view(piece)

    @cached_property
    def _cell(self) -> int:
        """As many as a number of 64 bits has bytes, where they fit."""
        return CELL if self.alpha.size % CELL == 0 else 1

    @cached_property
    def _edge(self) -> Indices:
        if self._cell == 1:
            return np.flatnonzero(cv2.inRange(self.alpha, 1, 254).view(np.bool_))
        _, top, _, bottom = self.box
        width = self.alpha.shape[1]
        first = top * width // CELL
        cells = np.ascontiguousarray(self.alpha).reshape(-1).view(np.uint64)
        cells = cells[first : -(-bottom * width // CELL)]
        found = mixed(cells, self._take("cells", cells.shape, np.uint64))
        found += first
        return found

    def _room_of(self, share: Alpha, name: str) -> Image:
        """What a share leaves of the room, alike in all three."""
        rest = self._take("rest", share.shape)
        bare: Image = self._take(name, (*share.shape, 3))
        cv2.bitwise_not(share, dst=rest)
        cv2.cvtColor(rest, cv2.COLOR_GRAY2BGR, dst=bare)
        return bare

    @cached_property
    def _covers(self) -> tuple[Image, Image]:
        """The shares of person and room in the cells where both meet, uint8 (1, n, 3) each."""
        share = _taken(self.alpha, self._edge, self._cell).reshape(1, -1)
        cover = _thrice(share)
        return cover, np.asarray(cv2.bitwise_not(cover), np.uint8)


def _thrice(share: npt.NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(share, cv2.COLOR_GRAY2BGR), np.uint8)


def mixed(
    cells: npt.NDArray[np.unsignedinteger],
    memory: npt.NDArray[np.unsignedinteger] | None = None,
) -> Indices:
    """Which of some cells, each read as one number, are neither all 0 nor all 255.

    Args:
        cells: of one dimension.
        memory: as many, to work in; fresh if not given.
    """
    # Of nothing but room and of nothing but person, one more is at most 1.
    more = np.add(cells, cells.dtype.type(1), out=memory)
    return np.asarray(np.flatnonzero(more > 1), np.intp)


def _taken(picture: npt.NDArray[np.uint8], where: Indices, size: int) -> npt.NDArray[np.uint8]:
    """Some pieces of so many bytes each; a copy."""
    pieces = np.ascontiguousarray(picture).reshape(-1).view(np.dtype((np.void, size)))
    return np.take(pieces, where).view(np.uint8)
