from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.card import render_card


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080), (480, 640), (160, 120)])
def test_it_has_the_size_that_was_asked_for(size: tuple[int, int]) -> None:
    card = render_card(*size, "No camera", ["Plug it in"])
    assert card.shape == (size[1], size[0], 3)
    assert card.dtype == np.uint8
    assert card.flags.c_contiguous


def test_text_stands_out_from_a_dark_ground() -> None:
    card = render_card(640, 360, "No camera", ["Plug it in"])
    assert np.median(card) < 60
    assert card.max() > 230


def test_other_words_make_another_picture_and_the_same_words_the_same() -> None:
    card = render_card(640, 360, "No camera", ["Plug it in"])
    assert render_card(640, 360, "No camera", ("Plug it in",)) is card
    assert not np.array_equal(card, render_card(640, 360, "No camera", ["Plug it out"]))
    assert not np.array_equal(card, render_card(640, 360, "Camera", ["Plug it in"]))
    uncrossed = render_card(640, 360, "No camera", ["Plug it in"], crossed=False)
    assert not np.array_equal(card, uncrossed)


def test_long_text_keeps_clear_of_the_edges() -> None:
    text = "the camera on /dev/v4l/by-id/usb-" + "0123456789" * 12 + " cannot be read " * 12
    card = render_card(640, 360, "A title that is far too long for one line of it " * 3, [text] * 4)
    for edge in (card[:, :20], card[:, -20:], card[:6], card[-6:]):
        assert edge.max() < 130


@settings(max_examples=15, deadline=None)
@given(st.integers(16, 400), st.integers(16, 300), st.text(max_size=40), st.text(max_size=80))
def test_any_text_at_any_size(width: int, height: int, title: str, line: str) -> None:
    assert render_card(width, height, title, [line]).shape == (height, width, 3)
