"""Where single points lie: of turned faces, fingertips, shoulders, between hands."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vcam.core.geometry import Placement
from vcam.core.observation import Landmark
from vcam.effects.anchor import AnchorName, AnchorTracker

from .anchor_kit import HERE, Make, shaped

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
