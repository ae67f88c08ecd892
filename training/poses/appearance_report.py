"""What head and picture say together, measured as they ship, with each of them alone beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.poses.compare import thresholds_of
from training.poses.crop_rivals import read_pictures
from training.poses.crops import Crops
from training.poses.export import card_figures
from training.poses.hands import Hands
from training.poses.measure import calibration_error
from training.poses.measured import (
    Measured,
    Reader,
    Reading,
    Unseen,
    write_decided,
    write_measured,
    write_scored,
)
from training.poses.report import markdown
from training.poses.rivals import read_with
from vcam.core.geometry import FloatArray
from vcam.poses.appearance import AppearanceReader
from vcam.poses.card import PoseCard
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import SELFIE_POSES

PICTURES_FOLDER = "pictures"
"""In it stands what the network for pictures says alone, asked about every hand."""

TOGETHER = "Read by landmarks and picture together, as shipped"


@dataclass(frozen=True, eq=False)
class Readers:
    """The three ways in which a model with a network for pictures can be read.

    Attributes:
        landmarks: the head alone, at its own thresholds.
        pictures: the network for pictures alone, at the thresholds of both.
        both: as vcam does.
    """

    landmarks: Reader
    pictures: Reader
    both: Reader

    def report(self, unseen: Unseen, card: PoseCard, poses: Iterable[str] = SELFIE_POSES) -> str:
        """The figures of all three, in Markdown."""
        part = card.appearance
        assert part is not None
        ways = (self.landmarks, self.pictures, self.both)
        return (
            f"{TOGETHER}: landmarks ^ {part.head_exponent:.2f} x pictures ^ {part.exponent:.2f} "
            f"where {', '.join(part.asked_for)} together have {part.asked_from:g} by the "
            "landmarks. Each alone stands beside it. "
            f"Thresholds of both: {', '.join(f'{k} {v:.2f}' for k, v in card.thresholds.items())}."
            "\n\n" + markdown({each.name: each.figures(unseen.judged) for each in ways}, poses)
        )


def read_three_ways(
    classifier: PoseClassifier,
    appearance: AppearanceReader,
    unseen: Unseen,
    squares: Sequence[Crops],
) -> Readers:
    """Reads all hands, one by one as vcam does, by landmarks, by picture, and by both.

    Args:
        classifier: head and card.
        appearance: its network for pictures.
        unseen: whom to read.
        squares: of the validation hands, then of each judged set.
    """
    parts: list[Hands] = [unseen.validation.hands, *(each.hands for each in unseen.judged)]
    said = [read_pictures(appearance, each) for each in squares]
    landmarks = [Reading(*read_with(classifier, each)) for each in parts]
    both = [
        Reading(*read_with(classifier, each, logs)) for each, logs in zip(parts, said, strict=True)
    ]
    alone = [Reading(np.exp(logs), np.ones(len(logs), np.bool_)) for logs in said]
    joint = thresholds_of(classifier, together=True)

    def reader(name: str, thresholds: FloatArray, read: Sequence[Reading]) -> Reader:
        return Reader(name, thresholds, read[0], read[1:])

    return Readers(
        reader("landmarks", thresholds_of(classifier), landmarks),
        reader("pictures", joint, alone),
        reader("both", joint, both),
    )


def write_together(folder: Path, unseen: Unseen, readers: Readers) -> Measured:
    """Writes everything about both together, and about the network for pictures alone.

    Args:
        folder: of the run.
        unseen: who was read.
        readers: what was read.

    Returns:
        What was measured of both together.
    """
    alone = readers.pictures
    place = folder / PICTURES_FOLDER
    write_decided(place, unseen, unseen.judged, alone.judged, alone.thresholds)
    allowed = unseen.validation.hands.allowed
    write_scored(place, alone.validation.scores, allowed, alone.thresholds)
    return write_measured(folder, unseen, readers.both, (readers.landmarks, alone))


def with_joint_figures(card: PoseCard, measured: Measured | None) -> PoseCard:
    """The card with what was measured of landmarks and picture together.

    Args:
        card: of the model.
        measured: None where only the landmarks were judged: the card says nothing of both then.
    """
    if card.appearance is None:
        return card
    part = card.appearance.model_copy(
        update={
            "figures": card_figures(measured.figures) if measured else {},
            "calibration_error": round(measured.calibration_error, 4) if measured else None,
        }
    )
    return card.model_copy(update={"appearance": part})


def with_landmark_figures(card: PoseCard, unseen: Unseen, landmarks: Reader) -> PoseCard:
    """The card with what was measured of the landmarks alone."""
    allowed = unseen.validation.hands.allowed
    error, _ = calibration_error(landmarks.validation.scores, allowed)
    return card.model_copy(
        update={
            "figures": card_figures(landmarks.figures(unseen.judged)),
            "calibration_error": round(error, 4),
        }
    )
