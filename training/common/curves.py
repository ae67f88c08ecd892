"""Scores against truth: ROC, recall at a wanted rate of false ones, precision, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Roc:
    """What each threshold finds of the positives and lets pass of the negatives.

    Attributes:
        thresholds: descending; a score counts from its threshold on. The first counts nothing.
        recall: share of the positives that count, rising.
        false_rate: share of the negatives that count, rising.
        positives: how many there are.
        negatives: how many there are.
    """

    thresholds: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    false_rate: npt.NDArray[np.float64]
    positives: int
    negatives: int

    def recall_at(self, false_rate: float) -> float:
        """The largest recall with at most that share of false ones."""
        fits = self.false_rate <= false_rate + 1e-12
        return float(self.recall[fits].max())

    def threshold_at(self, false_rate: float) -> float:
        """The highest threshold with that recall; infinite where none but nothing fits."""
        fits = np.flatnonzero(self.false_rate <= false_rate + 1e-12)
        best = fits[np.argmax(self.recall[fits])]
        return float(self.thresholds[best])

    @property
    def area(self) -> float:
        """Under the curve: the chance that a positive has the higher score."""
        return float(np.trapezoid(self.recall, self.false_rate))


def roc(scores: FloatArray, shows: BoolArray) -> Roc:
    """The curve of one class.

    Args:
        scores: (n,).
        shows: (n,), the positives.
    """
    exact = scores.astype(np.float64)
    steps = np.unique(exact)[::-1]
    positives, negatives = int(shows.sum()), int((~shows).sum())
    return Roc(
        np.concatenate([[np.inf], steps]),
        _share_from(exact[shows], steps, positives),
        _share_from(exact[~shows], steps, negatives),
        positives,
        negatives,
    )


def _share_from(
    scores: npt.NDArray[np.float64], steps: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.float64]:
    over = len(scores) - np.searchsorted(np.sort(scores), steps, side="left")
    return np.concatenate([[0.0], over / max(1, count)])


def precision_and_recall(
    counted: FloatArray, shows: BoolArray, steps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Of one class at each threshold; precision is 1 where nothing counts.

    Args:
        counted: (n,), its score where it is the best one, and less than any step elsewhere.
        shows: (n,), the positives.
        steps: thresholds.
    """
    read = counted >= steps[:, np.newaxis]
    hits = (read & shows).sum(axis=1)
    total = read.sum(axis=1)
    precision = np.where(total > 0, hits / np.maximum(total, 1), 1.0)
    return precision.astype(np.float32), (hits / max(1, shows.sum())).astype(np.float32)


def reliability(sure: FloatArray, right: BoolArray, bins: int = 15) -> tuple[float, FloatArray]:
    """Expected calibration error, and what it is made of.

    Args:
        sure: (n,), the best score of each.
        right: (n,).
        bins: of equal width, 0..1.

    Returns:
        The error, and (bins, 3): mean score, share right, count.
    """
    place = np.minimum((sure * bins).astype(int), bins - 1)
    table = np.zeros((bins, 3), np.float32)
    for index in range(bins):
        chosen = place == index
        if chosen.any():
            table[index] = sure[chosen].mean(), right[chosen].mean(), chosen.sum()
    apart = np.abs(table[:, 0] - table[:, 1]) * table[:, 2]
    return float(apart.sum() / max(1, len(sure))), table
