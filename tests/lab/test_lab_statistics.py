from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.lab.statistics import (
    levenshtein,
    poisson_interval,
    quantile,
    rate_interval,
    share_interval,
)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood's table.
    [(0, 0.0, 3.688879), (1, 0.025318, 5.571643), (5, 1.623486, 11.668332), (100, 81.36, 121.63)],
)
def test_poisson_interval(count, low, high):
    assert poisson_interval(count) == pytest.approx((low, high), rel=1e-4)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.308497),
        (10, 10, 0.691503, 1.0),
        (97, 100, 0.914822, 0.993769),
        (5, 20, 0.086571, 0.491046),
    ],
)
def test_share_interval(hits, total, low, high):
    assert share_interval(hits, total) == pytest.approx((low, high), abs=1e-5)


def test_nothing_has_no_interval():
    assert share_interval(0, 0) is None
    assert rate_interval(0, 0.0) is None
    assert quantile([], 0.5) is None
    with pytest.raises(ValueError, match="3 of 2"):
        share_interval(3, 2)


def test_rate_is_per_hour():
    assert rate_interval(0, 2.0) == pytest.approx((0, 1.844440), rel=1e-4)


@given(st.integers(0, 60), st.integers(0, 60))
def test_interval_holds_the_share(hits, more):
    interval = share_interval(hits, hits + more)
    if hits + more:
        assert interval.low <= hits / (hits + more) <= interval.high


@given(st.integers(0, 200))
def test_interval_holds_the_count_and_grows(count):
    low, high = poisson_interval(count)
    assert low <= count <= high
    assert poisson_interval(count + 1).high > high


def test_quantiles():
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([0.0, 1.0], 0.95) == pytest.approx(0.95)
    assert quantile([4.0], 0.95) == 4.0


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("abc", "abc", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2)],
)
def test_levenshtein(a, b, distance):
    assert levenshtein(a, b) == distance


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_levenshtein_is_a_distance(a, b):
    assert levenshtein(a, b) == levenshtein(b, a)
    assert abs(len(a) - len(b)) <= levenshtein(a, b) <= max(len(a), len(b))
