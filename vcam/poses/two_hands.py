"""What two hands show together: the same pose twice, or a heart.

Two hands only count together if they can be one person's: a left and a right one, of about the same
size, no further apart than arms reach, and by the same face where several are in view. Hands that
the network gives the same side must be on either side of the only face in view.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from vcam.core.geometry import FloatArray
from vcam.core.gestures import HEART_HANDS, PAIRS
from vcam.core.observation import (
    NONE_POSE,
    Face,
    Hand,
    Landmark,
    Observation,
    PairReading,
    PoseReading,
)

_MOST_SIZE_RATIO: Final = 1.8
"""One hand may be nearer to the camera: at half an arm's length before the other, 0.5 m from the
camera, it looks 1.6 times as large. Somebody further back in the room looks smaller than that."""

_MOST_APART_WIDTHS: Final = 14.0
"""Both arms stretched out aside put the palms some 1.4 m apart; a palm is about 0.1 m long."""

_MOST_FROM_FACE: Final = 5.0
"""In face heights (0.2 m or a little less): the length of an arm, and some."""


def read_pairs(
    observation: Observation, readings: Sequence[PoseReading]
) -> tuple[PairReading, ...]:
    """What every two hands show together; nothing with fewer than two hands that were read.

    A pose that both hands show has the score of the hand that shows it less, and what is missing
    to 1 is on `none`: where each hand's scores sum to 1, no other pose has more than that.
    """
    by_track = {reading.track_id: reading for reading in readings}
    hands = [hand for hand in observation.hands if hand.track_id in by_track]
    return tuple(
        PairReading(
            (first.track_id, second.track_id),
            _scores(first, second, by_track, observation.faces),
        )
        for first, second in combinations(sorted(hands, key=lambda hand: hand.track_id), 2)
    )


def _scores(
    first: Hand, second: Hand, by_track: dict[int, PoseReading], faces: Sequence[Face]
) -> dict[str, float]:
    scores = dict.fromkeys(PAIRS, 0.0)
    if belong_together(first, second, faces):
        one, other = by_track[first.track_id], by_track[second.track_id]
        if one.known and other.known:
            for gesture, pose in PAIRS.items():
                if pose:
                    scores[gesture] = min(one.scores.get(pose, 0.0), other.scores.get(pose, 0.0))
        scores[HEART_HANDS] = heart_score(first, second)
    scores[NONE_POSE] = 1.0 - max(scores.values())
    return scores


def belong_together(first: Hand, second: Hand, faces: Sequence[Face]) -> bool:
    """Whether two hands can be the two hands of one person."""
    if first.side == second.side and not _flank_the_only_face(first, second, faces):
        return False
    larger, smaller = max(first.width, second.width), min(first.width, second.width)
    if not larger <= _MOST_SIZE_RATIO * smaller:
        return False
    if not math.dist(first.palm_centre, second.palm_centre) <= _MOST_APART_WIDTHS * larger:
        return False
    if len(faces) < 2:
        return True
    owner = _owner(first, faces)
    return owner is not None and owner is _owner(second, faces)


def _flank_the_only_face(first: Hand, second: Hand, faces: Sequence[Face]) -> bool:
    """Whether one hand is on each side of the only face in view, and both within its reach.

    The hand network takes some left hands for right ones; where they are tells more.
    """
    if len(faces) != 1 or _owner(first, faces) is None or _owner(second, faces) is None:
        return False
    box = faces[0].box
    left, right = sorted(hand.palm_centre[0] for hand in (first, second))
    return left < box.x and right > box.x + box.width


def _owner(hand: Hand, faces: Sequence[Face]) -> Face | None:
    """The face that a hand is nearest to, in heights of that face; None if all are out of reach."""
    away, place = min(
        (math.dist(hand.palm_centre, face.box.centre) / max(face.box.height, 1e-6), number)
        for number, face in enumerate(faces)
    )
    return faces[place] if away <= _MOST_FROM_FACE else None


# Each row: the least and the most that a heart has of a measure, and the room beyond either end
# in which the score falls from 1/2 to nearly nothing. In hand widths, but for the lean (degrees).
_HEART_LIMITS: Final[dict[str, tuple[float, float, float]]] = {
    "index_gap": (-9.0, 0.62, 0.20),
    "thumb_gap": (-9.0, 0.75, 0.20),
    "height": (0.45, 2.2, 0.15),
    "arch": (0.08, 1.5, 0.08),
    "hollow": (0.65, 3.0, 0.15),
    "wrists": (0.9, 4.5, 0.20),
    "lean": (-99.0, 35.0, 10.0),
}
_STEEPNESS: Final = 4.0
_HEART_REACH: Final = 1.0
"""Index tips further apart than this, in sums of both widths, have a score of nearly 0 anyway."""


def heart_score(first: Hand, second: Hand) -> float:
    """How much two hands look like a heart, 0..1; 0 for two hands of one side.

    The worst of the measures decides: a heart is all of them at once, and clasped or folded hands
    have most of them.
    """
    if first.side == second.side:
        return 0.0
    tips = first.points[Landmark.INDEX_TIP], second.points[Landmark.INDEX_TIP]
    if not math.dist(*tips) <= _HEART_REACH * (first.width + second.width):
        return 0.0  # nearly always, and measuring takes ten times as long
    measures = heart_measures(first, second)
    worst = min(
        min(measures[name] - least, most - measures[name]) / room
        for name, (least, most, room) in _HEART_LIMITS.items()
    )
    if not math.isfinite(worst):
        return 0.0
    return 1 / (1 + math.exp(-min(50.0, max(-50.0, _STEEPNESS * worst))))


def heart_measures(first: Hand, second: Hand) -> dict[str, float]:
    """What tells a heart from other figures of two hands, in mean hand widths.

    Returns:
        `index_gap` and `thumb_gap` between the tips; `height` from the index tips to the thumb
        tips; `arch`, how far the index fingers rise above where they meet; `hollow` between
        the index fingers' middle joints; `wrists`, how far the right wrist is on the right's side
        of the left; `lean` of the figure's axis, degrees.
    """
    left, right = (first, second) if first.side == "left" else (second, first)
    unit = max((left.width + right.width) / 2, 1e-6)
    points: FloatArray = np.stack([left.points, right.points]) / np.float32(unit)
    x, y = (points[:, Landmark.THUMB_TIP] - points[:, Landmark.INDEX_TIP]).mean(axis=0)
    height = math.hypot(float(x), float(y))
    # The figure is measured upright: its axis, from the index tips to the thumb tips, points down.
    turn = np.array([(y, x), (-x, y)], np.float32) / np.float32(max(height, 1e-6))
    points = points @ turn
    index, thumb = points[:, Landmark.INDEX_TIP], points[:, Landmark.THUMB_TIP]
    top = points[:, [Landmark.INDEX_PIP, Landmark.INDEX_DIP], 1].min(axis=1)
    joints, wrists = points[:, Landmark.INDEX_PIP], points[:, Landmark.WRIST]
    return {
        "index_gap": float(math.dist(index[0], index[1])),
        "thumb_gap": float(math.dist(thumb[0], thumb[1])),
        "height": height,
        "arch": float((index[:, 1].mean() - top).min()),
        "hollow": float(joints[0, 0] - joints[1, 0]),
        "wrists": float(wrists[0, 0] - wrists[1, 0]),
        "lean": math.degrees(math.atan2(abs(float(x)), float(y))),
    }
