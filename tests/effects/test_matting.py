from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.matting import Matte
from vcam.effects.outline import Outline


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 67), st.integers(1, 67))
def test_it_is_the_weighted_mean_of_both(seed: int, height: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    canvas, room = rng.integers(0, 256, (2, height, width, 3), np.uint8)
    alpha = rng.choice(np.array([0, 0, 255, 255, 1, 100, 254], np.uint8), (height, width))
    share = alpha[..., np.newaxis] / 255
    expected = canvas * share + room * (1 - share)
    before = room.copy()
    Matte().lay(canvas, room, Outline(alpha))
    assert np.abs(canvas - expected).max() <= 1.01
    assert (room == before).all()


@pytest.mark.parametrize("value", [0, 255])
def test_pure_pixels_are_exact(value: int) -> None:
    canvas = np.full((40, 50, 3), 90, np.uint8)
    room = np.full((40, 50, 3), 200, np.uint8)
    Matte().lay(canvas, room, Outline(np.full((40, 50), value, np.uint8)))
    assert (canvas == (90 if value else 200)).all()


def test_it_takes_pictures_of_other_sizes_after_each_other() -> None:
    matte = Matte()
    for height, width in ((30, 40), (10, 100), (64, 64)):
        canvas, room = np.zeros((2, height, width, 3), np.uint8)
        room[:] = 50
        matte.lay(canvas, room, Outline(np.zeros((height, width), np.uint8)))
        assert (canvas == 50).all()
