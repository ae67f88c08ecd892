"""Scenes: hands out of sight, stalls and gaps, two hands, and what the guards keep back."""

from __future__ import annotations

import itertools
import math

import pytest

from vcam.core.events import EventKind
from vcam.core.observation import PoseReading
from vcam.settings.schema import (
    TriggerSettings,
)
from vcam.triggers.engine import TriggerEngine

from .engine_kit import kinds


def test_a_hand_that_is_not_known_starts_nothing(kit, player):
    for number in range(60):
        player.see(1.0 + number / 30, kit.scores("v_sign", 0.99), known=False)
    assert player.events == []


def test_a_hand_out_of_sight_is_given_up(player):
    player.hold(1.0, 1.3)
    for number in range(40):
        player.see(1.3 + number / 30, None)
    (cancelled,) = player.of(EventKind.CANCELLED)
    assert cancelled.reason == "hand lost"
    assert 0.5 < cancelled.at - 1.27 < 0.6


def test_a_gesture_whose_hand_is_lost_ends(player):
    player.hold(1.0, 2.0)
    for number in range(40):
        player.see(2.0 + number / 30, None)
    (end,) = player.of(EventKind.END)
    assert end.reason == "hand lost"
    player.hold(4.6, 5.6)
    assert len(player.starts) == 2


def test_tick_gives_up_what_nobody_sees_and_starts_nothing(player):
    player.hold(1.0, 1.45)
    assert player.tick(1.6) == []
    assert player.tick(1.9) == []
    (cancelled,) = player.tick(1.99)
    assert cancelled.reason == "no picture"
    player.hold(5.0, 6.0)
    (end,) = player.tick(7.0)
    assert (end.kind, end.reason, end.at) == (EventKind.END, "no picture", 7.0)
    assert player.tick(8.0) == []
    assert player.tick(math.nan) == []


def test_tick_before_anything_was_seen_says_nothing():
    assert TriggerEngine(TriggerSettings(), ["v_sign"]).tick(5.0) == ()


def test_a_tick_that_runs_ahead_does_not_shut_out_the_next_observation(kit, player):
    for number in range(30):
        player.see(1.0 + number / 30, kit.scores("v_sign", 0.97))
        player.tick(1.0 + number / 30 + 0.1)
    assert len(player.starts) == 1


def test_a_stall_while_the_hand_stays_up_is_no_release(player):
    player.hold(1.0, 2.0)
    player.tick(2.6)
    assert player.of(EventKind.END)
    player.hold(8.0, 12.0, hz=5)
    assert len(player.starts) == 1
    player.hold(12.0, 13.0, score=0.0)
    player.hold(13.0, 14.0)
    assert len(player.starts) == 2


def test_observations_once_a_second_without_a_hand_are_a_release(player):
    player.hold(1.0, 2.0)
    for at in (3.0, 4.0, 5.0):
        player.see(at, None)
    player.hold(6.0, 7.0)
    assert len(player.starts) == 2


def test_a_long_gap_between_clear_readings_is_not_held(kit, player):
    player.hold(1.0, 1.3)
    player.hold(1.9, 2.2)
    assert player.starts == []
    assert player.of(EventKind.CANCELLED)[0].reason == "no picture"


def test_of_a_shorter_gap_only_a_part_counts(kit, player):
    for at in (1.0, 1.03, 1.49, 1.52):
        player.see(at, kit.scores("v_sign", 0.97))
    assert player.starts == []
    ((_, _, share),) = player.engine.progress()
    assert share == pytest.approx((0.03 + 0.25 + 0.03) / 0.5)


def test_late_repeated_and_nonsense_times_are_ignored(kit, player):
    player.hold(1.0, 1.3)
    before = player.engine.progress()
    newest = 1.0 + 8 / 30
    for at in (1.2, 0.0, -5.0, newest, math.nan, math.inf, -math.inf):
        assert player.see(at, kit.scores("v_sign", 0.97)) == []
        for _ in range(10):
            assert player.see(at, kit.scores("v_sign", 0.0)) == []
    assert player.engine.progress() == before
    player.hold(1.3, 1.6)
    assert len(player.starts) == 1


def test_readings_without_a_hand_and_hands_without_a_reading_do_not_count(kit):
    engine = TriggerEngine(TriggerSettings(), ["v_sign"])
    for number in range(90):
        observation = kit.observation(number / 30, [kit.hand(track_id=1)])
        assert engine.update(observation, [PoseReading(2, kit.scores("v_sign", 0.97))]) == ()


