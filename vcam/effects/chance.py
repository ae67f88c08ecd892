"""Chance without state: the same numbers in give the same chances out, in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Choices = npt.NDArray[np.intp]

_NUMBER, _CYCLE = np.uint64(0xD1B54A32D192ED03), np.uint64(0x8CB92BA72F3D8DD7)
_MIXING = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


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
    numbers = np.asarray(number)
    # Numbers alone would warn where arrays wrap round, which is what is wanted.
    state = np.atleast_1d(numbers).astype(np.uint64) * _NUMBER
    constant = seed * 0x9E3779B97F4A7C15 + (what + 1) * 0xABC98388FB8FAC03
    if isinstance(cycle, int):
        constant += cycle * 0x8CB92BA72F3D8DD7
    else:
        state = state + np.atleast_1d(cycle).astype(np.uint64) * _CYCLE
    state = state + np.uint64(constant & 0xFFFFFFFFFFFFFFFF)
    for shift, factor in _MIXING:
        state ^= state >> shift
        state *= factor
    state ^= state >> np.uint64(31)
    even = (state >> np.uint64(11)).astype(np.float64) / 2**53
    return even if numbers.ndim or not isinstance(cycle, int) else even.reshape(())


def chosen(share: Numbers, count: int) -> Choices:
    """Chances in 0..1 as choices among `count` things."""
    return np.minimum((share * count).astype(np.intp), count - 1)
