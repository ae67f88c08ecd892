from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.geometry import Box, Placement
from vcam.core.observation import Face, FaceShape, Hand, Landmark, Observation
from vcam.effects.anchor import FADE_S, HOLD_S, AnchorName, AnchorTracker
from vcam.effects.head import Head

Make = Callable[..., Face]
HERE = Placement()


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


def shaped(face: Face, yaw: float = 0.0) -> Face:
    x, y = face.eyes.mean(axis=0)
    unit = float(np.hypot(*(face.eyes[1] - face.eyes[0])))
    places = [[0, -0.7], [0, 1.7], [-0.6, 0.6], [0.6, 0.6]]
    points = (np.array(places) * unit + (x, y)).astype(np.float32)
    shape = FaceShape(points[0], points[1], points[2:], yaw, 0.0)
    return replace(face, shape=shape)


POINTS: dict[AnchorName, tuple[float, float]] = {
    "face.eyes": (0, 0),
    "face.top": (0, -1.45),
    "face.forehead": (0, -0.7),
    "face.nose": (0, 0.6),
    "face.mouth": (0, 1.05),
    "face.chin": (0, 1.7),
    "face.left_cheek": (-0.6, 0.6),
    "face.right_cheek": (0.6, 0.6),
}


@pytest.mark.parametrize("anchor", POINTS)
def test_every_point_of_the_face_is_where_it_was_seen(
    make_face: Make, make_scene: Make, anchor: AnchorName
) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (shaped(make_face(300, 200, 100)),)), 1.0)
    (pose,) = tracker.poses(anchor, (), 1.0, Placement(0.5, 40, 30))
    right, down = POINTS[anchor]
    assert (pose.x, pose.y) == pytest.approx((190 + 50 * right, 130 + 50 * down), abs=0.1)
    assert pose.unit == pytest.approx(50, abs=0.1)


def test_a_turned_face_narrows_by_its_yaw_and_hides_the_far_cheek(
    make_face: Make, make_scene: Make
) -> None:
    yaw = math.radians(60)
    face = make_face(300, 200, 100)
    middle = face.eyes.mean(axis=0)
    face = replace(face, eyes=((face.eyes - middle) * 0.5 + middle).astype(np.float32))
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (shaped(face, yaw),)), 1.0)
    (eyes,) = tracker.poses("face.eyes", (), 1.0, HERE)
    assert eyes.unit == pytest.approx(100, abs=0.5)
    assert eyes.squash == pytest.approx(0.5, abs=0.01)
    (near,) = tracker.poses("face.left_cheek", (), 1.0, HERE)
    (far,) = tracker.poses("face.right_cheek", (), 1.0, HERE)
    assert near.visibility == 1
    assert far.visibility == 0


@pytest.mark.parametrize("side", [1, -1])
def test_the_top_of_a_turned_head_lies_against_the_turn_and_is_wider(
    make_face: Make, make_scene: Make, side: int
) -> None:
    tops = []
    for degrees in (0, 20, 40, 60):
        yaw = math.radians(side * degrees)
        face = make_face(300, 200, 100)
        middle = face.eyes.mean(axis=0)
        eyes = ((face.eyes - middle) * math.cos(yaw) + middle).astype(np.float32)
        tracker = AnchorTracker()
        tracker.update(make_scene(1.0, (shaped(replace(face, eyes=eyes), yaw),)), 1.0)
        (top,) = tracker.poses("face.top", (), 1.0, HERE)
        tops.append((side * (300 - top.x), top.unit))
        assert top.y == pytest.approx(200 - 145, abs=0.5)
        assert top.squash == 1
    away, units = np.array(tops).T
    assert away[0] == pytest.approx(0, abs=0.1)
    assert (np.diff(away) > 15).all()
    assert away[3] == pytest.approx(91, abs=2)
    assert (np.diff(units) > 0).all()


def test_shoulders_stay_level_and_lie_below_a_tilted_head(
    make_face: Make, make_scene: Make
) -> None:
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (make_face(300, 200, 50, roll=0.5),)), 1.0)
    (pose,) = tracker.poses("shoulders", (), 1.0, HERE)
    assert pose.roll == 0
    assert pose.x < 300
    assert pose.y > 200 + 2.5 * 50


