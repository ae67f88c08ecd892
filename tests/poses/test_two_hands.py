from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.core.gestures import HEART_HANDS, PAIRS
from vcam.core.observation import Face, Hand, Observation, PoseReading, Side
from vcam.poses.two_hands import belong_together, heart_score, read_pairs

SIZE = (1280, 720)
# The person's right hand, at the picture's left, as half of a heart: palm 100 px long, tips at 0.
HALF_HEART = np.array(
    [
        (-120, 150), (-90, 130), (-60, 125), (-35, 118), (-8, 112),
        (-105, 52), (-80, -10), (-45, -22), (-6, 2),
        (-122, 50), (-95, -22), (-50, -38), (-6, -8),
        (-135, 55), (-108, -18), (-60, -40), (-12, -10),
        (-145, 65), (-120, -2), (-75, -28), (-25, -8),
    ],
    np.float32,
)  # fmt: skip


def hand(
    track_id: int,
    side: Side = "right",
    x: float = 400,
    y: float = 400,
    points: np.ndarray = HALF_HEART,
    scale: float = 1.0,
) -> Hand:
    """A hand; a left one is the mirror image."""
    own = points * np.float32([-1, 1]) if side == "left" else points
    placed = (own * scale + (x, y)).astype(np.float32)
    zeros = np.zeros(21, np.float32)
    return Hand(track_id, placed, zeros, np.zeros((21, 3), np.float32), side, 1.0)


def heart(gap: float = 0.0, turn_deg: float = 0.0, scale: float = 1.0) -> tuple[Hand, Hand]:
    angle = math.radians(turn_deg)
    turn = np.array([(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))])
    pair = []
    for number, side in enumerate(("right", "left"), 1):
        shift = -gap / 2 if side == "right" else gap / 2
        each = hand(number, side, shift, 0, scale=scale)
        points = (each.points @ turn.T + (640, 300)).astype(np.float32)
        pair.append(dataclasses.replace(each, points=points))
    return pair[0], pair[1]


def face(x: float, y: float = 100, height: float = 200) -> Face:
    dots = np.zeros((2, 2), np.float32)
    return Face(9, Box(x - height / 2, y, height, height), dots, dots[0], dots[1], 1.0)


def reading(track_id: int, pose: str, score: float, known: bool = True) -> PoseReading:
    return PoseReading(track_id, {"v_sign": 0.0, "metal": 0.0} | {pose: score}, known)


def pair_scores(hands, readings, faces=()):
    (pair,) = read_pairs(Observation(0, 0.0, SIZE, tuple(hands), tuple(faces)), readings)
    return pair.scores


def test_two_hands_in_the_same_pose_have_the_score_of_the_weaker():
    hands = [hand(1, "right", 300), hand(2, "left", 800)]
    scores = pair_scores(hands, [reading(1, "v_sign", 0.95), reading(2, "v_sign", 0.9)])
    assert scores["two_v_signs"] == 0.9
    assert scores["two_metals"] == 0.0
    assert scores["none"] == pytest.approx(0.1)
    assert set(scores) == {*PAIRS, "none"}


@pytest.mark.parametrize("known", [(True, False), (False, True)])
def test_a_hand_that_is_not_known_makes_no_pair(known):
    hands = [hand(1, "right", 300), hand(2, "left", 800)]
    both = [reading(1, "v_sign", 0.95, known[0]), reading(2, "v_sign", 0.95, known[1])]
    assert pair_scores(hands, both)["two_v_signs"] == 0.0


def test_different_poses_make_no_pair():
    hands = [hand(1, "right", 300), hand(2, "left", 800)]
    scores = pair_scores(hands, [reading(1, "v_sign", 0.95), reading(2, "metal", 0.95)])
    assert scores["none"] == 1.0


def test_hands_without_a_reading_are_left_out():
    hands = (hand(1), hand(2, "left", 800), hand(3, "left", 900))
    both = [reading(1, "v_sign", 0.9), reading(3, "v_sign", 0.9)]
    (pair,) = read_pairs(Observation(0, 0.0, SIZE, hands), both)
    assert pair.track_ids == (1, 3)
    assert read_pairs(Observation(0, 0.0, SIZE, hands), both[:1]) == ()


