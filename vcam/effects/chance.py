"""Chance without state: the same numbers in give the same chances out, in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Choices = npt.NDArray[np.intp]


def chance(seed: int, number: Indices | int, cycle: Indices | int, what: int) -> Numbers:
    """Even chance in 0..1 from four numbers: the finaliser of SplitMix64 (Steele et al., 2014).

    Args:
        seed: of the whole.
        number: of the piece.
        cycle: which of its lives.
        what: which of the things that are left to chance.

    Returns:
        float64, of the shape that `number` and `cycle` have together.
    """
    with np.errstate(over="ignore"):
        state = np.asarray(number).astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
        state = state + np.uint64(seed & 0xFFFFFFFFFFFFFFFF) * np.uint64(0x9E3779B97F4A7C15)
        state = state + np.asarray(cycle).astype(np.uint64) * np.uint64(0x8CB92BA72F3D8DD7)
        state = state + np.uint64(what + 1) * np.uint64(0xABC98388FB8FAC03)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
        state = state ^ (state >> np.uint64(31))
    return np.asarray((state >> np.uint64(11)).astype(np.float64) / 2**53)


def chosen(share: Numbers, count: int) -> Choices:
    """Chances in 0..1 as choices among `count` things."""
    return np.minimum((share * count).astype(np.intp), count - 1)
