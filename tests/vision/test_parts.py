from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.parts import in_reach, tiles


@pytest.mark.parametrize(("width", "height"), [(480, 480), (500, 480), (480, 570)])
def test_a_square_picture_has_no_tiles(width: int, height: int) -> None:
    assert tiles(width, height) == []


@given(st.integers(16, 2000), st.integers(16, 2000))
def test_tiles_cover_the_picture_and_stay_in_it(width: int, height: int) -> None:
    found = tiles(width, height)
    if not found:
        assert max(width, height) < 1.2 * min(width, height)
        return
    first, second = found
    assert (first.x, first.y) == (0, 0)
    assert (second.x + second.width, second.y + second.height) == (width, height)
    assert first.overlap(second) >= 0
    assert first.area + second.area >= width * height
    assert first.area < width * height


def test_round_a_far_person_the_picture_is_cut() -> None:
    part = in_reach(Box(610, 200, 50, 50), 1280, 720)
    assert part is not None
    assert part.width == part.height == 450
    assert part.centre[0] == 635
    assert part.y == 75


def test_for_somebody_near_the_whole_picture_is_looked_at() -> None:
    assert in_reach(Box(500, 200, 200, 220), 1280, 720) is None


@given(st.floats(-300, 1500), st.floats(-300, 900), st.floats(1, 100))
def test_the_part_lies_in_the_picture(x: float, y: float, side: float) -> None:
    part = in_reach(Box(x, y, side, side), 1280, 720)
    if part is not None:
        assert min(part.x, part.y) >= 0
        assert part.x + part.width <= 1280
        assert part.y + part.height <= 720
        assert min(part.width, part.height) >= 1
