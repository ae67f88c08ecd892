from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vcam.core.observation import NONE_POSE
from vcam.synthetic import habits
from vcam.synthetic.kinematics import MEAN_PROPORTIONS
from vcam.synthetic.motion import (
    Restlessness,
    hand_between,
    rotation_between,
    rotation_by,
    turned,
)
from vcam.synthetic.placing import Frame
from vcam.synthetic.poses import POSES, SHAPES
from vcam.synthetic.props import PROPS
from vcam.synthetic.script import MAX_VIEW_DEG, write_script
from vcam.synthetic.take import Take
from vcam.synthetic.track import Track

FRAME = Frame((640, 360), 600.0, np.array([2.0, 1.0, -95.0]))
HOME = (-13.0, -60.0, 18.0)
ALL_HABITS = sorted(
    {*habits.ONE_HANDED, *habits.EITHER, *habits.TWO_HANDED}, key=lambda habit: habit.__name__
)


def script(kind="mixed", seed=1, seconds=120.0, **more):
    return write_script(np.random.default_rng(seed), FRAME, MEAN_PROPORTIONS, kind, seconds, **more)


def test_same_seed_gives_the_same_script_and_another_a_different_one():
    assert script().shown == script().shown
    assert script().shown != script(seed=2).shown


def test_ordinary_movement_shows_nothing_on_purpose():
    negative = script("negative", seconds=300)
    assert negative.shown == ()
    assert len({each.habit for each in negative.done}) > 8
    assert negative.duration_s >= 300


def test_deliberate_poses_are_held_for_half_a_second_to_two_and_do_not_overlap():
    shown = script("poses", seconds=400).shown
    assert {each.gesture for each in shown} == {"v_sign", "thumb_up", "metal"}
    assert all(0.6 <= each.end_s - each.start_s <= 2.0 + 1e-9 for each in shown)
    assert all(each.view_deg <= MAX_VIEW_DEG for each in shown)
    assert all(a.end_s + 2 < b.start_s for a, b in pairwise(shown))
    assert {each.side for each in shown} == {"left", "right"}


def test_two_handed_gestures_are_shown_with_both_hands():
    both = script("poses", seconds=30, gestures=("two_v_signs",))
    span = both.shown[0]
    middle = (span.start_s + span.end_s) / 2
    hands = [hand_between(both.keys[side], middle, Restlessness()) for side in ("left", "right")]
    assert all(hand.place[1] > -30 for hand in hands)


def test_unknown_gesture_is_refused():
    with pytest.raises(KeyError, match="juggling"):
        script(gestures=("juggling",))


@pytest.mark.parametrize("habit", ALL_HABITS, ids=lambda habit: habit.__name__)
def test_habits_take_time_and_use_known_shapes_and_props(habit, monkeypatch):
    used = set()
    monkeypatch.setattr(
        Track, "_shape", lambda self, name: used.add(name) or (name, SHAPES[name]), raising=True
    )
    monkeypatch.setattr("vcam.synthetic.track.blended", lambda a, b, share: b)
    rng = np.random.default_rng(3)
    hands = (Track(rng, MEAN_PROPORTIONS, HOME), Track(rng, MEAN_PROPORTIONS, HOME))
    for _ in range(10):
        habit(hands, rng)
    assert hands[0].now_s > 1
    assert {key.prop for hand in hands for key in hand.keys} <= {"", *PROPS}


def still_s(keys, shape_of):
    """Longest time that each named shape is kept, seconds."""
    longest: dict[str, float] = {}
    since, name = keys[0].time_s, shape_of[id(keys[0].angles)]
    for key in keys[1:]:
        now = shape_of.get(id(key.angles))
        if now != name:
            longest[name] = max(longest.get(name, 0.0), key.time_s - since)
            since, name = key.time_s, now
    return longest


@pytest.mark.parametrize("seed", range(6))
def test_no_habit_holds_a_pose_that_the_project_is_about(seed, monkeypatch):
    names: dict[int, str] = {}
    real = Track._shape

    def shape(self, name):
        angles = real(self, name)
        names[id(angles)] = name
        kept.append(angles)
        return angles

    kept: list[object] = []
    monkeypatch.setattr(Track, "_shape", shape)
    result = script("negative", seed=seed, seconds=600)
    for keys in result.keys.values():
        longest = still_s([key for key in keys if id(key.angles) in names], names)
        for pose in ("v_sign", "thumb_up", "thumb_down", "metal"):
            # The way there, a glimpse, and the way from it.
            assert longest.get(pose, 0.0) < 0.75


def test_hand_goes_from_key_to_key():
    track = Track(np.random.default_rng(0), MEAN_PROPORTIONS, HOME)
    track.go(1.0, "fist", (-10, 0, 20), (0, 0, 0), "cup", loose_cm=0, loose_deg=0)
    still = Restlessness(0.0, 0.0)
    assert np.allclose(hand_between(track.keys, -1.0, still).place, HOME)
    assert np.allclose(hand_between(track.keys, 9.0, still).place, (-10, 0, 20))
    half = hand_between(track.keys, 0.5, still)
    assert np.allclose(half.place, np.mean([HOME, (-10, 0, 20)], axis=0))
    assert (hand_between(track.keys, 0.4, still).prop, half.prop) == ("", "cup")


def test_rotations_are_interpolated_by_the_shortest_way():
    a, b = turned(10, 20, 30), turned(-40, 100, 0)
    for u in (0.0, 0.3, 1.0):
        between = rotation_between(a, b, u)
        assert np.allclose(between @ between.T, np.eye(3))
    assert np.allclose(rotation_between(a, b, 0), a)
    assert np.allclose(rotation_between(a, b, 1), b)
    upside = rotation_between(np.eye(3), turned(yaw=180), 0.5)
    assert np.allclose(upside @ upside.T, np.eye(3))
    assert np.allclose(rotation_by(np.zeros(3)), np.eye(3))


def test_take_draws_the_same_picture_again_whatever_came_before():
    first = Take((3, 1), "poses", 3, size=(160, 90))
    second = Take((3, 1), "poses", 3, size=(160, 90))
    t = first.shown[0].start_s + 0.2
    first.frame(0.0)
    assert np.array_equal(first.frame(t), second.frame(t))
    assert first.frame(t).shape == (90, 160, 3)


def test_hand_is_seen_while_a_pose_is_shown():
    take = Take((5, 2), "poses", 3, size=(160, 90))
    span = take.shown[0]
    during = take.frame((span.start_s + span.end_s) / 2).astype(int)
    before = take.frame(span.start_s - 3).astype(int) if span.start_s > 3 else take.frame(0.0)
    assert (np.abs(during - before).max(axis=2) > 60).mean() > 0.005


def test_shapes_that_habits_name_exist():
    assert NONE_POSE not in SHAPES
    assert {"v_sign", "thumb_up", "metal"} <= set(POSES)
