from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand
from vcam.poses.features import (
    DIRECTION_COUNT,
    FEATURE_COUNT,
    hand_features,
    landmark_features,
)
from vcam.poses.vocabulary import POSES
from vcam.synthetic.joints import random_joints

SHAPE = slice(0, FEATURE_COUNT - DIRECTION_COUNT)
DIRECTIONS = slice(FEATURE_COUNT - DIRECTION_COUNT, None)

poses = st.sampled_from(POSES)
seeds = st.integers(0, 10_000)


def drawn(pose: str, seed: int) -> Hand:
    joints = random_joints(pose, np.random.default_rng(seed))
    return Hand(
        1,
        joints.points.astype(np.float32),
        joints.depth.astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


def changed(
    hand: Hand,
    points: FloatArray | None = None,
    depth: FloatArray | None = None,
    world: FloatArray | None = None,
    side: str | None = None,
) -> Hand:
    return Hand(
        hand.track_id,
        hand.points if points is None else points.astype(np.float32),
        hand.depth if depth is None else depth.astype(np.float32),
        hand.world if world is None else world.astype(np.float32),
        hand.side if side is None else side,  # type: ignore[arg-type]
        hand.presence,
    )


def rolled(vectors: FloatArray, degrees: float) -> FloatArray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    result = np.array(vectors, np.float64)
    result[..., :2] = vectors[..., :2] @ turn
    return result.astype(np.float32)


@given(poses, seeds, st.floats(-4000, 4000), st.floats(-4000, 4000))
def test_place_does_not_matter(pose: str, seed: int, x: float, y: float) -> None:
    hand = drawn(pose, seed)
    moved = changed(hand, points=hand.points + np.array([x, y]), world=hand.world + 0.3)
    np.testing.assert_allclose(hand_features(moved), hand_features(hand), atol=5e-3)


@given(poses, seeds, st.floats(0.1, 10))
def test_scale_does_not_matter(pose: str, seed: int, scale: float) -> None:
    hand = drawn(pose, seed)
    other = changed(hand, hand.points * scale, hand.depth * scale, hand.world * (0.5 + scale))
    np.testing.assert_allclose(hand_features(other), hand_features(hand), atol=2e-3)


@given(poses, seeds)
def test_the_other_hand_mirrored_is_the_same(pose: str, seed: int) -> None:
    hand = drawn(pose, seed)
    mirrored = changed(
        hand,
        hand.points * [-1, 1],
        world=hand.world * [-1, 1, 1],
        side="left" if hand.side == "right" else "right",
    )
    np.testing.assert_allclose(hand_features(mirrored), hand_features(hand), atol=1e-3)


@given(poses, seeds, st.floats(-180, 180))
def test_rolling_the_picture_turns_the_directions_alone(
    pose: str, seed: int, degrees: float
) -> None:
    hand = changed(drawn(pose, seed), side="right")
    turned = changed(hand, rolled(hand.points, degrees), world=rolled(hand.world, degrees))
    before, after = hand_features(hand), hand_features(turned)
    np.testing.assert_allclose(after[SHAPE], before[SHAPE], atol=5e-3)
    expected = rolled(before[DIRECTIONS].reshape(-1, 3), degrees)
    np.testing.assert_allclose(after[DIRECTIONS].reshape(-1, 3), expected, atol=5e-3)


@given(seeds)
def test_another_view_leaves_the_metres_in_the_hands_own_frame(seed: int) -> None:
    hand = drawn("v_sign", seed)
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    # A turn of a left hand is the mirrored turn of its mirror picture.
    seen = changed(hand, world=hand.world @ turn.T)
    own = slice(63, 126)
    np.testing.assert_allclose(hand_features(seen)[own], hand_features(hand)[own], atol=2e-3)


def test_a_thumb_up_and_a_thumb_down_differ() -> None:
    hand = drawn("thumb_up", 3)
    down = changed(hand, hand.points * [1, -1], world=hand.world * [1, -1, 1])
    assert np.abs(hand_features(down) - hand_features(hand))[DIRECTIONS].max() > 1


def test_landmarks_on_one_point_give_finite_features() -> None:
    nothing = np.zeros((1, 21, 3), np.float32)
    features = landmark_features(nothing[..., :2], nothing[..., 2], nothing, np.array([False]))
    assert features.shape == (1, FEATURE_COUNT)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@pytest.mark.parametrize("count", [0, 1, 7])
def test_many_hands_are_read_like_each_alone(count: int) -> None:
    hands = [drawn("palm", seed) for seed in range(count)]
    points = np.array([hand.points for hand in hands], np.float32).reshape(count, 21, 2)
    depth = np.array([hand.depth for hand in hands], np.float32).reshape(count, 21)
    world = np.array([hand.world for hand in hands], np.float32).reshape(count, 21, 3)
    left = np.array([hand.side == "left" for hand in hands], np.bool_)
    together = landmark_features(points, depth, world, left)
    assert together.shape == (count, FEATURE_COUNT)
    for hand, features in zip(hands, together, strict=True):
        np.testing.assert_allclose(features, hand_features(hand), atol=1e-4)
