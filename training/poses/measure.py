"""Figures: decisions at thresholds, precision and recall, threshold curves, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.common.classes import IntArray, f1_of
from training.common.curves import precision_and_recall, reliability
from training.poses.select import Judged
from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.vocabulary import POSES

__all__ = ["NONE", "IntArray", "Score", "add", "calibration_error", "confusion", "decide"]
__all__ += ["score_set", "threshold_curve"]

NONE = POSES.index(NONE_POSE)


@dataclass(frozen=True, slots=True)
class Score:
    """How one pose fares in one set. Pictures without a found hand are counted apart.

    Attributes:
        hits: pictures that show the pose, in which a hand is read as it.
        false: pictures that show something else, in which a hand is read as it.
        support: pictures that show it and have a hand found.
        others: pictures that show something else and have a hand found.
        unseen: pictures that show it and have no hand found.
    """

    hits: int
    false: int
    support: int
    others: int
    unseen: int

    @property
    def precision(self) -> float | None:
        """None without any hit."""
        found = self.hits + self.false
        return self.hits / found if found else None

    @property
    def recall(self) -> float | None:
        """Of the pictures with a hand found; None without support."""
        return self.hits / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None where one is missing or 0."""
        return f1_of(self.precision, self.recall) or None


def decide(
    scores: FloatArray,
    distances: FloatArray | None,
    thresholds: FloatArray,
    limits: FloatArray | None = None,
) -> IntArray:
    """The pose (n,) that each hand would count as; NONE below its threshold or too far off.

    Args:
        scores: (n, poses).
        distances: (n, poses); None to leave them out.
        thresholds: (poses,).
        limits: (poses,) of distance.
    """
    best = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    sure = scores[rows, best] >= thresholds[best]
    if distances is not None and limits is not None:
        sure &= distances[rows, best] <= limits[best]
    return np.where(sure, best, NONE)


def score_set(judged: Judged, decisions: IntArray) -> dict[str, Score]:
    """Per pose but `none`, over pictures: a picture is a hit if any of its hands is."""
    count = len(judged.expected)
    seen = np.zeros(count, bool)
    seen[judged.picture] = True
    scores = {}
    for index, pose in enumerate(POSES):
        if index == NONE:
            continue
        read = np.zeros(count, bool)
        read[judged.picture[decisions == index]] = True
        shows = judged.expected == index
        other = (judged.expected != index) & (judged.expected >= 0)
        scores[pose] = Score(
            hits=int((read & shows).sum()),
            false=int((read & other).sum()),
            support=int((seen & shows).sum()),
            others=int((seen & other).sum()),
            unseen=int((~seen & shows).sum()),
        )
    return scores


def confusion(judged: Judged, decisions: IntArray) -> IntArray:
    """(poses, poses): expected by read, a picture's surest sign first, `none` if it has none."""
    matrix = np.zeros((len(POSES), len(POSES)), np.int64)
    for picture, expected in enumerate(judged.expected):
        read = decisions[judged.picture == picture]
        if expected < 0 or len(read) == 0:
            continue
        signs = read[read != NONE]
        chosen = expected if expected in signs else signs[0] if len(signs) else NONE
        matrix[expected, chosen] += 1
    return matrix


def add(scores: list[Score]) -> Score:
    """All of them together."""
    return Score(
        sum(each.hits for each in scores),
        sum(each.false for each in scores),
        sum(each.support for each in scores),
        sum(each.others for each in scores),
        sum(each.unseen for each in scores),
    )


def threshold_curve(
    scores: FloatArray, shows: npt.NDArray[np.bool_], pose: int, steps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Precision and recall of one pose at each threshold; precision is 1 where nothing is read.

    Args:
        scores: (n, poses).
        shows: (n,), hands that show it.
        pose: its index.
        steps: thresholds.
    """
    counted = np.where(scores.argmax(axis=1) == pose, scores[:, pose], -np.inf)
    return precision_and_recall(counted.astype(np.float32), shows, steps)


def calibration_error(
    scores: FloatArray, allowed: npt.NDArray[np.bool_], bins: int = 15
) -> tuple[float, FloatArray]:
    """Expected calibration error of the best score, and (bins, 3): score, share right, count."""
    best = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    return reliability(scores[rows, best], allowed[rows, best], bins)
