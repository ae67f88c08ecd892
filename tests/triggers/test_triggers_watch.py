"""Changing what an engine watches for while hands are in view."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.events import EventKind
from vcam.settings.schema import GestureThresholds, TriggerSettings

GESTURES = ("v_sign", "thumb_up", "metal")

subsets = st.lists(st.sampled_from(GESTURES), unique=True).map(tuple)
stretches = st.tuples(
    st.sampled_from(GESTURES), st.sampled_from([0.2, 0.7, 0.95, 1.0]), st.integers(1, 25)
)
histories = st.lists(st.one_of(stretches, subsets), max_size=12)


def play(kit, history, gestures, watches: bool):
    """Plays a history at 15 Hz; with `watches`, subsets in it change what is watched for."""
    player = kit.Player(gestures=gestures)
    at = 0.0
    for item in history:
        if len(item) == 3 and isinstance(item[1], float):
            gesture, score, count = item
            for _ in range(count):
                at += 1 / 15
                player.see(at, kit.scores(gesture, score))
        elif watches:
            player.events += player.engine.watch(
                (*item, "v_sign") if "v_sign" not in item else item
            )
    return player


@settings(max_examples=40)
@given(histories)
def test_events_make_sense_whatever_is_watched_for(kit, history):
    player = play(kit, history, GESTURES, watches=True)
    player.events += player.engine.watch(())
    kit.assert_well_formed(player.events)
    open_ones = {}
    for event in player.events:
        open_ones[event.gesture] = event.kind in (EventKind.START, EventKind.PROGRESS)
    assert not any(open_ones.values()), "whatever goes is told to be over"
    assert player.engine.progress() == ()
    assert player.engine.holders() == {}


@settings(max_examples=40)
@given(histories)
def test_gesture_that_stays_notices_nothing(kit, history):
    changed = play(kit, history, GESTURES, watches=True)
    alone = play(kit, history, ("v_sign",), watches=False)

    def told(player):
        return [event for event in player.events if event.gesture == "v_sign"]

    assert told(changed) == told(alone)


def test_gesture_that_comes_must_be_held_from_then_on(kit):
    player = kit.Player(gestures=("thumb_up",))
    player.hold(0.0, 2.0)
    player.engine.watch(("thumb_up", "v_sign"))
    player.hold(2.0, 3.0)
    (start,) = player.of(EventKind.START)
    assert start.candidate_at >= 2.0 - 1 / 30 - 1e-6
    assert start.at >= 2.45


def test_active_gesture_that_goes_is_ended(kit):
    player = kit.Player()
    player.hold(0.0, 2.0)
    (end,) = player.engine.watch(("metal",))
    assert (end.kind, end.gesture, end.reason) == (EventKind.END, "v_sign", "switched off")
    assert player.engine.gestures == ("metal",)


def test_candidate_that_goes_is_cancelled(kit):
    player = kit.Player()
    player.hold(0.0, 0.8)
    assert player.engine.progress()
    (cancelled,) = player.engine.watch(())
    assert (cancelled.kind, cancelled.reason) == (EventKind.CANCELLED, "switched off")


def test_none_is_refused_and_nothing_changes(kit):
    player = kit.Player()
    with pytest.raises(ValueError, match="absence"):
        player.engine.watch(("none",))
    assert player.engine.gestures == GESTURES


def meter(player, gesture="v_sign"):
    return next(each for each in player.engine.meters() if each.gesture == gesture)


def test_meters_tell_score_progress_and_start(kit):
    player = kit.Player()
    assert meter(player) == ("v_sign", 0.0, 0.0, False, "")
    player.hold(0.0, 0.3)
    assert meter(player).reason == "warming up"
    player.hold(0.3, 0.8)
    assert meter(player).score == pytest.approx(0.97)
    assert 0 < meter(player).progress < 1
    assert meter(player).reason == ""
    assert meter(player, "metal").score == pytest.approx(0.0)
    player.hold(0.8, 1.5)
    assert meter(player).active
    assert meter(player).progress == 0.0


def test_meters_tell_why_a_pose_does_not_count(kit):
    player = kit.Player()
    player.hold(0.0, 2.0, hand=kit.hand(scale=0.1))
    assert meter(player).score == pytest.approx(0.97)
    assert meter(player).reason == "too small"


def test_meters_tell_rest_and_switched_off(kit):
    player = kit.Player()
    player.hold(0.0, 1.5)
    player.hold(1.5, 2.0, score=0.1)
    assert meter(player).reason == "resting"
    off = TriggerSettings(gestures={"v_sign": GestureThresholds(enabled=False)})
    player.engine.apply(off)
    assert meter(player).reason == "switched off"


def test_hand_that_is_gone_has_no_score(kit):
    player = kit.Player()
    player.hold(0.0, 1.0)
    player.see(1.05, None)
    assert meter(player).score == 0.0
