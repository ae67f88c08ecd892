"""Swipes and waving, on tracks of a hand."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.events import EventKind
from vcam.core.gestures import MOVEMENTS, SWIPE_LEFT, SWIPE_RIGHT, WAVE
from vcam.core.observation import Landmark, PoseReading
from vcam.settings.schema import GestureThresholds, TriggerSettings
from vcam.triggers.engine import TriggerEngine

ON = TriggerSettings(gestures={name: GestureThresholds(enabled=True) for name in MOVEMENTS})
POSES = ("palm", "four", "v_sign", "fist", "two")
PALM_PX = 100.0  # of the test hand


def scores(pose, score=0.97):
    return dict.fromkeys(("palm", "four", "fist", "v_sign"), 0.0) | {pose: score, "none": 1 - score}


class Mover:
    """Plays a way of one hand to an engine."""

    def __init__(self, kit, trigger_settings=ON):
        self.kit = kit
        self.engine = TriggerEngine(trigger_settings, MOVEMENTS)
        self.engine.restart(-1.0)
        self.events = []
        self.faces = ()
        self.track_of = lambda at: 1

    def play(self, way, start_s, stop_s, hz=30.0, pose="palm", phase=0.0):
        """`way` gives the wrist's place in pixels at a time; None where no hand is in view."""
        number = 0
        while (at := start_s + (number + phase) / hz) < stop_s:
            number += 1
            place = way(at)
            hands, readings = [], []
            if place is not None:
                shown = pose(at) if callable(pose) else pose
                track = self.track_of(at)
                hands = [self.kit.hand(track_id=track, x=place[0], y=place[1])]
                if shown == "two":
                    hands, shown = [two_fingers(hands[0])], "none"
                readings = [PoseReading(track, scores(shown))]
            self.events += self.engine.update(
                self.kit.observation(at, hands, faces=self.faces), readings
            )
        return self.starts

    @property
    def starts(self):
        return [e.gesture for e in self.events if e.kind is EventKind.START]


def two_fingers(hand):
    """The open hand with ring and little finger folded, in metres alone."""
    world = np.zeros((21, 3), np.float32)
    world[:, :2] = (hand.points - hand.points[0]) / 1000
    world[[Landmark.RING_TIP, Landmark.PINKY_TIP]] *= 0.5
    return dataclasses.replace(hand, world=world)


def ease(u):
    u = min(1.0, max(0.0, u))
    return u * u * (3 - 2 * u)


def swiping(widths=3.5, duration_s=0.3, rise=0.0, begin_s=1.0, x=640.0):
    """From rest to rest, `widths` to the right of the picture, beginning at `begin_s`."""

    def way(t):
        u = ease((t - begin_s) / duration_s)
        return x - widths * PALM_PX / 2 + u * widths * PALM_PX, 600.0 - u * rise * PALM_PX

    return way


def waving(widths=1.2, hz=2.0, begin_s=0.0, stop_s=3.0, up=0.0):
    def way(t):
        angle = 2 * math.pi * hz * (min(max(t, begin_s), stop_s) - begin_s)
        sway = widths * PALM_PX / 2 * math.sin(angle)
        return 640.0 + sway, 600.0 + up * PALM_PX * math.sin(angle)

    return way


@pytest.fixture
def mover(kit):
    return Mover(kit)


def test_each_is_off_unless_the_settings_say_so(kit):
    mover = Mover(kit, TriggerSettings())
    assert mover.play(swiping(), 0.0, 2.0) == []
    assert mover.play(waving(), 2.5, 5.0) == []
    own = TriggerSettings(gestures={SWIPE_LEFT: GestureThresholds(dwell_ms=500)})
    assert not own.thresholds(SWIPE_LEFT).enabled


@pytest.mark.parametrize("pose", ["palm", "four", "two"])
@pytest.mark.parametrize(("widths", "expected"), [(3.5, SWIPE_LEFT), (-3.5, SWIPE_RIGHT)])
def test_swipe_in_an_unmirrored_picture(mover, pose, widths, expected):
    """To the picture's right is to the person's own left."""
    assert mover.play(swiping(widths), 0.0, 3.0, pose=pose) == [expected]
    start, end = mover.events
    assert start.candidate_at == pytest.approx(1.0, abs=0.12)
    assert start.at == pytest.approx(1.3 + 0.2, abs=0.12)
    assert (end.kind, end.reason) == (EventKind.END, "over")
    assert end.at == pytest.approx(start.at + 0.5, abs=0.05)


