"""One run: data in, a folder out that says everything about the head it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.common.files import write_text, writing
from training.common.folder import run_folder
from training.common.plots import plot_reliability, plot_roc
from training.common.progress import epochs
from training.errors import TrainingError
from training.poses.checks import fit_checks
from training.poses.compare import judged_of, thresholds_of
from training.poses.contest import Entry, pools_of, rates_and_recalls
from training.poses.export import (
    SYNTHETIC_SET,
    as_tflite,
    finished,
    flat_settings,
    make_card,
    write_model,
)
from training.poses.hands import Hands
from training.poses.measure import calibration_error, confusion, decide, score_set
from training.poses.mistakes import Mistake, find_mistakes, write_mistakes
from training.poses.photos import own_sets
from training.poses.report import (
    Figures,
    markdown,
    write_confusion,
    write_curves,
    write_figures,
    write_threshold_curves,
)
from training.poses.rivals import read_with, unknown_to_none
from training.poses.select import labelled_hands, summary, trained_hands
from training.poses.sets import PICTURE_SETS
from training.poses.synthetic import synthetic_hands
from training.poses.table import LandmarkTable
from training.poses.train import Recipe, TrainedHead, train_head
from training.poses.views import Pictures
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.card import load_card
from vcam.poses.classifier import APPEARANCE_FILE, PoseClassifier
from vcam.poses.vocabulary import POSES

MODEL_NAME = "poses"
KERAS_FILE = "poses.keras"

_VALIDATION_SYNTHETIC = 8  # one drawn hand to validate with for so many to train on
_NOWHERE = Pictures()

ReadKept = Callable[[Hands], FloatArray]
"""Probabilities (n, poses) in which a hand that the head does not know is none."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a head.

    Attributes:
        figures: per set, per pose, at its thresholds.
        calibration_error: on the validation hands.
    """

    figures: Figures
    calibration_error: float


def train_run(
    table: LandmarkTable, recipe: Recipe, folder: Path, pictures: Pictures = _NOWHERE
) -> str:
    """Trains a head and writes its folder, which takes its name when all is done.

    Args:
        table: all hands, a user's own among them.
        recipe: how.
        folder: of the run; an earlier run of that name is replaced.
        pictures: where the pictures lie, for the sheet of mistakes.

    Returns:
        The figures of the selfie poses, as a table in Markdown.

    Raises:
        TrainingError: the table has too little to train on, or the folder cannot be written.
    """
    sets = (*PICTURE_SETS, *own_sets(table))
    labelled = labelled_hands(table, "train", sets)
    hands, counts = labelled.hands, labelled.counts
    validation, _ = trained_hands(table, "validation", sets)
    if len(hands) == 0 or len(validation) == 0:
        raise TrainingError(
            "the landmark table has no hands to train on or to validate with",
            "build it from sets that training/poses/sets.py lists as for training",
        )
    drawn = synthetic_hands(recipe.synthetic, recipe.seed)
    counts[SYNTHETIC_SET] = len(drawn)
    settings: dict[str, object] = {
        "recipe": flat_settings(recipe),
        "hands": counts,
        "labels": dict(summary(hands)),
        "validation": dict(summary(validation)),
    }
    with run_folder(folder, settings) as place:
        more = synthetic_hands(max(1, recipe.synthetic // _VALIDATION_SYNTHETIC), recipe.seed + 1)
        with epochs(recipe.epochs) as told:
            head = train_head(
                Hands.join([hands, drawn]), Hands.join([validation, more]), recipe, told
            )
        head.checks = fit_checks(table, recipe.check, sets)
        write_curves(place, head.curves)
        measured = write_measured(
            place,
            table,
            (head.read(validation)[0], validation),
            reader_of(head),
            head.thresholds,
            pictures,
        )
        network = finished(head)
        with writing(place / KERAS_FILE) as partial:
            network.save(partial)
        model = as_tflite(network)
        card = make_card(
            MODEL_NAME,
            head,
            recipe,
            counts,
            measured.figures,
            measured.calibration_error,
            model,
        )
        write_model(place, MODEL_NAME, model, card)
        report = markdown({"head": measured.figures})
        write_text(place / "report.md", report)
    return report


def evaluate_run(
    table: LandmarkTable,
    model: Path | None,
    folder: Path | None = None,
    pictures: Pictures = _NOWHERE,
) -> str:
    """Measures a `.tflite` model, read as vcam reads it, at its card's thresholds.

    Args:
        table: all hands.
        model: None takes the shipped one.
        folder: where everything that a run leaves about figures goes; None for nowhere.
        pictures: where the pictures lie, for the sheet of mistakes.

    Returns:
        The figures of every pose, as a table in Markdown.

    Raises:
        ModelError: the model or its card cannot be used.
        TrainingError: the folder cannot be written.
    """
    classifier = PoseClassifier.load(model)
    thresholds = thresholds_of(classifier)

    def read(hands: Hands) -> FloatArray:
        return unknown_to_none(*read_with(classifier, hands))

    poses = [pose for pose in POSES if pose != NONE_POSE]
    if folder is None:
        figures = {
            each.name: score_set(each, decide(read(each.hands), None, thresholds))
            for each in judged_of(table)
        }
        return markdown({"head": figures}, poses)
    settings: dict[str, object] = {
        "what": "evaluation of a pose head",
        "head": classifier.card.name,
        "head_sha256": classifier.card.model_sha256,
    }
    validation, _ = trained_hands(table, "validation", (*PICTURE_SETS, *own_sets(table)))
    with run_folder(folder, settings) as place:
        likely, _ = read_with(classifier, validation)
        measured = write_measured(place, table, (likely, validation), read, thresholds, pictures)
        report = markdown({"head": measured.figures}, poses)
        write_text(place / "report.md", report)
    return report


def export_run(folder: Path, to: Path) -> Path:
    """Turns a run's Keras model into the shipped `.tflite` and card once more.

    The folder of a network for pictures has the head that it goes with, which is copied with it;
    a head alone takes the place of both.

    Args:
        folder: of the run.
        to: where the files go.

    Returns:
        The head's `.tflite` file.

    Raises:
        TrainingError: the folder has no model, or the files cannot be written.
        ModelError: it has no valid card, or its files are not those of the card.
    """
    file = folder / KERAS_FILE
    pictures = folder / APPEARANCE_FILE
    if pictures.is_file():
        head = folder / f"{MODEL_NAME}.tflite"
        card = PoseClassifier.load(head).card
        with writing(to / APPEARANCE_FILE) as partial:
            partial.write_bytes(pictures.read_bytes())
        return write_model(to, MODEL_NAME, head.read_bytes(), card)
    if not file.is_file():
        raise TrainingError(
            f"{folder} has no {KERAS_FILE}", "train it with python -m training poses train"
        )
    card = load_card(folder / f"{MODEL_NAME}.json")
    model = as_tflite(tensorflow().keras.models.load_model(file, compile=False))
    digest = hashlib.sha256(model).hexdigest()
    (to / APPEARANCE_FILE).unlink(missing_ok=True)
    return write_model(to, MODEL_NAME, model, card.model_copy(update={"model_sha256": digest}))


def reader_of(head: TrainedHead) -> ReadKept:
    """Reads hands with a head in Keras; one beyond its pose's limit is none."""

    def read(hands: Hands) -> FloatArray:
        scores, distances = head.read(hands)
        best = scores.argmax(axis=1)
        known = distances[np.arange(len(scores)), best] <= head.limits[best]
        return unknown_to_none(scores, known)

    return read


