from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.common.intervals import wilson
from training.errors import TrainingError
from training.images.calibration import best_temperature, negative_log_likelihood, tempered
from training.images.judging import judge

CLASSES = ("a", "b", "c")


def test_figures_worked_by_hand() -> None:
    likely = np.array(
        [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.6, 0.3], [0.1, 0.5, 0.4]], np.float32
    )
    figures = judge(likely, np.array([0, 0, 1, 2]), CLASSES)
    assert figures.accuracy == 0.5
    assert figures.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
    a, b, c = figures.report.classes
    assert (a.precision, a.recall, a.f1) == (1, 0.5, pytest.approx(2 / 3))
    assert (b.precision, b.recall, b.f1) == (pytest.approx(1 / 3), 1, 0.5)
    assert (c.precision, c.recall) == (None, 0)
    assert figures.report.macro.f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert figures.report.weighted.f1 == pytest.approx((2 * 2 / 3 + 1 / 2 + 0) / 4)
    # b's scores: 0.6 shows it; 0.7, 0.5 and 0.1 do not: two of three are below.
    assert figures.areas["b"] == pytest.approx(2 / 3)
    assert figures.areas["c"] == pytest.approx(1)
    assert figures.loss == pytest.approx(-np.log([0.8, 0.2, 0.6, 0.4]).mean(), abs=1e-5)
    apart = [0.8 - 1, 0.7 - 0, 0.6 - 1, 0.5 - 0]  # each score has a bin of its own
    assert figures.calibration_error == pytest.approx(np.abs(apart).mean(), abs=1e-5)


def test_error_by_group_with_intervals() -> None:
    likely = np.array([[0.9, 0.1]] * 10 + [[0.1, 0.9]] * 10, np.float32)
    labels = np.array([0] * 15 + [1] * 5)
    groups = ["old"] * 10 + ["young"] * 10
    old, young = judge(likely, labels, ("a", "b"), groups=groups).groups
    assert (old.name, old.count, old.wrong, old.error) == ("old", 10, 0, 0)
    assert (young.name, young.count, young.wrong, young.error) == ("young", 10, 5, 0.5)
    assert (young.low, young.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert old.high == pytest.approx(0.2775, abs=1e-4)


def test_a_class_that_is_not_shown_has_no_curve() -> None:
    likely = np.array([[0.6, 0.3, 0.1], [0.3, 0.6, 0.1]], np.float32)
    figures = judge(likely, np.array([0, 1]), CLASSES)
    assert figures.areas["c"] is None
    record = json.loads(json.dumps(figures.record(), allow_nan=False))
    assert record["roc"]["c"] is None
    assert record["classes"][2]["recall"] is None


@pytest.mark.parametrize(
    ("likely", "labels", "message"),
    [
        (np.zeros((0, 3), np.float32), [], "no picture to judge with"),
        (np.ones((2, 2), np.float32), [0, 1], "2 pictures and 3 classes"),
        (np.full((2, 3), np.nan, np.float32), [0, 1], "gives no numbers"),
    ],
)
def test_what_cannot_be_judged(likely: np.ndarray, labels: list[int], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        judge(likely, np.array(labels, np.int64), CLASSES)


def test_groups_that_do_not_fit() -> None:
    with pytest.raises(TrainingError, match="1 groups for 2 pictures"):
        judge(np.eye(2, dtype=np.float32), np.array([0, 1]), ("a", "b"), groups=["x"])


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(1, 50))
def test_any_record_is_json_and_sums_up(seed: int, classes: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    likely = rng.dirichlet(np.ones(classes), count).astype(np.float32)
    labels = rng.integers(0, classes, count)
    figures = judge(likely, labels, [f"c{number}" for number in range(classes)], temperature=2.0)
    record = json.loads(json.dumps(figures.record(), allow_nan=False))
    assert np.sum(record["confusion"]) == count
    assert np.trace(record["confusion"]) == pytest.approx(figures.accuracy * count)
    assert figures.accuracy_low <= figures.accuracy <= figures.accuracy_high
    assert sum(row[2] for row in record["reliability"]) == count
    assert 0 <= record["calibration_error"] <= 1


@given(st.integers(0, 10_000), st.floats(0.3, 4))
def test_tempering_keeps_order_and_is_undone_by_its_opposite(seed: int, temperature: float) -> None:
    rng = np.random.default_rng(seed)
    likely = rng.dirichlet(np.full(4, 2.0), 20).astype(np.float32)
    changed = tempered(likely, temperature)
    assert changed.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-5)
    assert (changed.argmax(axis=1) == likely.argmax(axis=1)).all()
    if likely.min() > 1e-4:
        assert tempered(changed, 1 / temperature) == pytest.approx(likely, abs=2e-3)


@pytest.mark.parametrize("wanted", [0.5, 1.0, 3.0])
def test_the_temperature_of_overdone_scores_is_found(wanted: float) -> None:
    rng = np.random.default_rng(4)
    honest = rng.dirichlet(np.full(3, 0.7), 6_000).astype(np.float32)
    labels = np.array([rng.choice(3, p=row / row.sum()) for row in honest.astype(np.float64)])
    overdone = tempered(honest, 1 / wanted)
    found = best_temperature(overdone, labels)
    assert found == pytest.approx(wanted, rel=0.08)
    figures = judge(overdone, labels, CLASSES, temperature=found)
    assert figures.tempered_error < 0.03
    best = negative_log_likelihood(overdone, labels, found)
    for other in (0.8 * found, 1.25 * found):
        assert best < negative_log_likelihood(overdone, labels, other)


def test_no_labels_change_nothing() -> None:
    assert best_temperature(np.zeros((0, 2), np.float32), np.zeros(0, np.int64)) == 1
    assert best_temperature(np.eye(2, dtype=np.float32), np.array([0, 1])) >= 0.05


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_holds_the_share(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= high <= 1
    if hits + more:
        assert low - 1e-9 <= hits / (hits + more) <= high + 1e-9


def test_wilson_by_the_book() -> None:
    assert wilson(0, 0) == (0, 1)
    assert wilson(8, 10) == pytest.approx((0.4901, 0.9433), abs=1e-4)