@pytest.mark.parametrize("hz", [10.0, 30.0])
@pytest.mark.parametrize(("rest_s", "expected"), [(0.4, [SWIPE_LEFT]), (0.1, [])])
def test_a_hand_that_comes_up_rests_for_a_quarter_of_a_second(mover, hz, rest_s, expected):
    def way(t):
        x, y = swiping()(t)
        return x, y + 500.0 * (1 - min(1.0, max(0.0, t - 0.3) / (0.7 - rest_s)))

    assert mover.play(way, 0.0, 3.0, hz=hz) == expected


@pytest.mark.parametrize(
    "way",
    [
        swiping(widths=1.2),
        swiping(duration_s=1.6),
        swiping(rise=3.0),
        swiping(begin_s=0.1),
        lambda t: swiping()(t) if t < 1.3 else swiping()(2.6 - t),
        lambda t: swiping()(t) if t < 1.3 else None,
    ],
    ids=["short", "slow", "steep", "from no rest", "there and back", "out of sight"],
)
def test_other_ways_are_no_swipe(mover, way):
    assert mover.play(way, 0.0, 3.0) == []


def test_a_fist_does_not_swipe(mover):
    assert mover.play(swiping(), 0.0, 3.0, pose="fist") == []


def test_blur_may_hide_the_pose_while_the_hand_moves(mover):
    def pose(t):
        return "none" if 1.05 < t < 1.2 else "palm"

    assert mover.play(swiping(), 0.0, 3.0, pose=pose) == [SWIPE_LEFT]


def face(kit, left, right):
    return kit.face(x=left, y=440.0, width=right - left, height=160.0)


def test_a_swipe_may_pass_before_the_face(kit, mover):
    mover.faces = (face(kit, 600.0, 680.0),)
    assert mover.play(swiping(widths=6.0), 0.0, 3.0) == [SWIPE_LEFT]


def test_another_hand_beyond_the_face_has_not_swiped(kit, mover):
    """One hand goes out of sight before the face, and the other is seen beside it."""
    mover.faces = (face(kit, 600.0, 680.0),)
    mover.track_of = lambda at: 1 if at < 1.15 or 4 < at < 5.15 else 2
    assert mover.play(swiping(widths=6.0), 0.0, 3.0, hz=60.0) == []
    mover.faces = ()
    assert mover.play(swiping(widths=6.0, begin_s=5.0), 4.0, 7.0, hz=60.0) == [SWIPE_LEFT]


@pytest.mark.parametrize(
    ("way", "left", "right"),
    [
        (swiping(widths=6.0), 280.0, 400.0),
        (swiping(widths=6.0), 880.0, 1000.0),
        (waving(), 560.0, 720.0),
    ],
    ids=["begins before the face", "ends before the face", "waves before the face"],
)
def test_no_movement_begins_ends_or_stays_before_the_face(kit, mover, way, left, right):
    mover.faces = (face(kit, left, right),)
    assert mover.play(way, 0.0, 3.0) == []


def test_stroke_back_is_no_swipe(mover):
    """Back again half a second later, as one does to swipe once more."""

    def way(t):
        return swiping()(t) if t < 1.9 else swiping()(3.2 - t)

    assert mover.play(way, 0.0, 3.5) == [SWIPE_LEFT]


def test_one_swipe_after_the_other_when_rested(mover):
    def way(t):
        return swiping()(t) if t < 2.5 else swiping(begin_s=5.0, widths=-3.5)(t)

    assert mover.play(way, 0.0, 6.5) == [SWIPE_LEFT, SWIPE_RIGHT]


@pytest.mark.parametrize("hz", [1.3, 2.0, 3.0])
def test_wave(mover, hz):
    assert mover.play(waving(hz=hz), 0.0, 3.0) == [WAVE]


