from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from vcam.core.events import EventKind
from vcam.triggers.fingers import MOST_RESTLESS, FingerMeter

TIPS = [4, 8, 12, 16, 20]


def bent(hand, share: float):
    """The hand with index and middle finger bent by a share of their length."""
    points = hand.points.copy()
    for tip, root in ((8, 5), (12, 9)):
        points[tip] += (points[root] - points[tip]) * share
    return dataclasses.replace(hand, points=points)


def bending(hand, at: float, period_s: float = 0.45):
    """The hand in the middle of air quotes."""
    return bent(hand, 0.4 - 0.4 * math.cos(2 * math.pi * at / period_s))


def turned(hand, degrees: float):
    a = math.radians(degrees)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    middle = hand.points.mean(axis=0)
    points = ((hand.points - middle) @ turn.T + middle).astype(np.float32)
    return dataclasses.replace(hand, points=points)


def speeds(hands, hz=15.0):
    meter = FingerMeter()
    return [meter.speed(k / hz, hand) for k, hand in enumerate(hands)]


def test_still_hand_has_no_finger_speed(kit):
    assert speeds([kit.hand(jitter=1.0)] * 10) == [0.0] * 10


def test_way_turn_and_size_of_the_hand_do_not_count(kit):
    moved = [kit.hand(x=300 + 40 * k) for k in range(10)]
    rolled = [turned(kit.hand(), 8 * k) for k in range(10)]
    nearer = [kit.hand(scale=1 + 0.05 * k) for k in range(10)]
    for hands in (moved, rolled, nearer):
        assert max(speeds(hands)) < 0.02


def test_fingers_that_bend_are_fast(kit):
    hands = [bending(kit.hand(), k / 15) for k in range(12)]
    assert np.median(speeds(hands)[4:]) > MOST_RESTLESS


def test_one_fingertip_that_jumps_is_a_landmark_and_no_finger(kit):
    jumped = kit.hand().points.copy()
    jumped[4] += 80
    hands = [kit.hand(), dataclasses.replace(kit.hand(), points=jumped)] * 6
    assert max(speeds(hands)) == 0.0


def test_hand_is_restless_until_its_fingers_were_still_for_a_while(kit):
    meter = FingerMeter()
    hands = [bending(kit.hand(), k / 15) for k in range(15)] + [kit.hand()] * 15
    told = [meter.is_restless(k / 15, hand) for k, hand in enumerate(hands)]
    assert all(told[7:15])
    assert not any(told[-8:])


def test_one_wrong_landmark_makes_no_later_one_fast(kit):
    hands = [kit.hand()] * 5 + [bent(kit.hand(), 0.9)] + [kit.hand()] * 5
    assert max(speeds(hands)[6:]) == 0.0


def test_time_that_stands_still_and_landmarks_that_are_no_numbers(kit):
    meter = FingerMeter()
    meter.speed(1.0, kit.hand())
    assert meter.speed(1.0, bent(kit.hand(), 0.9)) == 0.0
    broken = dataclasses.replace(kit.hand(), points=np.full((21, 2), np.nan, np.float32))
    assert meter.speed(1.1, broken) == 0.0
    assert meter.speed(1.2, kit.hand()) == 0.0


@pytest.mark.parametrize(("period_s", "starts"), [(0.45, 0), (1000.0, 1)])
def test_air_quotes_start_nothing_and_a_kept_pose_does(kit, period_s, starts):
    player = kit.Player()
    scores = kit.scores("v_sign", 0.97)
    for k in range(45):
        at = 1 + k / 15
        player.see(at, scores, bending(kit.hand(), at, period_s))
    assert sum(event.kind is EventKind.START for event in player.events) == starts
