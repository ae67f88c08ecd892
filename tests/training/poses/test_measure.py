from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.poses.hands import Hands
from training.poses.measure import (
    NONE,
    Score,
    add,
    calibration_error,
    confusion,
    decide,
    score_set,
    threshold_curve,
)
from training.poses.select import Judged
from vcam.poses.vocabulary import POSES

V, THUMB, METAL = (POSES.index(pose) for pose in ("v_sign", "thumb_up", "metal"))


def scores_of(*rows: dict[int, float]) -> np.ndarray:
    scores = np.zeros((len(rows), len(POSES)), np.float32)
    for row, values in zip(scores, rows, strict=True):
        for index, value in values.items():
            row[index] = value
        row[NONE] += 1 - sum(values.values())
    return scores


@pytest.fixture
def judged(draw_hands: Callable[..., Hands]) -> Judged:
    """Five pictures: V; V without a hand; metal; V and a fist; one with a loose label."""
    return Judged(
        "set",
        draw_hands("v_sign", 5),
        np.array([0, 2, 3, 3, 4]),
        np.array([V, V, METAL, V, -1]),
    )


def test_thresholds_and_limits_decide() -> None:
    scores = scores_of({V: 0.9}, {V: 0.7}, {METAL: 0.9}, {})
    thresholds = np.full(len(POSES), 0.8, np.float32)
    assert decide(scores, None, thresholds).tolist() == [V, NONE, METAL, NONE]
    far = np.zeros_like(scores)
    far[2] = 9
    limits = np.full(len(POSES), 4, np.float32)
    assert decide(scores, far, thresholds, limits).tolist() == [V, NONE, NONE, NONE]


def test_a_picture_counts_once_and_unseen_hands_apart(judged: Judged) -> None:
    scores = score_set(judged, np.array([V, V, NONE, V, V]))
    assert scores["v_sign"] == Score(hits=2, false=1, support=2, others=1, unseen=1)
    assert scores["v_sign"].precision == pytest.approx(2 / 3)
    assert scores["v_sign"].recall == 1
    assert scores["v_sign"].f1 == pytest.approx(0.8)
    assert scores["metal"] == Score(hits=0, false=0, support=1, others=2, unseen=0)
    assert scores["metal"].precision is None
    assert scores["metal"].f1 is None
    assert "none" not in scores


def test_confusion_prefers_the_expected_pose(judged: Judged) -> None:
    matrix = confusion(judged, np.array([V, THUMB, METAL, V, V]))
    assert matrix[V, V] == 2
    assert matrix[METAL, THUMB] == 1
    assert matrix.sum() == 3


def test_adding_scores() -> None:
    one = Score(1, 2, 3, 4, 5)
    assert add([one, one]) == Score(2, 4, 6, 8, 10)
    assert add([]).recall is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_recall_falls_with_the_threshold(pairs: list[tuple[float, bool]]) -> None:
    scores = scores_of(*({V: score} for score, _ in pairs))
    shows = np.array([shown for _, shown in pairs])
    steps = np.linspace(0, 1, 11, dtype=np.float32)
    precision, recall = threshold_curve(scores, shows, V, steps)
    assert (np.diff(recall) <= 0).all()
    assert ((precision >= 0) & (precision <= 1)).all()


def test_a_curve_by_hand() -> None:
    scores = scores_of({V: 0.95}, {V: 0.85}, {V: 0.75}, {METAL: 0.9})
    shows = np.array([True, False, True, True])
    precision, recall = threshold_curve(
        scores, shows, V, np.array([0.7, 0.8, 0.9, 0.99], np.float32)
    )
    np.testing.assert_allclose(precision, [2 / 3, 1 / 2, 1, 1])
    np.testing.assert_allclose(recall, [2 / 3, 1 / 3, 1 / 3, 0])


def test_calibration_error_of_good_and_bad_scores() -> None:
    scores = scores_of(*[{V: 0.8}] * 10)
    allowed = np.zeros_like(scores, bool)
    allowed[:8, V] = True
    error, table = calibration_error(scores, allowed)
    assert error == pytest.approx(0, abs=1e-6)
    assert table[:, 2].sum() == 10
    allowed[:] = False
    assert calibration_error(scores, allowed)[0] == pytest.approx(0.8)
