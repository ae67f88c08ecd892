from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.geometry import Box, Placement
from vcam.core.observation import Face, Hand, Observation
from vcam.effects.anchor import FADE_S, HOLD_S, AnchorTracker
from vcam.effects.head import Head

from .anchor_kit import HERE, Make, shaped


def test_eyes_give_position_scale_and_roll(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (make_face(300, 200, 90, roll=0.4),)), 1.0)
    (pose,) = tracker.poses("face.eyes", (), 1.0, HERE)
    assert (pose.x, pose.y) == pytest.approx((300, 200), abs=0.01)
    assert pose.unit == pytest.approx(90, abs=0.01)
    assert pose.roll == pytest.approx(0.4, abs=1e-4)
    assert pose.squash == 1.0
    assert pose.visibility == 1.0


def test_the_canvas_may_have_another_size(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (make_face(300, 200, 90),)), 1.0)
    (pose,) = tracker.poses("face.eyes", (), 1.0, Placement(2.0, 10.0, -20.0))
    assert (pose.x, pose.y, pose.unit) == pytest.approx((610, 380, 180), abs=0.02)


def test_the_top_of_the_head_lies_along_the_faces_own_up(make_face: Make, make_scene: Make) -> None:
    for roll in (0.0, 0.5, -1.0):
        tracker = AnchorTracker()
        tracker.update(make_scene(1.0, (make_face(300, 200, 100, roll),)), 1.0)
        (top,) = tracker.poses("face.top", (), 1.0, HERE)
        way = np.array([top.x - 300, top.y - 200])
        assert way @ np.array([math.sin(roll), -math.cos(roll)]) == pytest.approx(145, abs=0.1)
        assert way @ np.array([math.cos(roll), math.sin(roll)]) == pytest.approx(0, abs=0.1)


def test_a_face_turned_aside_keeps_its_size_and_gets_narrower(
    make_face: Make, make_scene: Make
) -> None:
    face = make_face(300, 200, 100)
    middle = face.eyes.mean(axis=0)
    turned = replace(face, eyes=((face.eyes - middle) * 0.6 + middle).astype(np.float32))
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (turned,)), 1.0)
    (pose,) = tracker.poses("face.eyes", (), 1.0, HERE)
    assert 60 < pose.unit < 100
    assert pose.unit * pose.squash == pytest.approx(60, abs=0.5)


def test_every_face_has_its_own_anchor(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    faces = (make_face(200, 200, track_id=1), make_face(450, 220, track_id=2))
    tracker.update(make_scene(1.0, faces), 1.0)
    poses = {pose.track_id: pose.x for pose in tracker.poses("face.eyes", (), 1.0, HERE)}
    assert poses == pytest.approx({1: 200, 2: 450}, abs=0.01)


def test_only_the_hands_that_called_are_given(make_hand: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    hands = (make_hand(track_id=7), make_hand(x=500, track_id=8))
    tracker.update(make_scene(1.0, (), hands), 1.0)
    assert [pose.track_id for pose in tracker.poses("hand", (8,), 1.0, HERE)] == [8]
    assert [pose.track_id for pose in tracker.poses("hand", (8, 99), 1.0, HERE)] == [8]
    assert [pose.track_id for pose in tracker.poses("hand", (), 1.0, HERE)] == [7, 8]


def test_a_hands_bounds_hold_all_of_it(make_hand: Make, make_scene: Make) -> None:
    hand = make_hand(200, 300, 90)
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (), (hand,)), 1.0)
    (pose,) = tracker.poses("hand", (7,), 1.0, Placement(2.0, 5.0, 6.0))
    box = hand.box
    expected = Box(box.x * 2 + 5, box.y * 2 + 6, box.width * 2, box.height * 2)
    assert pose.bounds == pytest.approx(expected, abs=0.05)


def test_a_lost_face_keeps_its_place_then_fades(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (make_face(),)), 1.0)
    for number in range(1, 30):
        at = 1.0 + number / 30
        tracker.update(make_scene(at), at)
        (pose,) = tracker.poses("face.eyes", (), at, HERE)
        gone_s = at - 1.0
        if gone_s <= HOLD_S:
            assert pose.visibility == 1.0
        elif gone_s > HOLD_S + FADE_S:
            assert pose.visibility == 0.0
        else:
            assert pose.visibility == pytest.approx(1 - (gone_s - HOLD_S) / FADE_S)
        assert pose.x == pytest.approx(320, abs=0.01)


def test_a_silent_vision_fades_things_too(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    scene = make_scene(1.0, (make_face(),))
    tracker.update(scene, 1.0)
    tracker.update(scene, 2.0)
    assert all(pose.visibility == 0 for pose in tracker.poses("face.eyes", (), 2.0, HERE))


def test_a_face_passed_on_by_vision_is_not_a_new_sighting(
    make_face: Make, make_scene: Make
) -> None:
    """The same face object in later observations: seen again, yet it was not measured again."""
    tracker = AnchorTracker()
    for tick in range(6):
        tracker.update(make_scene(1 + tick / 15, (make_face(300 + 8 * tick),)), 1 + tick / 15)
    face = make_face(348)
    tracker.update(make_scene(1 + 6 / 15, (face,)), 1 + 6 / 15)
    (before,) = tracker.poses("face.eyes", (), 1 + 7 / 15, HERE)
    tracker.update(make_scene(1 + 7 / 15, (face,)), 1 + 7 / 15)
    (after,) = tracker.poses("face.eyes", (), 1 + 7 / 15, HERE)
    assert after.x == pytest.approx(before.x)
    assert after.x > 348


def test_a_new_number_in_the_same_place_is_the_same_face(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (make_face(track_id=1),)), 1.0)
    tracker.update(make_scene(1.1, (make_face(322, track_id=2),)), 1.1)
    (pose,) = tracker.poses("face.eyes", (), 1.1, HERE)
    assert (pose.track_id, pose.visibility) == (2, 1.0)


