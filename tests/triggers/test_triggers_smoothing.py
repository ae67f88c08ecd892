from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.observation import PoseReading
from vcam.triggers.smoothing import LEAST_READINGS, History, Sample, median


def sample(at, known=True, **scores):
    return Sample.of(at, PoseReading(1, scores, known))


def test_lead_is_over_the_best_of_all_others():
    reading = sample(0.0, v_sign=0.6, metal=0.3, none=0.1)
    assert reading.best == "v_sign"
    assert reading.lead("v_sign") == pytest.approx(0.3)
    assert reading.lead("metal") == pytest.approx(-0.3)
    assert reading.lead("shaka") == pytest.approx(-0.6)


def test_two_poses_alike_have_no_lead():
    assert sample(0.0, v_sign=0.5, metal=0.5).lead("v_sign") == 0
    assert sample(0.0, v_sign=0.5, metal=0.5).lead("metal") == 0


def test_scores_are_kept_within_0_and_1():
    reading = sample(0.0, v_sign=1.2, metal=-0.3)
    assert reading.score("v_sign") == 1
    assert reading.score("metal") == 0


@pytest.mark.parametrize(
    "reading",
    [
        sample(0.0, known=False, v_sign=0.99),
        sample(0.0, v_sign=math.nan, none=0.1),
        sample(0.0, v_sign=0.99, none=math.nan),
        sample(0.0, v_sign=math.inf),
        sample(0.0),
    ],
)
def test_what_means_nothing_scores_nothing(reading):
    assert not reading.known
    assert reading.score("v_sign") == 0
    assert reading.lead("v_sign") < 0
    assert reading.best == "none"


def test_history_holds_the_window_newest_first():
    history = History()
    for number in range(20):
        history.add(sample(number / 30, v_sign=number / 20), 200)
    times = [reading.at for reading in history]
    assert times == [number / 30 for number in range(19, 12, -1)]
    assert history.newest is not None
    assert history.newest.at == 19 / 30


def test_history_of_a_slow_camera_holds_enough_for_a_median():
    history = History()
    assert history.newest is None
    for at in (0.0, 0.3, 0.6, 0.9):
        history.add(sample(at, v_sign=1.0), 200)
    assert [reading.at for reading in history] == [0.9, 0.6, 0.3]


def test_median_takes_the_newest_odd_number():
    assert median([1.0, 1.0, 0.0, 0.0]) == 1.0
    assert median([0.9]) == 0.9
    assert median([0.9, 0.1]) == 0.9


def test_missing_readings_count_as_nothing_where_that_is_asked_for():
    assert median([0.9], LEAST_READINGS) == 0
    assert median([0.9, 0.8], LEAST_READINGS) == 0.8


@given(
    st.lists(st.floats(0.9, 1), min_size=2, max_size=12), st.integers(0, 12), st.floats(-1e9, 1e9)
)
def test_no_single_value_however_wrong_moves_the_median_out_of_the_others(values, place, wrong):
    values.insert(place % (len(values) + 1), wrong)
    assert 0.9 <= median(values, LEAST_READINGS) <= 1
