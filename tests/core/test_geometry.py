from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box, OneEuroFilter, Placement

sizes = st.floats(0.1, 1000)
places = st.floats(-1000, 1000)
boxes = st.builds(Box, places, places, sizes, sizes)


@given(boxes, boxes)
def test_iou_is_symmetric_and_within_0_and_1(a, b):
    assert a.iou(b) == pytest.approx(b.iou(a))
    assert 0 <= a.iou(b) <= 1 + 1e-9


@given(boxes)
def test_iou_with_itself_is_1(box):
    assert box.iou(box) == pytest.approx(1, rel=1e-6)


def test_overlap_of_boxes_apart_is_0():
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 5, 5)) == 0
    assert Box(0, 0, 10, 10).overlap(Box(5, 5, 10, 10)) == 25


def test_empty_box_has_no_area():
    assert Box(3, 3, -1, 5).area == 0
    assert Box(0, 0, 0, 0).iou(Box(0, 0, 0, 0)) == 0


def test_box_around_points_holds_them():
    points = np.array([[3, 9], [-2, 4], [5, 5]], np.float32)
    assert Box.around(points) == (-2, 4, 7, 5)


def test_placement_scales_then_moves():
    placed = Placement(2.0, 10.0, -5.0).points(np.array([[1.0, 2.0]], np.float32))
    assert placed.tolist() == [[12.0, -1.0]]


def noisy(rate_hz: float, seconds: float, rng: np.random.Generator):
    for n in range(int(rate_hz * seconds)):
        yield n / rate_hz, np.array([100 + rng.normal(0, 1)], np.float32)


@pytest.mark.parametrize("rate_hz", [10, 15, 30, 60])
def test_filter_steadies_a_still_value_at_any_rate(rate_hz):
    smooth = OneEuroFilter(min_cutoff_hz=1.0, beta=0.0)
    out = [
        smooth.update(value, at)[0] for at, value in noisy(rate_hz, 10, np.random.default_rng(1))
    ]
    assert np.std(out[int(rate_hz) :]) < 0.75


def test_filter_follows_fast_movement_closer_with_beta():
    slow, fast = OneEuroFilter(1.0, 0.0), OneEuroFilter(1.0, 0.05)
    lags = []
    for smooth in (slow, fast):
        for n in range(60):
            out = smooth.update(np.array([n * 20.0], np.float32), n / 30)
        lags.append(59 * 20.0 - out[0])
    assert 0 <= lags[1] < lags[0] / 3


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=20))
def test_filter_ignores_time_that_does_not_advance(times):
    smooth = OneEuroFilter(1.0, 0.01)
    newest, last = None, None
    for n, at in enumerate(times):
        out = smooth.update(np.array([float(n)], np.float32), at)
        assert np.isfinite(out).all()
        if newest is not None and at < newest + 1e-6:
            assert out == last
        else:
            newest, last = at, out


def test_filter_starts_over_after_reset():
    smooth = OneEuroFilter(1.0, 0.0)
    smooth.update(np.array([0.0], np.float32), 0.0)
    smooth.reset()
    assert smooth.update(np.array([50.0], np.float32), 0.1)[0] == 50.0


def test_filter_leaves_its_input_alone():
    smooth = OneEuroFilter(1.0, 0.0)
    value = np.array([5.0], np.float32)
    out = smooth.update(value, 0.0)
    out[:] = 9
    assert value[0] == 5.0
    assert smooth.update(value, 0.1)[0] < 6
