"""The same people, read by the finger rule, by a plain network and by a model in vcam."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from training.poses.hands import Hands
from training.poses.measure import NONE, IntArray, decide, score_set
from training.poses.plain import read_plain, train_plain
from training.poses.report import Figures
from training.poses.rules import read_by_rule
from training.poses.select import judged_clips, judged_sets, trained_hands
from training.poses.table import LandmarkTable
from vcam.core.observation import Hand
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES

PLAIN_THRESHOLD = 0.9
"""Score from which the plain network's reading counts."""

Reader = Callable[[Hands], IntArray]


def measure_model(table: LandmarkTable, model: Path | None = None) -> Figures:
    """Figures of a `.tflite` model, read as vcam reads it, at its card's thresholds.

    Raises:
        ModelError: the model or its card cannot be used.
    """
    return _figures(table, model_reader(PoseClassifier.load(model)))


def compare_readers(table: LandmarkTable, model: Path | None, seed: int) -> dict[str, Figures]:
    """Figures of the three, on the same hands.

    Args:
        table: all hands; the plain network is trained on the ones the head was trained on.
        model: a `.tflite` file; None takes the shipped one.
        seed: of the plain network.

    Raises:
        ModelError: the model or its card cannot be used.
    """
    hands, _ = trained_hands(table, "train")
    plain = train_plain(hands, seed)
    thresholds = np.full(len(POSES), PLAIN_THRESHOLD, np.float32)
    return {
        "finger rule": _figures(table, read_by_rule),
        "plain network": _figures(
            table, lambda some: decide(read_plain(plain, some), None, thresholds)
        ),
        "head": measure_model(table, model),
    }


def model_reader(classifier: PoseClassifier) -> Reader:
    """Reads hands one by one, as vcam does."""
    thresholds = classifier.card.thresholds

    def read(hands: Hands) -> IntArray:
        decisions = np.full(len(hands), NONE, np.int64)
        for row in range(len(hands)):
            reading = classifier.read_hand(as_hand(hands, row))
            pose, score = reading.best
            if score >= thresholds.get(pose, 1.1):
                decisions[row] = POSES.index(pose)
        return decisions

    return read


def as_hand(hands: Hands, row: int) -> Hand:
    """One row in vcam's own form."""
    return Hand(
        track_id=row,
        points=hands.screen[row, :, :2],
        depth=hands.screen[row, :, 2],
        world=hands.world[row],
        side="left" if hands.left[row] else "right",
        presence=1.0,
    )


def _figures(table: LandmarkTable, read: Reader) -> Figures:
    return {
        judged.name: score_set(judged, read(judged.hands))
        for judged in judged_sets(table) + judged_clips(table)
    }
