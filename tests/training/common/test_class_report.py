from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.common.classes import HEADER, class_report, confusion_matrix, f1_of
from training.common.curves import precision_and_recall, reliability, roc


def test_figures_by_hand() -> None:
    matrix = confusion_matrix(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0]), 3)
    assert matrix.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    report = class_report(matrix, ["a", "b", "c"])
    a, b, c = report.classes
    assert (a.precision, a.recall, a.support) == (pytest.approx(2 / 3), pytest.approx(2 / 3), 3)
    assert b.f1 == pytest.approx(0.5)
    assert (c.precision, c.recall, c.f1, c.support) == (None, None, None, 0)
    assert report.macro.recall == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert report.weighted.recall == pytest.approx(3 / 5)
    assert report.accuracy == pytest.approx(3 / 5)
    assert [len(row) for row in report.rows] == [len(HEADER)] * 5
    assert report.rows[2] == ["c", None, None, None, 0]


def test_no_pictures_no_figures() -> None:
    report = class_report(np.zeros((2, 2), np.int64), ["a", "b"])
    assert report.accuracy is None
    assert report.macro.f1 is None
    assert f1_of(0.0, 0.0) == 0
    assert f1_of(None, 0.5) is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60),
)
def test_weighted_recall_is_accuracy(pairs: list[tuple[int, int]]) -> None:
    expected, read = (np.array(each) for each in zip(*pairs, strict=True))
    report = class_report(confusion_matrix(expected, read, 4), list("abcd"))
    assert report.weighted.recall == pytest.approx(report.accuracy)
    assert report.weighted.support == len(pairs)


def test_a_roc_by_hand() -> None:
    curve = roc(np.array([0.9, 0.8, 0.8, 0.3], np.float32), np.array([True, False, True, False]))
    assert curve.recall.tolist() == [0, 0.5, 1, 1]
    assert curve.false_rate.tolist() == [0, 0, 0.5, 1]
    assert curve.recall_at(0) == 0.5
    assert curve.recall_at(0.5) == 1
    assert curve.threshold_at(0) == pytest.approx(0.9)
    assert curve.threshold_at(0.5) == pytest.approx(0.8)
    assert curve.area == pytest.approx(0.875)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=50),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_thresholds_of_a_roc_keep_their_word(
    pairs: list[tuple[int, bool]], false_rate: float
) -> None:
    scores = np.array([score / 5 for score, _ in pairs], np.float32)
    shows = np.array([shown for _, shown in pairs])
    curve = roc(scores, shows)
    counts = scores >= curve.threshold_at(false_rate)
    assert counts[~shows].sum() <= false_rate * (~shows).sum() + 1e-9
    if shows.any():
        assert counts[shows].mean() == pytest.approx(curve.recall_at(false_rate))
    assert (np.diff(curve.recall) >= 0).all()


def test_precision_where_nothing_counts_is_one() -> None:
    precision, recall = precision_and_recall(
        np.array([0.9, 0.4], np.float32), np.array([True, False]), np.array([0.3, 0.95], np.float32)
    )
    assert precision.tolist() == [0.5, 1]
    assert recall.tolist() == [1, 0]


def test_reliability_of_honest_scores() -> None:
    right = np.array([True] * 8 + [False] * 2)
    error, table = reliability(np.full(10, 0.8, np.float32), right)
    assert error == pytest.approx(0, abs=1e-6)
    assert table[:, 2].sum() == 10
    assert reliability(np.full(10, 0.8, np.float32), ~right)[0] == pytest.approx(0.6)
