"""The lives of many small pieces: when each begins and ends, and what chance gives it.

All of it follows from the seed, the number of the piece and the time alone, so what is remembered
between frames only saves work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vcam.effects.chance import Indices, Numbers, chance, chances
from vcam.effects.schema import ParticlesSpec, Range

REMEMBERED_SWARMS = 16
"""Swarms of which it is remembered what chance decided."""

_GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples, without their whole parts, are spread more evenly than those of any number."""


class Thing(IntEnum):
    """Each thing that chance decides for a piece: its row in `Fate.chances`."""

    BIRTH = 0
    LIFE = 1
    SIZE = 2
    SPEED = 3
    WAY = 4
    SPIN = 5
    ANGLE = 6
    PHASE = 7
    LOOK = 8
    X = 9
    Y = 10
    TUMBLE = 11
    DEPTH = 12


@dataclass(frozen=True, slots=True, eq=False)
class Fate:
    """What chance decided for some pieces; told apart by which object it is.

    Attributes:
        number: of the piece.
        chances: (things, n), a row for each `Thing`, each 0..1; not to be written to.
    """

    number: Indices
    chances: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """How far the lives of all pieces are; arrays of one length.

    Attributes:
        number: of the piece.
        cycle: which of its lives.
        age: since this life began, seconds; goes on after its end.
        life: its length, seconds.
        born: whether it began, and not after pieces had ceased to come.
        fate: all that chance decides for it.
    """

    number: Indices
    cycle: Indices
    age: Numbers
    life: Numbers
    born: npt.NDArray[np.bool_]
    fate: Fate


def lives_at(
    spec: ParticlesSpec,
    seed: int,
    elapsed_s: float,
    born_until_s: float = math.inf,
    count: int | None = None,
) -> Lives:
    """The lives that pieces are in `elapsed_s` after the start.

    Args:
        spec: how they fly.
        seed: the same seed gives the same flight.
        elapsed_s: seconds since the effect started.
        born_until_s: pieces that would start later than this do not.
        count: how many there are; None for as many as `spec` says.
    """
    several = spec.count if count is None else count
    number, birth = _births(seed, several, spec.count)
    since = elapsed_s - birth * spec.over_ms / 1000
    life_s = spec.life_s.most + (spec.burst.life_s.most if spec.burst is not None else 0.0)
    round_s = max(spec.over_ms / 1000, life_s, 1e-3)
    if spec.repeat:
        cycle = np.clip(np.floor(since / round_s), 0, 2**31).astype(np.int64)
        age = since - cycle * round_s
    else:
        cycle, age = np.zeros(several, np.int64), since
    fate = _fates(seed, several).of(cycle)
    life = np.maximum(between(spec.life_s, fate.chances[Thing.LIFE]), 1e-3)
    born = age >= 0
    if born_until_s < elapsed_s:
        born &= elapsed_s - age <= born_until_s
    return Lives(number, cycle, age, life, born, fate)


@lru_cache(maxsize=REMEMBERED_SWARMS)
def _births(seed: int, several: int, count: int) -> tuple[Indices, Numbers]:
    """The numbers of pieces, and when in a round each comes, 0..1."""
    number = np.arange(several)
    # Spread evenly, each by chance within a time of its own: so there are never many at once, nor
    # none; and however many take part, the first ones come at the same times.
    by_chance = chance(seed, number, 0, Thing.BIRTH) / count
    birth = (number * _GOLDEN + by_chance) % 1.0
    number.flags.writeable = birth.flags.writeable = False
    return number, birth


class _Fates:
    """What chance decides for pieces; worked out anew only for those that begin another life."""

    def __init__(self, seed: int, several: int) -> None:
        self._seed = seed
        self._number = np.arange(several)
        # Told in one go, for several threads may ask.
        self._known: tuple[Indices, Fate] | None = None

    def of(self, cycle: Indices) -> Fate:
        """All that is decided for the pieces in these lives."""
        known = self._known
        if known is None:
            decided = chances(self._seed, self._number, cycle, len(Thing))
        else:
            others = np.flatnonzero(known[0] != cycle)
            if not len(others):
                return known[1]
            decided = known[1].chances.copy()
            decided[:, others] = chances(self._seed, others, cycle[others], len(Thing))
        decided.flags.writeable = False
        fate = Fate(self._number, decided)
        self._known = cycle, fate
        return fate


_fates = lru_cache(maxsize=REMEMBERED_SWARMS)(_Fates)


def between(limits: Range, share: Numbers) -> Numbers:
    """What chances in 0..1 make of a range: its least at 0, its most at 1."""
    return limits.least + (limits.most - limits.least) * share