def test_a_fingertip_turns_as_the_finger_points(make_hand: Make, make_scene: Make) -> None:
    hand = make_hand(200, 300, 90)
    points = hand.points.copy()
    points[Landmark.INDEX_PIP], points[Landmark.INDEX_TIP] = (180, 250), (230, 250)
    tracker = AnchorTracker()
    tracker.update(make_scene(1.0, (), (replace(hand, points=points),)), 1.0)
    (tip,) = tracker.poses("hand.index", (7,), 1.0, HERE)
    assert (tip.x, tip.y, tip.roll) == pytest.approx((230, 250, math.pi / 2), abs=0.01)
    (middle,) = tracker.poses("hand.middle", (7,), 1.0, HERE)
    assert middle.roll == pytest.approx(0, abs=0.01)


def follow_tip(
    make_hand: Make, make_scene: Make, raised: Callable[[float], tuple[float, float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Where the middle finger's tip is drawn at 30 fps, and where it is; of a hand seen 10 times a
    second, known a frame later, and smoothed by 40 ms. `raised` gives the hand's turn, radians, and
    the finger's length, palms."""

    def points_at(at: float) -> np.ndarray:
        turn, length = raised(at)
        hand = make_hand(200, 300, 90)
        hand.points[Landmark.MIDDLE_TIP] = (200, 300 - 90 * length)
        cos, sin = math.cos(turn), math.sin(turn)
        arms = hand.points - (200, 300)
        return (arms @ np.array([[cos, sin], [-sin, cos]]) + (200, 300)).astype(np.float32)

    tracker, drawn, true, waiting = AnchorTracker(), [], [], None
    for number in range(90):
        now = number / 30
        tracker.update(waiting, now)
        if number % 3 == 0:
            seen = replace(make_hand(), points=points_at(now - 0.04))
            waiting = make_scene(now, (), (seen,))
        if number > 15:
            (pose,) = tracker.poses("hand.middle", (7,), now, HERE)
            drawn.append((pose.x, pose.y))
            true.append(points_at(now)[Landmark.MIDDLE_TIP])
    return np.array(drawn), np.array(true)


def test_the_tips_of_a_waving_hand_lag_less_than_a_frame(make_hand: Make, make_scene: Make) -> None:
    drawn, true = follow_tip(
        make_hand, make_scene, lambda at: (0.4 * math.sin(1.4 * math.pi * at), 1.3)
    )
    speed = np.gradient(true, 1 / 30, axis=0)
    lag_s = -((drawn - true) * speed).sum() / np.square(speed).sum()
    assert abs(lag_s) < 1 / 30
    assert np.hypot(*(drawn - true).T).max() < 30


def test_a_finger_that_opens_is_not_drawn_far_beyond(make_hand: Make, make_scene: Make) -> None:
    drawn, true = follow_tip(
        make_hand, make_scene, lambda at: (0.0, 0.4 + min(0.9, max(0.0, (at - 1.5) * 6)))
    )
    assert true[-1, 1] - drawn[:, 1].min() < 0.5 * np.ptp(true[:, 1])
    assert drawn[-1] == pytest.approx(true[-1], abs=1)


def test_shoulders_hang_on_a_steady_length(make_face: Make, make_scene: Make) -> None:
    """Noise of the eyes' distance would shake them by three times as much."""
    rng, tracker, drawn = np.random.default_rng(4), AnchorTracker(), []
    for number in range(300):
        at = number / 10
        tracker.update(make_scene(at, (make_face(320, 240, 90 + rng.normal(0, 0.5)),)), at)
        (eyes,) = tracker.poses("face.eyes", (), at, HERE)
        (pose,) = tracker.poses("shoulders", (), at, HERE)
        drawn.append((pose.y - 240, eyes.unit * 3.1))
    by_own, by_eyes = np.array(drawn)[50:].std(axis=0)
    assert by_own < 0.7 * by_eyes


def test_between_two_hands_are_their_middle_and_distance(make_hand: Make, make_scene: Make) -> None:
    tracker = AnchorTracker()
    hands = (make_hand(500, 300, track_id=7), make_hand(200, 300, track_id=8))
    tracker.update(make_scene(1.0, (), hands), 1.0)
    for wanted in ((), (7,), (8, 7)):
        (pose,) = tracker.poses("hands.between", wanted, 1.0, HERE)
        assert (pose.x, pose.unit, pose.roll) == pytest.approx((350, 300, 0), abs=0.1)
    alone = AnchorTracker()
    alone.update(make_scene(1.0, (), hands[:1]), 1.0)
    assert alone.poses("hands.between", (), 1.0, HERE) == []


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
