"""Chance without state: the same numbers in give the same chances out, in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Choices = npt.NDArray[np.intp]

_NUMBER, _CYCLE = np.uint64(0xD1B54A32D192ED03), np.uint64(0x8CB92BA72F3D8DD7)
_SEED_FACTOR, _WHAT_FACTOR = 0x9E3779B97F4A7C15, 0xABC98388FB8FAC03
_ALL_BITS = 0xFFFFFFFFFFFFFFFF
_MIXING = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def chance(seed: int, number: Indices | int, cycle: Indices | int, what: Indices | int) -> Numbers:
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
    state = _state(numbers, cycle)
    if not isinstance(what, int):
        constants = (what + 1).astype(np.uint64) * np.uint64(_WHAT_FACTOR)
        return _mixed(state + constants + np.uint64(seed * _SEED_FACTOR & _ALL_BITS))
    constant = seed * _SEED_FACTOR + (what + 1) * _WHAT_FACTOR
    even = _mixed(state + np.uint64(constant & _ALL_BITS))
    return even if numbers.ndim or not isinstance(cycle, int) else even.reshape(())


def chances(seed: int, number: Indices, cycle: Indices | int, count: int) -> Numbers:
    """The first `count` things that are left to chance at once, which costs little more than one.

    Returns:
        float64, (count, ...): row by row what `chance` returns.
    """
    state = _state(number, cycle)
    constants = np.array(
        [(seed * _SEED_FACTOR + (what + 1) * _WHAT_FACTOR) & _ALL_BITS for what in range(count)],
        np.uint64,
    )
    return _mixed(state[np.newaxis] + constants.reshape(-1, *(1,) * state.ndim))


def _state(numbers: npt.NDArray[np.int64], cycle: Indices | int) -> npt.NDArray[np.uint64]:
    # Numbers alone would warn where arrays wrap round, which is what is wanted.
    state = np.atleast_1d(numbers).astype(np.uint64) * _NUMBER
    cycles = np.atleast_1d(np.asarray(cycle, np.int64)).astype(np.uint64)
    return np.asarray(state + cycles * _CYCLE, np.uint64)


def _mixed(state: npt.NDArray[np.uint64]) -> Numbers:
    for shift, factor in _MIXING:
        state ^= state >> shift
        state *= factor
    state ^= state >> np.uint64(31)
    return np.asarray((state >> np.uint64(11)).astype(np.float64) * 2.0**-53, np.float64)


def chosen(share: Numbers, count: int) -> Choices:
    """Chances in 0..1 as choices among `count` things."""
    return np.minimum((share * count).astype(np.intp), count - 1)
