"""Vision and the pose classifier put together: pixels to pose readings."""

from __future__ import annotations

from collections.abc import Sequence

from vcam.core.frame import Frame, Image
from vcam.core.observation import Attention, Hand, Observation, PoseReading
from vcam.daemon.personal import Personal
from vcam.daemon.taught import TaughtPoses
from vcam.poses.classifier import PoseClassifier
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer
from vcam.vision.stills import observe_picture


class HandRecognizer:
    """Looks at frames as they come, and at single pictures.

    One instance does either: frames that follow each other leave tracks behind, pictures do not.
    Used from one thread at a time.
    """

    def __init__(
        self,
        observer: Observer,
        classifier: PoseClassifier,
        personal: Personal | None = None,
        taught: TaughtPoses | None = None,
    ) -> None:
        self._observer = observer
        self._classifier = classifier
        self._taught = personal.taught if personal else taught
        self._verifier = personal.verifier(classifier.describe) if personal else None
        self._read: tuple[tuple[Hand, ...], Sequence[PoseReading]] = ((), ())

    @classmethod
    def load(
        cls,
        settings: VisionSettings,
        personal: Personal | None = None,
        taught: TaughtPoses | None = None,
    ) -> HandRecognizer:
        """Loads the networks.

        Args:
            settings: of vision.
            personal: holds back in frames what looks like starts that the user has called wrong;
                has the taught poses, too.
            taught: what is read besides vcam's own poses where there is no `personal`.

        Raises:
            WeightsError: weights are missing or wrong.
            ModelError: the pose head is.
        """
        return cls(Observer.load(settings), PoseClassifier.load(), personal, taught)

    @property
    def attention(self) -> Attention:
        """How closely it looks."""
        return self._observer.attention

    @attention.setter
    def attention(self, attention: Attention) -> None:
        self._observer.attention = attention

    @property
    def wants_mask_hz(self) -> float:
        """How often the person's mask is made anew; 0 for never."""
        return self._observer.wants_mask_hz

    @wants_mask_hz.setter
    def wants_mask_hz(self, rate_hz: float) -> None:
        self._observer.wants_mask_hz = rate_hz

    @property
    def mask_problem(self) -> str:
        """Why there is no mask though it is wanted; empty otherwise."""
        return self._observer.mask_problem

    def due(self, at: float) -> bool:
        """Whether anything would be done for a frame taken at `at` seconds."""
        return self._observer.due(at)

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in `frame`, and the reading of each hand."""
        observation = self._observer.observe(frame)
        hands, readings = self._read
        # Only the mask is new.
        if observation.hands is not hands:
            readings = self._readings(observation)
            self._read = observation.hands, readings
        return observation, readings

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in one picture, uint8 (h, w, 3) BGR; small ones get room round their border.

        Frames that were looked at before play no part in it.
        """
        observation = observe_picture(self._observer, image)
        if self._taught is None or self._taught.model is None:
            return observation, self._classifier.read(observation)
        described = [self._classifier.describe(hand) for hand in observation.hands]
        return observation, [self._taught.with_taught(each, each.reading) for each in described]

    def reset(self) -> None:
        """Forgets earlier frames."""
        self._observer.reset()
        if self._verifier is not None:
            self._verifier.reset()

    def _readings(self, observation: Observation) -> Sequence[PoseReading]:
        if self._verifier is None or self._taught is None:
            return self._classifier.read(observation)
        described = [self._classifier.describe(hand) for hand in observation.hands]
        readings = self._verifier.judge(observation.at, described)
        if self._taught.model is None:
            return readings
        return [
            self._taught.with_taught(description, reading)
            for description, reading in zip(described, readings, strict=True)
        ]
