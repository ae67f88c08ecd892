from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.smoking.logistic import fit_logistic
from training.smoking.near_mouth import FAR, NAMES, near_mouth
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Landmark, Observation

FACE = Face(
    1,
    Box(200, 100, 100, 130),
    np.array([[230, 140], [270, 140]], np.float32),
    np.array([250, 165], np.float32),
    np.array([250, 200], np.float32),
    0.9,
)


def hand_at(x, y, *, apart=10.0):
    """A hand whose index and middle fingertips lie left and right of a point."""
    points = np.zeros((21, 2), np.float32)
    points[Landmark.WRIST] = x, y + 90
    points[Landmark.INDEX_MCP] = x - 20, y + 45
    points[Landmark.MIDDLE_MCP] = x, y + 40
    points[Landmark.PINKY_MCP] = x + 30, y + 50
    points[Landmark.THUMB_TIP] = x - 50, y + 60
    points[Landmark.INDEX_TIP] = x - apart / 2, y
    points[Landmark.MIDDLE_TIP] = x + apart / 2, y
    nothing = np.zeros(21, np.float32)
    return Hand(1, points, nothing, np.zeros((21, 3), np.float32), "left", 0.9)


def told(*hands, faces=(FACE,)):
    values = near_mouth(Observation(0, 0.0, (640, 480), hands, faces))
    return dict(zip(NAMES, map(float, values), strict=True))


def test_two_fingers_at_the_mouth_are_near():
    seen = told(hand_at(250, 200))
    assert seen["face"] == seen["hand"] == 1
    assert seen["tips_to_mouth"] == pytest.approx(0.05)
    assert seen["grip_to_mouth"] == pytest.approx(0.0, abs=1e-6)
    assert seen["index_to_middle"] == pytest.approx(0.2, rel=0.1)
    assert seen["palm_turned"] == pytest.approx(1.0)


def test_of_several_hands_the_nearest_counts():
    assert told(hand_at(600, 300), hand_at(250, 210)) == told(hand_at(250, 210))


def test_no_hand_is_as_far_as_can_be():
    seen = told()
    assert seen["hand"] == 0
    assert seen["tips_to_mouth"] == seen["grip_to_mouth"] == FAR


def test_without_a_face_the_middle_of_the_picture_stands_for_the_mouth():
    seen = told(hand_at(320, 240), faces=())
    assert seen["face"] == 0
    assert seen["grip_to_mouth"] == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(scale=st.floats(0.2, 4))
def test_size_of_the_picture_changes_nothing(scale):
    hand = hand_at(260, 230)
    large = Hand(1, hand.points * np.float32(scale), hand.depth, hand.world, "left", 0.9)
    face = Face(
        1,
        Box(*(value * scale for value in FACE.box)),
        FACE.eyes,
        FACE.nose,
        FACE.mouth * np.float32(scale),
        0.9,
    )
    values = near_mouth(Observation(0, 0.0, (640, 480), (large,), (face,)))
    np.testing.assert_allclose(values, list(told(hand).values()), rtol=1e-3, atol=1e-3)


def test_regression_finds_what_tells_the_classes_apart():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 3)).astype(np.float32) * [1, 100, 0.01]
    labels = (features[:, 1] + rng.normal(size=400) * 20 > 0).astype(np.int64)
    fitted = fit_logistic(features[:300], labels[:300], 1e-3)
    likely = fitted.probabilities(features[300:])
    np.testing.assert_allclose(likely.sum(axis=1), 1, atol=1e-6)
    assert (likely.argmax(axis=1) == labels[300:]).mean() > 0.85
    assert abs(fitted.weights[1]) > 5 * max(abs(fitted.weights[0]), abs(fitted.weights[2]))


def test_rare_classes_count_as_much_as_frequent_ones():
    features = np.array([[0.0]] * 90 + [[1.0]] * 10, np.float32)
    labels = np.array([0] * 90 + [1] * 10)
    likely = fit_logistic(features, labels, 1e-6).probabilities(features)
    assert likely[0, 0] == pytest.approx(likely[-1, 1], abs=0.02)
    middle = fit_logistic(features, labels, 1e-3).probabilities(np.array([[0.5]], np.float32))
    assert middle[0, 1] == pytest.approx(0.5, abs=0.05)


def test_one_class_alone_cannot_be_learnt():
    with pytest.raises(ValueError, match="both classes"):
        fit_logistic(np.zeros((4, 2), np.float32), np.zeros(4, np.int64), 1e-3)
