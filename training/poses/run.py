"""One run: data in, a folder out that says everything about the head it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from training.common.files import write_text, writing
from training.common.folder import run_folder
from training.common.progress import epochs
from training.errors import TrainingError
from training.poses.checks import fit_checks
from training.poses.export import (
    SYNTHETIC_SET,
    as_tflite,
    finished,
    flat_settings,
    make_card,
    write_model,
)
from training.poses.hands import Hands
from training.poses.measured import Reader, Reading, Unseen, write_measured
from training.poses.photos import own_sets
from training.poses.report import markdown, write_curves
from training.poses.select import labelled_hands, summary
from training.poses.sets import PICTURE_SETS
from training.poses.synthetic import synthetic_hands
from training.poses.table import LandmarkTable
from training.poses.train import Recipe, TrainedHead, train_head
from training.poses.views import Pictures
from training.quiet import tensorflow
from vcam.poses.card import load_card
from vcam.poses.classifier import APPEARANCE_FILE, PoseClassifier

MODEL_NAME = "poses"
KERAS_FILE = "poses.keras"

_VALIDATION_SYNTHETIC = 8  # one drawn hand to validate with for so many to train on
_NOWHERE = Pictures()


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
    unseen = Unseen.of(table, pictures)
    validation = unseen.validation.hands
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
        reader = Reader(
            "head",
            head.thresholds,
            _read(head, validation),
            [_read(head, each.hands) for each in unseen.judged],
        )
        measured = write_measured(place, unseen, reader)
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


def _read(head: TrainedHead, hands: Hands) -> Reading:
    """Reads hands with a head in Keras; one beyond its pose's limit is none that it knows."""
    scores, distances = head.read(hands)
    best = scores.argmax(axis=1)
    return Reading(scores, distances[np.arange(len(scores)), best] <= head.limits[best])