def write_measured(
    folder: Path,
    table: LandmarkTable,
    validated: tuple[FloatArray, Hands],
    read: ReadKept,
    thresholds: FloatArray,
    pictures: Pictures,
) -> Measured:
    """Measures a head on everybody it was not trained on, and writes tables, plots and mistakes.

    Threshold and reliability curves are of the validation hands; everything else is of the
    judged sets.

    Args:
        folder: of the run.
        table: all hands.
        validated: the validation hands' probabilities, and those hands.
        read: what judged hands are read with.
        thresholds: (poses,), the head's.
        pictures: where the pictures lie.
    """
    judged = judged_of(table)
    scores = [read(each.hands) for each in judged]
    figures: Figures = {}
    mistakes: list[Mistake] = []
    matrix = np.zeros((len(POSES), len(POSES)), np.int64)
    for each, given in zip(judged, scores, strict=True):
        decisions = decide(given, None, thresholds)
        figures[each.name] = score_set(each, decisions)
        matrix += confusion(each, decisions)
        mistakes += find_mistakes(each, given, decisions)
    entry = Entry("head", scores)
    for pool in pools_of(judged)[:1]:
        plot_roc(folder / "roc.png", rates_and_recalls(pool, [entry]))
    likely, validation = validated
    error, reliability = calibration_error(likely, validation.allowed)
    shows = np.stack([validation.shows(pose) for pose in POSES], axis=1)
    write_confusion(folder, matrix)
    write_figures(folder, figures)
    write_threshold_curves(folder, likely, shows, thresholds)
    plot_reliability(folder / "reliability.png", reliability, error)
    write_mistakes(folder, table, mistakes, pictures)
    return Measured(figures, error)
