"""What an exported model says of single pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.common.files import PICTURE_ENDINGS
from training.errors import TrainingError
from training.images.decoding import read_picture
from training.images.models import TrainedModel, open_model
from vcam.core.frame import Image
from vcam.recognizers.image_model import ImageModel


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


class Predictor:
    """Reads pictures with one model, as the camera does; use it from one thread at a time.

    Args:
        trained: the model.

    Raises:
        ModelError: the runtime refuses it, or its card does not fit.
    """

    def __init__(self, trained: TrainedModel) -> None:
        self._model = ImageModel(trained.content, trained.card)

    @classmethod
    def load(cls, place: Path, *, int8: bool = False) -> Predictor:
        """Of a run, or of a `.tflite` file with its card.

        Raises:
            TrainingError: there is none.
            ModelError: it cannot be used.
        """
        return cls(open_model(place, int8=int8))

    def read(self, image: Image) -> Prediction:
        """One picture, uint8 (h, w, 3) RGB of any size.

        Raises:
            ModelError: what the model gives are no probabilities.
        """
        told = dict(self._model.scores(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))))
        best = max(told, key=told.__getitem__)
        return Prediction(told, best, told[best] >= self._model.card.threshold(best))


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
