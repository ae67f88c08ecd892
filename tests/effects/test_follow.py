from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.follow import MAX_LEAD_S, Follower

UNIT = 80.0


def point(x: float, y: float = 0.0) -> np.ndarray:
    return np.array([x, y], np.float32)


def run(
    path: Callable[[float], float], noise_px: float = 0.0, latency_s: float = 0.05
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws at 30 Hz what is seen at 15 Hz; drawn, true and last seen positions."""
    rng = np.random.default_rng(2)
    follower = Follower(1.0, 4.0)
    drawn, true, seen, last, tick = [], [], [], 0.0, 0
    for number in range(300):
        now = number / 30
        while tick / 15 + latency_s <= now:
            at = tick / 15
            last = path(at) + rng.normal(0, noise_px)
            follower.see(point(last), at, UNIT, now)
            tick += 1
        if tick and number > 30:
            drawn.append(float(follower.at(now)[0]))
            true.append(path(now))
            seen.append(last)
    return np.array(drawn), np.array(true), np.array(seen)


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).mean()))


def test_the_first_sighting_passes_unchanged() -> None:
    follower = Follower(1.0, 4.0)
    follower.see(point(12, 34), 1.0, UNIT, 1.05)
    assert follower.at(1.2).tolist() == [12, 34]


def test_what_rests_is_steadier_than_what_is_seen() -> None:
    drawn, _, seen = run(lambda t: 300.0, noise_px=1.0)
    assert rms(np.diff(drawn)) < 0.4 * rms(np.diff(seen))
    assert rms(drawn - 300) < rms(seen - 300)


def test_steady_movement_is_carried_on_not_trailed() -> None:
    drawn, true, seen = run(lambda t: 100 + 90 * t)
    assert rms((drawn - true)[60:]) < 0.35 * rms((seen - true)[60:])


def test_swaying_is_followed_more_closely_than_by_the_last_sighting() -> None:
    drawn, true, seen = run(lambda t: 300 + 60 * np.sin(2 * np.pi * 0.3 * t), noise_px=1.0)
    assert rms(drawn - true) < rms(seen - true)


@pytest.mark.parametrize(("strays_px", "jumps_px"), [(1, 0.02), (40, 70)])
def test_a_new_sighting_makes_no_jump_unless_it_moves_fast(
    strays_px: float, jumps_px: float
) -> None:
    follower = Follower(1.0, 4.0)
    follower.see(point(0), 0.0, UNIT, 0.0)
    follower.see(point(strays_px), 0.1, UNIT, 0.15)
    before = follower.at(0.2)
    follower.see(point(0), 0.2, UNIT, 0.2)
    jump_px = abs(float((follower.at(0.2) - before)[0]))
    assert jump_px <= jumps_px if strays_px == 1 else jump_px > jumps_px


def test_what_has_no_trend_is_not_carried_on() -> None:
    follower = Follower([8.0, 8.0], [4.0, 4.0], trend=[1.0, 0.0])
    for tick in range(5):
        follower.see(np.full((2, 1), 10.0 * tick, np.float32), tick / 10, [UNIT, UNIT], tick / 10)
    followed, smoothed = follower.at(0.45)[:, 0].tolist()
    assert smoothed <= 40 < followed


def test_things_may_be_carried_on_by_others() -> None:
    follower = Follower([8.0, 8.0], [4.0, 4.0], carry=lambda value, speed: speed[::-1])
    for tick in range(5):
        seen = np.array([[20.0 * tick], [0.0]], np.float32)
        follower.see(seen, tick / 10, [UNIT, UNIT], tick / 10)
    first, second = (follower.at(0.45) - follower.at(0.4))[:, 0].tolist()
    assert first == pytest.approx(0, abs=0.5)
    assert second == 0, "it rests, so nothing of it is believed"


def test_it_is_not_carried_on_for_ever() -> None:
    follower = Follower(1.0, 4.0)
    for tick in range(20):
        follower.see(point(20.0 * tick), tick / 15, UNIT, tick / 15)
    end = 19 / 15
    far, farther = follower.at(end + MAX_LEAD_S + 1), follower.at(end + MAX_LEAD_S + 2)
    assert far.tolist() == pytest.approx(farther.tolist(), abs=1e-3)
    assert far[0] - 380 < 20 * 15 * MAX_LEAD_S * 1.5


def test_a_sighting_that_is_not_newer_changes_nothing() -> None:
    follower = Follower(1.0, 4.0)
    follower.see(point(0), 1.0, UNIT, 1.0)
    follower.see(point(10), 1.1, UNIT, 1.1)
    before = follower.at(1.15).tolist()
    follower.see(point(500), 1.1, UNIT, 1.15)
    follower.see(point(500), 0.5, UNIT, 1.15)
    assert follower.at(1.15).tolist() == before


steps = st.lists(
    st.tuples(st.floats(0, 2), st.floats(-1e4, 1e4), st.floats(0, 500)), min_size=1, max_size=30
)


@settings(deadline=None)
@given(steps)
def test_whatever_is_seen_the_answer_is_finite(seen: list[tuple[float, float, float]]) -> None:
    follower, at = Follower(1.0, 4.0), 0.0
    for step_s, x, unit in seen:
        at += step_s
        follower.see(point(x), at, unit, at + 0.03)
        assert np.isfinite(follower.at(at + 0.05)).all()
