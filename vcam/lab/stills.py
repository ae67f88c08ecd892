"""One picture through the shipped path: hands, poses, and what the thresholds would make of it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

import cv2
import numpy as np

from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.core.observation import NONE_POSE, Observation, PoseReading
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES
from vcam.settings.schema import Settings, TriggerSettings
from vcam.triggers.evidence import is_clear
from vcam.triggers.guards import blocked_by
from vcam.triggers.smoothing import Sample
from vcam.vision.observer import Observer
from vcam.vision.stills import observe_picture

GESTURES = tuple(pose for pose in POSES if pose != NONE_POSE)
"""The gestures that the daemon watches for."""


class PictureError(VcamError):
    """A picture that cannot be read."""


class StillReader(Protocol):
    """A picture in; what is seen in it and the reading of each hand out."""

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """Looks at one picture, uint8 (h, w, 3) BGR."""
        ...


class HandStillReader:
    """The real one: the shipped networks and pose head."""

    def __init__(self, observer: Observer, classifier: PoseClassifier) -> None:
        self._observer = observer
        self._classifier = classifier

    @classmethod
    def load(cls, settings: Settings) -> HandStillReader:
        """Loads the networks.

        Raises:
            WeightsError: weights are missing or wrong.
            ModelError: the pose head is.
        """
        return cls(Observer.load(settings.vision), PoseClassifier.load())

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """Looks at one picture; small ones get room round their border first."""
        observation = observe_picture(self._observer, image)
        return observation, self._classifier.read(observation)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the thresholds make of one picture.

    Attributes:
        pose: what would trigger, or `none`.
        score: its score; for `none` the highest score that any pose has on any hand, 0 without
            a hand.
    """

    pose: str
    score: float


def decide(
    observation: Observation,
    readings: Sequence[PoseReading],
    settings: TriggerSettings,
    gestures: Sequence[str] = GESTURES,
    card: Mapping[str, float] = MappingProxyType({}),
    answered: Collection[str] = (),
) -> Decision:
    """What a hand that was held still like this would trigger.

    What holds: the score from which a gesture may start, its lead over the second-best pose, the
    test whether the hand is like anything the classifier was taught, the least size of a hand, and
    that it must not cover a face; all as the trigger engine applies them, gesture by gesture. What
    cannot hold in a single picture: dwell, smoothing, speed, cooldown, warm-up.

    Args:
        observation: what is in the picture.
        readings: what the classifier makes of its hands.
        settings: thresholds and guards.
        gestures: what may trigger.
        card: `enter` of each pose as the pose model's card gives it.
        answered: gestures that the packs answer; one of these is preferred to any other.
    """
    hands = {hand.track_id: hand for hand in observation.hands}
    # In a call every hand may start its gesture; one picture has room for one, and it had better be
    # one that people would see the answer to.
    triggering = Decision(NONE_POSE, 0.0)
    nearest = 0.0
    for reading in readings:
        hand = hands.get(reading.track_id)
        if hand is None:
            continue
        reason = blocked_by(hand, observation.faces, min(observation.size), 0.0, settings.guards)
        sample = Sample.of(observation.at, reading, reason or "")
        for gesture in gestures:
            score = sample.score(gesture)
            nearest = max(nearest, score)
            thresholds = settings.thresholds(gesture, card)
            if thresholds.enabled and is_clear(sample, gesture, thresholds):
                decision = Decision(gesture, score)
                triggering = max(
                    triggering, decision, key=lambda each: (each.pose in answered, each.score)
                )
    return triggering if triggering.pose != NONE_POSE else Decision(NONE_POSE, nearest)


def read_image(path: Path) -> Image:
    """Reads a picture file, turned upright as its EXIF data says.

    Returns:
        uint8 (h, w, 3) BGR.

    Raises:
        PictureError: it cannot be read or is no picture.
    """
    try:
        # Not cv2.imread: on Windows that does not open names outside the code page.
        raw = np.fromfile(path, np.uint8)
        image = cv2.imdecode(raw, cv2.IMREAD_COLOR) if raw.size else None
    except OSError as error:
        raise PictureError(f"cannot read {path} ({error.strerror})") from None
    except cv2.error:
        # A size that no picture has, or more pixels than OpenCV agrees to decode.
        image = None
    if image is None:
        raise PictureError(f"{path} is no picture that can be decoded")
    return cast(Image, image)


class Stopwatch:
    """Processor time of this process since it was made, which other programs cannot stretch."""

    def __init__(self) -> None:
        self._started_s = time.process_time()

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds of processor time."""
        return (time.process_time() - self._started_s) * 1000
