from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.poses.checks import CheckRecipe, checked, fit_checks
from training.poses.hands import Hands
from training.poses.sets import DRAWN_PICTURES
from training.poses.table import LandmarkTable, TableWriter
from vcam.core.observation import Hand
from vcam.poses.card import PoseCheck
from vcam.poses.features import FEATURE_COUNT
from vcam.poses.vocabulary import POSES

DrawHand = Callable[[str, int], Hand]
COUNT = 60


@pytest.fixture(scope="module")
def table(draw_hand: DrawHand) -> LandmarkTable:
    """V signs of people, and drawn V signs and hooked ones."""
    writer = TableWriter()
    for number in range(COUNT):
        share = number / COUNT
        for name, label in (
            ("hagrid_crops", "v_sign"),
            (DRAWN_PICTURES, "v_sign"),
            (DRAWN_PICTURES, "hooked_v"),
        ):
            hand = draw_hand(label, number + 1000 * (name == DRAWN_PICTURES))
            writer.add(name, label, f"{number}.jpg", (hand,), share=share)
    return writer.table()


def test_hooked_fingers_fail_and_straight_ones_pass(
    table: LandmarkTable, draw_hands: Callable[..., Hands]
) -> None:
    check = fit_checks(table, CheckRecipe(fewest=5))["v_sign"]
    weights = np.array(check.weights)
    straight = draw_hands("v_sign", 40).features() @ weights + check.bias >= check.least
    hooked = draw_hands("none", 40, "hooked_v").features() @ weights + check.bias >= check.least
    assert straight.mean() >= 0.95
    assert hooked.mean() <= 0.2


def test_without_hands_there_is_no_check(table: LandmarkTable) -> None:
    assert fit_checks(table, CheckRecipe(fewest=COUNT)) == {}


def test_the_share_goes_to_none() -> None:
    column = POSES.index("v_sign")
    check = PoseCheck(weights=(1.0,) + (0.0,) * (FEATURE_COUNT - 1), bias=0.0, least=0.5)
    features = np.zeros((2, FEATURE_COUNT), np.float32)
    features[0, 0] = 1
    scores = np.full((2, len(POSES)), 0.0, np.float32)
    scores[:, column], scores[:, -1] = 0.75, 0.25
    kept = checked(scores, features, {column: check})
    assert kept[:, column].tolist() == [0.75, 0.0]
    assert kept[:, -1].tolist() == [0.25, 1.0]
    assert scores[1, column] == 0.75
