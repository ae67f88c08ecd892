from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.lettering import Lettering
from vcam.effects.schema import TextSpec
from vcam.effects.words import text_picture


def spec(look: str = "bubble", **more: object) -> TextSpec:
    return TextSpec.model_validate({"kind": "text", "anchor": "screen", "look": look, **more})


def test_long_texts_are_wrapped_and_cut() -> None:
    lettering = Lettering(40)
    lines = lettering.wrapped("one two three four five six seven " * 20, 300, 4)
    assert len(lines) == 4
    assert all(lettering.width(line) <= 300 for line in lines)
    assert lines[-1].endswith("…")
    assert lettering.wrapped("x" * 200, 300, 3)[-1].endswith("…")


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\x00\x07", "\U0010ffff"])
def test_of_nothing_to_say_there_is_no_picture(text: str) -> None:
    assert text_picture(spec(), text) is None


def test_what_no_font_has_is_left_out() -> None:
    assert Lettering(40).cleaned("Hi\U0010ffff  you\ufe0f\n!") == "Hi you !"


@pytest.mark.parametrize("look", ["bubble", "cloud", "tag", "plain"])
def test_more_words_make_a_wider_picture_up_to_the_width_that_is_given(look: str) -> None:
    widths = []
    for text in ("Hi", "Hello there", "Hello there " * 12):
        made = text_picture(spec(look, size=4, letter=0.3), text)
        assert made is not None
        widths.append(made[1])
    assert widths[0] < widths[1] < widths[2] < 4.6


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=120), st.sampled_from(["bubble", "cloud", "tag", "plain"]))
def test_any_text_can_be_drawn(text: str, look: str) -> None:
    made = text_picture(spec(look), text)
    assert made is None or made[1] > 0
