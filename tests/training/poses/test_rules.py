from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.poses.hands import Hands
from training.poses.measure import NONE
from training.poses.rules import read_by_rule
from vcam.poses.vocabulary import POSES


@pytest.mark.parametrize("pose", ["v_sign", "metal", "one", "four", "thumb_up", "thumb_down"])
def test_the_rule_reads_clear_hands(draw_hands: Callable[..., Hands], pose: str) -> None:
    read = read_by_rule(draw_hands(pose, 40))
    assert (read == POSES.index(pose)).mean() > 0.6


def test_a_claw_fits_no_sign(draw_hands: Callable[..., Hands]) -> None:
    read = read_by_rule(draw_hands("none", 40, shape="middle_only"))
    assert np.bincount(read, minlength=len(POSES)).argmax() == NONE
