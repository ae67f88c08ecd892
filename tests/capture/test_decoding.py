from __future__ import annotations

import contextlib

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.capture.decoding import BrokenPicture, PictureDecoder, UnknownPicture

from .clips import number_of, numbered_image

WHOLE = simplejpeg.encode_jpeg(numbered_image(5), 90, "BGR", "422")


def row(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8).reshape(1, -1)


@pytest.mark.parametrize("shape", [(1, -1), (-1, 1), (-1,)])
def test_jpeg_in_a_row_or_column(shape):
    data = np.frombuffer(WHOLE, np.uint8).reshape(shape)
    assert number_of(PictureDecoder().decode(data)) == 5


def test_jpeg_without_huffman_tables_as_webcams_send_it():
    data, place = bytearray(WHOLE[:2]), 2
    while WHOLE[place + 1] != 0xDA:
        length = 2 + int.from_bytes(WHOLE[place + 2 : place + 4], "big")
        if WHOLE[place + 1] != 0xC4:
            data += WHOLE[place : place + length]
        place += length
    data += WHOLE[place:]
    assert len(data) < len(WHOLE) - 300
    assert number_of(PictureDecoder().decode(row(bytes(data)))) == 5


def test_grey_jpeg():
    grey = np.full((48, 64, 1), 70, np.uint8)
    image = PictureDecoder().decode(row(simplejpeg.encode_jpeg(grey, 90, "GRAY", "Gray")))
    assert image.shape == (48, 64, 3)
    assert number_of(image) == 5


@pytest.mark.parametrize(
    "raw",
    [
        np.zeros((48, 64), np.uint8),
        np.zeros((48, 64, 4), np.uint8),
        np.zeros((48, 64, 3), np.uint16),
    ],
)
def test_what_only_opencv_may_know(raw):
    with pytest.raises(UnknownPicture):
        PictureDecoder().decode(raw)


def test_header_of_a_monstrous_size():
    place = WHOLE.index(b"\xff\xc0") + 5
    data = WHOLE[:place] + b"\xea\x60\xea\x60" + WHOLE[place + 4 :]
    with pytest.raises(BrokenPicture, match="60000x60000"):
        PictureDecoder().decode(row(data))


def test_every_cut_is_noticed():
    for length in range(2, len(WHOLE) - 2, 7):
        with pytest.raises(BrokenPicture):
            PictureDecoder().decode(row(WHOLE[:length]))


@settings(max_examples=300, deadline=None)
@given(st.integers(2, len(WHOLE) - 1), st.binary(min_size=1, max_size=30), st.booleans())
def test_damage_is_a_picture_or_broken_but_nothing_else(place, junk, strict):
    decoder = PictureDecoder()
    decoder._strict = strict
    data = WHOLE[:place] + junk + WHOLE[place + len(junk) :]
    with contextlib.suppress(BrokenPicture):
        assert decoder.decode(row(data)).shape[2] == 3
