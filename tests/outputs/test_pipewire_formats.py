from __future__ import annotations

import cv2
import numpy as np
import pytest

from vcam.outputs.pipewire.formats import PIXEL_FORMATS

BACK = {
    "I420": (cv2.COLOR_YUV2BGR_I420, lambda w, h: (h * 3 // 2, w)),
    "NV12": (cv2.COLOR_YUV2BGR_NV12, lambda w, h: (h * 3 // 2, w)),
    "YUY2": (cv2.COLOR_YUV2BGR_YUY2, lambda w, h: (h, w, 2)),
}


@pytest.mark.parametrize("size", [(64, 48), (70, 50), (2, 2), (1366, 770)], ids=str)
@pytest.mark.parametrize("pixel_format", PIXEL_FORMATS, ids=lambda f: f.name)
def test_picture_comes_back(pixel_format, size):
    width, height = size
    rng = np.random.default_rng(1)
    blocks = rng.integers(0, 256, ((height + 9) // 10, (width + 9) // 10, 3), dtype=np.uint8)
    image = blocks.repeat(10, axis=0).repeat(10, axis=1)[:height, :width].copy()
    image.flags.writeable = False
    target = np.full(pixel_format.size(width, height) + 8, 77, np.uint8)
    pixel_format.convert(image, target[:-8])
    assert (target[-8:] == 77).all()
    code, shape = BACK[pixel_format.name]
    back = cv2.cvtColor(target[:-8].reshape(shape(width, height)), code)
    assert np.abs(back.astype(int) - image).max() <= 6


@pytest.mark.parametrize("pixel_format", PIXEL_FORMATS, ids=lambda f: f.name)
def test_rows_have_no_gaps(pixel_format):
    luma_rows = {"I420": 72, "NV12": 72, "YUY2": 48}[pixel_format.name]
    assert pixel_format.size(64, 48) == pixel_format.stride(64) * luma_rows


def test_cheapest_is_offered_first():
    assert [f.name for f in PIXEL_FORMATS] == ["I420", "NV12", "YUY2"]
