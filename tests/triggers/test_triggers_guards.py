from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from vcam.settings.schema import GuardSettings
from vcam.triggers.guards import Reason, Speedometer, blocked_by

GUARDS = GuardSettings()


def test_a_hand_in_the_open_passes(kit):
    assert blocked_by(kit.hand(), [kit.face(100, 100)], 720, 0.2, GUARDS) is None


def test_the_longer_side_of_the_hand_decides_its_size(kit):
    upright = kit.hand(scale=0.25)
    lying = dataclasses.replace(upright, points=upright.points[:, ::-1].copy())
    assert upright.box.height == pytest.approx(60)
    assert lying.box.width == pytest.approx(60)
    for hand in (upright, lying):
        assert blocked_by(hand, [], 960, 0, GUARDS) is None
        assert blocked_by(hand, [], 1050, 0, GUARDS) is Reason.TOO_SMALL


def test_a_fist_is_as_large_as_the_open_hand_it_would_be(kit):
    hand = kit.hand(scale=0.25)
    points = hand.points.copy()
    tips = [4, 8, 12, 16, 20]
    points[tips] = points[[2, 5, 9, 13, 17]]
    for joint in (6, 7, 10, 11, 14, 15, 18, 19):
        points[joint] = points[9]
    fist = dataclasses.replace(hand, points=points)
    assert max(fist.box.width, fist.box.height) < 0.06 * 800
    assert blocked_by(fist, [], 800, 0, GUARDS) is None


def test_the_share_of_the_hand_over_any_face_decides(kit):
    hand = kit.hand()
    box = hand.box
    beside = kit.face(box.x + box.width * 0.85, box.y, 400, box.height)
    over = kit.face(box.x + box.width * 0.7, box.y, 400, box.height)
    assert blocked_by(hand, [beside], 720, 0, GUARDS) is None
    assert blocked_by(hand, [beside, over], 720, 0, GUARDS) is Reason.OVER_FACE
    loose = GuardSettings(max_face_overlap=1.0)
    assert blocked_by(hand, [over], 720, 0, loose) is None


def test_a_fast_hand_is_stopped(kit):
    assert blocked_by(kit.hand(), [], 720, 0.5, GUARDS) is None
    assert blocked_by(kit.hand(), [], 720, 0.51, GUARDS) is Reason.TOO_FAST


@pytest.mark.parametrize("column", [0, 1])
def test_landmarks_that_are_no_numbers_pass_no_guard(kit, column):
    points = kit.hand().points.copy()
    points[4, column] = np.nan
    hand = dataclasses.replace(kit.hand(), points=points)
    assert blocked_by(hand, [], 720, 0, GUARDS) is Reason.TOO_SMALL


def test_palm_and_width_do_not_depend_on_the_fingers(kit):
    hand = kit.hand()
    points = hand.points.copy()
    points[[4, 8, 12, 16, 20]] += 500
    bent = dataclasses.replace(hand, points=points)
    assert bent.palm_centre == hand.palm_centre
    assert bent.width == hand.width == pytest.approx(100)


def test_an_edge_on_palm_is_as_wide_as_a_flat_one(kit):
    points = kit.hand().points.copy()
    points[:, 0] = 640
    assert dataclasses.replace(kit.hand(), points=points).width == pytest.approx(100)


@pytest.mark.parametrize("hz", [5, 10, 15, 30, 60, 200])
def test_speed_is_the_same_at_every_rate(hz):
    meter = Speedometer()
    for number in range(hz):
        speed = meter.speed(number / hz, (300 * number / hz, 0), 100)
    assert speed == pytest.approx(0.3)


def test_a_hand_just_seen_has_no_speed():
    meter = Speedometer()
    assert meter.speed(1.0, (0, 0), 100) == 0
    assert meter.speed(1.01, (50, 0), 100) == 0


def test_repeated_and_late_times_are_no_speed():
    meter = Speedometer()
    meter.speed(1.0, (0, 0), 100)
    meter.speed(1.1, (0, 0), 100)
    assert meter.speed(1.1, (900, 0), 100) == 0
    assert meter.speed(0.5, (900, 0), 100) == 0
    assert meter.speed(1.2, (0, 0), 100) == 0


def test_one_wrong_place_is_fast_once():
    meter = Speedometer()
    speeds = [meter.speed(n / 15, (400 if n == 5 else 0, 0), 100) for n in range(10)]
    assert [n for n, speed in enumerate(speeds) if speed > 0.5] == [5]


def test_a_hand_that_stops_is_slow_again_within_a_tenth_of_a_second():
    meter = Speedometer()
    for number in range(31):
        moving = meter.speed(number / 30, (1000 * number / 30, 0), 100)
    assert moving == pytest.approx(1.0)
    after = [meter.speed((30 + n) / 30, (1000, 0), 100) for n in range(1, 4)]
    assert after[1] <= 0.5
    assert after[2] == 0


def test_places_that_are_no_numbers_are_not_remembered():
    meter = Speedometer()
    meter.speed(1.0, (0, 0), 100)
    assert meter.speed(1.1, (math.nan, 0), 100) == 0
    assert meter.speed(1.2, (0, 0), math.nan) == 0
    assert meter.speed(1.3, (0, 0), 100) == 0


def test_places_of_long_ago_say_nothing():
    meter = Speedometer()
    meter.speed(1.0, (0, 0), 100)
    assert meter.speed(2.0, (9000, 0), 100) == 0
