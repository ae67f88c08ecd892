"""From 21 landmarks to numbers that say what the hand shows, not where or whose it is.

The features do not change when the hand moves in the picture, comes nearer, or is the other
hand (mirrored). Most do not change when the picture is rolled or when the hand is seen from
another side, either: they are measured in the hand's own frame. The last group, the directions,
keeps the picture's upright, because nothing else tells a thumb up from a thumb down.

Everything is measured twice: on the picture's landmarks with their depth, and on the landmarks
in metres. The network estimates the two separately, and they err in different ways.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand, Landmark

FEATURE_VERSION: Final = 1
"""Changes whenever the meaning of a feature does; a head works with one version only."""

_KNUCKLES: Final = (5, 9, 13, 17)
_TIPS: Final = (4, 8, 12, 16, 20)
_TIP_PAIRS: Final = [(a, b) for i, a in enumerate(_TIPS) for b in _TIPS[i + 1 :]]

# Each finger stands on the wrist: four bones a finger, thumb first.
_BONES: Final = [(joint - 1 if joint % 4 != 1 else 0, joint) for joint in range(1, 21)]

# A finger is out when its tip is further than a middle joint from a point that bending brings it
# to: the wrist for the fingers, the little finger's knuckle for the thumb.
_REACH_FROM: Final = (17, 0, 0, 0, 0)
_REACH_JOINT: Final = (2, 6, 10, 14, 18)

_TINY: Final = np.float32(1e-6)
_MOST_REACH: Final = np.float32(4)

FEATURE_COUNT: Final = 2 * (63 + 15 + 10 + 5 + 12) + 42 + 5
SHAPE_COUNT: Final = 2 * 63
"""The first features: the joints in the hand's own frame, in hand lengths."""

DIRECTION_COUNT: Final = 2 * 12
"""The last features: the only ones that change when the picture is rolled."""


def _differences() -> tuple[FloatArray, dict[str, slice]]:
    """Every vector that the features need, as weights of landmarks: one product makes them all."""
    identity = np.eye(21, dtype=np.float32)
    knuckles = identity[list(_KNUCKLES)].mean(axis=0)
    palm = identity[[0, *_KNUCKLES]].mean(axis=0)
    groups = {
        "points": identity - palm,
        "knuckles": identity[list(_KNUCKLES)] - identity[0],
        "bones": np.array([identity[end] - identity[start] for start, end in _BONES]),
        "gaps": np.array([identity[b] - identity[a] for a, b in _TIP_PAIRS]),
        "tips": identity[list(_TIPS)] - identity[list(_REACH_FROM)],
        "joints": identity[list(_REACH_JOINT)] - identity[list(_REACH_FROM)],
        "up": knuckles[np.newaxis] - identity[0],
        "across": identity[[Landmark.INDEX_MCP]] - identity[Landmark.PINKY_MCP],
        "thumb": identity[[Landmark.THUMB_TIP]] - identity[Landmark.THUMB_MCP],
        "index": identity[[Landmark.INDEX_TIP]] - identity[Landmark.INDEX_MCP],
    }
    places, start = {}, 0
    for name, rows in groups.items():
        places[name] = slice(start, start + len(rows))
        start += len(rows)
    return np.concatenate(list(groups.values())).astype(np.float32), places


_WEIGHTS, _AT = _differences()


def hand_features(hand: Hand) -> FloatArray:
    """The features of one hand.

    Returns:
        float32 (FEATURE_COUNT,), finite even for landmarks that fall on one point.
    """
    features: FloatArray = landmark_features(
        hand.points[np.newaxis],
        hand.depth[np.newaxis],
        hand.world[np.newaxis],
        np.array([hand.side == "left"]),
    )[0]
    return features


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
    hands[left, :, :, 0] *= -1
    # About the wrist first: differences of large pixel numbers would lose digits.
    hands -= hands[:, :, :1].copy()

    vectors = _WEIGHTS @ hands
    lengths = _lengths(vectors)
    scale = lengths[:, :, _AT["knuckles"]].mean(axis=2)[..., np.newaxis] + _TINY
    units = vectors / (lengths + _TINY)[..., np.newaxis]
    up = units[:, :, _AT["up"]]
    across = vectors[:, :, _AT["across"]]
    side = across - (across * up).sum(axis=-1, keepdims=True) * up
    side /= _lengths(side)[..., np.newaxis] + _TINY
    normal = _cross(side, up)
    axes = np.concatenate([side, up, normal], axis=2)
    own = (vectors[:, :, _AT["points"]] / scale[..., np.newaxis]) @ axes.swapaxes(2, 3)
    bones = units[:, :, _AT["bones"]].reshape(count, 2, 5, 4, 3)
    bends = (bones[..., 1:, :] * bones[..., :-1, :]).sum(axis=-1)
    directions = [up, normal, units[:, :, _AT["thumb"]], units[:, :, _AT["index"]]]
    groups = [
        own,
        bends,
        lengths[:, :, _AT["gaps"]] / scale,
        _reaches(lengths),
        _rolled(vectors[:, 0, _AT["points"], :2], vectors[:, 0, _AT["up"], :2]),
        _reaches(_lengths(vectors[:, 0, :, :2])),
        np.concatenate(directions, axis=2),
    ]
    return np.concatenate([each.reshape(count, _size(each)) for each in groups], axis=1)


def _size(group: FloatArray) -> int:
    """Numbers per hand; also where there is no hand."""
    return math.prod(group.shape[1:])


def _lengths(vectors: FloatArray) -> FloatArray:
    """Length of each vector, (..., k) to (...)."""
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross product along the last axis; ten times as fast as `np.cross` on a few vectors."""
    product = np.empty_like(a)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        product[..., i] = a[..., j] * b[..., k] - a[..., k] * b[..., j]
    return product


def _reaches(lengths: FloatArray) -> FloatArray:
    """How far each finger's tip reaches, over how far its middle joint does; capped."""
    reach = lengths[..., _AT["tips"]] / (lengths[..., _AT["joints"]] + _TINY)
    return np.asarray(np.minimum(reach, _MOST_REACH))


def _rolled(flat: FloatArray, up: FloatArray) -> FloatArray:
    """The picture's landmarks rolled until the palm is upright, at unit spread: (n, 21, 2).

    Args:
        flat: (n, 21, 2), about the palm.
        up: (n, 1, 2), from the wrist to the knuckles.
    """
    up = up / (_lengths(up)[..., np.newaxis] + _TINY)
    # Rows turn a point into its part across `up` and its part against it.
    turn = np.concatenate([up[..., ::-1] * np.array([-1, 1], np.float32), -up], axis=1)
    turned = flat @ turn.swapaxes(1, 2)
    spread = np.sqrt(np.einsum("npi,npi->n", turned, turned) / 21)
    return np.asarray(turned / (spread[:, np.newaxis, np.newaxis] + _TINY))
