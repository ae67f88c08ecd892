"""From 21 landmarks to numbers that say what the hand shows, not where or whose it is.

The features do not change when the hand moves in the picture, comes nearer, or is the other
hand (mirrored). Most do not change when the picture is rolled or when the hand is seen from
another side, either: they are measured in the hand's own frame. The last group, the directions,
keeps the picture's upright, because nothing else tells a thumb up from a thumb down.

Everything is measured twice: on the picture's landmarks with their depth, and on the landmarks
in metres. The network estimates the two separately, and they err in different ways.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand, Landmark

FEATURE_VERSION: Final = 1
"""Changes whenever the meaning of a feature does; a head works with one version only."""

_KNUCKLES: Final = [
    Landmark.INDEX_MCP,
    Landmark.MIDDLE_MCP,
    Landmark.RING_MCP,
    Landmark.PINKY_MCP,
]
_PALM: Final = [Landmark.WRIST, *_KNUCKLES]
_TIPS: Final = [4, 8, 12, 16, 20]
_PAIR_A, _PAIR_B = np.triu_indices(5, 1)

# Each finger stands on the wrist: four bones a finger, thumb first.
_PARENTS: Final = np.array([[0, *range(1 + 4 * f, 4 + 4 * f)] for f in range(5)]).ravel()
_CHILDREN: Final = np.arange(1, 21)

# A finger is out when its tip is further than a middle joint from a point that bending brings it
# to: the wrist for the fingers, the little finger's knuckle for the thumb.
_REACH_FROM: Final = [Landmark.PINKY_MCP, 0, 0, 0, 0]
_REACH_JOINT: Final = [Landmark.THUMB_MCP, 6, 10, 14, 18]

_TINY: Final = 1e-6

FEATURE_COUNT: Final = 2 * (63 + 15 + 10 + 5 + 12) + 42 + 5
DIRECTION_COUNT: Final = 2 * 12
"""The last features: the only ones that change when the picture is rolled."""


def hand_features(hand: Hand) -> FloatArray:
    """The features of one hand.

    Returns:
        float32 (FEATURE_COUNT,), finite even for landmarks that fall on one point.
    """
    return landmark_features(
        hand.points[np.newaxis],
        hand.depth[np.newaxis],
        hand.world[np.newaxis],
        np.array([hand.side == "left"]),
    )[0]


def landmark_features(
    points: FloatArray, depth: FloatArray, world: FloatArray, left: npt.NDArray[np.bool_]
) -> FloatArray:
    """The features of many hands.

    Args:
        points: float (n, 21, 2), pixels.
        depth: float (n, 21), in the scale of `points`.
        world: float (n, 21, 3), metres.
        left: bool (n,), left hands; they are mirrored to look like right ones.

    Returns:
        float32 (n, FEATURE_COUNT).
    """
    count = len(points)
    # (n, 2, 21, 3): the picture's landmarks, and those in metres.
    hands = np.empty((count, 2, 21, 3), np.float32)
    hands[:, 0, :, :2] = points
    hands[:, 0, :, 2] = depth
    hands[:, 1] = world
    hands[..., 0] *= np.where(left, -1, 1).astype(np.float32)[:, np.newaxis, np.newaxis]
    hands -= hands[:, :, _PALM].mean(axis=2, keepdims=True)
    flat = hands[:, 0, :, :2].copy()

    wrist = hands[:, :, :1]
    hands /= _length(hands[:, :, _KNUCKLES] - wrist).mean(axis=2, keepdims=True) + _TINY

    up = _unit(hands[:, :, _KNUCKLES].mean(axis=2) - hands[:, :, Landmark.WRIST])
    across = hands[:, :, Landmark.INDEX_MCP] - hands[:, :, Landmark.PINKY_MCP]
    side = _unit(across - (across * up).sum(axis=-1, keepdims=True) * up)
    normal = np.cross(side, up)
    own = hands @ np.stack([side, up, normal], axis=-1)

    bones = _unit(hands[:, :, _CHILDREN] - hands[:, :, _PARENTS]).reshape(count, 2, 5, 4, 3)
    bends = (bones[..., 1:, :] * bones[..., :-1, :]).sum(axis=-1)
    tips = hands[:, :, _TIPS]
    gaps = _length(tips[:, :, _PAIR_A] - tips[:, :, _PAIR_B])
    directions = np.stack([up, normal, _pointing(hands, 2, 4), _pointing(hands, 5, 8)], axis=2)
    return np.concatenate(
        [
            own.reshape(count, -1),
            bends.reshape(count, -1),
            gaps.reshape(count, -1),
            _reaches(hands).reshape(count, -1),
            _rolled(flat).reshape(count, -1),
            _reaches(flat).reshape(count, -1),
            directions.reshape(count, -1),
        ],
        axis=1,
        dtype=np.float32,
    )


def _length(vectors: FloatArray) -> FloatArray:
    """Length of each vector, its axis kept at size one."""
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True)), np.float32)


def _unit(vectors: FloatArray) -> FloatArray:
    """The same directions with length one; zero stays zero."""
    return np.asarray(vectors / (_length(vectors) + _TINY), np.float32)


def _pointing(hands: FloatArray, start: int, end: int) -> FloatArray:
    """Direction from one landmark to another."""
    return _unit(hands[:, :, end] - hands[:, :, start])


def _reaches(hands: FloatArray) -> FloatArray:
    """How far each finger's tip reaches, over how far its middle joint does; capped at 4."""
    start = hands[..., _REACH_FROM, :]
    tip = _length(hands[..., _TIPS, :] - start)
    joint = _length(hands[..., _REACH_JOINT, :] - start)
    return np.minimum(tip / (joint + _TINY), np.float32(4))


def _rolled(flat: FloatArray) -> FloatArray:
    """The picture's landmarks, (n, 21, 2), rolled until the palm is upright, at unit spread."""
    palm = _unit(flat[:, Landmark.WRIST] - flat[:, _KNUCKLES].mean(axis=1))
    down_x, down_y = palm[:, 0:1], palm[:, 1:2]
    x = flat[..., 0] * down_y - flat[..., 1] * down_x
    y = flat[..., 0] * down_x + flat[..., 1] * down_y
    spread = np.sqrt((x * x + y * y).mean(axis=1, keepdims=True)) + _TINY
    return np.stack([x / spread, y / spread], axis=-1)
