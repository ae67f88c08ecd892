"""Two-handed gestures, and what becomes of the one-handed ones that they contain."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.events import EventKind
from vcam.core.gestures import PAIRS
from vcam.core.observation import PairReading, PoseReading
from vcam.settings.schema import GestureThresholds, TriggerDefaults, TriggerSettings
from vcam.triggers.engine import TriggerEngine

WATCHED = ("v_sign", "thumb_up", "two_v_signs", "two_thumbs_up", "heart_hands")
SETTINGS = TriggerSettings(
    defaults=TriggerDefaults(cooldown_ms=600),
    gestures={
        "thumb_up": GestureThresholds(dwell_ms=500, margin=0.25),
        "two_v_signs": GestureThresholds(dwell_ms=500),
        "two_thumbs_up": GestureThresholds(dwell_ms=500, margin=0.25),
        "heart_hands": GestureThresholds(dwell_ms=500),
    },
)
PLACES = {1: 300.0, 2: 900.0, 3: 1200.0}


class TwoHands:
    """Feeds an engine hands by track, each with a pose and a score, and their pair readings."""

    def __init__(self, kit, gestures=WATCHED, trigger_settings=SETTINGS):
        self.kit = kit
        self.engine = TriggerEngine(trigger_settings, gestures)
        self.engine.restart(-1.0)
        self.events = []

    def see(self, at, poses, heart=0.0, places=PLACES, scale=1.0):
        """`poses`: track -> (pose, score). Hands 1 and 2 belong together, 3 is somebody else's."""
        hands = [self.kit.hand(track, x=places[track], scale=scale) for track in poses]
        readings = [
            PoseReading(track, self.kit.scores(*pose), True) for track, pose in poses.items()
        ]
        pairs = [
            pair_of(track, other, readings, heart if {track, other} == {1, 2} else 0.0)
            for track, other in itertools.combinations(poses, 2)
        ]
        told = self.engine.update(self.kit.observation(at, hands), readings, pairs)
        self.events += told
        return told

    def hold(self, start_s, stop_s, poses, hz=30.0, **options):
        count = math.ceil((stop_s - start_s) * hz - 1e-9)
        told = [self.see(start_s + number / hz, poses, **options) for number in range(count)]
        return [event for events in told for event in events]

    def of(self, kind, gesture):
        return [each for each in self.events if each.kind is kind and each.gesture == gesture]

    @property
    def starts(self):
        return [(e.gesture, e.at) for e in self.events if e.kind is EventKind.START]


def pair_of(track, other, readings, heart):
    by_track = {reading.track_id: reading.scores for reading in readings}
    scores = dict.fromkeys(PAIRS, 0.0)
    if {track, other} == {1, 2}:
        for gesture, pose in PAIRS.items():
            if pose:
                scores[gesture] = min(by_track[each].get(pose, 0.0) for each in (track, other))
    scores["heart_hands"] = heart
    return PairReading((track, other), scores | {"none": 1 - max(scores.values())})


V, THUMB, REST = ("v_sign", 0.97), ("thumb_up", 0.97), ("v_sign", 0.02)


@pytest.fixture
def player(kit):
    player = TwoHands(kit)
    player.hold(-0.5, 0.0, {1: REST, 2: REST})
    return player


def test_both_hands_start_the_pair_and_nothing_else(player):
    player.hold(0.0, 2.0, {1: V, 2: V})
    assert [gesture for gesture, _ in player.starts] == ["two_v_signs"]
    (start,) = player.of(EventKind.START, "two_v_signs")
    assert sorted(start.track_ids) == [1, 2]
    assert start.at == pytest.approx(0.5, abs=0.04)
    assert player.of(EventKind.PROGRESS, "v_sign") == []


def test_dwell_of_a_pair_counts_from_when_both_hold(player):
    player.hold(0.0, 0.3, {1: V, 2: REST})
    player.hold(0.3, 2.0, {1: V, 2: V})
    assert [gesture for gesture, _ in player.starts] == ["two_v_signs"]
    (start,) = player.of(EventKind.START, "two_v_signs")
    assert start.candidate_at == pytest.approx(0.3, abs=0.01)
    assert start.at == pytest.approx(0.8, abs=0.04)
    (cancelled,) = player.of(EventKind.CANCELLED, "v_sign")
    assert cancelled.reason == "two-handed"


