from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.pipeline.pacing import Pacer


def play(pacer: Pacer, arrivals: list[float], source_fps: float, until: float):
    """Plays camera frames against the pacer; returns send times and the delays of new frames."""
    sends: list[float] = []
    delays: list[float] = []
    now, newest, shown = 0.0, -1, -1
    while now < until:
        now = max(now, pacer.opens_at)
        while newest + 1 < len(arrivals) and arrivals[newest + 1] <= now:
            newest += 1
        waits = newest > shown
        if not waits or pacer.better_follows(arrivals[newest], source_fps):
            upcoming = arrivals[newest + 1] if newest + 1 < len(arrivals) else float("inf")
            now = min(max(now, upcoming), max(now, pacer.closes_at))
            newest += upcoming <= now
        if newest > shown:
            delays.append(now - arrivals[newest])
            shown = newest
            pacer.sent(now, arrivals[newest], source_fps)
        else:
            pacer.sent(now)
        sends.append(now)
    return sends, delays


def camera(fps: float, seconds: float, phase_s: float, jitter_s: float, seed: int = 1):
    rng = random.Random(seed)
    times = [
        phase_s + n / fps + rng.uniform(-jitter_s, jitter_s) for n in range(int(seconds * fps))
    ]
    return sorted(times)


@pytest.mark.parametrize("phase_ms", [0, 5, 12, 20, 29])
@pytest.mark.parametrize("rate", [30.0, 29.97])
def test_locks_onto_a_camera_of_the_same_rate(phase_ms, rate):
    pacer = Pacer(30, start=0.0)
    _, delays = play(pacer, camera(rate, 20, phase_ms / 1000, 0.002), rate, until=19)
    settled = sorted(delays[150:])
    assert settled[int(0.95 * len(settled))] < 0.004
    assert pacer.late_frames == 0


@given(
    fps=st.sampled_from([7.5, 15.0, 24.0, 25.0, 30.0, 60.0]),
    phase_s=st.floats(0, 0.1),
    jitter_s=st.floats(0, 0.01),
)
@settings(max_examples=40, deadline=None)
def test_keeps_its_rate_whatever_the_camera_does(fps, phase_s, jitter_s):
    pacer = Pacer(30, start=0.0)
    sends, _ = play(pacer, camera(fps, 12, phase_s, jitter_s), fps, until=10)
    gaps = [b - a for a, b in itertools.pairwise(sends)]
    assert len(sends) == pytest.approx(300, abs=6)
    assert max(gaps) <= pacer.period_s * 1.5
    assert pacer.late_frames == 0


def test_without_a_camera_it_beats_alone():
    pacer = Pacer(30, start=0.0)
    sends, delays = play(pacer, [], 30, until=10)
    assert len(sends) == pytest.approx(300, abs=2)
    assert delays == []


def test_a_stall_is_counted_and_not_made_up_for():
    pacer = Pacer(10, start=0.0)
    pacer.sent(0.0)
    assert pacer.sent(0.55) == 4
    assert pacer.due == pytest.approx(0.6)
    assert pacer.late_frames == 4


def test_a_frame_in_its_window_is_not_late():
    pacer = Pacer(10, start=0.0)
    assert pacer.sent(pacer.closes_at + 0.01) == 0
