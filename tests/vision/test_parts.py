from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.parts import in_reach, tiles, zooms


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


@given(st.integers(36, 2000), st.integers(36, 2000), st.floats(0, 1), st.floats(0, 1))
def test_zooms_hold_every_point_in_both_sizes_and_stay_in_the_picture(
    width: int, height: int, across: float, down: float
) -> None:
    parts = zooms(width, height)
    x, y = across * width, down * height
    holding = [
        part
        for part in parts
        if part.x - 1e-6 <= x <= part.x + part.width + 1e-6
        and part.y - 1e-6 <= y <= part.y + part.height + 1e-6
    ]
    assert {part.width for part in holding} == {part.width for part in parts}
    assert len({part.width for part in parts}) == 2
    for part in parts:
        assert part.width == part.height < min(width, height)
        assert min(part.x, part.y) >= 0
        assert part.x + part.width <= width + 1e-6
        assert part.y + part.height <= height + 1e-6


def test_a_tiny_picture_is_not_enlarged() -> None:
    assert zooms(3, 500) == zooms(26, 26) == []


def test_zooms_of_a_wide_picture_are_26() -> None:
    assert len(zooms(1280, 720)) == 26


@given(st.floats(0, 960), st.floats(0, 400), st.floats(10, 106))
def test_a_thing_of_a_third_of_a_zoom_lies_whole_in_one(x: float, y: float, side: float) -> None:
    assert any(
        part.x - 1e-6 <= x
        and part.y - 1e-6 <= y
        and x + side <= part.x + part.width + 1e-6
        and y + side <= part.y + part.height + 1e-6
        for part in zooms(1280, 720)
    )


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
