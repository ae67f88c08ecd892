from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.capture.fit import Fitter, placed
from vcam.core.geometry import Placement
from vcam.testing import plain_image

SIDES = st.integers(1, 90)
MODES = st.sampled_from(["letterbox", "crop"])


def test_same_size_is_the_same_array():
    image = plain_image(64, 48)
    fitter = Fitter(64, 48, "crop")
    assert fitter.fit(image) is image
    assert fitter.placement(64, 48) == Placement()


def test_letterbox_shows_all_with_black_bars():
    image = plain_image(40, 40, 200)
    result = Fitter(80, 40, "letterbox").fit(image)
    assert result.shape == (40, 80, 3)
    assert np.all(result[:, 20:60] == 200)
    assert np.all(result[:, :20] == 0)
    assert np.all(result[:, 60:] == 0)


def test_crop_fills_and_cuts_the_middle():
    image = plain_image(40, 40, 0)
    image[10:30] = 200
    result = Fitter(80, 40, "crop").fit(image)
    assert np.all(result == 200)


def test_bars_are_black_in_buffers_used_again():
    fitter = Fitter(80, 40, "letterbox")
    fitter.fit(plain_image(80, 20, 255))
    result = fitter.fit(plain_image(20, 40, 255))
    assert np.all(result[:, :30] == 0)
    assert np.all(result[:, 50:] == 0)


def test_result_is_never_written_to_again():
    fitter = Fitter(80, 40, "crop")
    held = [fitter.fit(plain_image(20, 10, value)) for value in range(12)]
    assert [int(image[0, 0, 0]) for image in held] == list(range(12))


def test_image_is_not_changed():
    image = plain_image(31, 17, 77)
    Fitter(80, 40, "letterbox").fit(image)
    assert np.all(image == 77)


@given(SIDES, SIDES, SIDES, SIDES, MODES)
def test_any_size_fits(width, height, out_width, out_height, mode):
    fitter = Fitter(out_width, out_height, mode)
    result = fitter.fit(plain_image(width, height, 50))
    assert result.shape == (out_height, out_width, 3)
    start, end = fitter.placement(width, height).points(
        np.array([[0, 0], [width, height]], np.float32)
    )
    out_end = np.array([out_width, out_height])
    if mode == "letterbox":
        assert np.all(start >= -1)
        assert np.all(end <= out_end + 1)
    else:
        assert np.all(start <= 1)
        assert np.all(end >= out_end - 1)
        assert np.all(result == 50)


@pytest.mark.parametrize("mode", ["letterbox", "crop"])
@pytest.mark.parametrize("size", [(200, 90), (90, 200), (641, 480), (33, 21)])
def test_transform_says_where_pixels_went(mode, size):
    width, height = size
    image = plain_image(width, height, 0)
    across, down = width // 2 + 3, height // 2 - 2
    image[down - 3 : down + 4, across - 3 : across + 4] = 255
    fitter = Fitter(128, 72, mode)
    result = fitter.fit(image)[..., 0].astype(float)
    found = [
        float((result.sum(axis=axis) * (np.arange(result.shape[1 - axis]) + 0.5)).sum())
        / result.sum()
        for axis in (0, 1)
    ]
    centre = np.array([across + 0.5, down + 0.5], np.float32)
    assert np.allclose(found, fitter.placement(width, height).points(centre), atol=1)


def test_memory_of_sizes_is_bounded():
    fitter = Fitter(64, 48, "crop")
    for width in range(10, 60):
        fitter.placement(width, 30)
    assert len(fitter._plans) <= 16


@given(SIDES, SIDES, SIDES, SIDES, MODES)
def test_placement_is_told_without_a_fitter(width, height, out_width, out_height, mode):
    fitter = Fitter(out_width, out_height, mode)
    told = placed((width, height), (out_width, out_height), mode)
    assert told == fitter.placement(width, height)
