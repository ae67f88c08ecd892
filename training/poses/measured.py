"""What is measured of a reader on hands of people that it was not trained on, and written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from training.common.plots import plot_reliability, plot_roc
from training.poses.compare import judged_of
from training.poses.contest import Entry, pools_of, rates_and_recalls
from training.poses.hands import BoolArray
from training.poses.measure import calibration_error, confusion, decide, score_set
from training.poses.mistakes import Mistake, find_mistakes, write_mistakes
from training.poses.photos import own_sets
from training.poses.report import (
    Figures,
    write_confusion,
    write_figures,
    write_threshold_curves,
)
from training.poses.rivals import unknown_to_none
from training.poses.select import Judged, Labelled, labelled_hands
from training.poses.sets import PICTURE_SETS
from training.poses.table import LandmarkTable
from training.poses.views import Pictures
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES

VALIDATION_FOLDER = "validation"
"""In it stands, of the validation hands, what a run's folder holds of the judged sets."""
JUDGED_FOLDER = "judged"
"""In it stands, of the judged sets, what a run's folder holds of the validation hands."""


@dataclass(frozen=True, eq=False)
class Unseen:
    """Hands that no reader was trained on.

    Attributes:
        table: all hands.
        pictures: where the pictures lie, for sheets of mistakes.
        validation: those that choose thresholds.
        judged: the sets that only judge.
    """

    table: LandmarkTable
    pictures: Pictures
    validation: Labelled
    judged: Sequence[Judged]

    @classmethod
    def of(cls, table: LandmarkTable, pictures: Pictures) -> Unseen:
        """Those of a table, a user's own among them."""
        sets = (*PICTURE_SETS, *own_sets(table))
        return cls(table, pictures, labelled_hands(table, "validation", sets), judged_of(table))


@dataclass(frozen=True, eq=False)
class Reading:
    """What a reader makes of some hands.

    Attributes:
        scores: probabilities (n, poses).
        known: bool (n,), hands that it was taught at all.
    """

    scores: FloatArray
    known: BoolArray

    @property
    def kept(self) -> FloatArray:
        """The scores, in which hands that the reader was not taught are none."""
        return unknown_to_none(self.scores, self.known)


@dataclass(frozen=True, eq=False)
class Reader:
    """What one reader makes of unseen hands.

    Attributes:
        name: in plots and tables.
        thresholds: (poses,), from which scores a pose counts.
        validation: of the validation hands.
        judged: of each judged set.
    """

    name: str
    thresholds: FloatArray
    validation: Reading
    judged: Sequence[Reading] = field(default_factory=tuple)

    def figures(self, judged: Sequence[Judged]) -> Figures:
        """Per judged set, per pose, at its thresholds."""
        return {
            each.name: score_set(each, decide(read.kept, None, self.thresholds))
            for each, read in zip(judged, self.judged, strict=True)
        }


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a reader.

    Attributes:
        figures: per judged set, per pose, at its thresholds.
        calibration_error: on the validation hands.
    """

    figures: Figures
    calibration_error: float


def write_measured(
    folder: Path, unseen: Unseen, reader: Reader, beside: Sequence[Reader] = ()
) -> Measured:
    """Measures a reader, and writes tables, plots and mistakes.

    The folder itself holds threshold and reliability curves of the validation hands, and what the
    reader decides about the judged sets; the folders in it hold the other half of both.

    Args:
        folder: of the run.
        unseen: whom to measure on.
        reader: what it makes of them.
        beside: other readers, for the ROC alone.
    """
    figures = write_decided(folder, unseen, unseen.judged, reader.judged, reader.thresholds)
    write_decided(
        folder / VALIDATION_FOLDER,
        unseen,
        [one_by_one(unseen.validation)],
        [reader.validation],
        reader.thresholds,
    )
    entries = [Entry(each.name, [read.kept for read in each.judged]) for each in (reader, *beside)]
    for pool in pools_of(unseen.judged)[:1]:
        plot_roc(folder / "roc.png", rates_and_recalls(pool, entries))
    allowed = unseen.validation.hands.allowed
    error = write_scored(folder, reader.validation.scores, allowed, reader.thresholds)
    if unseen.judged:
        shown = [leading(*each) for each in zip(unseen.judged, reader.judged, strict=True)]
        scores, shows = (np.concatenate(each) for each in zip(*shown, strict=True))
        write_scored(folder / JUDGED_FOLDER, scores, shows, reader.thresholds)
    return Measured(figures, error)


def write_decided(
    folder: Path,
    unseen: Unseen,
    judged: Sequence[Judged],
    readings: Sequence[Reading],
    thresholds: FloatArray,
) -> Figures:
    """Writes what follows from decisions at thresholds: confusion, classes, figures, mistakes.

    Args:
        folder: for the files.
        unseen: where the hands and their pictures come from.
        judged: sets of hands.
        readings: of each of them.
        thresholds: (poses,).

    Returns:
        Per set, per pose.
    """
    figures: Figures = {}
    mistakes: list[Mistake] = []
    matrix = np.zeros((len(POSES), len(POSES)), np.int64)
    for each, read in zip(judged, readings, strict=True):
        decisions = decide(read.kept, None, thresholds)
        figures[each.name] = score_set(each, decisions)
        matrix += confusion(each, decisions)
        mistakes += find_mistakes(each, read.kept, decisions)
    write_confusion(folder, matrix)
    write_figures(folder, figures)
    write_mistakes(folder, unseen.table, mistakes, unseen.pictures)
    return figures


def write_scored(
    folder: Path, scores: FloatArray, allowed: BoolArray, thresholds: FloatArray
) -> float:
    """Writes what follows from scores alone: threshold curves and the reliability diagram.

    Args:
        folder: for the files.
        scores: (n, poses).
        allowed: bool (n, poses), what each hand may be read as.
        thresholds: (poses,), which the curves point out.

    Returns:
        The expected calibration error.
    """
    shows = allowed & (allowed.sum(axis=1) == 1)[:, np.newaxis]
    write_threshold_curves(folder, scores, shows, thresholds)
    error, table = calibration_error(scores, allowed)
    plot_reliability(folder / "reliability.png", table, error)
    return error


def one_by_one(labelled: Labelled) -> Judged:
    """Labelled hands as a set in which each is a picture of its own."""
    allowed = labelled.hands.allowed
    expected = np.where(allowed.sum(axis=1) == 1, allowed.argmax(axis=1), -1)
    every = np.arange(len(labelled.hands))
    return Judged(VALIDATION_FOLDER, labelled.hands, every, expected, labelled.rows)


def leading(judged: Judged, read: Reading) -> tuple[FloatArray, BoolArray]:
    """The largest hand of each picture with a clear label: scores and what it shows, (n, poses).

    What a picture's other hands show is not known.
    """
    pictures, first = np.unique(judged.picture, return_index=True)
    expected = judged.expected[pictures]
    shows = np.eye(len(POSES), dtype=np.bool_)[expected[expected >= 0]]
    return read.scores[first[expected >= 0]], shows
