"""One hand that holds a pose on, in place of two hands."""

from __future__ import annotations

import pytest

from vcam.core.events import EventKind
from vcam.core.gestures import ONE_HANDED, PAIRS
from vcam.core.observation import PairReading, PoseReading
from vcam.poses.vocabulary import POSES
from vcam.settings.schema import GestureThresholds, TriggerDefaults, TriggerSettings
from vcam.triggers.engine import TriggerEngine

HZ = 30.0
ON = TriggerSettings(
    one_handed=True,
    one_handed_ms=1500,
    defaults=TriggerDefaults(cooldown_ms=600, dwell_ms=500),
)


class OneHand:
    """Feeds an engine one hand, or two, and keeps what it says."""

    def __init__(self, kit, gestures, settings=ON):
        self.kit = kit
        self.engine = TriggerEngine(settings, gestures)
        self.engine.restart(-1.0)
        self.events = []

    def hold(self, start_s, stop_s, *poses):
        for number in range(round((stop_s - start_s) * HZ)):
            at = start_s + number / HZ
            hands = [self.kit.hand(track, x=300.0 * track) for track in range(1, len(poses) + 1)]
            readings = [
                PoseReading(hand.track_id, self.kit.scores(pose, 0.97), True)
                for hand, pose in zip(hands, poses, strict=True)
            ]
            pairs = []
            if len(poses) == 2:
                both = {name: 0.97 * (set(poses) == {pose}) for name, pose in PAIRS.items()}
                pairs = [PairReading((1, 2), both | {"none": 1 - max(both.values())})]
            observation = self.kit.observation(at, hands)
            self.events += self.engine.update(observation, readings, pairs)

    def told(self, gesture):
        return [
            (event.kind, round(event.at, 2))
            for event in self.events
            if event.gesture == gesture and event.kind in (EventKind.START, EventKind.END)
        ]


def test_every_two_handed_gesture_has_a_pose_that_stands_for_it():
    assert ONE_HANDED.keys() == PAIRS.keys()
    assert len(set(ONE_HANDED.values())) == len(ONE_HANDED)
    assert set(ONE_HANDED.values()) <= set(POSES)


def test_pose_that_is_held_on_starts_and_ends_the_gesture_of_two_hands(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 2.5, "v_sign")
    one.hold(2.5, 3.5, "fist")
    (kind, started), (ended_kind, ended) = one.told("two_v_signs")
    assert (kind, ended_kind) == (EventKind.START, EventKind.END)
    assert started == pytest.approx(1.5, abs=0.04)
    assert 2.5 <= ended <= 2.8
    assert one.told("v_sign")[0] == (EventKind.START, pytest.approx(0.5, abs=0.04))
    start = next(event for event in one.events if event.gesture == "two_v_signs")
    assert start.track_ids == (1,)
    assert start.candidate_at == pytest.approx(0.0, abs=0.04)
    assert start.score == pytest.approx(0.97)


def test_short_hold_stays_a_gesture_of_one_hand(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 1.4, "v_sign")
    one.hold(1.4, 3.0, "fist")
    assert one.told("v_sign")
    assert not one.told("two_v_signs")


def test_off_unless_asked_for(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"), ON.model_copy(update={"one_handed": False}))
    one.hold(0.0, 3.0, "v_sign")
    assert not one.told("two_v_signs")


def test_pose_without_an_answer_of_its_own_is_not_told(kit):
    one = OneHand(kit, ("two_v_signs",))
    one.hold(0.0, 2.5, "v_sign")
    assert {event.gesture for event in one.events} == {"two_v_signs"}
    assert one.engine.gestures == ("two_v_signs",)
    assert one.engine.holders() == {"two_v_signs": (1,)}
    assert [meter.gesture for meter in one.engine.meters()] == ["two_v_signs"]


def test_ring_fills_a_second_time(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 1.0, "v_sign")
    (candidate,) = one.engine.progress()
    assert candidate.gesture == "two_v_signs"
    assert candidate.track_ids == (1,)
    assert candidate.progress == pytest.approx(2 / 3, abs=0.05)


def test_second_hand_takes_over_without_a_gap_in_the_effect(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 2.0, "v_sign")
    one.hold(2.0, 3.5, "v_sign", "v_sign")
    kinds = [kind for kind, _ in one.told("two_v_signs")]
    assert kinds[:3] == [EventKind.START, EventKind.END, EventKind.START]
    assert one.told("two_v_signs")[1][1] == one.told("two_v_signs")[2][1]
    assert one.engine.holders()["two_v_signs"] == (1, 2)


def test_switched_off_gesture_does_not_start(kit):
    settings = ON.model_copy(update={"gestures": {"two_v_signs": GestureThresholds(enabled=False)}})
    one = OneHand(kit, ("v_sign", "two_v_signs"), settings)
    one.hold(0.0, 2.5, "v_sign")
    assert not one.told("two_v_signs")


def test_switching_it_off_or_no_longer_watching_ends_what_goes_on(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 2.0, "v_sign")
    assert one.engine.holders()["two_v_signs"] == (1,)
    one.engine.apply(ON.model_copy(update={"one_handed": False}))
    one.hold(2.0, 2.2, "v_sign")
    assert [kind for kind, _ in one.told("two_v_signs")] == [EventKind.START, EventKind.END]


def test_gesture_that_is_not_watched_any_more_ends(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 2.0, "v_sign")
    ended = [e.gesture for e in one.engine.watch(("v_sign",)) if e.kind is EventKind.END]
    assert ended == ["two_v_signs"]


def test_restart_ends_what_goes_on(kit):
    one = OneHand(kit, ("v_sign", "two_v_signs"))
    one.hold(0.0, 2.0, "v_sign")
    ended = {e.gesture for e in one.engine.restart(5.0) if e.kind is EventKind.END}
    assert ended == {"v_sign", "two_v_signs"}
    assert one.engine.holders() == {}
