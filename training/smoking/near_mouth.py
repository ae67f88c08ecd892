"""What vcam's own landmarks say about smoking: how a hand is held to the mouth.

Who smokes holds two fingers, or thumb and index finger, with little between them, near the mouth;
but so does who drinks from a straw, coughs or thinks. Alone it is a hint; it is there because it
costs nothing beside the hands and faces that vcam follows anyway, and because it cannot have
learnt the look of a photograph's background.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from vcam.core.geometry import FloatArray
from vcam.core.observation import Face, Hand, Landmark, Observation

FAR: Final = 3.0
"""Distances are told up to this many face widths; a hand further away is as good as none."""

NAMES: Final = (
    "face",
    "hand",
    "tips_to_mouth",
    "grip_to_mouth",
    "index_to_middle",
    "thumb_to_index",
    "hand_to_face_size",
    "palm_turned",
)
"""Of the features, in their order: whether there is a face, a hand; the nearest fingertip and the
point between the two nearest tips, in face widths from the mouth; how far the tips of index and
middle finger, thumb and index finger are apart, in hand widths; the hand's size by the face's; and
how much the fingers point up, -1..1."""

_TIPS = [Landmark.THUMB_TIP, Landmark.INDEX_TIP, Landmark.MIDDLE_TIP]


def near_mouth(observation: Observation) -> FloatArray:
    """How a hand is held to the mouth of the largest face, float32 (len(NAMES),).

    Of several hands the one nearest to the mouth counts. Without a face the picture's middle, and
    a third of its width, stand for it, since in a portrait that is where it must be.
    """
    face = max(observation.faces, key=lambda each: each.box.area, default=None)
    mouth, width = _mouth_and_width(face, observation.size)
    told = [
        _held(hand, mouth, width) for hand in observation.hands if hand.presence > 0 and width > 0
    ]
    if not told:
        return np.array([face is not None, 0, FAR, FAR, 1, 1, 0, 0], np.float32)
    nearest = min(told, key=lambda each: each[1])
    return np.array([face is not None, *nearest], np.float32)


def _mouth_and_width(face: Face | None, size: tuple[int, int]) -> tuple[FloatArray, float]:
    if face is None:
        return np.array([size[0] / 2, size[1] / 2], np.float32), size[0] / 3
    return face.mouth, face.box.width


def _held(hand: Hand, mouth: FloatArray, face_width: float) -> tuple[float, ...]:
    tips = hand.points[_TIPS]
    to_mouth = np.hypot(*(tips - mouth).T) / face_width
    first, second = np.argsort(to_mouth)[:2]
    grip = np.hypot(*((tips[first] + tips[second]) / 2 - mouth)) / face_width
    hand_width = max(hand.width, 1.0)
    thumb, index, middle = tips
    reach = hand.points[Landmark.MIDDLE_MCP] - hand.points[Landmark.WRIST]
    return (
        1.0,
        min(FAR, float(to_mouth.min())),
        min(FAR, float(grip)),
        float(np.hypot(*(index - middle))) / hand_width,
        float(np.hypot(*(thumb - index))) / hand_width,
        min(FAR, hand_width / face_width),
        float(-reach[1] / max(1.0, float(np.hypot(*reach)))),
    )
