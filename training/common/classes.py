"""How well each class is told: precision, recall and F1 out of a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


def confusion_matrix(expected: IntArray, read: IntArray, classes: int) -> IntArray:
    """(classes, classes): expected (rows) by read (columns)."""
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (expected, read), 1)
    return matrix


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class, or an average of several.

    Attributes:
        name: of the class; "macro" and "weighted" for the averages.
        precision: share of right ones among those read as it; None where nothing was.
        recall: share of those that show it which were read as it; None where none shows it.
        f1: harmonic mean of the two, 0 where one of them is 0; None where one is missing.
        support: how many show it.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, slots=True)
class ClassReport:
    """All classes of one confusion matrix.

    Attributes:
        classes: in the matrix' order.
        macro: mean over the classes that have support; a missing precision counts as 0.
        weighted: the same, each class as often as it has support.
        accuracy: share of right ones of all; None without any.
    """

    classes: tuple[ClassFigures, ...]
    macro: ClassFigures
    weighted: ClassFigures
    accuracy: float | None

    @property
    def rows(self) -> list[list[object]]:
        """As a table: class, precision, recall, F1, support."""
        return [
            [each.name, *map(_text, (each.precision, each.recall, each.f1)), each.support]
            for each in (*self.classes, self.macro, self.weighted)
        ]


HEADER = ("class", "precision", "recall", "f1", "support")
"""Of `ClassReport.rows`."""


def class_report(matrix: IntArray, names: Sequence[str]) -> ClassReport:
    """The figures of a confusion matrix.

    Args:
        matrix: expected (rows) by read (columns).
        names: of the classes.
    """
    hits = np.diag(matrix)
    classes = []
    for name, hit, support, read in zip(
        names, hits, matrix.sum(axis=1), matrix.sum(axis=0), strict=True
    ):
        precision = float(hit / read) if read else None
        recall = float(hit / support) if support else None
        classes.append(
            ClassFigures(name, precision, recall, f1_of(precision, recall), int(support))
        )
    total = int(matrix.sum())
    return ClassReport(
        tuple(classes),
        _mean("macro", classes, weighted=False),
        _mean("weighted", classes, weighted=True),
        float(hits.sum() / total) if total else None,
    )


def f1_of(precision: float | None, recall: float | None) -> float | None:
    """Harmonic mean; 0 where either is 0, None where either is missing."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _mean(name: str, classes: Sequence[ClassFigures], *, weighted: bool) -> ClassFigures:
    shown = [each for each in classes if each.support]
    support = sum(each.support for each in shown)
    if not shown:
        return ClassFigures(name, None, None, None, 0)
    weights = [each.support / support if weighted else 1 / len(shown) for each in shown]

    def mean(values: list[float | None]) -> float:
        return float(
            sum(weight * (value or 0.0) for weight, value in zip(weights, values, strict=True))
        )

    return ClassFigures(
        name,
        mean([each.precision for each in shown]),
        mean([each.recall for each in shown]),
        mean([each.f1 for each in shown]),
        support,
    )


def _text(share: float | None) -> str | None:
    return None if share is None else f"{share:.4f}"
