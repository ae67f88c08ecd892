"""What is in a picture that somebody uploads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from vcam.control.state import HandJudgement, Judgement, PoseBar, RecognisedClass
from vcam.core.frame import Image
from vcam.core.observation import NONE_POSE, Hand, Observation, PoseReading
from vcam.daemon.deciding import decide
from vcam.daemon.recognition import HandRecognizer
from vcam.daemon.thresholds import card_thresholds
from vcam.poses.vocabulary import GESTURES
from vcam.settings.schema import Settings, VisionSettings


class StillReader(Protocol):
    """A picture in; what is seen in it and the reading of each hand out."""

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """Looks at one picture, uint8 (h, w, 3) BGR."""
        ...


class PictureJudge:
    """Judges one picture at a time, with networks of its own: the camera's look at other things.

    They are loaded for the first picture, and again when the settings of vision have changed.
    Any thread but vision's.

    Args:
        load: loads the networks.
        recognised: what image models, and people, make of a picture.
    """

    def __init__(
        self,
        load: Callable[[VisionSettings], StillReader] = HandRecognizer.load,
        recognised: Callable[
            [Image, Observation], tuple[RecognisedClass, ...]
        ] = lambda image, observation: (),
    ) -> None:
        self._recognised = recognised
        self._load = load
        self._lock = threading.Lock()
        self._reader: StillReader | None = None
        self._settings: VisionSettings | None = None

    def judge(
        self,
        picture: bytes,
        settings: Settings,
        answered: Collection[str],
        card: Mapping[str, float] | None = None,
    ) -> Judgement:
        """What is in the picture, by the thresholds that are in force.

        Args:
            picture: a PNG, JPEG or WebP file.
            settings: vision and triggers.
            answered: gestures that the packs answer; one of these is preferred to any other.
            card: `enter` of each pose where the settings say nothing; None for the model's own.

        Raises:
            UploadError: it is no such picture, or too large.
            WeightsError: weights are missing or wrong.
            ModelError: the pose head is.
        """
        from vcam.daemon.annotating import annotated_jpeg
        from vcam.daemon.uploads import decode_upload

        # One at a time from the start: decoding takes most of the memory.
        with self._lock:
            image = decode_upload(picture)
            reader = self._ready(settings.vision)
            since = time.perf_counter()
            observation, readings = reader.read(image)
            recognised = self._recognised(image, observation)
            elapsed_s = time.perf_counter() - since
            taught = dict.fromkeys(pose for each in readings for pose in each.taught)
            decision = decide(
                observation,
                readings,
                settings.triggers,
                (*GESTURES, *(pose for pose in taught if pose != NONE_POSE)),
                card=card_thresholds() if card is None else card,
                answered=answered,
            )
            jpeg, width, height = annotated_jpeg(image, observation, readings)
        return Judgement(
            pose=decision.pose,
            score=round(decision.score, 4),
            hands=_hands(observation, readings),
            faces=len(observation.faces),
            ms=round(elapsed_s * 1000, 1),
            picture=jpeg,
            width=width,
            height=height,
            recognised=recognised,
        )

    def _ready(self, settings: VisionSettings) -> StillReader:
        if self._reader is None or self._settings != settings:
            self._reader, self._settings = self._load(settings), settings
        return self._reader


def _hands(observation: Observation, readings: Sequence[PoseReading]) -> tuple[HandJudgement, ...]:
    by_track = {reading.track_id: reading for reading in readings}
    return tuple(
        _hand(hand, by_track[hand.track_id], observation.size)
        for hand in observation.hands
        if hand.track_id in by_track
    )


def _hand(hand: Hand, reading: PoseReading, size: tuple[int, int]) -> HandJudgement:
    pose, score = reading.shown
    width, height = size
    box = hand.box
    # `none` of the taught poses is another one than that of vcam's own.
    taught = {name: value for name, value in reading.taught.items() if name != NONE_POSE}
    scores = sorted({**taught, **reading.scores}.items(), key=lambda item: item[1], reverse=True)
    return HandJudgement(
        side=hand.side,
        pose=pose,
        score=round(score, 4),
        scores=tuple(PoseBar(pose=name, score=round(value, 4)) for name, value in scores),
        box=(
            round(box.x / width, 4),
            round(box.y / height, 4),
            round(box.width / width, 4),
            round(box.height / height, 4),
        ),
    )
