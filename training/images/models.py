"""Exported models with their cards: found in a run, or wherever they were put."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.common.files import write_text, writing
from training.common.folder import SETTINGS_FILE
from training.errors import TrainingError
from vcam.core.errors import ModelError
from vcam.recognizers.card import ModelCard, card_path, check_digest, load_card

INT8: Final = "-int8"
"""What the name of a model's 8-bit form ends with."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """A `.tflite` file and its card.

    Attributes:
        path: of the file.
        content: of the file.
        card: which belongs to it.
    """

    path: Path
    content: bytes
    card: ModelCard


def open_model(place: Path, *, int8: bool = False) -> TrainedModel:
    """A model that was exported.

    Args:
        place: a run, or a `.tflite` file with its card beside it.
        int8: of a run, the 8-bit form.

    Raises:
        TrainingError: there is none.
        ModelError: its card is missing, broken, or another model's.
    """
    path = _of_run(place, int8=int8) if place.is_dir() else place
    if path.suffix != ".tflite" or not path.is_file():
        raise TrainingError(f"{place} is no run and no .tflite file", "name one of the two")
    card = load_card(card_path(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}", "copy it again") from error
    check_digest(card, content, path)
    return TrainedModel(path, content, card)


def write_model(folder: Path, content: bytes, card: ModelCard) -> Path:
    """Writes `<name>.tflite` and `<name>.json`; returns the first one's path.

    The card goes last: the camera looks at a model once it has one.

    Raises:
        TrainingError: one of the two cannot be written.
    """
    path = folder / f"{card.name}.tflite"
    with writing(path) as partial:
        partial.write_bytes(content)
    write_text(card_path(path), card.dump())
    return path


def _of_run(run: Path, *, int8: bool) -> Path:
    found = [
        file
        for file in sorted(run.glob("*.tflite"))
        if file.stem.endswith(INT8) == int8 and card_path(file).is_file()
    ]
    if not (run / SETTINGS_FILE).is_file() or len(found) != 1:
        raise TrainingError(
            f"{run} is no finished run of the image trainer",
            "name one, or a .tflite file with its card",
        )
    return found[0]
