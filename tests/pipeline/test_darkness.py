from __future__ import annotations

import numpy as np
import pytest

from vcam.pipeline.darkness import DarkWatch
from vcam.testing import plain_image

NOISE = np.random.default_rng(3)


def watch(image_at, seconds: float = 6.0, fps: float = 10.0) -> list[float]:
    """Times at which it says that it is dark."""
    dark = DarkWatch()
    times = [number / fps for number in range(int(seconds * fps))]
    return [at for at in times if dark.update(at, image_at(at))]


def test_black_is_told_after_three_seconds():
    times = watch(lambda at: plain_image(320, 240, 2))
    assert times[0] == pytest.approx(3.0, abs=0.6)
    assert times[-1] == pytest.approx(5.9)


def test_sensor_noise_under_a_cap_is_black():
    noise = NOISE.integers(0, 9, (240, 320, 3), np.uint8)
    assert watch(lambda at: noise)


@pytest.mark.parametrize("level", [25, 90, 255])
def test_plain_grey_is_not_black(level):
    assert watch(lambda at: plain_image(320, 240, level)) == []


def test_face_lit_by_a_screen_is_not_black():
    image = plain_image(320, 240, 3)
    image[60:180, 120:200] = 40
    assert watch(lambda at: image) == []


def test_light_ends_it():
    times = watch(lambda at: plain_image(320, 240, 2 if at < 4 else 80))
    assert times
    assert max(times) < 4.6


def test_blink_of_the_exposure_is_no_darkness():
    assert watch(lambda at: plain_image(320, 240, 2 if at % 2 < 1.5 else 80)) == []


def test_tiny_picture_is_no_trouble():
    assert watch(lambda at: plain_image(4, 4, 0)) == []