def test_single_that_started_first_ends_before_the_pair_starts(player):
    player.hold(0.0, 1.0, {1: V, 2: REST})
    player.hold(1.0, 3.0, {1: V, 2: V})
    assert [gesture for gesture, _ in player.starts] == ["v_sign", "two_v_signs"]
    (end,) = player.of(EventKind.END, "v_sign")
    (start,) = player.of(EventKind.START, "two_v_signs")
    assert end.reason == "two-handed"
    assert end.at == start.at
    assert player.events.index(end) < player.events.index(start)


def test_hand_that_stays_after_the_pair_starts_nothing_until_it_has_left_the_pose(player):
    player.hold(0.0, 1.0, {1: V, 2: V})
    player.hold(1.0, 5.0, {1: V, 2: REST})
    (end,) = player.of(EventKind.END, "two_v_signs")
    assert end.at == pytest.approx(1.0, abs=0.2)
    assert [gesture for gesture, _ in player.starts] == ["two_v_signs"]
    player.hold(5.0, 6.0, {1: REST, 2: REST})
    player.hold(6.0, 7.0, {1: V, 2: REST})
    assert [gesture for gesture, _ in player.starts] == ["two_v_signs", "v_sign"]


def test_hand_that_vanishes_from_a_pair_ends_it(player):
    player.hold(0.0, 1.0, {1: V, 2: V})
    player.hold(1.0, 3.0, {1: V})
    (end,) = player.of(EventKind.END, "two_v_signs")
    assert end.reason == "hand lost"
    assert [gesture for gesture, _ in player.starts] == ["two_v_signs"]


def test_a_pair_that_breaks_up_gives_the_single_its_turn(player):
    player.hold(0.0, 0.3, {1: V, 2: V})
    player.hold(0.3, 1.5, {1: V, 2: REST})
    assert [gesture for gesture, _ in player.starts] == ["v_sign"]
    assert player.of(EventKind.CANCELLED, "two_v_signs")


def test_one_wrong_reading_of_a_pair_does_not_cancel_a_single(player):
    player.hold(0.0, 0.2, {1: V, 2: REST})
    player.see(0.2, {1: V, 2: V})
    player.hold(0.2 + 1 / 30, 1.0, {1: V, 2: REST})
    assert [gesture for gesture, _ in player.starts] == ["v_sign"]
    assert player.of(EventKind.CANCELLED, "v_sign") == []


def test_other_pose_of_a_hand_of_a_heart_is_held_back(player):
    player.hold(0.0, 2.0, {1: V, 2: REST}, heart=0.97)
    assert [gesture for gesture, _ in player.starts] == ["heart_hands"]


def test_heart_ends_what_its_hand_had_started(player):
    player.hold(0.0, 1.0, {1: V, 2: REST})
    player.hold(1.0, 2.0, {1: V, 2: REST}, heart=0.97)
    assert [gesture for gesture, _ in player.starts] == ["v_sign", "heart_hands"]
    assert player.of(EventKind.END, "v_sign")[0].reason == "two-handed"


def test_somebody_elses_other_pose_goes_on(player):
    player.hold(0.0, 2.0, {1: V, 2: V, 3: THUMB})
    assert {gesture for gesture, _ in player.starts} == {"two_v_signs", "thumb_up"}


def test_single_is_free_where_the_pair_is_not_watched_for_or_off(kit):
    off = {"two_v_signs": GestureThresholds(enabled=False)}
    for gestures, own in ((("v_sign",), {}), (("v_sign", "two_v_signs"), off)):
        player = TwoHands(kit, gestures, TriggerSettings(gestures=own))
        assert not player.engine.wants_pairs
        player.hold(-0.5, 0.0, {1: REST, 2: REST})
        player.hold(0.0, 1.0, {1: V, 2: V})
        assert [gesture for gesture, _ in player.starts] == ["v_sign"]


def test_pair_in_cooldown_leaves_no_single_through(player):
    player.hold(0.0, 1.0, {1: V, 2: V})
    player.hold(1.0, 1.4, {1: REST, 2: REST})
    told = player.hold(1.4, 1.6, {1: V, 2: V})
    assert [event for event in told if event.gesture == "v_sign"] == []


def test_guard_on_one_hand_keeps_the_pair_from_counting(kit):
    player = TwoHands(kit)
    player.hold(0.0, 2.0, {1: V, 2: V}, scale=0.14)
    assert player.events == []


