"""From a run to the camera's models folder, or to a server."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from training.errors import TrainingError
from training.images.models import open_model, write_model
from vcam.recognizers.card import ModelCard


@dataclass(frozen=True, slots=True)
class Changes:
    """What a card is to say instead; None leaves it.

    Attributes:
        name: of the model and its files.
        title: what people call it.
        region: what of the camera's picture it looks at.
        region_margin: around a face or hand.
        licence: of the model.
    """

    name: str | None = None
    title: str | None = None
    region: str | None = None
    region_margin: float | None = None
    licence: str | None = None

    def of(self, card: ModelCard) -> ModelCard:
        """The changed card.

        Raises:
            TrainingError: the camera would refuse it.
        """
        names = ("name", "title", "region", "region_margin", "licence")
        told = {name: getattr(self, name) for name in names}
        changed: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        try:
            return ModelCard.model_validate({**card.model_dump(mode="json"), **changed})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise TrainingError(
                f"the camera would refuse this card: {place}: {first['msg']}", "change that"
            ) from error


def export_run(run: Path, to: Path, *, int8: bool = False, changes: Changes | None = None) -> Path:
    """Writes `<name>.tflite` and `<name>.json` into a folder, as the camera takes them.

    Args:
        run: of the image trainer.
        to: the camera's models folder, for example.
        int8: the 8-bit form.
        changes: to the card.

    Returns:
        The `.tflite` file.

    Raises:
        TrainingError: `run` is none, or the files cannot be written.
        ModelError: its model does not fit its card.
    """
    trained = open_model(run, int8=int8)
    return write_model(to, trained.content, (changes or Changes()).of(trained.card))


def export_serving(run: Path, to: Path) -> Path:
    """Copies a run's saved model as a new version of its name, for TensorFlow Serving.

    Args:
        run: of the image trainer.
        to: model base path of the server.

    Returns:
        The folder of the version.

    Raises:
        TrainingError: `run` has none, or the folder cannot be written.
    """
    name = open_model(run).card.name
    found = run / "serving" / name / "1"
    if not found.is_dir():
        raise TrainingError(f"{run} has no saved model", "train it anew")
    try:
        (to / name).mkdir(parents=True, exist_ok=True)
        taken = [int(each.name) for each in (to / name).iterdir() if each.name.isdigit()]
        place = to / name / str(max(taken, default=0) + 1)
        # A server looks at whole numbers alone: the copy gets one when it is whole.
        partial = place.with_name(f".{place.name}.unfinished")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            shutil.copytree(found, partial)
            partial.rename(place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except (OSError, shutil.Error) as error:
        raise TrainingError(
            f"cannot write {to / name}: {getattr(error, 'strerror', None) or error}",
            "free some space there, or choose another folder",
        ) from error
    return place