def test_a_second_hand_neither_starts_it_again_nor_lets_it_end(kit, player):
    v_sign, other = kit.scores("v_sign", 0.97), kit.scores("v_sign", 0.0)
    left, right = kit.hand(1, x=300), kit.hand(2, x=1000)
    scenes = [
        (1.0, v_sign, other), (2.0, v_sign, v_sign), (3.0, other, v_sign), (6.0, other, other),
        (6.5, other, other),
    ]  # fmt: skip
    for (begin, first, second), (end, _, _) in itertools.pairwise(scenes):
        for number in range(int((end - begin) * 30)):
            at = begin + number / 30
            player.see_all(at, [(left, first, True), (right, second, True)])
    assert kinds(e for e in player.events if e.kind is not EventKind.PROGRESS) == ["start", "end"]
    assert player.of(EventKind.END)[0].at > 6.0


def test_the_second_hand_takes_over_the_candidate(kit, player):
    v_sign, other = kit.scores("v_sign", 0.97), kit.scores("v_sign", 0.0)
    left, right = kit.hand(1, x=300), kit.hand(2, x=1000)
    for number in range(30):
        player.see_all(
            1.0 + number / 30,
            [
                (left, v_sign if number < 10 else other, True),
                (right, v_sign if number > 4 else other, True),
            ],
        )
    (start,) = player.of(EventKind.START)
    assert start.track_ids == (2,)
    assert start.at >= 1.0 + 5 / 30 + 0.5 - 1e-6
    assert len(player.of(EventKind.CANCELLED)) == 1
    kit.assert_well_formed(player.events)


@pytest.mark.parametrize("out_of_sight", [1, 4, 10])
def test_a_hand_found_again_under_a_new_number_goes_on_with_its_hold(kit, player, out_of_sight):
    v_sign = kit.scores("v_sign", 0.97)
    for number in range(60):
        track = 1 if number < 10 else 2
        seen = not 10 <= number < 10 + out_of_sight
        hand = kit.hand(track, x=640 if track == 1 else 700)
        player.see(1.0 + number / 30, v_sign if seen else None, hand)
    (start,) = player.of(EventKind.START)
    assert start.candidate_at == pytest.approx(1.0)
    assert start.track_ids == (2,)
    assert player.of(EventKind.CANCELLED) == []


def test_a_new_number_while_active_does_not_start_it_again(kit, player):
    v_sign = kit.scores("v_sign", 0.97)
    for number in range(300):
        player.see(1.0 + number / 30, v_sign, kit.hand(track_id=1 + number // 20))
    assert kinds(e for e in player.events if e.kind is not EventKind.PROGRESS) == ["start"]
    assert player.engine.holders() == {"v_sign": (15,)}


def test_a_hand_found_elsewhere_is_another_hand(kit, player):
    player.hold(1.0, 1.4, hand=kit.hand(1, x=200))
    player.hold(1.4, 2.2, hand=kit.hand(2, x=1000))
    (start,) = player.of(EventKind.START)
    assert start.candidate_at == pytest.approx(1.4)
    assert start.track_ids == (2,)


def test_a_hand_near_another_one_is_a_second_hand(kit, player):
    v_sign = kit.scores("v_sign", 0.97)
    for number in range(30):
        hands = [(kit.hand(1, x=600), v_sign, True), (kit.hand(2, x=700), v_sign, True)]
        player.see_all(1.0 + number / 30, hands[: 1 if number < 10 else 2])
    assert player.engine.holders() == {"v_sign": (1, 2)}


@pytest.mark.parametrize(
    ("change", "reason"), [("small", "too small"), ("face", "over the face"), ("fast", "too fast")]
)
def test_guards_keep_a_pose_from_starting_but_do_not_end_it(kit, player, change, reason):
    def see(number):
        at = number / 30
        hand, faces = kit.hand(), ()
        if change == "small":
            hand = kit.hand(scale=0.14)
        elif change == "face":
            faces = (kit.face(560, 350),)
        else:
            # 100 px of hand width, 25 px a frame: three quarters of a width per 100 ms.
            hand = kit.hand(x=200 + number % 30 * 25)
        player.see(at, kit.scores("v_sign", 0.97), hand, faces=faces)

    for number in range(30, 60):
        see(number)
    assert player.starts == []
    player.hold(2.0, 2.3)
    for number in range(69, 90):
        see(number)
    (cancelled,) = player.of(EventKind.CANCELLED)
    assert cancelled.reason == reason
    player.hold(3.0, 4.0)
    assert len(player.starts) == 1
    for number in range(120, 150):
        see(number)
    assert player.of(EventKind.END) == [], "glasses must not vanish because the hand moves"


def test_jitter_of_the_landmarks_is_no_speed(kit, player):
    at, number = 1.0, 0
    while at < 2.0:
        # Frames 1 ms apart now and then: jitter over such a time is a frightful speed.
        at += 0.001 if number % 3 == 0 else 1 / 60
        number += 1
        hand = kit.hand(x=640 + number * 0.01, jitter=4.0)
        player.see(at, kit.scores("v_sign", 0.97), hand)
    (start,) = player.of(EventKind.START)
    assert start.at - 1.0 < 0.55
