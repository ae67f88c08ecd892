"""One run: data in, a folder out that says everything about the head it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from tqdm import tqdm

from training.errors import TrainingError
from training.poses.export import (
    SYNTHETIC_SET,
    as_tflite,
    finished,
    flat_settings,
    make_card,
    write_model,
)
from training.poses.hands import Hands
from training.poses.measure import (
    Score,
    calibration_error,
    confusion,
    decide,
    score_set,
)
from training.poses.report import (
    markdown,
    write_confusion,
    write_curves,
    write_figures,
    write_json,
    write_reliability,
    write_threshold_curves,
)
from training.poses.select import judged_clips, judged_sets, summary, trained_hands
from training.poses.synthetic import synthetic_hands
from training.poses.table import LandmarkTable
from training.poses.train import Recipe, TrainedHead, train_head
from training.quiet import tensorflow
from vcam.poses.card import load_card
from vcam.poses.vocabulary import POSES

MODEL_NAME = "poses"
KERAS_FILE = "poses.keras"

_VALIDATION_SYNTHETIC = 8  # one drawn hand to validate with for so many to train on


def train_run(table: LandmarkTable, recipe: Recipe, folder: Path) -> str:
    """Trains a head and writes its folder.

    Args:
        table: all hands.
        recipe: how.
        folder: made, or filled over.

    Returns:
        The figures of the selfie poses, as a table in Markdown.

    Raises:
        TrainingError: the table has too little to train on.
    """
    hands, counts = trained_hands(table, "train")
    validation, _ = trained_hands(table, "validation")
    if len(hands) == 0 or len(validation) == 0:
        raise TrainingError(
            "the landmark table has no hands to train on or to validate with",
            "build it from sets that training/poses/sets.py lists as for training",
        )
    drawn = synthetic_hands(recipe.synthetic, recipe.seed)
    counts[SYNTHETIC_SET] = len(drawn)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(
        folder / "settings.json",
        {
            "recipe": flat_settings(recipe),
            "hands": counts,
            "labels": dict(summary(hands)),
            "validation": dict(summary(validation)),
        },
    )
    more = synthetic_hands(max(1, recipe.synthetic // _VALIDATION_SYNTHETIC), recipe.seed + 1)
    with tqdm(total=recipe.epochs, desc="epochs", unit="", disable=None) as bar:

        def progress(_: int, losses: dict[str, float]) -> None:
            bar.set_postfix({name: f"{loss:.4f}" for name, loss in losses.items()})
            bar.update()

        head = train_head(
            Hands.join([hands, drawn]), Hands.join([validation, more]), recipe, progress
        )
    return _write(folder, head, recipe, counts, table, validation)


def export_run(folder: Path, to: Path) -> Path:
    """Turns a run's Keras model into the shipped `.tflite` and card once more.

    Args:
        folder: of the run.
        to: where the two files go.

    Returns:
        The `.tflite` file.

    Raises:
        TrainingError: the folder has no model.
        ModelError: it has no valid card.
    """
    file = folder / KERAS_FILE
    if not file.is_file():
        raise TrainingError(
            f"{folder} has no {KERAS_FILE}", "train it with python -m training poses train"
        )
    card = load_card(folder / f"{MODEL_NAME}.json")
    model = as_tflite(tensorflow().keras.models.load_model(file, compile=False))
    digest = hashlib.sha256(model).hexdigest()
    return write_model(to, MODEL_NAME, model, card.model_copy(update={"model_sha256": digest}))


def _write(
    folder: Path,
    head: TrainedHead,
    recipe: Recipe,
    counts: dict[str, int],
    table: LandmarkTable,
    validation: Hands,
) -> str:
    figures: dict[str, dict[str, Score]] = {}
    matrix = np.zeros((len(POSES), len(POSES)), np.int64)
    for judged in judged_sets(table) + judged_clips(table):
        scores, distances = head.read(judged.hands)
        decisions = decide(scores, distances, head.thresholds, head.limits)
        figures[judged.name] = score_set(judged, decisions)
        matrix += confusion(judged, decisions)
    scores, _ = head.read(validation)
    error, reliability = calibration_error(scores, validation.allowed)
    shows = np.stack([validation.shows(pose) for pose in POSES], axis=1)
    network = finished(head)
    network.save(folder / KERAS_FILE)
    model = as_tflite(network)
    card = make_card(MODEL_NAME, head, recipe, counts, figures, error, model)
    write_model(folder, MODEL_NAME, model, card)
    write_curves(folder, head.curves)
    write_confusion(folder, matrix)
    write_figures(folder, figures)
    write_threshold_curves(folder, scores, shows, head.thresholds)
    write_reliability(folder, reliability, error)
    report = markdown({"head": figures})
    (folder / "report.md").write_text(report + "\n", encoding="utf-8")
    return report
