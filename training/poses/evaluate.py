"""A finished model judged once more: as it ships where pictures are at hand, else its landmarks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from training.common.files import write_json, write_text
from training.common.folder import run_folder
from training.poses.appearance_report import (
    TOGETHER,
    read_three_ways,
    with_joint_figures,
    with_landmark_figures,
    write_together,
)
from training.poses.compare import thresholds_of
from training.poses.crop_rivals import squares_of
from training.poses.crops import Crops
from training.poses.measured import Reader, Reading, Unseen, write_measured
from training.poses.report import markdown
from training.poses.rivals import read_with
from training.poses.run import MODEL_NAME
from training.poses.select import Judged, Labelled
from training.poses.table import LandmarkTable
from training.poses.views import Pictures
from vcam.core.observation import NONE_POSE
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES

logger = logging.getLogger(__name__)

LANDMARKS_ALONE = "Read by landmarks alone"

_NAMED = [pose for pose in POSES if pose != NONE_POSE]
_NOWHERE = Pictures()


def evaluate_run(
    table: LandmarkTable,
    model: Path | None,
    folder: Path | None = None,
    pictures: Pictures = _NOWHERE,
) -> str:
    """Measures a `.tflite` model, read as vcam reads it, at its card's thresholds.

    A model with a network for pictures is judged with it where the pictures of all hands are
    there; settings, report and card say which it was.

    Args:
        table: all hands.
        model: None takes the shipped one.
        folder: where everything that a run leaves about figures goes; None for nowhere.
        pictures: where the pictures lie.

    Returns:
        The figures of every pose, as a table in Markdown, under a line that says what read them.

    Raises:
        ModelError: the model or its card cannot be used.
        TrainingError: the folder cannot be written.
    """
    classifier = PoseClassifier.load(model)
    unseen = Unseen.of(table, pictures)
    squares = _squares(classifier, unseen, folder.parent if folder else None)
    if folder is None:
        return _judge(classifier, unseen, squares, None)
    settings: dict[str, object] = {
        "what": "evaluation of a pose model",
        "read_by": TOGETHER if squares else LANDMARKS_ALONE,
        "head": classifier.card.name,
        "head_sha256": classifier.card.model_sha256,
    }
    if squares and classifier.card.appearance:
        settings["appearance_sha256"] = classifier.card.appearance.model_sha256
    with run_folder(folder, settings) as place:
        report = _judge(classifier, unseen, squares, place)
        write_text(place / "report.md", report)
    return report


def _squares(
    classifier: PoseClassifier, unseen: Unseen, keep_in: Path | None
) -> list[Crops] | None:
    """Of the validation hands, then of each judged set; None where landmarks must do."""
    if classifier.appearance is None:
        return None
    if not unseen.pictures.any:
        logger.info("landmarks alone are judged: where the pictures lie was not told (--data)")
        return None
    parts: list[Labelled | Judged] = [unseen.validation, *unseen.judged]
    squares = squares_of(unseen.table, parts, unseen.pictures, keep_in)
    if squares is None:
        logger.info("landmarks alone are judged")
    return squares


def _judge(
    classifier: PoseClassifier,
    unseen: Unseen,
    squares: Sequence[Crops] | None,
    place: Path | None,
) -> str:
    """The report; and, where there is a place, everything that a run leaves about figures."""
    card, appearance = classifier.card, classifier.appearance
    if appearance and squares:
        readers = read_three_ways(classifier, appearance, unseen, squares)
        landmarks = readers.landmarks
        report = readers.report(unseen, card, _NAMED)
        joint = write_together(place, unseen, readers) if place else None
    else:
        landmarks = Reader(
            "head",
            thresholds_of(classifier),
            Reading(*read_with(classifier, unseen.validation.hands)),
            [Reading(*read_with(classifier, each.hands)) for each in unseen.judged],
        )
        why = ", at their own thresholds: the model's network for pictures was not asked"
        report = f"{LANDMARKS_ALONE}{why if card.appearance else ', all that this model has'}.\n\n"
        report += markdown({landmarks.name: landmarks.figures(unseen.judged)}, _NAMED)
        joint = None
        if place:
            write_measured(place, unseen, landmarks)
    if place:
        measured = with_joint_figures(with_landmark_figures(card, unseen, landmarks), joint)
        write_json(place / f"{MODEL_NAME}.json", measured.model_dump(mode="json"))
    return report
