from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from vcam.effects import word_pictures
from vcam.effects.schema import TextSpec
from vcam.effects.word_pictures import WordPictures

SPEC = TextSpec(kind="text", says="speech", anchor="face.chin", size=2.0)


def joined() -> None:
    for thread in threading.enumerate():
        if thread.name == "picture of words":
            thread.join(20)


def test_who_does_not_wait_has_the_picture_later_and_who_waits_at_once() -> None:
    late = WordPictures(waits=False)
    at_once = WordPictures().picture(SPEC, "Hello")
    first = late.picture(SPEC, "Hello")
    joined()
    later = late.picture(SPEC, "Hello")
    assert first is None
    assert at_once is not None
    assert later is not None
    assert later[1] == at_once[1]


def test_a_text_is_made_once_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def made(spec: TextSpec, text: str) -> None:
        asked.append(text)

    monkeypatch.setattr(word_pictures, "text_picture", made)
    late = WordPictures(waits=False)
    for number in range(40):
        for _ in range(3):
            late.picture(SPEC, str(number))
            joined()
    late.picture(SPEC, "39")
    late.picture(SPEC, "0")
    joined()
    assert asked == [*map(str, range(40)), "0"]


def test_a_text_that_cannot_be_set_is_left_out_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(spec: TextSpec, text: str) -> Callable[[], None]:
        raise ValueError("no font")

    monkeypatch.setattr(word_pictures, "text_picture", fails)
    late = WordPictures(waits=False)
    for _ in range(3):
        assert late.picture(SPEC, "Hello") is None
        joined()
    assert caplog.text.count("cannot be set") == 1
