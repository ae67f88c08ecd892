"""Scenes: what a person does in front of the camera, and what must come of it."""

from __future__ import annotations

import math

import pytest

from vcam.core.events import EventKind
from vcam.core.observation import Observation, PoseReading
from vcam.settings.schema import (
    ENTER,
    GestureThresholds,
    GuardSettings,
    TriggerDefaults,
    TriggerSettings,
)
from vcam.triggers.engine import TriggerEngine

from .engine_kit import kinds

RATES = (5, 7.5, 10, 15, 24, 30, 60)


def test_none_is_no_gesture():
    with pytest.raises(ValueError, match="none"):
        TriggerEngine(TriggerSettings(), ["v_sign", "none"])


@pytest.mark.parametrize("hz", RATES)
def test_a_held_pose_starts_after_the_dwell_and_ends_when_released(kit, player, hz):
    player.hold(1.0, 3.0, hz=hz)
    player.hold(3.0, 4.0, score=0.02, hz=hz)
    (start,) = player.of(EventKind.START)
    (end,) = player.of(EventKind.END)
    assert 0.5 <= start.at - 1.0 <= 0.5 + 1 / hz + 1e-6
    assert start.candidate_at == pytest.approx(1.0)
    assert start.track_ids == (1,)
    assert start.score == pytest.approx(0.97)
    # The median of 200 ms turns over after 100 ms, or with the second reading of a slow camera.
    assert 3.0 < end.at <= 3.0 + max(0.1, 1 / hz) + 1 / hz + 1e-6
    assert end.reason == "released"
    kit.assert_well_formed(player.events)


def test_progress_is_told_and_asked_for(player):
    player.hold(1.0, 1.3, hz=15)
    assert player.of(EventKind.PROGRESS)
    ((gesture, tracks, share),) = player.engine.progress()
    assert (gesture, tracks) == ("v_sign", (1,))
    assert share == pytest.approx(player.events[-1].progress)
    assert share == pytest.approx(4 / 15 / 0.5, abs=1e-6)
    player.hold(1.3, 2.0, hz=15)
    assert player.engine.progress() == ()
    assert player.engine.holders() == {"v_sign": (1,)}


def test_a_v_of_200_ms_while_talking_starts_nothing(player):
    for again in range(20):
        player.hold(1.0 + again, 1.2 + again)
        player.hold(1.2 + again, 2.0 + again, score=0.1)
    assert player.starts == []
    assert {event.reason for event in player.of(EventKind.CANCELLED)} == {"released"}


def test_thumb_up_is_the_strictest(player):
    settings = TriggerSettings()
    others = [settings.thresholds(name) for name in ("v_sign", "metal", "palm", "thumb_down")]
    thumb = settings.thresholds("thumb_up")
    assert all(thumb.dwell_ms >= other.dwell_ms for other in others)
    assert all(thumb.margin > other.margin for other in others)
    player.hold(1.0, 1.65, gesture="thumb_up")
    player.hold(1.65, 5.0, gesture="thumb_up", score=0.85)
    assert player.starts == []


def test_the_card_says_from_which_score_a_pose_counts_unless_the_settings_do():
    card = {"v_sign": 0.75}
    assert TriggerSettings().thresholds("v_sign", card).enter == 0.75
    assert TriggerSettings().thresholds("metal", card).enter == ENTER
    for told in (
        TriggerSettings(defaults=TriggerDefaults(enter=0.95)),
        TriggerSettings(gestures={"v_sign": GestureThresholds(enter=0.95)}),
    ):
        assert told.thresholds("v_sign", card).enter == 0.95


@pytest.mark.parametrize(("card", "starts"), [({}, 0), ({"v_sign": 0.75}, 1)])
def test_the_engine_heeds_the_card(kit, card, starts):
    engine = TriggerEngine(TriggerSettings(), ["v_sign"], card)
    events = []
    for step in range(60):
        at = 1.0 + step / 30
        observation = Observation(step, at, (1280, 720), (kit.hand(),))
        reading = PoseReading(kit.hand().track_id, {"v_sign": 0.8, "none": 0.2})
        events += engine.update(observation, [reading])
    assert sum(event.kind is EventKind.START for event in events) == starts


