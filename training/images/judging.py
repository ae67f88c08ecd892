"""How good a model is, on pictures that it was not made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from training.common.classes import ClassReport, IntArray, class_report, confusion_matrix
from training.common.curves import Roc, reliability, roc
from training.common.intervals import wilson
from training.errors import TrainingError
from training.images.calibration import negative_log_likelihood, tempered
from vcam.core.geometry import FloatArray


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Error among the pictures of one group.

    Attributes:
        name: of the group.
        count: pictures.
        wrong: how many were read wrongly.
        error: share of wrong ones.
        low: lower end of its 95 % interval (Wilson).
        high: upper end.
    """

    name: str
    count: int
    wrong: int
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """All that is told of one model on one part.

    Attributes:
        classes: names.
        count: pictures.
        accuracy: share read rightly.
        accuracy_low: lower end of its 95 % interval (Wilson).
        accuracy_high: upper end.
        report: precision, recall and F1 per class, macro and weighted.
        confusion: (classes, classes), expected (rows) by read (columns).
        curves: per class against all others; None where the part has no picture of it, or no other.
        calibration_error: expected calibration error, as the model gives its probabilities.
        reliability: (15, 3) per bin of the score: mean score, share right, count.
        loss: mean negative log-likelihood.
        temperature: by which probabilities are corrected; 1 leaves them.
        tempered_error: expected calibration error after that.
        groups: error by group, where groups are known.
    """

    classes: tuple[str, ...]
    count: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    report: ClassReport
    confusion: IntArray
    curves: tuple[Roc | None, ...]
    calibration_error: float
    reliability: FloatArray
    loss: float
    temperature: float
    tempered_error: float
    groups: tuple[GroupFigures, ...] = ()

    @property
    def areas(self) -> dict[str, float | None]:
        """Area under the ROC curve per class."""
        return {
            name: None if curve is None else curve.area
            for name, curve in zip(self.classes, self.curves, strict=True)
        }

    def record(self) -> dict[str, object]:
        """Everything as JSON can hold it; curves by at most 200 points."""
        return {
            "count": self.count,
            "accuracy": self.accuracy,
            "accuracy_interval": [self.accuracy_low, self.accuracy_high],
            "classes": [
                {**asdict(each), "auc": area}
                for each, area in zip(self.report.classes, self.areas.values(), strict=True)
            ],
            "macro": asdict(self.report.macro),
            "weighted": asdict(self.report.weighted),
            "confusion": self.confusion.tolist(),
            "roc": {
                name: None if curve is None else _points(curve)
                for name, curve in zip(self.classes, self.curves, strict=True)
            },
            "calibration_error": self.calibration_error,
            "reliability": [[round(float(cell), 6) for cell in row] for row in self.reliability],
            "loss": self.loss,
            "temperature": self.temperature,
            "calibration_error_tempered": self.tempered_error,
            "groups": [asdict(group) for group in self.groups],
        }


def judge(
    probabilities: FloatArray,
    labels: IntArray,
    classes: Sequence[str],
    *,
    temperature: float = 1.0,
    groups: Sequence[str] | None = None,
) -> Figures:
    """Figures of one model on one part.

    Args:
        probabilities: (n, classes), each row of sum 1.
        labels: (n,) numbers of the true classes.
        classes: names.
        temperature: of `calibration.best_temperature`, found on the validation part.
        groups: (n,) a name for each picture, to tell the error by.

    Raises:
        TrainingError: nothing to judge, or probabilities that do not fit or are not numbers.
    """
    if not len(labels):
        raise TrainingError("there is no picture to judge with", "add some, or change the split")
    if probabilities.shape != (len(labels), len(classes)):
        raise TrainingError(
            f"{probabilities.shape} probabilities for {len(labels)} pictures and "
            f"{len(classes)} classes",
            "judge a model with the data and classes that it was trained for",
        )
    if not np.isfinite(probabilities).all():
        raise TrainingError("the model gives no numbers", "train again, with a lower learning rate")
    read = probabilities.argmax(axis=1)
    right = read == labels
    matrix = confusion_matrix(labels, read.astype(np.int64), len(classes))
    error, table = reliability(probabilities.max(axis=1), right)
    tempered_error, _ = reliability(tempered(probabilities, temperature).max(axis=1), right)
    hits = int(right.sum())
    low, high = wilson(hits, len(labels))
    return Figures(
        tuple(classes),
        len(labels),
        hits / len(labels),
        low,
        high,
        class_report(matrix, classes),
        matrix,
        tuple(_curve(probabilities[:, place], labels == place) for place in range(len(classes))),
        error,
        table,
        negative_log_likelihood(probabilities, labels),
        temperature,
        tempered_error,
        () if groups is None else _by_group(right, groups),
    )


def _curve(scores: FloatArray, shows: npt.NDArray[np.bool_]) -> Roc | None:
    return roc(scores, shows) if shows.any() and not shows.all() else None


def _points(curve: Roc, most: int = 200) -> dict[str, list[float]]:
    chosen = np.unique(np.linspace(0, len(curve.recall) - 1, most).round().astype(int))
    return {
        "false_rate": curve.false_rate[chosen].round(6).tolist(),
        "recall": curve.recall[chosen].round(6).tolist(),
    }


def _by_group(right: npt.NDArray[np.bool_], groups: Sequence[str]) -> tuple[GroupFigures, ...]:
    names = np.array(groups)
    if len(names) != len(right):
        raise TrainingError(
            f"{len(names)} groups for {len(right)} pictures", "name a group for each picture"
        )
    found = []
    for name in sorted(set(groups)):
        of_group = right[names == name]
        wrong = int((~of_group).sum())
        low, high = wilson(wrong, len(of_group))
        found.append(GroupFigures(name, len(of_group), wrong, wrong / len(of_group), low, high))
    return tuple(found)
