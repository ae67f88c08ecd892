"""The hand-written finger rule: the baseline that a trained head must beat."""

from __future__ import annotations

import numpy as np

from training.poses.hands import BoolArray, Hands
from training.poses.measure import NONE, IntArray
from vcam.core.geometry import FloatArray
from vcam.core.observation import Landmark
from vcam.poses.vocabulary import POSES

_REACH = 1.1
"""A finger is out if its tip is this many times as far from the wrist as its middle joint."""
_THUMB_OUT = 0.2
"""A thumb is out if it reaches this far, in palm lengths, beyond the index finger's knuckle."""
_PINCH = 0.35
"""Thumb and index finger meet below this distance, in palm lengths."""

_PATTERNS: dict[str, tuple[int, int, int, int, int]] = {
    "v_sign": (0, 1, 1, 0, 0),
    "metal": (0, 1, 0, 0, 1),
    "ily": (1, 1, 0, 0, 1),
    "fist": (0, 0, 0, 0, 0),
    "palm": (1, 1, 1, 1, 1),
    "one": (0, 1, 0, 0, 0),
    "three": (0, 1, 1, 1, 0),
    "four": (0, 1, 1, 1, 1),
    "shaka": (1, 0, 0, 0, 1),
}
"""Which of thumb, index, middle, ring and little finger are out."""


def fingers_out(hands: Hands) -> BoolArray:
    """Bool (n, 5), thumb first.

    The fingers are told by the picture, the thumb by the landmarks in metres: each is the better
    of the two for it.
    """
    flat, world = hands.screen[..., :2], hands.world
    reach = np.linalg.norm(flat - flat[:, :1], axis=2)
    out = np.zeros((len(hands), 5), np.bool_)
    for finger in range(1, 5):
        out[:, finger] = reach[:, 4 + 4 * finger] > _REACH * reach[:, 2 + 4 * finger]
    across = world[:, Landmark.INDEX_MCP] - world[:, Landmark.PINKY_MCP]
    across = across / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-9)
    beyond = ((world[:, Landmark.THUMB_TIP] - world[:, Landmark.INDEX_MCP]) * across).sum(axis=1)
    out[:, 0] = beyond > _THUMB_OUT * _palm(world)
    return out


def read_by_rule(hands: Hands) -> IntArray:
    """The pose (n,) that the rule reads; NONE where no pattern fits."""
    out = fingers_out(hands)
    read = np.full(len(hands), NONE, np.int64)
    for pose, pattern in _PATTERNS.items():
        read[(out == np.array(pattern, np.bool_)).all(axis=1)] = POSES.index(pose)
    world = hands.world
    thumb_only = (out == np.array((1, 0, 0, 0, 0), np.bool_)).all(axis=1)
    thumb = world[:, Landmark.THUMB_TIP] - world[:, Landmark.THUMB_MCP]
    upright = np.abs(thumb[:, 1]) > np.abs(thumb[:, 0])
    read[thumb_only & upright & (thumb[:, 1] < 0)] = POSES.index("thumb_up")
    read[thumb_only & upright & (thumb[:, 1] > 0)] = POSES.index("thumb_down")
    gap = np.linalg.norm(world[:, Landmark.THUMB_TIP] - world[:, Landmark.INDEX_TIP], axis=1)
    pinched = gap < _PINCH * _palm(world)
    read[pinched & out[:, 2] & out[:, 3] & out[:, 4]] = POSES.index("ok")
    return read


def _palm(world: FloatArray) -> FloatArray:
    reach = world[:, Landmark.MIDDLE_MCP] - world[:, Landmark.WRIST]
    return np.asarray(np.linalg.norm(reach, axis=1), np.float32)