def test_a_hand_round_a_cup_that_looks_now_and_then_like_a_thumb_starts_nothing(kit, player):
    pattern = [0.97, 0.95, 0.55, 0.96, 0.3, 0.4, 0.97, 0.96, 0.94, 0.5, 0.45, 0.2]
    for number in range(600):
        player.see(1.0 + number / 15, kit.scores("thumb_up", pattern[number % len(pattern)]))
    assert player.starts == []


def test_a_slow_drift_from_pose_to_pose_starts_each_at_most_where_it_is_clear(kit, player):
    for number in range(240):
        share = 0.5 - 0.5 * math.cos(number / 240 * math.pi)
        scores = {"v_sign": 1 - share, "metal": share, "thumb_up": 0.0, "none": 0.0}
        player.see(1.0 + number / 30, scores)
    assert [event.gesture for event in player.events if event.kind is EventKind.START] == [
        "v_sign",
        "metal",
    ]
    v_end = player.of(EventKind.END)[0].at
    assert v_end < player.of(EventKind.START, "metal")[0].at


def test_the_second_best_pose_must_be_far_behind(player):
    rivals = {"v_sign": 0.9, "metal": 0.7, "none": 0.0}
    for number in range(60):
        player.see(1.0 + number / 30, rivals)
    assert player.events == []
    rivals = {"v_sign": 0.9, "metal": 0.0, "none": 0.7}
    for number in range(60):
        player.see(3.0 + number / 30, rivals)
    assert player.events == []


def test_between_leave_and_enter_the_hold_waits_but_is_not_lost(player):
    player.hold(1.0, 1.4)
    player.hold(1.4, 1.65, score=0.75)
    player.hold(1.65, 2.6)
    (start,) = player.of(EventKind.START)
    assert player.of(EventKind.CANCELLED) == []
    assert start.candidate_at == pytest.approx(1.0)
    assert start.at > 1.65
    assert start.at - 1.0 > 0.5 + 0.2, "the time in between must not count"


def test_a_hold_that_stays_unclear_is_given_up(player):
    player.hold(1.0, 1.4)
    player.hold(1.4, 3.0, score=0.75)
    (cancelled,) = player.of(EventKind.CANCELLED)
    assert cancelled.reason == "unclear"
    assert player.starts == []


def test_a_hand_that_keeps_the_pose_for_a_minute_starts_once(kit, player):
    outliers = (0.0, math.nan)
    for number in range(60 * 15):
        score = outliers[number % 2] if number % 13 == 7 else 0.97
        player.see(1.0 + number / 15, kit.scores("v_sign", score))
    player.hold(61.0, 62.0, score=0.0, hz=15)
    assert kinds(e for e in player.events if e.kind is not EventKind.PROGRESS) == ["start", "end"]


def test_it_does_not_start_again_before_the_cooldown(player):
    player.hold(1.0, 2.0)
    player.hold(2.0, 2.6, score=0.0)
    player.hold(2.6, 6.0)
    first, second = player.of(EventKind.START)
    (end,) = player.of(EventKind.END)
    assert second.candidate_at >= end.at + 2.0
    assert second.at == pytest.approx(end.at + 2.0 + 0.5, abs=0.04)
    assert first.at < end.at


def test_it_does_not_start_again_before_the_pose_was_gone_for_a_while(player):
    player.hold(1.0, 2.0)
    player.hold(2.0, 2.2, score=0.0)
    assert player.of(EventKind.END)
    player.hold(2.2, 30.0)
    assert len(player.starts) == 1, "200 ms out of the pose are a flicker"
    player.hold(30.0, 30.5, score=0.0)
    player.hold(30.5, 31.5)
    assert len(player.starts) == 2


def test_another_gesture_has_its_own_cooldown(player):
    player.hold(1.0, 2.0)
    player.hold(2.0, 3.0, gesture="metal")
    assert [e.gesture for e in player.events if e.kind is EventKind.START] == ["v_sign", "metal"]


def test_nothing_counts_during_the_warm_up(kit):
    player = kit.Player()
    player.restart(10.0)
    player.hold(10.0, 10.5)
    assert player.events == []
    player.hold(10.5, 11.2)
    (start,) = player.of(EventKind.START)
    assert start.candidate_at == pytest.approx(10.5)
    assert start.at >= 11.0 - 1e-6


