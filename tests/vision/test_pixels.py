from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.pixels import Letterbox, brightened, to_input


def test_colours_are_turned_and_scaled() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[..., 2] = 255  # red, in BGR
    assert to_input(picture, (0.0, 1.0))[0, 0].tolist() == pytest.approx([1, 0, 0])
    assert to_input(picture, (-1.0, 1.0))[0, 0].tolist() == pytest.approx([1, -1, -1])
    assert to_input(picture, (0.0, 1.0)).dtype == np.float32


@pytest.mark.parametrize("value", [65, 66, 128, 255])
def test_a_light_picture_stays_as_it_is(value: int) -> None:
    picture = np.full((8, 8, 3), value, np.uint8)
    assert brightened(picture) is picture


@pytest.mark.parametrize("value", [10, 20, 40, 64])
def test_a_dark_picture_is_lifted_to_the_same_mean(value: int) -> None:
    assert brightened(np.full((8, 8, 3), value, np.uint8)).mean() == pytest.approx(65, abs=20)
    assert brightened(np.full((8, 8, 3), value, np.uint8)).mean() <= 66


@given(st.integers(0, 255), st.integers(0, 255))
def test_brightening_keeps_the_order_and_never_darkens(low: int, high: int) -> None:
    low, high = sorted((low, high))
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[0, 0], picture[0, 1] = low, high
    lifted = brightened(picture)
    assert low <= lifted[0, 0, 0] <= lifted[0, 1, 0]
    assert lifted[5, 5].tolist() == [0, 0, 0]


def test_the_bars_of_a_dark_picture_stay_black() -> None:
    image = np.full((90, 160, 3), 30, np.uint8)
    picture = Letterbox.fit(image, 64, 64).cut(image, brighten=True)
    assert picture[:14].max() == picture[50:].max() == 0
    assert picture[20:44].min() > 60


def test_bars_fill_what_the_picture_does_not() -> None:
    image = np.full((90, 160, 3), 200, np.uint8)
    letterbox = Letterbox.fit(image, 64, 64)
    picture = letterbox.cut(image)
    assert picture.shape == (64, 64, 3)
    assert picture[:14].max() == 0
    assert picture[50:].max() == 0
    assert picture[15:49].min() == 200


def test_only_the_part_is_seen() -> None:
    image = np.zeros((90, 160, 3), np.uint8)
    image[:, 80:] = 255
    part = Box(80, 0, 80, 80)
    assert Letterbox.fit(image, 32, 32, part).cut(image).min() == 255


def test_a_part_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        Letterbox.fit(np.zeros((9, 9, 3), np.uint8), 8, 8, Box(20, 0, 5, 5))


@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_any_picture_fits_and_its_corners_come_back(
    width: int, height: int, right: float, down: float
) -> None:
    image = np.zeros((height, width, 3), np.uint8)
    letterbox = Letterbox.fit(image, 64, 48)
    assert letterbox.cut(image).shape == (48, 64, 3)
    inside = np.array(
        [
            [
                letterbox.pad_x + right * width * letterbox.scale,
                letterbox.pad_y + down * height * letterbox.scale,
            ]
        ],
        np.float32,
    )
    placed = letterbox.place(inside)[0]
    assert placed == pytest.approx([right * width, down * height], abs=0.01 * max(width, height))
