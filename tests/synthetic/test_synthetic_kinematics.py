from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.synthetic.kinematics import (
    MEAN_FINGER_LENGTHS,
    MEAN_PROPORTIONS,
    MEAN_THUMB_LENGTHS,
    Angles,
    finger_chain,
    proportions,
    random_proportions,
    skeleton,
    thumb_chain,
)

ANGLE = st.floats(-30, 110)


@given(st.integers(0, 3), ANGLE, ANGLE, ANGLE, st.floats(-20, 20))
def test_bending_a_finger_keeps_its_bones(finger, mcp, pip, dip, spread) -> None:
    chain = finger_chain(finger, np.array([mcp, pip, dip]), spread)
    lengths = np.linalg.norm(np.diff(chain.points, axis=0), axis=1)
    assert np.allclose(lengths, MEAN_FINGER_LENGTHS[finger])
    assert np.allclose(np.linalg.norm(chain.directions, axis=1), 1)
    assert np.allclose((chain.directions * chain.normals).sum(axis=1), 0, atol=1e-12)


@given(st.lists(ANGLE, min_size=5, max_size=5))
def test_moving_the_thumb_keeps_its_bones(angles) -> None:
    chain = thumb_chain(np.array(angles))
    lengths = np.linalg.norm(np.diff(chain.points, axis=0), axis=1)
    assert np.allclose(lengths, MEAN_THUMB_LENGTHS)
    assert np.allclose((chain.directions * chain.normals).sum(axis=1), 0, atol=1e-12)


def test_flexion_moves_fingertips_to_the_palm_side_and_spread_towards_the_thumb() -> None:
    for finger in range(4):
        straight = finger_chain(finger, np.zeros(3), 0.0).points[3]
        assert finger_chain(finger, np.array([40.0, 0, 0]), 0.0).points[3][2] > straight[2] + 1
        assert finger_chain(finger, np.zeros(3), 10.0).points[3][0] > straight[0] + 0.5


def test_joints_come_in_mediapipe_order() -> None:
    joints, chains = skeleton(Angles(np.zeros((4, 3)), np.zeros(4), np.zeros(5)))
    assert np.array_equal(joints[0], np.zeros(3))
    for digit, chain in enumerate(chains):
        assert np.array_equal(joints[1 + 4 * digit : 4 + 4 * digit], chain.points[:3])
        beyond = np.linalg.norm(joints[4 + 4 * digit] - chain.points[3])
        assert beyond == pytest.approx(0.25)
    assert joints[5, 0] > joints[9, 0] > joints[13, 0] > joints[17, 0]


def test_proportions_scale_what_they_say() -> None:
    wide = proportions(width=1.1)
    assert np.allclose(wide.knuckles[:, 0], MEAN_PROPORTIONS.knuckles[:, 0] * 1.1)
    assert np.array_equal(wide.knuckles[:, 1], MEAN_PROPORTIONS.knuckles[:, 1])
    long = proportions(fingers=1.2, thumb=0.9, each_finger=(1, 1, 1, 0.5))
    assert np.allclose(long.finger_lengths[:3], MEAN_FINGER_LENGTHS[:3] * 1.2)
    assert np.allclose(long.finger_lengths[3], MEAN_FINGER_LENGTHS[3] * 0.6)
    assert np.allclose(long.thumb_lengths, MEAN_THUMB_LENGTHS * 0.9)


def test_random_people_stay_within_human_limits() -> None:
    rng = np.random.default_rng(0)
    factors = np.array([random_proportions(rng).factors for _ in range(300)])
    assert np.abs(factors - 1).max() <= 0.11 + 1e-9
    assert (factors.std(axis=0) > 0.03).all()
