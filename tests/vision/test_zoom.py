from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.zoom import ZoomRound, round_lost

SIZE = (1280, 720)
FAR = Box(600, 200, 40, 50)

coordinates = st.floats(-500, 2000)
faces = st.builds(Box, coordinates, coordinates, st.floats(1, 900), st.floats(1, 900))


def assert_inside(part: Box, size: tuple[int, int]) -> None:
    assert part.width == part.height > 0
    assert min(part.x, part.y) >= 0
    assert part.x + part.width <= size[0] + 1e-6
    assert part.y + part.height <= size[1] + 1e-6


def test_both_sides_of_every_face_have_their_turn() -> None:
    turns = ZoomRound()
    other = Box(200, 300, 60, 80)
    middles = [turns.next_part([FAR, other], SIZE, 0.0).centre[0] for _ in range(4)]
    assert middles[0] < 620 < middles[1]
    assert middles[2] < 230 < middles[3]


def test_every_other_part_is_where_something_moved() -> None:
    turns = ZoomRound()
    turns.note_movement((900, 400), 0.0)
    parts = [turns.next_part([FAR], SIZE, 0.5) for _ in range(4)]
    assert [part.centre == (900, 400) for part in parts] == [True, False, True, False]


def test_an_old_movement_is_no_hint() -> None:
    turns = ZoomRound()
    turns.note_movement((900, 400), 0.0)
    assert all(turns.next_part([FAR], SIZE, 5.0).centre != (900, 400) for _ in range(4))
    turns.note_movement((900, 400), 5.0)
    turns.reset()
    assert all(turns.next_part([FAR], SIZE, 5.0).centre != (900, 400) for _ in range(4))


def test_without_a_face_only_what_moves_is_enlarged() -> None:
    turns = ZoomRound()
    assert turns.next_part([], SIZE, 0.0) is None
    turns.note_movement((900, 400), 0.0)
    assert all(turns.next_part([], SIZE, 0.0).centre == (900, 400) for _ in range(3))
    assert turns.next_part([], SIZE, 5.0) is None


def test_nothing_is_enlarged_where_everybody_is_near() -> None:
    turns = ZoomRound()
    turns.note_movement((900, 400), 0.0)
    near = Box(600, 200, 120, 150)
    assert turns.next_part([near], SIZE, 0.0) is None
    assert turns.next_part([near, FAR], SIZE, 0.0) is not None


@pytest.mark.parametrize(("height", "side"), [(10, 180), (50, 250), (120, 432)])
def test_the_part_is_as_large_as_the_face_asks_for(height: float, side: float) -> None:
    part = ZoomRound().next_part([Box(600, 200, 0.8 * height, height)], SIZE, 0.0)
    assert part.width == pytest.approx(side)


@given(st.lists(faces, max_size=4), st.integers(1, 2000), st.integers(1, 2000), st.data())
def test_every_part_lies_in_the_picture(
    found: list[Box], width: int, height: int, data: st.DataObject
) -> None:
    turns = ZoomRound()
    for at in range(6):
        turns.note_movement(data.draw(st.tuples(coordinates, coordinates)), at)
        part = turns.next_part(found, (width, height), at)
        everybody_near = all(face.height >= 0.2 * min(width, height) for face in found)
        assert (part is None) == (bool(found) and everybody_near)
        if part is not None:
            assert_inside(part, (width, height))


@given(coordinates, coordinates, st.floats(1, 2000))
def test_a_lost_hand_is_looked_for_in_the_picture_alone(x: float, y: float, hand: float) -> None:
    part = round_lost(np.full((21, 2), (x, y), np.float32), hand, SIZE)
    if part is None:
        assert not (0 <= x < 1280 and 0 <= y < 720)
    else:
        assert_inside(part, SIZE)
        assert part.x - 1e-3 <= x <= part.x + part.width + 1e-3
