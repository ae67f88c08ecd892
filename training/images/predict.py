"""What an exported model says of single pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from training.common.files import PICTURE_ENDINGS
from training.errors import TrainingError
from training.images.calibration import tempered
from training.images.decoding import read_picture, resized
from training.images.models import TrainedModel, open_model
from vcam.core.errors import ModelError
from vcam.core.frame import Image
from vcam.core.litert import Network


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of one picture.

    Attributes:
        scores: per class, tempered, in the model's order; they make 1.
        read: the best class.
        counts: whether its score reaches its threshold.
    """

    scores: dict[str, float]
    read: str
    counts: bool


@dataclass(slots=True, eq=False)
class Predictor:
    """Reads pictures with one model; use it from one thread at a time.

    Attributes:
        trained: the model.

    Raises:
        ModelError: the runtime refuses it, or its card does not fit.
    """

    trained: TrainedModel
    _network: Network = field(init=False)

    def __post_init__(self) -> None:
        card = self.trained.card
        self._network = Network(self.trained.content, card.name)
        size = (1, card.input.height, card.input.width, 3)
        classes = (1, len(card.classes))
        if self._network.input_shape != size or self._network.output_shapes != (classes,):
            raise ModelError(
                f"{self.trained.path} takes {self._network.input_shape} and gives "
                f"{self._network.output_shapes}, its card says {size} and {classes}",
                "export it again",
            )

    @classmethod
    def load(cls, place: Path, *, int8: bool = False) -> Predictor:
        """Of a run, or of a `.tflite` file with its card.

        Raises:
            TrainingError: there is none.
            ModelError: it cannot be used.
        """
        return cls(open_model(place, int8=int8))

    def read(self, image: Image) -> Prediction:
        """One picture, uint8 (h, w, 3) RGB of any size."""
        card = self.trained.card
        shown = resized(image, card.input.width).astype(np.float32)
        scores = tempered(self._network.run(shown)[0], card.temperature)[0]
        best = int(scores.argmax())
        name = card.classes[best]
        told = {each: float(score) for each, score in zip(card.classes, scores, strict=True)}
        return Prediction(told, name, told[name] >= card.threshold(name))


def predict(predictor: Predictor, places: Sequence[Path]) -> Iterator[tuple[Path, Prediction]]:
    """Each picture, and each picture below a folder.

    Raises:
        TrainingError: there is no picture, or one cannot be read.
    """
    for place in places:
        files = _files(place)
        if not files:
            raise TrainingError(f"{place} has no pictures", "name pictures, or a folder of some")
        for file in files:
            yield file, predictor.read(read_picture(file))


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    return sorted(each for each in place.rglob("*") if each.suffix.lower() in PICTURE_ENDINGS)
