"""A coarse mask made to follow the edges of a picture, only where an edge can be."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.guided import Float, guided_coefficients
from vcam.effects.outline import CELL, Alpha, Outline, mixed

_RADIUS = 2
"""Of the guided filter's window, cells."""
_EPSILON = 5e-4

_REACH = 3
_SURE = 0.12
"""Where the person's share is nowhere above this, or nowhere further from 1, so many cells round
about, the picture is not looked at."""

_FINER = 20
"""Of 255: by so much a single pixel's share may differ from that of those round about."""

_NONE = np.zeros(4)


class EdgeCells:
    """Fits masks on a grid of square cells: most are filled, only those at the edge are drawn.

    Args:
        size: width and height of the pictures.
        columns: how many cells make a row, about.
    """

    def __init__(self, size: tuple[int, int], columns: int) -> None:
        width, height = size
        self.size = size
        self._cell = max(2, round(width / columns))
        self.grid = -(-width // self._cell), -(-height // self._cell)
        self.padded = self.grid[0] * self._cell, self.grid[1] * self._cell
        self._alpha = np.empty((self.padded[1], self.padded[0]), np.uint8)
        self._mask: Float = np.zeros(self.grid[::-1], np.float32)
        self._choose(np.zeros(self.grid[::-1], np.bool_))
        self._in_doubt = np.zeros(self.grid[::-1], np.bool_)
        self._sure = self._rest = np.zeros(self.grid[::-1], np.uint8)

    def take(self, mask: Float) -> None:
        """Fits this mask from now on.

        Args:
            mask: float32, the person's share of each cell of `grid`, which lies over the picture
                and over what makes it `padded` pixels large.
        """
        reach = np.ones((2 * _REACH + 1,) * 2, np.uint8)
        least, most = cv2.erode(mask, reach), cv2.dilate(mask, reach)
        self._mask = mask
        self._in_doubt = (most > _SURE) & (least < 1 - _SURE)
        self._sure = (least >= 1 - _SURE).astype(np.uint8) * np.uint8(255)

    def fitted(self, picture: Image, curve: npt.NDArray[np.uint8]) -> Outline:
        """Where the person is in a picture: the guided filter's line, drawn through its pixels.

        Args:
            picture: uint8 (h, w, 3), contiguous.
            curve: uint8 (256,): what becomes of each share.

        Returns:
            Is overwritten by the next call.
        """
        width, height = self.size
        if self.padded != self.size:
            across, down = self.padded[0] - width, self.padded[1] - height
            picture = np.asarray(
                cv2.copyMakeBorder(picture, 0, down, 0, across, cv2.BORDER_REPLICATE), np.uint8
            )
        share = self._shares(picture, curve)
        return self._filled(np.asarray(cv2.LUT(share, curve), np.uint8) if share.size else share)

    def _choose(self, band: npt.NDArray[np.bool_]) -> None:
        """Which cells are drawn, (rows, columns)."""
        cell, columns = self._cell, self.grid[0]
        self._band = np.flatnonzero(band)
        row, column = np.divmod(self._band, columns)
        first = row * (cell * columns) + column
        # All first rows of cells, then all second ones.
        self._pieces = (np.arange(cell)[:, np.newaxis] * columns + first).reshape(-1)
        middle = (row + 1) * (columns + 2) + column + 1
        near = np.array([-1, 0, 1])
        self._around = (near[:, np.newaxis] * (columns + 2) + near)[..., np.newaxis] + middle

    def _filled(self, share: Alpha) -> Outline:
        """All of the mask, with these shares in the cells that are drawn, (cell, n, cell)."""
        alpha, cell = self._alpha, self._cell
        if cell == CELL:
            # The same by whole numbers: of one, the negative has nothing but ones.
            rows = np.negative((self._rest != 0).astype(np.uint64)).view(np.uint8)
        else:
            rows = np.repeat(self._rest, cell, axis=1)
        alpha.reshape(self.grid[1], cell, -1)[:] = rows[:, np.newaxis]
        pieces = alpha.reshape(-1).view(np.dtype((np.void, cell)))
        pieces[self._pieces] = share.reshape(-1).view(pieces.dtype)
        if self.padded != self.size:
            width, height = self.size
            return Outline(np.ascontiguousarray(alpha[:height, :width]))
        if cell != CELL:
            return Outline(alpha)
        return Outline(alpha, self._pieces[mixed(share.reshape(-1).view(np.uint64))])

    def _shares(self, picture: Image, curve: npt.NDArray[np.uint8]) -> Alpha:
        """The person's share of each pixel of the band's cells, uint8 (cell, n, cell)."""
        cell = self._cell
        columns, rows = self.grid
        # Half the pixels are left out each way, where cells are large enough: the mean is alike.
        finer = 2 if cell >= 4 else 1
        size = finer * columns, finer * rows
        grey = np.asarray(cv2.cvtColor(cv2.resize(picture, size), cv2.COLOR_BGR2GRAY), np.uint8)
        small = cv2.resize(grey, self.grid, interpolation=cv2.INTER_AREA)
        guide = np.multiply(small, np.float32(1 / 255), dtype=np.float32)
        slope, offset = guided_coefficients(guide, self._mask, _RADIUS, _EPSILON)
        self._narrow(grey, slope, offset, curve)
        if not self._band.size:
            return np.empty((cell, 0, cell), np.uint8)
        pixels = np.ascontiguousarray(picture).reshape(-1).view(np.dtype((np.void, 3 * cell)))
        # In one long row, for rows cost more than pixels.
        band = np.take(pixels, self._pieces).view(np.uint8).reshape(1, -1, 3)
        light = cv2.cvtColor(band, cv2.COLOR_BGR2GRAY).reshape(cell, -1, cell).swapaxes(1, 2)
        share = self._spread(slope)
        share *= np.ascontiguousarray(light)
        share += self._spread(255 * offset)
        np.clip(share, 0, 255, out=share)
        return np.ascontiguousarray(share.astype(np.uint8).swapaxes(1, 2))

    def _narrow(
        self, grey: Alpha, slope: Float, offset: Float, curve: npt.NDArray[np.uint8]
    ) -> None:
        """Leaves the cells out in which, as coarsely as that can be told, no edge comes to lie."""
        size = grey.shape[::-1]
        share = cv2.multiply(cv2.resize(slope, size), grey, dtype=cv2.CV_32F)
        cv2.scaleAdd(cv2.resize(offset, size), 255, share, dst=share)
        shades = cv2.add(share, _NONE, dtype=cv2.CV_8U)
        near = np.ones((3, 3), np.uint8)
        room = np.count_nonzero(curve == 0) - _FINER
        person = 255 - np.count_nonzero(curve == 255) + _FINER
        mixed_parts = (cv2.dilate(shades, near) > room) & (cv2.erode(shades, near) < person)
        parts = np.multiply(mixed_parts, 255, dtype=np.uint8)
        doubtful = cv2.resize(parts, self.grid, interpolation=cv2.INTER_AREA) > 0
        self._choose(self._in_doubt & doubtful)
        shade = cv2.resize(shades, self.grid, interpolation=cv2.INTER_AREA)
        settled = (self._in_doubt & ~doubtful) & (shade > 127)
        self._rest = np.where(settled, np.uint8(255), self._sure)

    def _spread(self, values: Float) -> Float:
        """From values of the grid's cells to those of the band's pixels, float32 (cell, cell, n).

        Between the middles of cells they change as `INTER_LINEAR` lets them.
        """
        bordered = cv2.copyMakeBorder(values, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        around = np.take(bordered, self._around)
        # Not as a product of matrices: that library's threads wait for each other, up to 20 ms
        # where other programs are at work. The longest side is the last, for it costs the least.
        weights = _between(self._cell)
        tall = weights[0, :, np.newaxis, np.newaxis] * around[0]
        for each in (1, 2):
            tall += weights[each, :, np.newaxis, np.newaxis] * around[each]
        spread = tall[:, np.newaxis, 0] * weights[0, :, np.newaxis]
        for each in (1, 2):
            spread += tall[:, np.newaxis, each] * weights[each, :, np.newaxis]
        return np.asarray(spread, np.float32)


@lru_cache(maxsize=8)
def _between(cell: int) -> Float:
    """What each of three cells counts for at the pixels of the middle one, float32 (3, cell)."""
    shift = (np.arange(cell) + 0.5) / cell - 0.5
    weights = np.stack([np.maximum(-shift, 0), 1 - np.abs(shift), np.maximum(shift, 0)])
    return np.asarray(weights, np.float32)