@pytest.mark.parametrize(
    "way",
    [
        waving(widths=0.4),
        waving(hz=0.7),
        waving(hz=2.0, stop_s=0.5),
        waving(up=1.0),
        lambda t: (640.0 + 90 * math.sin(5 * t), 600.0 + 250 * math.cos(3.1 * t)),
    ],
    ids=["small", "slow", "once", "slanted", "stirring"],
)
def test_other_ways_are_no_wave(mover, way):
    assert mover.play(way, 0.0, 4.0) == []


def test_a_fist_does_not_wave(mover):
    assert mover.play(waving(), 0.0, 3.0, pose="fist") == []


def test_a_hand_too_small_makes_no_movement(kit):
    mover = Mover(kit)
    mover.kit = type("Far", (kit,), {"hand": staticmethod(lambda **k: kit.hand(**k, scale=0.14))})
    assert mover.play(waving(), 0.0, 3.0) == []


def test_hand_lost_ends_what_it_made(mover):
    mover.play(waving(stop_s=2.0), 0.0, 1.3)
    assert mover.starts == [WAVE]
    mover.events += mover.engine.tick(1.9)
    assert mover.events[-1].kind is EventKind.END
    assert mover.engine.holders() == {}


def test_hand_whose_landmarks_are_no_numbers_leaves_no_trail(kit, mover):
    for number in range(60):
        x, y = waving()(number / 30)
        hand = kit.hand(x=x, y=y)
        if number % 5 == 0:
            hand = dataclasses.replace(hand, points=hand.points * np.float32(math.nan))
        observation = kit.observation(number / 30, [hand])
        mover.events += mover.engine.update(observation, [PoseReading(1, scores("palm"))])
    assert mover.starts == []


@settings(max_examples=25, deadline=None)
@given(
    widths=st.one_of(st.floats(2.6, 5.0), st.floats(0.3, 1.3)),
    duration_s=st.floats(0.2, 0.45),
    left=st.booleans(),
    phases=st.lists(st.floats(0, 0.99), min_size=3, max_size=3),
)
def test_swipes_do_not_depend_on_the_frame_rate(kit, widths, duration_s, left, phases):
    way = swiping(widths if left else -widths, duration_s)
    told = []
    for hz, phase in zip((15, 30, 60), phases, strict=True):
        told.append(Mover(kit).play(way, 0.0, 2.5, hz=hz, phase=phase))
    expected = [SWIPE_LEFT if left else SWIPE_RIGHT] if widths > 2 else []
    assert told == [expected] * 3


@settings(max_examples=25, deadline=None)
@given(
    widths=st.one_of(st.floats(0.9, 2.0), st.floats(0.1, 0.5)),
    hz=st.floats(1.2, 2.6),
    phases=st.lists(st.floats(0, 0.99), min_size=3, max_size=3),
)
def test_waving_does_not_depend_on_the_frame_rate(kit, widths, hz, phases):
    told = []
    for rate, phase in zip((15, 30, 60), phases, strict=True):
        told.append(Mover(kit).play(waving(widths, hz), 0.0, 3.0, hz=rate, phase=phase))
    assert told == [[WAVE] if widths > 0.6 else []] * 3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([10, 15, 30]))
def test_events_make_sense_whatever_the_hand_does(kit, seed, hz):
    """A hand thrown about at random: rests, swings, jumps, losses."""
    chance = random.Random(seed)
    mover = Mover(kit)
    at, place = 0.0, [640.0, 500.0]
    for _ in range(12):
        goal = [chance.uniform(100, 1180), chance.uniform(300, 650)]
        took_s, kind = chance.uniform(0.1, 0.8), chance.choice(["go", "go", "stay", "gone"])
        origin, began = list(place), at

        def way(t, origin=origin, goal=goal, began=began, took_s=took_s, kind=kind):
            if kind == "gone":
                return None
            u = ease((t - began) / took_s) if kind == "go" else 0.0
            return tuple(a + u * (b - a) for a, b in zip(origin, goal, strict=True))

        mover.play(way, at, at + took_s, hz=hz, pose=chance.choice(POSES))
        at += took_s + 1e-3
        place = list(way(at) or place)
    mover.events += mover.engine.tick(at + 5)
    kit.assert_well_formed(mover.events)
    assert mover.engine.holders() == {}
    starts = [event.at for event in mover.events if event.kind is EventKind.START]
    assert all(later - earlier >= 2.0 for earlier, later in itertools.pairwise(starts))
