"""What the second stage holds back, and what it costs: the figures of docs/privacy.md.

The user calls a start wrong; what looks like its hand is held back from then on. Here a look at a
hand stands for a start: looks that the head reads as a pose are marked, and it is counted which
others are held back. Those are of other people, but for what comes again, which are worsened
copies of one photograph. No start that was right helps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.poses.hands import BoolArray
from training.poses.repair_looks import Looks

DRAWS: Final = 200
DRAWN: Final = 5
"""Draws of wrong looks, and how many each draw marks."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares in per cent, over many ways to mark.

    Attributes:
        mean: of them.
        high: 95 % of them are no larger.
        worst: the largest.
    """

    mean: float
    high: float
    worst: float


@dataclass(frozen=True, slots=True)
class RepairFigures:
    """What marks do to one pose: shares in per cent of looks, None where there are none.

    Attributes:
        pose: the pose.
        right: looks that are read as it and show it.
        wrong: looks that are read as it and do not.
        wrong_people: people, as far as names tell, that those are of.
        one: right looks that a wrong look of another person holds back.
        five: the same of five wrong looks, or as many as there are, drawn many times.
        every: the same of all wrong looks.
        mistaken: the same of one right look that is marked by mistake.
        others: wrong looks that are held back once those of all others are marked.
        pairs: wrong looks with another of the same photograph, each pair both ways.
        again: of them, those where the one, marked, holds the other back.
    """

    pose: str
    right: int
    wrong: int
    wrong_people: int
    one: Spread | None
    five: Spread | None
    every: float | None
    mistaken: Spread | None
    others: float | None
    pairs: int
    again: float | None


def repair_figures(looks: Looks, seed: int = 0) -> RepairFigures:
    """What marks hold back of one pose.

    Args:
        looks: those that are read as it.
        seed: of the draws.
    """
    near = looks.near()
    strangers = looks.who[:, np.newaxis] != looks.who
    wrong, right = np.flatnonzero(looks.wrong), np.flatnonzero(~looks.wrong)
    judged = strangers[:, right]
    held = near[:, right] & judged
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(wrong)[:DRAWN] for _ in range(DRAWS)]
    wrong_near = near[np.ix_(wrong, wrong)]
    pairs = (looks.picture[wrong, np.newaxis] == looks.picture[wrong]) & ~np.eye(
        len(wrong), dtype=np.bool_
    )
    return RepairFigures(
        pose=looks.pose,
        right=len(right),
        wrong=len(wrong),
        wrong_people=len(np.unique(looks.who[wrong])),
        one=_spread(_lost(held, judged, wrong[:, np.newaxis])),
        five=_spread(_lost(held, judged, np.array(drawn))),
        every=_mean(_lost(held, judged, wrong[np.newaxis])),
        mistaken=_spread(_lost(held, judged, right[:, np.newaxis])),
        others=_mean(100.0 * (wrong_near & strangers[np.ix_(wrong, wrong)]).any(axis=0)),
        pairs=int(pairs.sum()),
        again=_mean(100.0 * wrong_near[pairs]),
    )


def _lost(
    held: BoolArray, judged: BoolArray, marks: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Per cent of right looks that are held back, for each way to mark.

    Args:
        held: (n, right), what each look holds back as a mark.
        judged: (n, right), whether the two are of different people.
        marks: (ways, k), the looks that are marked.

    Returns:
        (ways,), or fewer: without those that have no right look to judge.
    """
    counts = judged[marks].any(axis=1).sum(axis=1)
    lost = held[marks].any(axis=1).sum(axis=1)
    some = counts > 0
    return np.asarray(100.0 * lost[some] / counts[some])


def _spread(shares: npt.NDArray[np.float64]) -> Spread | None:
    if not shares.size:
        return None
    high = np.quantile(shares, 0.95, method="higher")
    values = (float(each) for each in (shares.mean(), high, shares.max()))
    return Spread(*(round(value, 3) for value in values))


def _mean(shares: npt.NDArray[np.float64]) -> float | None:
    return round(float(shares.mean()), 3) if shares.size else None
