from __future__ import annotations

import numpy as np
import pytest

from vcam.core.geometry import Box
from vcam.vision.change import ChangeGate


def picture(seed: int = 1, width: int = 640, height: int = 360) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 4, (height, width, 3))
    return np.clip(100 + noise, 0, 255).astype(np.uint8)


def with_square(image: np.ndarray, x: int, y: int, side: int = 60) -> np.ndarray:
    image = image.copy()
    image[y : y + side, x : x + side] = 160
    return image


def test_the_first_picture_is_a_change_and_its_repetition_is_none() -> None:
    gate = ChangeGate()
    assert gate.changed(picture())
    assert not gate.changed(picture())


def test_noise_alone_is_no_change() -> None:
    gate = ChangeGate()
    gate.changed(picture(1))
    assert not any(gate.changed(picture(seed)) for seed in range(2, 8))


def test_something_new_is_a_change_once() -> None:
    gate = ChangeGate()
    gate.changed(picture())
    assert gate.changed(with_square(picture(), 300, 100))
    assert not gate.changed(with_square(picture(), 300, 100))
    assert gate.changed(picture())


def test_in_the_dark_a_smaller_change_counts() -> None:
    def at_light(share: float, image: np.ndarray) -> np.ndarray:
        return np.clip(image * share, 0, 255).astype(np.uint8)

    for share in (1.0, 0.3):
        gate = ChangeGate()
        gate.changed(at_light(share, picture()))
        shown = np.asarray(with_square(picture(), 320, 120, 28))
        assert gate.changed(at_light(share, shown)), share
        assert not gate.changed(at_light(share, shown))


def test_the_noise_of_a_dark_camera_is_no_change() -> None:
    gate = ChangeGate()
    dark = [np.clip(picture(seed).astype(np.int16) - 70, 0, 255) for seed in range(1, 8)]
    gate.changed(dark[0].astype(np.uint8))
    assert not any(gate.changed(image.astype(np.uint8)) for image in dark[1:])


def test_slow_change_adds_up() -> None:
    gate = ChangeGate()
    gate.changed(picture())
    seen = [gate.changed(with_square(picture(), 300, 100, side)) for side in range(2, 62, 2)]
    assert not seen[0]
    assert any(seen)


@pytest.mark.parametrize("step", [-30, 12])
def test_another_exposure_is_no_change(step: int) -> None:
    gate = ChangeGate()
    gate.changed(picture())
    assert not gate.changed((picture().astype(int) + step).clip(0, 255).astype(np.uint8))


def test_what_happens_in_an_ignored_box_is_no_change() -> None:
    gate = ChangeGate()
    gate.changed(picture())
    moved = with_square(picture(), 300, 100)
    assert not gate.changed(moved, [Box(290, 90, 80, 80)])
    assert not gate.changed(moved, [Box(-500, -500, 2000, 2000)])
    assert gate.changed(moved, [Box(0, 0, 100, 100), Box(-90, 900, 10, 10)])


def test_another_size_or_a_reset_starts_afresh() -> None:
    gate = ChangeGate()
    gate.changed(picture())
    assert gate.changed(picture(width=320, height=240))
    assert not gate.changed(picture(width=320, height=240))
    gate.reset()
    assert gate.changed(picture(width=320, height=240))


def test_a_tiny_picture_is_no_trouble() -> None:
    assert ChangeGate().changed(np.zeros((1, 1, 3), np.uint8))