def test_without_a_restart_the_first_observation_begins_the_warm_up(kit):
    player = kit.Player()
    player.hold(100.0, 100.9)
    assert player.starts == []
    player.hold(100.9, 101.1)
    assert len(player.starts) == 1


def test_restart_ends_what_is_active_and_the_hand_must_let_go_first(player):
    player.hold(1.0, 2.0)
    (end,) = player.restart(2.0)
    assert (end.kind, end.reason) == (EventKind.END, "restarted")
    player.hold(2.0, 9.0)
    assert len(player.starts) == 1
    player.hold(9.0, 9.6, score=0.0)
    player.hold(9.6, 10.6)
    assert len(player.starts) == 2


def test_restart_may_set_the_clock_back(player):
    player.hold(1.0, 2.0)
    player.hold(2.0, 2.5, score=0.0)
    player.restart(0.0)
    player.events.clear()
    player.hold(0.0, 2.0, score=0.0)
    player.hold(2.0, 3.0)
    (start,) = player.of(EventKind.START)
    assert start.at == pytest.approx(2.5, abs=0.04)


def test_restart_cancels_a_candidate(player):
    player.hold(1.0, 1.3)
    (cancelled,) = player.restart(1.3)
    assert (cancelled.kind, cancelled.reason) == (EventKind.CANCELLED, "restarted")
    assert player.engine.progress() == ()


@pytest.mark.parametrize("hz", RATES)
@pytest.mark.parametrize("oddity", ["low", "nan", "unknown", "other pose", "jump", "missing"])
def test_one_odd_reading_neither_cancels_nor_ends(kit, player, hz, oddity):
    for number in range(int(3 * hz)):
        at = 1.0 + number / hz
        odd = number in (2, int(2 * hz))
        v_sign, hand, known = kit.scores("v_sign", 0.97), kit.hand(), True
        if odd and oddity == "low":
            v_sign = kit.scores("v_sign", 0.0)
        elif odd and oddity == "nan":
            v_sign = kit.scores("v_sign", math.nan)
        elif odd and oddity == "unknown":
            known = False
        elif odd and oddity == "other pose":
            v_sign = kit.scores("metal", 0.99)
        elif odd and oddity == "jump":
            hand = kit.hand(x=200, y=300)
        if odd and oddity == "missing":
            player.see(at, None)
        else:
            player.see(at, v_sign, hand, known)
    assert [event.gesture for event in player.events if event.kind is EventKind.START] == ["v_sign"]
    assert player.of(EventKind.CANCELLED) == []
    assert player.of(EventKind.END) == []


@pytest.mark.parametrize("hz", RATES)
def test_one_clear_reading_is_no_candidate(kit, player, hz):
    for number in range(int(4 * hz)):
        clear = number % 4 == 0
        player.see(1.0 + number / hz, kit.scores("v_sign", 0.99 if clear else 0.1))
    assert player.events == []


def test_new_settings_hold_at_once_and_lose_nothing(player):
    player.hold(1.0, 1.4)
    player.engine.apply(TriggerSettings(gestures={"v_sign": GestureThresholds(dwell_ms=1000)}))
    player.hold(1.4, 1.9)
    assert player.starts == []
    player.hold(1.9, 2.1)
    (start,) = player.of(EventKind.START)
    assert start.candidate_at == pytest.approx(1.0)
    assert player.of(EventKind.CANCELLED) == []
    player.engine.apply(TriggerSettings(guards=GuardSettings(min_hand_height=0.9)))
    player.hold(2.1, 3.0)
    assert player.of(EventKind.END) == []


@pytest.mark.parametrize(("held_s", "kind"), [(0.3, "cancelled"), (1.0, "end")])
def test_a_gesture_that_is_switched_off_goes_at_the_next_observation(player, held_s, kind):
    player.hold(1.0, 1.0 + held_s)
    player.engine.apply(TriggerSettings(gestures={"v_sign": GestureThresholds(enabled=False)}))
    player.hold(1.0 + held_s, 5.0)
    assert player.events[-1].kind.value == kind
    assert player.events[-1].reason == "switched off"
    assert player.engine.progress() == ()


def test_a_pose_seen_in_two_of_three_pictures_starts_nothing(kit, player):
    for number in range(15 * 60):
        score = 0.97 if number % 3 else 0.1
        player.see(1.0 + number / 15, kit.scores("v_sign", score))
    assert player.starts == []
