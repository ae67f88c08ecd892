"""One picture through a model, as the camera would look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.core.observation import Observation
from vcam.recognizers.image_model import ImageModel
from vcam.recognizers.regions import parts

Observe = Callable[[Image], Observation]
"""Finds faces and hands in a picture, uint8 (h, w, 3) BGR."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one picture.

    Attributes:
        scores: per class, the best first; empty where there was nothing to look at.
        counts: whether the best one reaches its threshold.
        seen: what of the picture the model saw, uint8 (h, w, 3) RGB; None for nothing.
        message: one line for a person.
    """

    scores: Mapping[str, float]
    counts: bool
    seen: Image | None
    message: str

    @property
    def best(self) -> str:
        """The likeliest class; empty where there was nothing to look at."""
        return next(iter(self.scores), "")


class Looker:
    """Reads pictures with one model. One thread at a time.

    Args:
        model: checked against its card.
        load_observe: loads what finds faces or hands; called before the first picture, and only
            if the model looks at those.
    """

    def __init__(self, model: ImageModel, load_observe: Callable[[], Observe]) -> None:
        self._model = model
        self._load_observe = load_observe
        self._observe: Observe | None = None

    def look(self, picture: Image) -> Looked:
        """What the model says of a picture, uint8 (h, w, 3) RGB.

        Raises:
            VcamError: the model gives no probabilities, or faces or hands cannot be looked for.
        """
        image = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), np.uint8)
        card = self._model.card
        observation = None
        if card.region != "frame":
            if self._observe is None:
                self._observe = self._load_observe()
            observation = self._observe(image)
        found = parts(image, observation, card.region, card.region_margin)
        if not found:
            return Looked({}, False, None, f"There is no {card.region} in this picture")
        part = found[0].image
        told = self._model.scores(part)
        scores = dict(sorted(told.items(), key=lambda item: item[1], reverse=True))
        best, score = next(iter(scores.items()))
        counts = score >= card.threshold(best)
        message = _message(best, score, card.threshold(best), len(found), card.region)
        seen = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2RGB), np.uint8)
        return Looked(scores, counts, seen, message)


def find_with_vcam() -> Observe:
    """The hands and faces that vcam finds.

    Raises:
        WeightsError: its networks are missing.
    """
    from vcam.settings.schema import VisionSettings
    from vcam.vision.observer import Observer
    from vcam.vision.stills import observe_picture

    observer = Observer.load(VisionSettings())

    def observe(image: Any) -> Observation:
        return observe_picture(observer, image)

    return observe


def _message(best: str, score: float, threshold: float, found: int, region: str) -> str:
    told = f"{best}, {score:.0%}"
    if score < threshold:
        told = f"Not sure: {told}, and it counts from {threshold:.0%}"
    return f"{told}; the largest of {found} {region}s" if found > 1 else told
