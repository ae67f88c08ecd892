"""What each hand shows: the pose head on LiteRT."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np

from vcam.core.errors import ModelError
from vcam.core.geometry import FloatArray
from vcam.core.litert import Network
from vcam.core.observation import NONE_POSE, Hand, Observation, PoseReading
from vcam.poses.appearance import AppearanceReader, is_asked, mixed
from vcam.poses.card import PoseCard, load_card
from vcam.poses.features import (
    DIRECTION_COUNT,
    FEATURE_COUNT,
    FEATURE_VERSION,
    SHAPE_COUNT,
    hand_features,
)

APPEARANCE_FILE: Final = "appearance.tflite"
"""Beside the pose head, where its card tells of a network for pictures."""

_FIX = "reinstall vcam, or export the model again with python -m training poses export"


@dataclass(frozen=True, slots=True, eq=False)
class HandDescription:
    """What the pose head makes of one hand.

    Attributes:
        reading: its pose.
        shape: float32 (SHAPE_COUNT,), its joints in its own frame, in hand lengths.
        embedding: float32 (card.embedding_size,), see `PoseClassifier.embed`.
        distances: squared distance from the centre of each pose; 1 is what hands of the pose have
            on average.
        directions: float32 (DIRECTION_COUNT,), where palm, thumb and index finger point in the
            picture; empty where nobody said.
    """

    reading: PoseReading
    shape: FloatArray
    embedding: FloatArray
    distances: Mapping[str, float]
    directions: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))


class PoseClassifier:
    """Reads the pose of every hand.

    The network gives, per class, a calibrated probability and the squared distance from the
    class's centre in the space of its last hidden layers, and the hand's place in that space. A
    hand beyond the limit of its likeliest pose is none that the network was taught. A hand that
    does not pass the card's check of a pose is none where the network read that pose.

    Use each instance from one thread at a time.

    Where the card has a network for pictures of hands, and a hand comes with what it says, the
    probabilities are those of both together.

    Args:
        network: takes (1, FEATURE_COUNT), gives (1, 2 x classes + embedding).
        card: its card.
        pictures: the network for pictures that the card tells of; None leaves it out.

    Raises:
        ModelError: the two do not fit each other or this version of vcam.
    """

    def __init__(self, network: Network, card: PoseCard, pictures: Network | None = None) -> None:
        if card.feature_version != FEATURE_VERSION:
            raise ModelError(
                f"the pose model {card.name} works with features {card.feature_version}, "
                f"and this vcam makes features {FEATURE_VERSION}",
                "train it again with python -m training poses train",
            )
        taken = network.input_shape
        given = network.run(np.zeros(taken, np.float32))
        wanted = 2 * len(card.classes) + card.embedding_size
        if taken != (1, FEATURE_COUNT) or [out.size for out in given] != [wanted]:
            raise ModelError(f"the pose model {card.name} does not fit its card", _FIX)
        lengths = {len(check.weights) for check in card.checks.values()}
        if lengths - {FEATURE_COUNT}:
            raise ModelError(f"the checks of the pose model {card.name} do not fit its card", _FIX)
        self.card = card
        self.appearance = (
            AppearanceReader(pictures, card.appearance, len(card.classes))
            if pictures and card.appearance
            else None
        )
        self._checks = [
            (card.classes.index(pose), np.array(check.weights, np.float32), check)
            for pose, check in card.checks.items()
        ]
        self._none = card.classes.index(NONE_POSE)
        self._network = network
        self._limits = np.array(
            [card.distance_limits.get(pose, np.inf) for pose in card.classes], np.float32
        )

    @classmethod
    def load(cls, model: Path | None = None, *, pictures: bool = True) -> PoseClassifier:
        """Loads a `.tflite` file and the card of the same name beside it (`.json`).

        Args:
            model: None takes the model that comes with vcam.
            pictures: load the network for pictures, too, where the card has one.

        Raises:
            ModelError: one of the two is missing or broken, or they do not belong together.
        """
        path = shipped_model() if model is None else model
        content = _content(path)
        card = load_card(path.with_suffix(".json"))
        network = _network(path, content, card.model_sha256)
        if card.appearance is None or not pictures:
            return cls(network, card)
        beside = path.with_name(APPEARANCE_FILE)
        return cls(network, card, _network(beside, _content(beside), card.appearance.model_sha256))

    def read(self, observation: Observation) -> tuple[PoseReading, ...]:
        """The pose of each hand, in the order of `observation.hands`."""
        return tuple(self.read_hand(hand) for hand in observation.hands)

    def read_hand(self, hand: Hand) -> PoseReading:
        """The pose of one hand."""
        return self.describe(hand).reading

    def describe(self, hand: Hand) -> HandDescription:
        """The pose of one hand with what it was read from, in one run of the network."""
        described = self.describe_features(hand_features(hand), hand.track_id)
        if hand.appearance is None:
            return described
        return self.with_appearance(described, hand.appearance)

    def wants_appearance(self, described: HandDescription) -> bool:
        """Whether the hand may show a pose that its picture tells more of."""
        part = self.card.appearance
        return part is not None and bool(is_asked(_scores(described), part, self.card.classes))

    def with_appearance(
        self, described: HandDescription, appearance: FloatArray
    ) -> HandDescription:
        """The same hand, read by its landmarks and its picture where that may tell more.

        Whether it is known at all is for the landmarks to say.

        Args:
            described: by the landmarks alone.
            appearance: as in `Hand.appearance`; of no use where the card has no part for it.
        """
        part = self.card.appearance
        if part is None:
            return described
        scores = _scores(described)
        if not is_asked(scores, part, self.card.classes):
            return described
        both = mixed(scores, appearance, part)
        named = dict(zip(self.card.classes, map(float, both), strict=True))
        return replace(described, reading=replace(described.reading, scores=named))

    def describe_features(self, features: FloatArray, track_id: int = 0) -> HandDescription:
        """As `describe`, of the features (FEATURE_COUNT,) of a hand."""
        output = self._network.run(features[np.newaxis])[0][0].copy()
        for pose, weights, check in self._checks:
            if features @ weights + check.bias < check.least:
                output[self._none] += output[pose]
                output[pose] = 0
        classes = self.card.classes
        count = len(classes)
        best = int(output[:count].argmax())
        known = bool(output[count + best] <= self._limits[best])
        scores = dict(zip(classes, map(float, output), strict=False))
        reading = PoseReading(track_id, scores, known or classes[best] == NONE_POSE)
        distances = dict(zip(classes, map(float, output[count:]), strict=False))
        return HandDescription(
            reading,
            features[:SHAPE_COUNT],
            output[2 * count :],
            distances,
            features[-DIRECTION_COUNT:],
        )

    def embed(self, hand: Hand) -> FloatArray:
        """Where the hand lies among all hand shapes, to compare it with other hands.

        Hands of one pose vary by about 1 along each axis, so the mean square of the difference of
        two embeddings is about 2 for two of them, and far more for two poses. Place and size in
        the picture, and the side, change nothing. Embeddings of different models (`model_sha256`
        of their cards) cannot be compared: keep landmarks, and embed them anew.

        Returns:
            float32 (card.embedding_size,).
        """
        return self.describe(hand).embedding


def _scores(described: HandDescription) -> FloatArray:
    return np.array(list(described.reading.scores.values()), np.float32)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read the pose model {path}: {error.strerror}", _FIX) from error


def _network(path: Path, content: bytes, sha256: str) -> Network:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(f"the pose model {path} is not the one its card describes", _FIX)
    return Network(content, f"pose model {path.name}")


def shipped_model() -> Path:
    """The model that comes with vcam."""
    return Path(str(resources.files("vcam.poses"))) / "models" / "poses.tflite"
