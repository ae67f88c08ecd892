"""Vision and the pose classifier put together: pixels to pose readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from vcam.core.frame import Frame, Image
from vcam.core.observation import Attention, Hand, Observation, PoseReading
from vcam.daemon.personal import Personal
from vcam.daemon.taught import TaughtPoses
from vcam.poses.classifier import HandDescription, PoseClassifier
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer
from vcam.vision.region import hand_square
from vcam.vision.stills import observe_picture


class _Read(NamedTuple):
    """The last hands: as vision gave them, with what their pictures say, what they show, read."""

    looked_at: tuple[Hand, ...] = ()
    hands: tuple[Hand, ...] = ()
    described: Sequence[HandDescription] = ()
    readings: Sequence[PoseReading] = ()


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
        self._last = _Read()

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
        # Otherwise only the mask is new.
        if observation.hands is not self._last.looked_at:
            hands, described = self._described(frame.image, observation.hands, self._last)
            readings = self._judged(observation.at, described)
            self._last = _Read(observation.hands, hands, described, readings)
        return replace(observation, hands=self._last.hands), self._last.readings

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in one picture, uint8 (h, w, 3) BGR; small ones get room round their border.

        Frames that were looked at before play no part in it.
        """
        observation = observe_picture(self._observer, image)
        hands, described = self._described(image, observation.hands, _Read())
        return replace(observation, hands=hands), self._with_taught(
            described, [each.reading for each in described]
        )

    def reset(self) -> None:
        """Forgets earlier frames."""
        self._observer.reset()
        if self._verifier is not None:
            self._verifier.reset()

    def _described(
        self, image: Image, hands: Sequence[Hand], last: _Read
    ) -> tuple[tuple[Hand, ...], list[HandDescription]]:
        """The hands with what their pictures say, where that matters, and what they show.

        A hand that was not followed since is as it was in `last`: its landmarks are those of an
        earlier frame, and in this one it may be elsewhere.
        """
        seen: list[Hand] = []
        described: list[HandDescription] = []
        reader = self._classifier.appearance
        before = {id(hand): place for place, hand in enumerate(last.looked_at)}
        for hand in hands:
            if (place := before.get(id(hand))) is not None:
                seen.append(last.hands[place])
                described.append(last.described[place])
                continue
            description = self._classifier.describe(hand)
            if reader is not None and self._classifier.wants_appearance(description):
                square, turn = hand_square(image, hand.points, reader.card.side)
                appearance = reader.read(square, turn)
                hand = replace(hand, appearance=appearance)
                description = self._classifier.with_appearance(description, appearance)
            seen.append(hand)
            described.append(description)
        return tuple(seen), described

    def _judged(self, at: float, described: Sequence[HandDescription]) -> Sequence[PoseReading]:
        if self._verifier is None:
            return [each.reading for each in described]
        return self._with_taught(described, self._verifier.judge(at, described))

    def _with_taught(
        self, described: Sequence[HandDescription], readings: Sequence[PoseReading]
    ) -> Sequence[PoseReading]:
        if self._taught is None or self._taught.model is None:
            return readings
        taught = self._taught
        return [
            taught.with_taught(description, reading)
            for description, reading in zip(described, readings, strict=True)
        ]
