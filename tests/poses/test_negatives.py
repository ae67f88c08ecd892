from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.observation import Hand
from vcam.poses.features import hand_features
from vcam.poses.negatives import (
    MOST_RIGHT,
    MOST_WRONG,
    DamagedHands,
    LearntHand,
    bounded,
    from_bytes,
    to_bytes,
)
from vcam.synthetic.joints import random_joints


def drawn(pose: str = "v_sign", seed: int = 1) -> Hand:
    joints = random_joints(pose, np.random.default_rng(seed), 20.0)
    return Hand(
        1,
        joints.points.astype(np.float32),
        joints.depth.astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


def learnt(seed: int = 1, start: float = 1.7e9, wrong: bool = True) -> LearntHand:
    hand = LearntHand.of(drawn(seed=seed), "v_sign", start, wrong)
    assert hand is not None
    return hand


@pytest.mark.parametrize("pose", ["v_sign", "fist", "palm"])
def test_what_is_kept_has_the_features_of_the_hand(pose):
    hand = drawn(pose, 3)
    kept = LearntHand.of(hand, pose, 1.7e9, wrong=True)
    assert kept is not None
    assert np.abs(hand_features(kept.hand()) - hand_features(hand)).max() < 0.05


def test_place_and_size_in_the_picture_are_not_kept():
    hand = drawn()
    moved = replace(hand, points=hand.points * 3 + 200, depth=hand.depth * 3)
    one, other = (LearntHand.of(each, "v_sign", 1.0, wrong=True) for each in (hand, moved))
    assert one is not None
    assert other is not None
    assert np.allclose(one.points, other.points, atol=0.002)
    assert np.allclose(one.points[0], 0)
    assert np.allclose(one.depth, other.depth, atol=0.002)


def test_file_gives_the_same_hands_again():
    hands = (learnt(1), learnt(2, start=1.7e9 + 0.123456, wrong=False))
    again = from_bytes(to_bytes(hands))
    assert [each.line() for each in again] == [each.line() for each in hands]
    assert again[1].start == hands[1].start
    assert np.array_equal(again[0].world, hands[0].world)


def test_file_holds_numbers_and_names_alone():
    told = json.loads(to_bytes([learnt()]).decode().splitlines()[1])
    assert set(told) == {"gesture", "start", "wrong", "left", "landmarks"}
    assert all(isinstance(number, int) for number in told["landmarks"])


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_hand_that_is_none_is_not_learnt(spoilt):
    points = drawn().points.copy()
    points[4, 0] = spoilt
    assert LearntHand.of(replace(drawn(), points=points), "v_sign", 1.0, wrong=True) is None
    assert (
        LearntHand.of(replace(drawn(), points=np.zeros_like(points)), "v_sign", 1.0, wrong=True)
        is None
    )


def test_oldest_make_room_each_among_its_own():
    one, other = learnt(), learnt(wrong=False)
    hands = bounded([one] * (MOST_WRONG + 5) + [other] * (MOST_RIGHT + 7) + [learnt(2)])
    assert sum(each.wrong for each in hands) == MOST_WRONG
    assert sum(not each.wrong for each in hands) == MOST_RIGHT
    assert hands[-1].line() == learnt(2).line()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b'{"format": 2}\n',
        b'{"format": 1}\n{}\n',
        b'{"format": 1}\n' + b"[" * 100_000,
        to_bytes([learnt()]).replace(b'"wrong":true', b'"wrong":1'),
        to_bytes([learnt()]).replace(b'"start":1700000000.0', b'"start":NaN'),
        to_bytes([learnt()])[:-30],
    ],
)
def test_damaged_file_is_refused(content):
    with pytest.raises(DamagedHands, match=r"^line \d"):
        from_bytes(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_hands_or_refused(content):
    for whole in (content, to_bytes([learnt()]) + content):
        try:
            hands = from_bytes(whole)
        except DamagedHands:
            continue
        assert all(np.isfinite(hand.points).all() for hand in hands)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    ),
    st.sampled_from(["gesture", "start", "wrong", "left", "landmarks"]),
)
def test_any_member_is_right_or_refused(value, member):
    told = {**json.loads(learnt().line()), member: value}
    try:
        hand = LearntHand.from_line(json.dumps(told))
    except DamagedHands:
        return
    assert hand.points.shape == (21, 2)
    assert hand.start >= 0
