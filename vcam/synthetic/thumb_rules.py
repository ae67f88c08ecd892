"""What a thumb touches in a pose, and the solved thumb angles that make it do so.

Solving takes about a second a thumb (`thumb_ik`), so the thumbs of all poses are solved once, for
a few hands of different proportions, and kept in `thumb_solutions.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from vcam.synthetic.kinematics import (
    MEAN_PROPORTIONS,
    FloatArray,
    Proportions,
    random_proportions,
)

SOLUTIONS_PATH: Final = Path(__file__).with_name("thumb_solutions.json")
VARIANTS: Final = 6
"""Hands of different proportions that each thumb is solved for; the first is the mean hand."""


@dataclass(frozen=True)
class OverFingers:
    """The pad lies on the backs of middle phalanges: pairs of finger (0 = index) and weight."""

    weights: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class AtPoint:
    """The pad lies at this point of the hand frame, in cm."""

    point: tuple[float, float, float]


@dataclass(frozen=True)
class Pinch:
    """The pad meets the pad of this finger (0 = index)."""

    finger: int


Target = OverFingers | AtPoint | Pinch


def variant_proportions(variant: int) -> Proportions:
    """Proportions of solved hand number `variant`."""
    return MEAN_PROPORTIONS if variant == 0 else random_proportions(np.random.default_rng(variant))


@cache
def _solutions() -> dict[str, FloatArray]:
    stored = json.loads(SOLUTIONS_PATH.read_text(encoding="utf-8"))
    return {name: np.array(rows, np.float64) for name, rows in stored.items()}


@cache
def _variant_factors() -> FloatArray:
    return np.array([variant_proportions(k).factors for k in range(VARIANTS)])


def solved_thumb(name: str, person: Proportions) -> FloatArray:
    """Solved thumb angles (5,) of a pose's thumb rule, for the most alike of the solved hands.

    Args:
        name: the rule's name in `thumb_solutions.json`.
        person: the hand to look for.

    Raises:
        KeyError: the rule has not been solved.
    """
    nearest = int(((_variant_factors() - person.factors) ** 2).sum(axis=1).argmin())
    solution: FloatArray = _solutions()[name][nearest]
    return solution.copy()
