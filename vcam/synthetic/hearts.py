"""The heart that both hands make together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from vcam.core.observation import Landmark, Side
from vcam.synthetic.camera import rotation_matrix, turn_away
from vcam.synthetic.kinematics import Angles, FloatArray, Proportions, skeleton
from vcam.synthetic.motion import turned
from vcam.synthetic.placing import PALM_CENTRE, Extent, Frame, best_place, somewhere
from vcam.synthetic.track import Track

HEART: Final = Extent(aside=17.0, up=6.0, down=15.0)
"""Both hands about the point where the index fingers meet, cm."""

# Half a heart, found by search: index and thumb tips meet those of the other hand, 8 cm apart, the
# wrist is 11 cm aside, and no joint is bent further than is comfortable.
_FLEXION = np.array([[50.5 + 3 * i, 56.4 + 2 * i, 15.9 + i] for i in range(4)])
_THUMB = np.array([75.0, 39.3, -6.4, -15.0, -8.2])
_ROLL_YAW_PITCH = (-37.9, 62.0, 35.0)
_TIP_RADIUS_CM = 0.6

_ASIDE_CM = 12.0
_APART_CM = (5.0, 12.0)
_OPEN_SHAPES = ("palm", "palm", "relaxed", "half_closed")


def show_heart(
    hands: Mapping[Side, Track],
    person: Proportions,
    frame: Frame,
    view_deg: float,
    hold_s: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Brings both hands up, open, and closes them to a heart that is held.

    Args:
        hands: both, at the same time.
        person: whose hands.
        frame: what the camera takes in.
        view_deg: angle by which the whole heart is turned away from the camera.
        hold_s: how long it is held.
        rng: all chance.

    Returns:
        When the heart is closed, and when the hands begin to leave, seconds.
    """

    def draw(rng: np.random.Generator) -> FloatArray:
        return somewhere(rng, frame, HEART, -_ASIDE_CM, _ASIDE_CM)

    middle = best_place(rng, frame, HEART, draw, lambda place: (place,))
    tilt = turn_away(rng, view_deg) @ rotation_matrix("z", float(rng.normal(0, 5)))
    # It is held towards the camera, wherever in the picture it is.
    aside_deg = float(np.degrees(np.arctan2(-middle[0], -middle[2])))
    tilt = rotation_matrix("y", aside_deg) @ tilt
    approach_s, close_s = float(rng.uniform(0.5, 0.8)), float(rng.uniform(0.3, 0.6))
    apart_cm, shape = float(rng.uniform(*_APART_CM)), str(rng.choice(_OPEN_SHAPES))
    start_s = end_s = 0.0
    for side, hand in hands.items():
        angles = _half_heart(rng)
        # A left hand is a right one in the mirror, and so is what both are turned by.
        mirror = np.diag([-1.0, 1.0, 1.0]) if side == "left" else np.eye(3)
        own_tilt = mirror @ tilt @ mirror
        held = turned(*(np.array(_ROLL_YAW_PITCH) + rng.normal(0, 3, 3)))
        joints, _ = skeleton(angles, person)
        reach = (joints - PALM_CENTRE) @ held.T
        inner = max(reach[Landmark.INDEX_TIP, 0], reach[Landmark.THUMB_TIP, 0]) + _TIP_RADIUS_CM
        from_middle = np.array([-inner, -reach[Landmark.INDEX_TIP, 1], 0.0])
        place = frame.of_side(middle, side) + own_tilt @ from_middle
        outside = place - [apart_cm, float(rng.uniform(-3, 3)), 0.0]
        open_turn = turned(*(np.array([-10.0, 35.0, 0.0]) + rng.normal(0, 8, 3)))
        hand.bring(approach_s, hand.shaped(shape), outside, open_turn)
        hand.bring(close_s, angles, place, own_tilt @ held)
        start_s = hand.now_s
        hand.stay(hold_s, 0.2)
        end_s = hand.now_s
    return start_s, end_s


def _half_heart(rng: np.random.Generator) -> Angles:
    flexion = _FLEXION + rng.normal(0, 2, 3)
    return Angles(flexion, rng.normal(0, 1.5, 4), _THUMB + rng.normal(0, 2, 5))
