"""Where hands lie among all hands: what taught poses are told apart by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.classifier import HandDescription
from vcam.poses.taught.hands import HandStack

Describe = Callable[[FloatArray], HandDescription]
"""Features (FEATURE_COUNT,) to what the pose head makes of them."""

SHAPE_VARIANCE = 0.044
"""As in `vcam.poses.verifier`: it brings shapes to the scale of embeddings."""

DIRECTION_VARIANCE = 0.20
"""Mean variance of a coordinate of the directions over hands that are held up: directions count
for as much as shapes do, no more."""

_SHRINKAGE = 0.5
"""Share of the covariance that is taken for the same in all directions. Between 0.1 and 0.5
nothing changed; some is needed, for there are fewer known hands than would be enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Hands with their places.

    Attributes:
        places: float32 (n, d).
        poses: what the pose head reads each as; `none` for what it does not know.
    """

    places: FloatArray
    poses: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.places)


def place_of(description: HandDescription) -> FloatArray:
    """The place of one hand, float32 (d,).

    The squared distance of two places is the mean one of their embeddings, of their shapes and
    of their directions, added, each in the scale of how hands differ.
    """
    embedding, shape, directions = (
        description.embedding,
        description.shape,
        description.directions,
    )
    return np.concatenate(
        [
            embedding / np.float32(math.sqrt(max(1, embedding.size))),
            shape / np.float32(math.sqrt(max(1, shape.size) * SHAPE_VARIANCE)),
            directions / np.float32(math.sqrt(max(1, directions.size) * DIRECTION_VARIANCE)),
        ],
        dtype=np.float32,
    )


def place(hands: HandStack, describe: Describe) -> Placed:
    """Places many hands; some 0.1 ms each."""
    descriptions = [describe(features) for features in hands.features()]
    poses = tuple(description.reading.best[0] for description in descriptions)
    return Placed(np.array([place_of(each) for each in descriptions], np.float32), poses)


@dataclass(frozen=True, slots=True, eq=False)
class Whitening:
    """Brings places to a scale in which hands of one pose differ alike in all directions.

    Attributes:
        middle: float32 (d,).
        turn: float32 (d, d).
    """

    middle: FloatArray
    turn: FloatArray

    def __call__(self, places: FloatArray) -> FloatArray:
        """Places (n, d), of which the mean square of a coordinate is about 1 / d."""
        return np.asarray((places - self.middle) @ self.turn, np.float32)


def whitening(places: FloatArray, poses: Sequence[str]) -> Whitening:
    """The whitening by hands of known poses; those of `none` differ for other reasons.

    Args:
        places: (n, d).
        poses: of each.
    """
    size = places.shape[1]
    covariance = np.zeros((size, size))
    count = 0
    labels = np.array(poses)
    for pose in set(poses) - {NONE_POSE}:
        own = places[labels == pose].astype(np.float64)
        own -= own.mean(axis=0)
        covariance += own.T @ own
        count += len(own) - 1
    covariance /= max(1, count)
    mean = max(float(np.trace(covariance)) / size, 1e-9)
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * mean * np.eye(size)
    turn = np.linalg.inv(np.linalg.cholesky(covariance)).T / math.sqrt(size)
    return Whitening(places.mean(axis=0).astype(np.float32), turn.astype(np.float32))
