from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.poses.articulation import (
    NEAR_MISSES,
    bend_finger,
    finger_gap_deg,
    palm_frame,
    spoil,
    swing_finger,
    vary_habits,
)
from training.poses.hands import Hands, mask
from training.poses.rules import fingers_out
from training.poses.sets import NOT_DELIBERATE

DrawHands = Callable[..., Hands]


def own_frame(hands: Hands) -> np.ndarray:
    axes, wrist, length = palm_frame(hands.world, hands.left)
    return np.asarray(((hands.world - wrist) / length) @ axes)


def test_the_palm_frame_stands_on_the_wrist_and_fingers_bend_forward(
    draw_hands: DrawHands,
) -> None:
    own = own_frame(draw_hands("fist", 30))
    np.testing.assert_allclose(own[:, 0], 0, atol=1e-5)
    np.testing.assert_allclose(
        own[:, [5, 9, 13, 17]].mean(axis=1)[:, [0, 2]], [[0, 0]] * 30, atol=0.5
    )
    assert (own[:, 5, 0] > own[:, 17, 0]).all()
    assert (own[:, [8, 12, 16, 20], 2].mean(axis=1) > 0).all()


def test_bending_brings_the_tip_to_the_palm_and_back(draw_hands: DrawHands) -> None:
    own = own_frame(draw_hands("palm", 10)).astype(np.float32)
    before = own.copy()
    bend_finger(own, 1, (80, 90, 50))
    assert (own[:, 8, 2] > before[:, 8, 2]).mean() >= 0.8
    assert (np.linalg.norm(own[:, 8], axis=1) < 0.8 * np.linalg.norm(before[:, 8], axis=1)).all()
    lengths = [np.linalg.norm(np.diff(each[:, 5:9], axis=1), axis=2) for each in (own, before)]
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-4)
    untouched = [joint for joint in range(21) if joint not in (6, 7, 8)]
    np.testing.assert_array_equal(own[:, untouched], before[:, untouched])


def test_swinging_towards_the_thumb(draw_hands: DrawHands) -> None:
    own = own_frame(draw_hands("palm", 10)).astype(np.float32)
    before = own.copy()
    swing_finger(own, 2, np.full(10, 15.0))
    assert (own[:, 12, 0] > before[:, 12, 0]).all()


def test_near_misses_of_a_v(draw_hands: DrawHands) -> None:
    hands = draw_hands("v_sign", 120)
    spoilt = spoil(hands, 1.0, np.random.default_rng(4))
    assert (spoilt.allowed == mask(NOT_DELIBERATE)).all()
    np.testing.assert_allclose(spoilt.world[:, :5], hands.world[:, :5], atol=1e-4)
    as_v = (fingers_out(spoilt)[:, 1:] == [True, True, False, False]).all(axis=1)
    together = finger_gap_deg(spoilt.world, spoilt.left) < 5
    assert (as_v & ~together).mean() < 0.1


def test_other_poses_are_not_spoilt(draw_hands: DrawHands) -> None:
    hands = draw_hands("palm", 10)
    assert "palm" not in NEAR_MISSES
    spoilt = spoil(hands, 1.0, np.random.default_rng(4))
    np.testing.assert_array_equal(spoilt.screen, hands.screen)
    np.testing.assert_array_equal(spoilt.allowed, hands.allowed)


def test_habits_keep_the_pose(draw_hands: DrawHands) -> None:
    hands = draw_hands("metal", 60)
    varied = vary_habits(hands, 1.0, np.random.default_rng(9))
    assert not np.allclose(varied.world, hands.world)
    same = (fingers_out(varied)[:, 1:] == fingers_out(hands)[:, 1:]).all(axis=1)
    assert same.mean() > 0.9
    still = vary_habits(hands, 0.0, np.random.default_rng(9))
    np.testing.assert_allclose(still.world, hands.world, atol=1e-5)


def test_drawn_closed_fingers_are_closer_than_a_v(draw_hands: DrawHands) -> None:
    open_v, closed = draw_hands("v_sign", 12), draw_hands("v_sign", 12, "two_closed")
    assert finger_gap_deg(open_v.world, open_v.left).min() > 8
    assert finger_gap_deg(closed.world, closed.left).max() < 4


def test_drawn_thumbs_are_not_spoilt_but_drawn_vs_are(draw_hands: DrawHands) -> None:
    thumbs, vs = draw_hands("thumb_up", 12), draw_hands("v_sign", 12)
    both = Hands.join([thumbs, replace(thumbs, drawn=np.ones(12, bool)), vs])
    both = replace(both, drawn=np.repeat([False, True, True], 12))
    spoilt = spoil(both, 1.0, np.random.default_rng(2))
    assert spoilt.shows("thumb_up").tolist() == [False] * 12 + [True] * 12 + [False] * 12
    assert not spoilt.shows("v_sign").any()
    assert spoilt.drawn.tolist() == both.drawn.tolist()
