from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.vision.pace import Pace


@given(st.floats(1, 60), st.floats(5, 120))
def test_a_pace_keeps_its_rate_on_average(rate: float, fps: float) -> None:
    pace, done = Pace(rate), 0
    for step in range(round(10 * fps)):
        if pace.due(step / fps):
            pace.done(step / fps)
            done += 1
    assert done == pytest.approx(10 * min(rate, fps), rel=0.1, abs=1.5)


@given(st.floats(0.5, 10), st.lists(st.floats(0, 0.8), min_size=1, max_size=200))
def test_whatever_the_frames_a_pace_is_a_budget(rate: float, steps: list[float]) -> None:
    pace, at, times = Pace(rate), 0.0, []
    for step in steps:
        at += step
        if pace.due(at):
            pace.done(at)
            times.append(at)
    for start in times:
        assert sum(start <= time < start + 1 for time in times) <= rate + 2


def test_a_pace_does_not_catch_up_after_a_gap() -> None:
    pace = Pace(10)
    pace.done(0.0)
    assert not pace.due(0.05)
    assert pace.due(0.05, early=0.5)
    pace.done(5.0)
    assert not pace.due(5.05)
    pace.now()
    assert pace.due(5.05)


def test_a_pace_of_zero_is_never_due() -> None:
    pace = Pace(0)
    assert not pace.due(1.0, early=1.0)
    pace.now()
    assert not pace.due(1e9, early=1.0)
