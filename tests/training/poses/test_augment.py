from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from training.poses.augment import (
    Augmentation,
    augment,
    balance,
    random_rotations,
    relabel,
    thumb_up_share,
    turn_over,
)
from training.poses.hands import Hands, mask
from vcam.core.observation import NONE_POSE
from vcam.poses.features import DIRECTION_COUNT
from vcam.poses.vocabulary import POSES

DrawHands = Callable[..., Hands]


def turned(hands: Hands, degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    return np.asarray(hands.screen @ turn.T, np.float32)


def relabelled(hands: Hands, degrees: float) -> np.ndarray:
    return relabel(
        hands,
        turned(hands, degrees),
        thumb_up_share(hands.screen),
        np.full(len(hands), abs(degrees)),
    )


def test_a_thumb_turned_sideways_is_none_and_turned_over_is_down(draw_hands: DrawHands) -> None:
    hands = draw_hands("thumb_up", 40)
    upright = thumb_up_share(hands.screen) > 0.9
    assert upright.sum() > 20
    hands = hands.take(upright)
    np.testing.assert_array_equal(relabelled(hands, 4), hands.allowed)
    assert (relabelled(hands, 90) == mask([NONE_POSE])).all()
    assert (relabelled(hands, 180) == mask(["thumb_down"])).all()
    leaning = relabelled(hands, 45)
    assert leaning[:, POSES.index(NONE_POSE)].mean() > 0.5


def test_a_hanging_v_need_not_be_one(draw_hands: DrawHands) -> None:
    hands = draw_hands("v_sign", 20)
    assert (relabelled(hands, 20) == mask(["v_sign"])).all()
    assert (relabelled(hands, 180) == mask(["v_sign", NONE_POSE])).mean() > 0.95


def test_rotations_are_rotations(draw_hands: DrawHands) -> None:
    wide = np.arange(300) % 2 == 0
    chance = wide.astype(np.float32)
    rotation, degrees = random_rotations(chance, Augmentation(), np.random.default_rng(3))
    np.testing.assert_allclose(
        rotation @ rotation.transpose(0, 2, 1), np.tile(np.eye(3), (300, 1, 1)), atol=1e-5
    )
    np.testing.assert_allclose(np.linalg.det(rotation), 1, atol=1e-5)
    assert degrees.max() <= 120 + 60
    assert degrees[wide].mean() > degrees[~wide].mean() + 15


def test_a_turned_over_hand_keeps_its_own_shape(draw_hands: DrawHands) -> None:
    hands = draw_hands("metal", 6)
    over = turn_over(hands, np.array([True, False] * 3))
    own = slice(63, 126)
    np.testing.assert_allclose(over.features()[:, own], hands.features()[:, own], atol=1e-3)
    assert (over.left != hands.left).tolist() == [True, False] * 3
    facing = -DIRECTION_COUNT + 12 + 3 + 2  # depth of the palm's normal, in metres
    np.testing.assert_allclose(
        over.features()[::2, facing], -hands.features()[::2, facing], atol=1e-3
    )


def test_augmentation_is_repeatable_and_leaves_its_input_alone(draw_hands: DrawHands) -> None:
    hands = draw_hands("v_sign", 30)
    before = hands.screen.copy()
    one = augment(hands, Augmentation(), np.random.default_rng(5))
    two = augment(hands, Augmentation(), np.random.default_rng(5))
    np.testing.assert_array_equal(one.screen, two.screen)
    np.testing.assert_array_equal(hands.screen, before)
    assert not np.allclose(one.screen, before)
    assert np.isfinite(one.features()).all()


def test_without_near_misses_a_v_stays_a_v(draw_hands: DrawHands) -> None:
    hands = draw_hands("v_sign", 60)
    calm = replace(Augmentation(), spoiled_share=0.0)
    kept = augment(hands, calm, np.random.default_rng(1))
    assert kept.shows("v_sign").all()
    spoilt = augment(hands, replace(calm, spoiled_share=1.0), np.random.default_rng(1))
    assert not spoilt.allowed[:, POSES.index("v_sign")].any()


def test_balance_draws_rare_poses_more_often(draw_hands: DrawHands) -> None:
    hands = Hands.join([draw_hands("v_sign", 90), draw_hands("ily", 10)])
    rows = balance(hands, 4000, np.random.default_rng(2))
    share = hands.shows("ily")[rows].mean()
    assert 0.2 < share < 0.5


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_balance_heeds_weights(draw_hands: DrawHands, weight: float) -> None:
    hands = draw_hands("fist", 10)
    weights = np.ones(10, np.float32)
    weights[0] = weight
    rows = balance(replace(hands, weight=weights), 5000, np.random.default_rng(2))
    assert (rows == 0).mean() == pytest.approx(weight / (9 + weight), abs=0.03)


def test_drawn_near_misses_are_not_turned_over(draw_hands: DrawHands) -> None:
    how = Augmentation(turned_over_share=1.0, wrong_side_share=0.0, spoiled_share=0.0)
    hooked = draw_hands(NONE_POSE, 6, "hooked_v")
    drawn = replace(hooked, drawn=np.ones(6, bool))
    signs = replace(draw_hands("v_sign", 6), drawn=np.ones(6, bool))
    sides = [augment(each, how, np.random.default_rng(1)).left for each in (hooked, drawn, signs)]
    assert (sides[0] != hooked.left).all()
    assert (sides[1] == drawn.left).all()
    assert (sides[2] != signs.left).all()


def test_a_thumb_held_sideways_is_none_until_it_is_turned_up(draw_hands: DrawHands) -> None:
    sideways = draw_hands(NONE_POSE, 40, "thumb_sideways")
    drawn = replace(sideways, free_thumb=np.ones(40, bool))
    level = np.abs(thumb_up_share(drawn.screen)) < 0.3
    drawn = drawn.take(level)
    assert level.sum() > 20
    assert (relabelled(drawn, 4) == mask([NONE_POSE])).mean() > 0.95
    for degrees in (90, -90):
        up = thumb_up_share(turned(drawn, degrees))
        shown = relabelled(drawn, degrees)
        assert (shown[up > 0.8] == mask(["thumb_up"])).all()
        assert (shown[up < -0.8] == mask(["thumb_down"])).all()
        assert (np.abs(up) > 0.8).mean() > 0.5
        unmarked = replace(drawn, free_thumb=~drawn.free_thumb)
        assert (relabelled(unmarked, degrees) == mask([NONE_POSE])).all()