@pytest.mark.parametrize(
    ("first", "second", "faces", "together"),
    [
        (hand(1), hand(2, "left", 800), (), True),
        (hand(1), hand(2, "right", 800), (), False),
        (hand(1), hand(2, "left", 800, scale=1.7), (), True),
        (hand(1), hand(2, "left", 800, scale=2.2), (), False),
        (hand(1, x=50, scale=0.3), hand(2, "left", 1200, scale=0.3), (), False),
        (hand(1), hand(2, "left", 800), (face(600),), True),
        (hand(1), hand(2, "left", 800), (face(640), face(1270)), True),
        (hand(1), hand(2, "left", 800), (face(300), face(900)), False),
        (hand(1), hand(2, "left", 600), (face(640, height=20), face(660, height=20)), False),
        (hand(1), hand(2, "right", 800), (face(500),), True),
        (hand(1, "left", 300), hand(2, "left", 800), (face(600),), True),
        (hand(1), hand(2, "right", 800), (face(900),), False),
        (hand(1), hand(2, "right", 800), (face(290),), False),
        (hand(1), hand(2, "right", 800), (face(500), face(1270)), False),
        (hand(1), hand(2, "right", 800), (face(500, height=60),), False),
        (hand(1), hand(2, "right", 800, scale=2.2), (face(500),), False),
    ],
    ids=[
        "two hands", "same side", "one nearer", "one much nearer", "too far apart", "one face",
        "nearer to the same face", "one by each face", "out of anybody's reach",
        "same side, about the only face", "left ones about the only face",
        "same side, both on one side of the face", "same side, one before the face",
        "same side, two faces", "same side, out of the face's reach", "same side, one nearer",
    ],
)  # fmt: skip
def test_who_belongs_together(first, second, faces, together):
    assert belong_together(first, second, faces) is together
    assert belong_together(second, first, faces) is together


def test_a_heart():
    assert heart_score(*heart()) > 0.95
    assert heart_score(*heart(scale=0.3)) == pytest.approx(heart_score(*heart()), abs=1e-3)
    first, second = heart()
    assert heart_score(second, first) == heart_score(first, second)
    assert pair_scores([first, second], [reading(1, "v_sign", 0), reading(2, "v_sign", 0)])[
        HEART_HANDS
    ] == heart_score(first, second)


@pytest.mark.parametrize("turn_deg", [-20, 20])
def test_a_heart_may_lean(turn_deg):
    assert heart_score(*heart(turn_deg=turn_deg)) > 0.9


def changed(**places: tuple[float, float]) -> tuple[Hand, Hand]:
    """A heart with landmarks moved, by number, alike on both sides."""
    points = HALF_HEART.copy()
    for name, place in places.items():
        points[int(name[1:])] = place
    return hand(1, "right", 640, 300, points), hand(2, "left", 640, 300, points)


@pytest.mark.parametrize(
    "hands",
    [
        heart(gap=150),
        heart(turn_deg=90),
        heart(turn_deg=180),
        changed(_4=(-90, 112)),
        changed(_8=(-6, -60), _7=(-30, -30)),
        changed(_4=(-8, 20)),
        changed(_6=(-20, -30)),
        (hand(1, "right", 640, 300), hand(2, "right", 640, 300)),
        (hand(1, "right", 740, 300), hand(2, "left", 540, 300)),
    ],
    ids=[
        "apart", "lying", "on its head", "thumbs apart", "a roof", "thumbs at the tips",
        "hands together", "two right hands", "crossed",
    ],
)  # fmt: skip
def test_other_figures_are_no_heart(hands):
    assert heart_score(*hands) < 0.5


@given(st.integers(0, 10_000))
def test_hands_anyhow_have_scores_that_are_scores(seed):
    rng = np.random.default_rng(seed)
    pair = [
        hand(number, side, 0, 0, rng.normal(300, 200, (21, 2)).astype(np.float32))
        for number, side in enumerate(("right", "left"), 1)
    ]
    if seed % 3 == 0:
        pair[0].points[seed % 21] = math.nan
    scores = pair_scores(pair, [reading(1, "v_sign", 0.9), reading(2, "v_sign", 0.9)])
    assert all(0 <= score <= 1 for score in scores.values())
