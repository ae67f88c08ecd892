from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.allowance import LEAST, LONGEST_RISE_S, PICTURES, RISE_AFTER_S, Allowance

FPS = 30
BUDGET_S = 0.004


class Show:
    """An effect of which some costs by the piece, some as a whole."""

    def __init__(self, whole_ms: float, pieces_ms: float) -> None:
        self.allowance = Allowance()
        self.whole_ms, self.pieces_ms = whole_ms, pieces_ms
        self.at = 0.0
        self.shares: list[float] = []

    def draw(self, seconds: float, extra_ms: float = 0.0, name: str = "show") -> float:
        for _ in range(round(seconds * FPS)):
            self.at += 1 / FPS
            share = self.allowance.share(name)
            self.shares.append(share)
            spent_ms = self.whole_ms + share * self.pieces_ms + extra_ms
            self.allowance.note(spent_ms / 1000, self.at, BUDGET_S)
        return self.allowance.share(name)


def test_where_there_is_time_nothing_is_ever_left_out() -> None:
    show = Show(1, 2.9)
    assert show.draw(60) == 1
    assert set(show.shares) == {1.0}


def test_it_falls_at_once_and_by_small_steps() -> None:
    show = Show(1, 6)
    # The first picture has no time since the last; as many again are cold.
    assert show.draw(2 * PICTURES / FPS) == 1
    assert 0.69 <= show.draw(1 / FPS) < 1
    assert show.draw(0.5) <= 0.6


@settings(deadline=None)
@given(st.floats(0, 3), st.floats(0.1, 15))
def test_it_comes_to_what_can_be_afforded_and_stays(whole_ms: float, pieces_ms: float) -> None:
    show = Show(whole_ms, pieces_ms)
    share = show.draw(5)
    assert whole_ms + share * pieces_ms <= 4.0 or share == LEAST
    assert share == 1 or share >= min(1, max(LEAST, 0.65 * (4 - whole_ms) / pieces_ms))
    show.shares.clear()
    show.draw(30)
    steps = [b - a for a, b in pairwise(show.shares) if b != a]
    assert all(step > 0 for step in steps)


def test_it_rises_slowly_once_there_is_room() -> None:
    show = Show(1, 3)
    low = show.draw(1, extra_ms=8)
    assert low < 0.5
    assert show.draw(RISE_AFTER_S - 1) == low
    assert low < show.draw(2) < 1.2 * low
    assert show.draw(60) > 0.8


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 12), min_size=5, max_size=60))
def test_it_never_goes_up_and_down_fast(loads_ms: list[float]) -> None:
    show = Show(1, 4)
    for load_ms in loads_ms:
        show.draw(1, extra_ms=load_ms)
    rises = [n for n in range(1, len(show.shares)) if show.shares[n] > show.shares[n - 1]]
    waits_s = [(b - a) / FPS for a, b in pairwise(rises)]
    assert all(wait_s >= RISE_AFTER_S - 0.1 for wait_s in waits_s)
    assert all(LEAST <= share <= 1 for share in show.shares)


def test_what_falls_right_after_a_rise_waits_longer_each_time() -> None:
    show = Show(1, 3)
    show.draw(1, extra_ms=8)
    waits_s = []
    for _ in range(3):
        began, share = show.at, show.allowance.share("show")
        while show.allowance.share("show") <= share and show.at < began + 2 * LONGEST_RISE_S:
            show.draw(1 / FPS)
        waits_s.append(show.at - began)
        show.draw(0.5, extra_ms=8)
    assert waits_s == sorted(waits_s)
    assert waits_s[-1] > 3 * waits_s[0]


def test_single_slow_pictures_change_nothing() -> None:
    show = Show(1, 2)
    for _ in range(40):
        show.draw(1 / FPS, extra_ms=60)
        assert show.draw(4 / FPS) == 1


def test_a_machine_that_stalls_for_a_moment_keeps_most_of_the_show() -> None:
    show = Show(1, 2)
    show.draw(1)
    assert show.draw(0.8, extra_ms=300) >= 0.34


def test_the_first_pictures_after_a_sleep_are_not_counted() -> None:
    show = Show(1, 2)
    show.draw(1)
    show.at += 3600
    assert show.draw(2 / FPS, extra_ms=300) == 1
    assert show.draw(1) == 1


def test_a_showing_that_had_much_room_is_followed_by_a_fuller_one() -> None:
    show = Show(0.5, 2)
    low = show.draw(1, extra_ms=20)
    show.draw(1.5)
    show.draw(1 / FPS, name="another")
    assert show.allowance.share("show") == min(1, 2 * low)


def test_the_next_showing_starts_with_what_could_be_afforded_the_last_time() -> None:
    show = Show(1, 8)
    share = show.draw(2)
    assert share < 0.5
    assert show.allowance.share("another") == 1
    assert show.allowance.share("show") == share


def test_shows_that_are_shorter_than_the_wait_get_their_pieces_back_too() -> None:
    show = Show(1, 2)
    names = ("one", "other")
    assert all(show.draw(1, extra_ms=20, name=name) < 0.5 for name in names)
    for number in range(80):
        show.draw(RISE_AFTER_S / 2, name=names[number % 2])
    assert all(show.allowance.share(name) == 1 for name in names)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(-5, 1e6), st.sampled_from("ab"))))
def test_it_keeps_within_its_bounds_whatever_comes(notes: list[tuple[float, float, str]]) -> None:
    allowance = Allowance()
    for spent_s, at, name in notes:
        assert LEAST <= allowance.share(name) <= 1
        allowance.note(spent_s, at, BUDGET_S)
