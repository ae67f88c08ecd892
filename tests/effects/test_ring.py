from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.ring import draw_ring


def ring(progress: float) -> np.ndarray:
    canvas = np.full((200, 200, 3), 90, np.uint8)
    draw_ring(canvas, (100.0, 100.0), 60.0, progress)
    return canvas


def at(canvas: np.ndarray, clock_deg: float) -> int:
    angle = math.radians(clock_deg - 90)
    return int(canvas[round(99.5 + 60 * math.sin(angle)), round(99.5 + 60 * math.cos(angle))].max())


def test_it_fills_clockwise_from_the_top() -> None:
    canvas = ring(0.5)
    assert min(at(canvas, degrees) for degrees in (10, 45, 90, 135, 170)) > 200
    assert max(at(canvas, degrees) for degrees in (190, 225, 270, 315, 345)) < 90


def test_the_track_shows_before_anything_is_done() -> None:
    assert max(at(ring(0.0), degrees) for degrees in range(0, 360, 15)) < 90


def test_full_it_is_green() -> None:
    blue, green, red = ring(1.0)[100, 160]
    assert green > 200
    assert green > red + 40
    assert green > blue + 40


def test_more_progress_is_more_light() -> None:
    light = [int(ring(share / 10)[..., 2].astype(int).sum()) for share in range(10)]
    assert (np.diff(light) > 0).all()


def test_beyond_the_ends_is_cut_off() -> None:
    assert np.array_equal(ring(7.0), ring(1.0))
    assert np.array_equal(ring(-7.0), ring(0.0))


def test_nothing_outside_the_ring_is_touched() -> None:
    rows, columns = np.mgrid[:200, :200] + 0.5
    distance = np.hypot(rows - 100, columns - 100)
    canvas = ring(0.7)
    assert (canvas[(distance > 68) | (distance < 52)] == 90).all()


@settings(deadline=None)
@given(*[st.floats(width=32)] * 4)
def test_it_never_raises(x: float, y: float, radius: float, progress: float) -> None:
    canvas = np.full((40, 50, 3), 90, np.uint8)
    draw_ring(canvas, (x, y), radius, progress)
    if not math.isfinite(x + y + radius + progress):
        assert (canvas == 90).all()


@pytest.mark.parametrize("centre", [(0.0, 0.0), (199.0, 100.0), (-30.0, 100.0)])
def test_it_may_hang_over_the_edge(centre: tuple[float, float]) -> None:
    canvas = np.full((200, 200, 3), 90, np.uint8)
    draw_ring(canvas, centre, 60.0, 0.6)
    assert (canvas != 90).any()
