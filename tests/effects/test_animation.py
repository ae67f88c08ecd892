from __future__ import annotations

import math
from typing import get_args

import pytest

from vcam.effects.animation import Entrance, Exit, Idle, Motion, entering, idling, leaving


@pytest.mark.parametrize("style", get_args(Entrance))
def test_every_entrance_ends_at_rest(style: Entrance) -> None:
    assert entering(style, 1.0) == Motion()
    assert entering(style, 7.0) == Motion()


@pytest.mark.parametrize("style", get_args(Entrance))
def test_every_entrance_arrives_without_a_jump(style: Entrance) -> None:
    for value, rest in zip(entering(style, 0.999), Motion(), strict=True):
        assert value == pytest.approx(rest, abs=0.01)


@pytest.mark.parametrize("style", get_args(Exit))
def test_every_exit_starts_from_rest_and_leaves_nothing(style: Exit) -> None:
    for value, rest in zip(leaving(style, 0.0), Motion(), strict=True):
        assert value == pytest.approx(rest, abs=1e-9)
    assert leaving(style, 1.0).opacity == 0


def test_pop_swings_over_its_size_once() -> None:
    sizes = [entering("pop", step / 50).scale for step in range(51)]
    assert sizes[0] == pytest.approx(0)
    assert 1.05 < max(sizes) < 1.15
    assert sizes[-1] == 1


def test_drop_comes_from_above_and_rise_from_below() -> None:
    assert entering("drop", 0.1).down < -0.3
    assert entering("rise", 0.1).down > 0.3
    assert leaving("drop", 0.8).down > 0.2
    assert leaving("rise", 0.8).down < -0.2


def test_loops_start_from_rest_and_come_round() -> None:
    for style in get_args(Idle):
        assert idling(style, 0.0, 2.0, 0.1) == Motion()
        first, second = idling(style, 2.3, 2.0, 0.1), idling(style, 4.3, 2.0, 0.1)
        assert first == pytest.approx(second)


def test_loops_move_as_far_as_they_say() -> None:
    assert idling("bob", 2.5, 2.0, 0.1).down == pytest.approx(-0.1)
    assert idling("wobble", 2.5, 2.0, 8).angle == pytest.approx(math.radians(8))
    assert idling("pulse", 1.0, 2.0, 0.2).scale == pytest.approx(1.2)
    assert idling("spin", 0.5, 2.0, 0.0).angle == pytest.approx(math.pi / 2)


def test_motions_add_up() -> None:
    both = Motion(1, 2, 0.5, 0.1, 0.5).then(Motion(1, -1, 0.5, 0.2, 0.5))
    assert both == pytest.approx(Motion(2, 1, 0.25, 0.3, 0.25))