def test_a_newcomer_fades_in(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    old = make_face(track_id=1)
    tracker.update(make_scene(1.0, (old,)), 1.0)
    tracker.update(make_scene(1.1, (old, make_face(100, track_id=2))), 1.1)
    shares = {pose.track_id: pose.visibility for pose in tracker.poses("face.eyes", (), 1.2, HERE)}
    assert shares == {1: 1.0, 2: pytest.approx(0.1 / FADE_S)}


def test_what_was_lost_long_ago_takes_no_memory(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    for number in range(100):
        at = 1.0 + number
        tracker.update(make_scene(at, (make_face(track_id=number),)), at)
    assert len(tracker.poses("face.eyes", (), 100.0, HERE)) <= 2


def test_a_clock_that_starts_over_starts_over(make_face: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(50.0, (make_face(100),)), 50.0)
    tracker.update(make_scene(1.0, (make_face(400),)), 1.0)
    (pose,) = tracker.poses("face.eyes", (), 1.0, HERE)
    assert (pose.x, pose.visibility) == (pytest.approx(400), 1.0)


def test_nothing_slides_to_another_person_who_got_the_number(
    make_face: Make, make_scene: Make
) -> None:
    tracker = AnchorTracker()
    for tick in range(10):
        at = 1 + tick / 10
        tracker.update(make_scene(at, (make_face(200, 200, 60),)), at)
    tracker.update(make_scene(2.0, (make_face(400, 200, 60),)), 2.0)
    (pose,) = tracker.poses("face.eyes", (), 2.0, HERE)
    assert (pose.x, pose.visibility) == (pytest.approx(400), 0.0)
    (later,) = tracker.poses("face.eyes", (), 2.0 + FADE_S, HERE)
    assert (later.x, later.visibility) == (pytest.approx(400), pytest.approx(1.0))


@pytest.mark.parametrize("rate_hz", [10, 15])
def test_a_swaying_head_is_followed_within_a_frame_and_a_still_one_keeps_still(
    make_face: Make, make_scene: Make, rate_hz: int
) -> None:
    """Seen at that rate with the noise that vision has, known a frame later, drawn at 30 fps."""
    rng = np.random.default_rng(4)

    def drawn(reach: float) -> tuple[np.ndarray, np.ndarray]:
        tracker, found, true, waiting = AnchorTracker(), [], [], None
        for number in range(300):
            now = number / 30
            x = 320 + reach * math.sin(2 * math.pi * 0.3 * now)
            tracker.update(waiting, now)
            if number % (30 // rate_hz) == 0:
                face = shaped(make_face(x, 240, 84))
                noisy = (face.eyes + rng.normal(0, 0.2, (2, 2))).astype(np.float32)
                waiting = make_scene(now, (replace(face, eyes=noisy),))
            if number > 30:
                found.append(tracker.poses("face.eyes", (), now, HERE)[0].x)
                true.append(x)
        return np.array(found), np.array(true)

    still, _ = drawn(0.0)
    assert np.std(still) < 0.5
    moving, true = drawn(30.0)
    speed = np.gradient(true, 1 / 30)
    lag_s = -float(((moving - true) * speed).sum() / np.square(speed).sum())
    assert abs(lag_s) < 1 / 30


anything = st.floats(width=32)


@settings(deadline=None)
@given(st.lists(anything, min_size=6, max_size=6), st.floats(0, 3))
def test_broken_landmarks_are_passed_over(values: list[float], at: float) -> None:
    points = np.array(values, np.float32).reshape(3, 2)
    face = Face(1, Box(0, 0, 1, 1), points[:2], points[2], points[2], 0.5)
    hand = Hand(
        2,
        np.resize(points, (21, 2)),
        np.zeros(21, np.float32),
        np.zeros((21, 3), np.float32),
        "left",
        0.5,
    )
    tracker = AnchorTracker()
    with np.errstate(all="ignore"):
        tracker.update(Observation(1, 1.0, (640, 480), (hand,), (face,)), at)
        poses = tracker.poses("face.top", (), at, HERE) + tracker.poses("hand", (2,), at, HERE)
    for pose in poses:
        assert math.isfinite(pose.x + pose.y)
        assert pose.unit > 0


def test_a_face_that_nobody_asked_for_is_measured_late_and_its_speed_is_known(
    make_face: Make, make_scene: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = Head.see

    def see(head: Head, face: Face, at: float, now: float) -> bool:
        seen.append(at)
        return real(head, face, at, now)

    monkeypatch.setattr(Head, "see", see)
    tracker = AnchorTracker()
    for tick in range(30):
        tracker.update(make_scene(1 + tick / 15, (make_face(300 + 8 * tick),)), 1 + tick / 15)
    assert not seen
    (pose,) = tracker.poses("face.eyes", (), 1 + 29.5 / 15, HERE)
    assert 2 <= len(seen) <= 6
    assert pose.x > 300 + 8 * 29 + 1
    assert pose.visibility == 1.0
