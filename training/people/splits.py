"""Who is enrolled with what, who is asked for with what, and who is unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class PeopleSplit:
    """Rows of a set of faces.

    Attributes:
        enrolled: faces that people are enrolled with.
        asked: other faces of the same people.
        unknown: faces of people who are not enrolled.
    """

    enrolled: Rows
    asked: Rows
    unknown: Rows


def split(
    people: npt.NDArray[np.str_], each: int, unknown: int, seed: int, turn: int = 0
) -> PeopleSplit:
    """One way to part a set.

    Args:
        people: whose each face is.
        each: faces that a person is enrolled with; at least one is left to ask with.
        unknown: how many people are left out.
        seed: of the draw.
        turn: people are left out in turn, so that with `turn` from 0 on each is once.
    """
    rng = np.random.default_rng(seed)
    names = rng.permutation(np.unique(people)) if unknown > 1 else np.unique(people)
    left_out = np.roll(names, -turn)[:unknown]
    enrolled: list[int] = []
    asked: list[int] = []
    for name in names:
        if name in left_out:
            continue
        rows = rng.permutation(np.flatnonzero(people == name))
        count = min(each, len(rows) - 1)
        enrolled += rows[:count].tolist()
        asked += rows[count:].tolist()
    return PeopleSplit(
        np.array(enrolled, np.intp),
        np.array(asked, np.intp),
        np.flatnonzero(np.isin(people, left_out)),
    )