def test_a_pair_goes_on_over_a_switch_of_tracks(kit, player):
    places = PLACES | {4: PLACES[2]}
    both = [PoseReading(1, kit.scores(*V)), PoseReading(4, kit.scores(*V))]
    player.hold(0.0, 0.3, {1: V, 2: V})
    for number in range(9, 20):
        hands = [kit.hand(track, x=places[track]) for track in (1, 4)]
        pair = dataclasses.replace(
            pair_of(1, 2, [both[0], dataclasses.replace(both[1], track_id=2)], 0.0),
            track_ids=(1, 4),
        )
        player.events += player.engine.update(kit.observation(number / 30, hands), both, [pair])
    (start,) = player.of(EventKind.START, "two_v_signs")
    assert start.at == pytest.approx(0.5, abs=0.04)
    assert start.track_ids == (1, 4)


def test_meters_and_ring_of_a_pair(player):
    player.hold(0.0, 0.3, {1: V, 2: V})
    meters = {meter.gesture: meter for meter in player.engine.meters()}
    assert meters["two_v_signs"].score == pytest.approx(0.97)
    assert meters["two_v_signs"].progress > 0.4
    assert meters["v_sign"].progress == 0
    (candidate,) = player.engine.progress()
    assert candidate.gesture == "two_v_signs"


poses = st.sampled_from([V, THUMB, REST, ("v_sign", 0.75), ("v_sign", math.nan)])
looks = st.tuples(
    st.sampled_from([1 / 30, 1 / 15, 1 / 8, 0.6]),
    st.dictionaries(st.sampled_from([1, 2, 3]), poses, max_size=3),
    st.sampled_from([0.0, 0.0, 0.97]),
    st.integers(1, 25),
)


def assert_never_both(events):
    """No pair and its single are active together; a single active hand never is a pair's."""
    active = {}
    for event in events:
        if event.kind is EventKind.START:
            active[event.gesture] = event
        elif event.kind is EventKind.END:
            del active[event.gesture]
        for gesture, start in active.items():
            if gesture not in PAIRS:
                continue
            assert PAIRS[gesture] not in active
            for other, single in active.items():
                if other not in PAIRS:
                    assert not set(single.track_ids) & set(start.track_ids)


@settings(max_examples=120, deadline=None)
@given(st.lists(looks, max_size=8))
def test_never_a_pair_and_its_single_at_once(kit, history):
    player, at = TwoHands(kit), -1.0
    for step_s, hands, heart, count in history:
        for _ in range(count):
            at += step_s
            player.see(at, hands, heart=heart)
            assert not set(player.engine.holders()) >= {"v_sign", "two_v_signs"}
    player.events += player.engine.tick(at + 10)
    kit.assert_well_formed(player.events)
    assert_never_both(player.events)
    assert player.engine.holders() == {}


@settings(max_examples=30, deadline=None)
@given(st.lists(looks, max_size=6))
def test_the_sides_are_alike(kit, history):
    swap = {1: 2, 2: 1, 3: 3}
    told = []
    for mirror in (False, True):
        player, at = TwoHands(kit), -1.0
        for step_s, hands, heart, count in history:
            for _ in range(count):
                at += step_s
                shown = {swap[track] if mirror else track: hands[track] for track in hands}
                player.see(at, shown, heart=heart)
        told.append([(e.kind, e.gesture, e.at, e.reason) for e in player.events])
    assert sorted(told[0]) == sorted(told[1])


@settings(max_examples=25, deadline=None)
@given(
    lag_s=st.floats(0.0, 0.3),
    held_s=st.one_of(st.floats(0.1, 0.3), st.floats(0.9, 1.5)),
    phases=st.lists(st.floats(0, 1), min_size=3, max_size=3),
    seed=st.integers(0, 99),
)
def test_starts_do_not_depend_on_the_frame_rate(kit, lag_s, held_s, phases, seed):
    """The second hand follows within 0.3 s; both leave together."""
    told = {}
    for hz, phase in zip((15, 30, 60), phases, strict=True):
        noise = random.Random(seed)
        player = TwoHands(kit)
        for number in range(int(3 * hz)):
            at = (number + phase + noise.uniform(-0.1, 0.1)) / hz - 0.6
            first = V if 0 <= at < lag_s + held_s else REST
            second = V if lag_s <= at < lag_s + held_s else REST
            player.see(at, {1: first, 2: second})
        told[hz] = player.starts
    expected = ["two_v_signs"] if held_s > 0.5 else []
    for hz in (15, 30, 60):
        pair_starts = [gesture for gesture, _ in told[hz] if gesture == "two_v_signs"]
        assert pair_starts == expected
        if expected:
            assert [gesture for gesture, _ in told[hz]] == expected
            assert abs(told[hz][0][1] - told[60][0][1]) <= 2.4 / hz
