"""A check of a pose's near miss: one line through all features, by logistic regression.

The landmark network often takes two hooked fingers for the straight ones of a V. A head that is
trained on them as `none` unlearns V signs from behind on the way. A line between real V signs and
drawn hooked ones, as vision sees both, tells them apart and leaves the head as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.poses.hands import Hands
from training.poses.pictures import DIM
from training.poses.select import Part, labelled_hands, near_misses
from training.poses.sets import PICTURE_SETS, PictureSet
from training.poses.table import LandmarkTable
from vcam.core.geometry import FloatArray
from vcam.poses.card import PoseCheck

CHECKED: Final = {"v_sign": "hooked_v"}
"""Pose, and the drawn shape that is taken for it."""

_STEPS: Final = 25
_SHARES: Final = np.round(np.arange(0.05, 0.301, 0.05), 2)


@dataclass(frozen=True, slots=True)
class CheckRecipe:
    """How a check is fitted.

    Attributes:
        decay: of the squared weights; features at unit spread.
        most_lost: share of the validation hands that show the pose and may fail the check.
        fewest: hands of a side without which there is no check.
    """

    decay: float = 1e-3
    most_lost: float = 0.005
    fewest: int = 40


def fit_checks(
    table: LandmarkTable, recipe: CheckRecipe, sets: Sequence[PictureSet] = PICTURE_SETS
) -> dict[str, PoseCheck]:
    """The checks that a table has hands for.

    Args:
        table: all hands.
        recipe: how.
        sets: the sets of photographs, a user's own among them.
    """
    hands, validation = _clear(table, "train", sets), _clear(table, "validation", sets)
    checks = {}
    for pose, shape in CHECKED.items():
        shown, missed = hands.take(hands.shows(pose)), near_misses(table, shape, "train")
        people = shown.take(~shown.drawn)
        kept = validation.take(validation.shows(pose) & ~validation.drawn)
        if min(len(people), len(missed), len(kept)) >= recipe.fewest:
            drawn = shown.take(shown.drawn)
            checks[pose] = _fit([people, drawn], missed, kept, recipe)
    return checks


def _clear(table: LandmarkTable, part: Part, sets: Sequence[PictureSet]) -> Hands:
    """Labelled hands without dim copies: with their landmarks a V fails any line worth having."""
    labelled = labelled_hands(table, part, sets)
    return labelled.hands.take(~np.isin(table.variants[table.picture[labelled.rows]], DIM))


def checked(scores: FloatArray, features: FloatArray, checks: dict[int, PoseCheck]) -> FloatArray:
    """Scores (n, poses), `none` last, in which hands that fail a pose's check are none.

    Args:
        scores: (n, poses).
        features: (n, FEATURE_COUNT).
        checks: by the pose's column.
    """
    kept = scores.copy()
    for column, check in checks.items():
        failed = features @ np.array(check.weights, np.float32) + check.bias < check.least
        kept[failed, -1] += kept[failed, column]
        kept[failed, column] = 0
    return kept


def _fit(right: Sequence[Hands], wrong: Hands, kept: Hands, recipe: CheckRecipe) -> PoseCheck:
    parts = [each.features().astype(np.float64) for each in (*right, wrong) if len(each)]
    sides = np.concatenate([np.full(len(part), 1.0) for part in parts])
    sides[-len(parts[-1]) :] = -1
    # Both sides weigh the same, whoever stands on them.
    weight = np.concatenate([np.full(len(part), 1 / len(part)) for part in parts])
    weight[-len(parts[-1]) :] *= len(parts) - 1
    features = np.concatenate(parts)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    line = _logistic((features - mean) / spread, sides, weight / weight.sum(), recipe.decay)
    weights, bias = line[:-1] / spread, line[-1] - float(line[:-1] @ (mean / spread))
    reached = kept.features().astype(np.float64) @ weights + bias
    least = _SHARES[0]
    for share in _SHARES:
        if (reached < _logit(share)).mean() <= recipe.most_lost:
            least = share
    return PoseCheck(
        weights=tuple(float(f"{value:.6g}") for value in weights),
        bias=round(float(bias), 6),
        least=round(_logit(float(least)), 6),
    )


def _logistic(
    features: FloatArray, sides: FloatArray, weight: FloatArray, decay: float
) -> FloatArray:
    """Weights and bias of a logistic regression, by Newton's method: (features + 1,)."""
    columns = np.column_stack([features, np.ones(len(features))])
    pull = np.full(columns.shape[1], 2 * decay)
    pull[-1] = 1e-9
    line = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        wrong = 1 / (1 + np.exp(np.clip(sides * (columns @ line), -50, 50)))
        slope = -(weight * sides * wrong) @ columns + pull * line
        bend = (columns * (weight * wrong * (1 - wrong))[:, np.newaxis]).T @ columns
        line -= np.linalg.solve(bend + np.diag(pull), slope)
    return np.asarray(line)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
