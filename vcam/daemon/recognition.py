"""Vision and the pose classifier put together: pixels to pose readings."""

from __future__ import annotations

from collections.abc import Sequence

from vcam.core.frame import Frame, Image
from vcam.core.observation import Attention, Observation, PoseReading
from vcam.poses.classifier import PoseClassifier
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer
from vcam.vision.stills import observe_picture


class HandRecognizer:
    """Looks at frames as they come, and at single pictures.

    One instance does either: frames that follow each other leave tracks behind, pictures do not.
    Used from one thread at a time.
    """

    def __init__(self, observer: Observer, classifier: PoseClassifier) -> None:
        self._observer = observer
        self._classifier = classifier

    @classmethod
    def load(cls, settings: VisionSettings) -> HandRecognizer:
        """Loads the networks.

        Raises:
            WeightsError: weights are missing or wrong.
            ModelError: the pose head is.
        """
        return cls(Observer.load(settings), PoseClassifier.load())

    @property
    def attention(self) -> Attention:
        """How closely it looks."""
        return self._observer.attention

    @attention.setter
    def attention(self, attention: Attention) -> None:
        self._observer.attention = attention

    def due(self, at: float) -> bool:
        """Whether anything would be done for a frame taken at `at` seconds."""
        return self._observer.due(at)

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in `frame`, and the reading of each hand."""
        observation = self._observer.observe(frame)
        return observation, self._classifier.read(observation)

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in one picture, uint8 (h, w, 3) BGR; small ones get room round their border.

        Frames that were looked at before play no part in it.
        """
        observation = observe_picture(self._observer, image)
        return observation, self._classifier.read(observation)

    def reset(self) -> None:
        """Forgets earlier frames."""
        self._observer.reset()
