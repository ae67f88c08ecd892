"""Tells where a picture shows the person alone, the room alone, and where both meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Alpha = npt.NDArray[np.uint8]
"""uint8 (height, width): 255 is person, 0 is room."""

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom, pixels."""

BAND = 32
"""Rows that are looked at together: with fewer, calls cost more than pixels; with more, an edge
that leans takes in much that is no edge."""

_CELL = 8
"""Columns that are looked at together: as many as a number of 64 bits has bytes."""


class Zones(NamedTuple):
    """Rectangles that cover a picture without overlapping, from its top to its bottom.

    Attributes:
        room: nothing of the person is there.
        edge: there is, but not everywhere.
        person: the person hides all of the room.
    """

    room: list[Rectangle]
    edge: list[Rectangle]
    person: list[Rectangle]


def zones_of(alpha: Alpha) -> Zones:
    """The zones of a picture, by the person's share of each pixel."""
    height, width = alpha.shape
    most, least = _of_bands(alpha, np.maximum), _of_bands(alpha, np.minimum)
    kinds = (most.view(np.uint64) > 0).astype(np.int8)
    kinds += least.view(np.uint64) == np.iinfo(np.uint64).max
    begins = np.ones(kinds.shape, np.bool_)
    begins[:, 1:] = kinds[:, 1:] != kinds[:, :-1]
    bands, cells = np.nonzero(begins)
    left = cells * _CELL
    right = np.append(left[1:], 0)
    right[np.append(bands[1:] != bands[:-1], True)] = width
    zones = Zones([], [], [])
    for kind, start, end, band in zip(
        kinds[bands, cells].tolist(), left.tolist(), right.tolist(), bands.tolist(), strict=True
    ):
        top = band * BAND
        zones[kind].append((start, top, end, min(height, top + BAND)))
    return zones


def _of_bands(alpha: Alpha, pick: np.ufunc) -> Alpha:
    """The greatest or least of each column of each band, uint8 (bands, whole cells)."""
    height, width = alpha.shape
    whole = height // BAND
    picked = np.empty((-(-height // BAND), -(-width // _CELL) * _CELL), np.uint8)
    inside = picked[:, :width]
    pick.reduce(alpha[: whole * BAND].reshape(whole, BAND, width), axis=1, out=inside[:whole])
    if whole < len(picked):
        pick.reduce(alpha[whole * BAND :], axis=0, out=inside[whole])
    # What lies beyond the picture decides nothing.
    picked[:, width:] = inside[:, -1:]
    return picked
