from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.region import (
    Region,
    cut,
    from_face,
    from_face_box,
    from_hand,
    from_palm,
    hand_square,
    place,
)

# An open hand, fingers up, in units of the palm: wrist at the origin, y down.
UPRIGHT = np.array(
    [
        [0, 0], [-0.3, -0.2], [-0.5, -0.4], [-0.7, -0.6], [-0.8, -0.8],
        [-0.3, -0.95], [-0.35, -1.3], [-0.37, -1.5], [-0.38, -1.7],
        [0, -1], [0, -1.4], [0, -1.65], [0, -1.85],
        [0.2, -0.95], [0.25, -1.3], [0.27, -1.5], [0.28, -1.7],
        [0.4, -0.85], [0.5, -1.1], [0.55, -1.25], [0.6, -1.4],
    ],
    np.float32,
)  # fmt: skip


def turned(points: np.ndarray, angle: float) -> np.ndarray:
    cos, sin = math.cos(angle), math.sin(angle)
    return (points @ np.array([[cos, sin], [-sin, cos]])).astype(np.float32)


angles = st.floats(-3.1, 3.1)


def test_a_palm_with_fingers_up_is_not_turned_and_its_region_lies_higher() -> None:
    region = from_palm(Box(80, 80, 40, 40), np.array([100, 120.0]), np.array([100, 80.0]))
    assert region.angle == pytest.approx(0)
    assert (region.x, region.y) == (pytest.approx(100), pytest.approx(80))
    assert region.size == pytest.approx(104)


def test_a_palm_with_fingers_to_the_right_is_a_quarter_turn() -> None:
    region = from_palm(Box(80, 80, 40, 40), np.array([80, 100.0]), np.array([120, 100.0]))
    assert region.angle == pytest.approx(math.pi / 2)
    assert (region.x, region.y) == (pytest.approx(120), pytest.approx(100))


@given(angles, st.floats(20, 300), st.floats(-500, 500))
def test_the_next_region_turns_grows_and_moves_with_the_hand(
    angle: float, scale: float, shift: float
) -> None:
    plain = from_hand(UPRIGHT)
    other = from_hand(turned(UPRIGHT, angle) * scale + shift)
    assert math.remainder(other.angle - plain.angle - angle, math.tau) == pytest.approx(0, abs=1e-3)
    assert other.size == pytest.approx(plain.size * scale, rel=1e-3)
    centre = turned(np.array([[plain.x, plain.y]], np.float32), angle)[0] * scale + shift
    assert (other.x, other.y) == (
        pytest.approx(centre[0], abs=0.01 * scale),
        pytest.approx(centre[1], abs=0.01 * scale),
    )


@given(angles)
def test_the_next_region_holds_the_whole_hand(angle: float) -> None:
    points = turned(UPRIGHT, angle) * 100 + 300
    region = from_hand(points)
    away = turned(points - np.array([region.x, region.y]), -region.angle)
    assert np.abs(away).max() < region.size / 2


@given(angles, st.floats(10, 400), st.floats(0, 600), st.floats(0, 600))
def test_points_of_a_cut_come_back_to_the_frame(
    angle: float, size: float, x: float, y: float
) -> None:
    region = Region(x, y, size, angle)
    assert place(np.array([[112, 112]]), region, 224)[0] == pytest.approx([x, y], abs=0.01)
    top = place(np.array([[112, 0]]), region, 224)[0]
    expected = [x + size / 2 * math.sin(angle), y - size / 2 * math.cos(angle)]
    assert top == pytest.approx(expected, abs=0.01)


def test_a_cut_shows_what_lies_in_the_region_upright() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    cv2.circle(image, (200, 100), 6, (255, 255, 255), -1)
    region = Region(150, 100, 200, math.pi / 2)  # up in the cut is right in the frame
    picture = cut(image, region, 100)
    assert picture.shape == (100, 100, 3)
    rows, columns = np.nonzero(picture[..., 0] > 128)
    assert (columns.mean(), rows.mean()) == (pytest.approx(50, abs=1), pytest.approx(25, abs=1))


def test_border_pixels_go_on_outside() -> None:
    image = np.full((50, 50, 3), 77, np.uint8)
    assert cut(image, Region(-100, -100, 60, 0.3), 32).min() == 77


def test_a_face_region_is_level_with_the_eyes() -> None:
    region = from_face_box(Box(100, 100, 60, 80), np.array([[110, 120.0], [150, 160.0]]))
    assert region.angle == pytest.approx(math.pi / 4)
    assert region.size == pytest.approx(120)
    mesh = np.random.default_rng(1).uniform(0, 100, (468, 2)).astype(np.float32)
    mesh[33], mesh[133] = (20, 50), (40, 50)
    assert from_face(mesh).angle == pytest.approx(0)


@pytest.mark.parametrize(
    ("x", "y", "inside"), [(50, 50, True), (-20, 50, True), (-60, 50, False), (50, 160, False)]
)
def test_a_region_outside_the_picture_is_told(x: float, y: float, inside: bool) -> None:
    assert Region(x, y, 100, 0).touches(100, 100) is inside
    assert Region(0, 0, 100, 0).moved(x, y).touches(100, 100) is inside


@pytest.mark.parametrize("angle", [0.0, 1.1, -2.5])
def test_the_square_of_a_hand_stands_upright_and_tells_its_turn(angle: float) -> None:
    points = turned(UPRIGHT, angle) * 60 + np.array([320, 240], np.float32)
    image = np.zeros((480, 640, 3), np.uint8)
    cv2.circle(image, tuple(map(int, points[0])), 8, (0, 0, 255), -1)
    cv2.circle(image, tuple(map(int, points[12])), 8, (255, 0, 0), -1)
    square, turn = hand_square(image, points, 64)
    assert square.shape == (64, 64, 3)
    assert math.cos(turn - angle) > 0.95
    wrist, tip = (np.argwhere(square[..., channel] > 80).mean(axis=0) for channel in (2, 0))
    assert wrist[0] - tip[0] > 20
    assert abs(wrist[1] - tip[1]) < 6
