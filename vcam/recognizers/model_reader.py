"""An image model as the recogniser thread runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from vcam.core.frame import Frame
from vcam.core.observation import Observation
from vcam.recognizers.card import ModelCard, Region
from vcam.recognizers.contracts import ClassReading
from vcam.recognizers.image_model import ImageModel
from vcam.recognizers.regions import parts
from vcam.settings.schema import ModelSettings

_LOOKS_AT: Mapping[Region, frozenset[str]] = {
    "frame": frozenset(),
    "face": frozenset({"faces"}),
    "hand": frozenset({"hands"}),
}


class ModelReader:
    """Reads one model's classes; implements `vcam.recognizers.contracts.ClassReader`.

    Attributes:
        name: of the model.
        classes: the card's.
        rate_hz: how often it looks, at most.
        smoothing_ms: over how long its scores are averaged.
        thresholds: per class, the settings' or the card's.
        region: what of the picture it looks at.
        looks_at: what of the observation that takes.
        always: never; a rule or a person must ask.

    Args:
        name: of the model.
        path: of the `.tflite` file.
        card: its card.
        settings: how it is used.
    """

    always = False

    def __init__(self, name: str, path: Path, card: ModelCard, settings: ModelSettings) -> None:
        self.name = name
        self.classes: Sequence[str] = card.classes
        self.rate_hz = settings.rate_hz
        self.smoothing_ms = float(settings.smoothing_ms)
        self.thresholds: Mapping[str, float] = {
            each: card.threshold(each) if settings.threshold is None else settings.threshold
            for each in card.classes
        }
        self.region: Region = settings.region or card.region
        self.looks_at = _LOOKS_AT[self.region]
        self._margin = card.region_margin
        self._path = path
        self._model: ImageModel | None = None

    def prepare(self) -> None:
        """Loads the network.

        Raises:
            ModelError: the file has gone or is broken, or the card does not fit.
        """
        if self._model is None:
            self._model = ImageModel.load(self._path)

    def read(self, frame: Frame, observation: Observation | None) -> Sequence[ClassReading]:
        """One reading for the picture, or for each face or hand.

        Raises:
            ModelError: it cannot be loaded, or gives no probabilities.
        """
        self.prepare()
        model = self._model
        assert model is not None
        return [
            ClassReading(part.track_id, model.scores(part.image))
            for part in parts(frame.image, observation, self.region, self._margin)
        ]
