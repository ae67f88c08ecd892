from __future__ import annotations

import numpy as np
import pytest

from vcam.synthetic.camera import rotation_matrix
from vcam.synthetic.hand_picture import draw_hand
from vcam.synthetic.hand_shape import build_shape
from vcam.synthetic.look import SKIN_TONES, Look
from vcam.synthetic.poses import pose_angles

SKIN, PALM = SKIN_TONES["tan"]
LOOK = Look((-0.4, 0.7, 0.7), (0.9, 0.9, 0.85), (0.3, 0.3, 0.3), SKIN, PALM)
GREY = 0.5


def drawn(pose: str, turn_deg: float, quick: bool) -> np.ndarray:
    picture = np.full((180, 240, 3), GREY)
    shape, _ = build_shape(pose_angles(pose), sleeve_cm=9)
    rotation = rotation_matrix("y", turn_deg)
    return draw_hand(picture, shape, rotation, np.array([0.0, -9, -70]), 230.0, LOOK, quick=quick)


@pytest.mark.parametrize(("pose", "turn_deg"), [("v_sign", 0), ("thumb_up", 40), ("relaxed", 150)])
def test_quick_hand_looks_like_the_careful_one(pose, turn_deg):
    careful, quick = drawn(pose, turn_deg, False), drawn(pose, turn_deg, True)
    shown = [(np.abs(each - GREY).max(axis=2) > 0.02) for each in (careful, quick)]
    both, either = (shown[0] & shown[1]).sum(), (shown[0] | shown[1]).sum()
    assert both > 0.93 * either
    inside = shown[0] & shown[1]
    assert np.abs(careful - quick)[inside].mean() < 0.08


def test_hand_behind_the_camera_is_left_out():
    picture = np.full((90, 120, 3), GREY)
    shape, _ = build_shape(pose_angles("palm"))
    place = np.array([0.0, 0.0, 40.0])
    same = draw_hand(picture, shape, np.eye(3), place, 100.0, LOOK, quick=True)
    assert np.array_equal(same, picture)
