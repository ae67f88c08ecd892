from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vcam.effects.quality import LONGEST_RISE_S, RISE_AFTER_S, QualityGovernor

FPS = 30


class Run:
    def __init__(self) -> None:
        self.governor = QualityGovernor(2)
        self.at = 0.0

    def draw(self, seconds: float, spent_ms: float) -> int:
        for _ in range(round(seconds * FPS)):
            self.at += 1 / FPS
            self.governor.note(spent_ms / 1000, self.at)
        return self.governor.level


def test_it_falls_within_a_second_and_rises_after_some() -> None:
    run = Run()
    assert run.draw(2, 5) == 0
    assert run.draw(0.7, 30) == 1
    assert run.draw(0.7, 30) == 2
    assert run.draw(5, 30) == 2
    assert run.draw(RISE_AFTER_S - 1, 4) == 2
    assert run.draw(1.5, 4) == 1
    assert run.draw(RISE_AFTER_S + 1, 4) == 0


def test_single_late_pictures_change_nothing() -> None:
    run = Run()
    for _ in range(20):
        run.draw(0.2, 30)
        run.draw(0.3, 5)
    assert run.governor.level == 0


def test_between_the_bounds_it_stays() -> None:
    run = Run()
    run.draw(0.7, 30)
    assert run.draw(60, 14) == 1


def test_what_falls_right_after_a_rise_waits_longer_each_time() -> None:
    run = Run()
    waits = []
    run.draw(0.7, 30)
    for _ in range(4):
        began = run.at
        while run.governor.level and run.at < began + 2 * LONGEST_RISE_S:
            run.draw(1 / FPS, 2)
        waits.append(run.at - began)
        run.draw(0.7, 30)
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0]


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(-5, 1e6)), max_size=200))
def test_it_keeps_within_its_levels_whatever_comes(notes: list[tuple[float, float]]) -> None:
    governor = QualityGovernor(2)
    for spent_s, at in notes:
        governor.note(spent_s, at)
        assert 0 <= governor.level <= 2
