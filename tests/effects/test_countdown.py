from __future__ import annotations

import numpy as np
import pytest

from vcam.effects.countdown import FLASH_S, draw_countdown, draw_shutter, draw_taking
from vcam.testing import plain_image


def drawn(left_s=2.5, share=0.2, size=(1280, 720), value=128, still=False):
    canvas = plain_image(*size, value)
    draw_countdown(canvas, left_s, share, still)
    return canvas


def test_digit_is_the_second_that_runs():
    assert np.array_equal(drawn(2.5, still=True), drawn(2.2, still=True))
    assert not np.array_equal(drawn(2.5, still=True), drawn(1.5, still=True))


def test_ring_closes():
    light = [int((drawn(2.5, share) > 250).sum()) for share in (0, 0.25, 0.5, 0.75, 1)]
    assert light == sorted(set(light))


def test_digit_swells_when_it_comes_unless_motion_is_reduced():
    assert not np.array_equal(drawn(2.999), drawn(2.5))
    assert np.array_equal(drawn(2.999, still=True), drawn(2.5, still=True))


def test_the_face_in_the_middle_stays_free():
    changed = np.argwhere((drawn() != 128).any(axis=2))
    assert changed[:, 0].min() > 720 * 0.55
    assert abs(changed[:, 1].mean() - 640) < 2


@pytest.mark.parametrize("value", [0, 128, 255])
def test_digit_stands_out_on_any_picture(value):
    canvas = drawn(2.5, 0.0, value=value)
    radius = round(0.15 * 720)
    middle = canvas[720 - round(2 * radius) : 720 - round(0.7 * radius), 640 - 60 : 640 + 60]
    assert int(middle.max()) == 255
    assert np.percentile(middle, 10) < 110


@pytest.mark.parametrize("size", [(160, 120), (64, 48), (16, 16), (8, 200), (1920, 1080)])
@pytest.mark.parametrize("left_s", [30.0, 9.99, 0.001])
def test_every_size_can_be_drawn_on(size, left_s):
    canvas = plain_image(*size)
    draw_countdown(canvas, left_s, 0.5)
    draw_taking(canvas, 0.5)
    assert canvas.shape == (size[1], size[0], 3)
    assert (canvas != 90).any()


@pytest.mark.parametrize("left_s", [0.0, -1.0, float("nan"), float("inf")])
def test_nothing_is_drawn_where_nothing_is_left(left_s):
    assert (drawn(left_s) == 128).all()


def test_flash_only_fades():
    levels = []
    for since_s in np.linspace(0, FLASH_S, 30):
        canvas = plain_image(16, 16, 60)
        draw_shutter(canvas, float(since_s))
        levels.append(int(canvas.max()))
    assert levels[0] > 200
    assert levels[-1] == 60
    assert levels == sorted(levels, reverse=True)
