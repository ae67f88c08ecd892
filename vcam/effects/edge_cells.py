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

_FINER = 0.1
"""How much darker or lighter than the cells round about a pixel of the picture is taken to be."""

_WORDS = {2: np.uint16, 4: np.uint32, 8: np.uint64}


class EdgeCells:
    """Draws masks on a grid of square cells: most are filled, only those at the edge are drawn.

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
        """Lets `fitted` fit this mask from now on.

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
        shares = self._shares(picture, curve)
        return self._filled(cv2.LUT(shares, curve) if shares.size else shares)

    def plain(self, mask: Float, curve: npt.NDArray[np.uint8]) -> Outline:
        """Where the person is by the mask alone, as `take` wants it; see `fitted`."""
        share = np.asarray(cv2.LUT(cv2.convertScaleAbs(mask, alpha=255), curve), np.uint8)
        near = np.ones((3, 3), np.uint8)
        least, most = cv2.erode(share, near), cv2.dilate(share, near)
        self._choose((most > 0) & (least < 255))
        self._rest = least
        return self._filled(cv2.convertScaleAbs(self._spread(share.astype(np.float32))))

    def _choose(self, band: npt.NDArray[np.bool_]) -> None:
        """Which cells are drawn, (rows, columns)."""
        cell, columns = self._cell, self.grid[0]
        self._band = np.flatnonzero(band)
        row, column = np.divmod(self._band, columns)
        first = row * (cell * columns) + column
        self._pieces = (first[:, np.newaxis] + np.arange(cell) * columns).reshape(-1)
        middle = (row + 1) * (columns + 2) + column + 1
        near = np.array([-1, 0, 1])
        around = (near[:, np.newaxis] * (columns + 2) + near).reshape(-1)
        self._around = middle[:, np.newaxis] + around

    def _filled(self, band: npt.ArrayLike) -> Outline:
        """All of the mask, with these shares in the cells that are drawn."""
        alpha, cell = self._alpha, self._cell
        alpha.reshape(self.grid[1], cell, -1)[:] = np.repeat(self._rest, cell, axis=1)[:, None]
        pieces = alpha.reshape(-1).view(np.dtype((np.void, cell)))
        share = np.asarray(band, np.uint8).reshape(-1)
        pieces[self._pieces] = share.view(pieces.dtype)
        if self.padded != self.size:
            width, height = self.size
            return Outline(np.ascontiguousarray(alpha[:height, :width]))
        word = _WORDS.get(cell)
        if word is None or alpha.size % CELL or self.padded[0] % CELL:
            return Outline(alpha)
        edge = self._pieces[mixed(share.view(word))]
        if cell < CELL:
            is_edge = np.zeros(alpha.size // CELL, np.bool_)
            is_edge[edge // (CELL // cell)] = True
            edge = np.flatnonzero(is_edge)
        return Outline(alpha, edge)

    def _shares(self, picture: Image, curve: npt.NDArray[np.uint8]) -> Alpha:
        """The person's share of each pixel of the band's cells, uint8 (n, cell * cell)."""
        cell = self._cell
        columns, rows = self.grid
        # Half the pixels are left out each way, where cells are large enough: the mean is alike.
        finer = 2 if cell >= 4 else 1
        size = finer * columns, finer * rows
        grey = cv2.cvtColor(cv2.resize(picture, size), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, self.grid, interpolation=cv2.INTER_AREA)
        guide = np.multiply(small, np.float32(1 / 255), dtype=np.float32)
        slope, offset = guided_coefficients(guide, self._mask, _RADIUS, _EPSILON)
        self._narrow(guide, slope, offset, curve)
        if not self._band.size:
            return np.empty((0, cell * cell), np.uint8)
        slopes, offsets = (self._spread(lines) for lines in (slope, 255 * offset))
        pixels = np.ascontiguousarray(picture).reshape(-1).view(np.dtype((np.void, 3 * cell)))
        # In one long row, for rows cost more than pixels.
        band = np.take(pixels, self._pieces).view(np.uint8).reshape(1, -1, 3)
        np.multiply(slopes, cv2.cvtColor(band, cv2.COLOR_BGR2GRAY).reshape(slopes.shape), slopes)
        return np.asarray(cv2.add(slopes, offsets, dtype=cv2.CV_8U), np.uint8)

    def _narrow(
        self, guide: Float, slope: Float, offset: Float, curve: npt.NDArray[np.uint8]
    ) -> None:
        """Leaves the cells out whose line cannot reach into what is neither person nor room."""
        near = np.ones((3, 3), np.uint8)
        swing = cv2.dilate(guide, near) - cv2.erode(guide, near)
        swing += np.float32(_FINER)
        swing *= np.abs(slope)
        middle = slope * guide
        middle += offset
        room = np.count_nonzero(curve == 0) / 255
        person = 1 - np.count_nonzero(curve == 255) / 255
        doubtful = (cv2.dilate(middle + swing, near) > room) & (
            cv2.erode(middle - swing, near) < person
        )
        self._choose(self._in_doubt & doubtful)
        settled = (self._in_doubt & ~doubtful) & (middle > 0.5)
        self._rest = np.where(settled, np.uint8(255), self._sure)

    def _spread(self, values: Float) -> Float:
        """From values of the grid's cells to those of the band's pixels, float32 (n, cell * cell).

        Between the middles of cells they change as `INTER_LINEAR` lets them.
        """
        if not self._band.size:
            return np.empty((0, self._cell**2), np.float32)
        bordered = cv2.copyMakeBorder(values, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        around = np.take(bordered, self._around)
        # Not by numpy, whose library waits for threads of its own at some sizes: 20 ms under load.
        return np.asarray(cv2.gemm(around, _between(self._cell), 1, None, 0), np.float32)


@lru_cache(maxsize=8)
def _between(cell: int) -> Float:
    """What each of nine cells counts for at the pixels of the middle one, float32 (9, cell²)."""
    shift = (np.arange(cell) + 0.5) / cell - 0.5
    weights = np.stack([np.maximum(-shift, 0), 1 - np.abs(shift), np.maximum(shift, 0)])
    return np.asarray(np.einsum("ai,bj->abij", weights, weights).reshape(9, -1), np.float32)
