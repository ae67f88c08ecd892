"""A start that is called wrong does not come again, in the real clip with the real networks."""

from __future__ import annotations

import cv2
import pytest

from vcam.capture.demo import demo_clip
from vcam.control.commands import MarkWrong
from vcam.core.errors import VcamError
from vcam.core.events import EventKind
from vcam.core.frame import Frame
from vcam.daemon.recognition import HandRecognizer
from vcam.pipeline.looking import look_at
from vcam.triggers.engine import TriggerEngine
from vcam.vision.weights import is_complete

pytestmark = pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull")

EVERY = 2
"""Pictures of the clip that are looked at: 15 a second."""

SPANS = {"v_sign": (0.5, 3.6), "metal": (6.8, 9.8)}
"""Seconds of the clip in which these are held, with the ways there and back."""


@pytest.fixture(scope="module")
def frames():
    """The pictures of both spans, each at its time in the clip."""
    try:
        path = demo_clip()
    except VcamError as error:
        pytest.skip(str(error))
    clip = cv2.VideoCapture(str(path))
    fps = clip.get(cv2.CAP_PROP_FPS)
    found, number = [], 0
    while clip.grab():
        at = number / fps
        if number % EVERY == 0 and any(low <= at <= high for low, high in SPANS.values()):
            found.append(Frame(clip.retrieve()[1], at, number))
        number += 1
        if at > max(high for _, high in SPANS.values()):
            break
    clip.release()
    return found


class Room:
    """A daemon over one recognizer, which sees the clip again and again."""

    def __init__(self, desk, frames) -> None:
        self._daemon = desk.daemon
        self._frames = frames
        settings = desk.store.loaded.settings
        self._recognizer = HandRecognizer.load(settings.vision, desk.personal)
        self._triggers = settings.triggers
        self._card = desk.personal.enters()

    def watch(self) -> list[str]:
        """The starts of one pass."""
        engine = TriggerEngine(self._triggers, tuple(SPANS), self._card)
        self._recognizer.reset()
        starts = []
        for frame in self._frames:
            look = look_at(frame, self._recognizer, engine, drawing=False)
            if look is None:
                continue
            self._daemon.note_look(look)
            for event in look.events:
                self._daemon.note_event(event)
                if event.kind is EventKind.START:
                    starts.append(event.gesture)
        return starts


def test_what_was_called_wrong_is_not_repeated_until_that_is_taken_back(make_desk, frames):
    desk = make_desk()
    room = Room(desk, frames)
    assert room.watch() == ["v_sign", "metal"]
    mistake = next(start for start in desk.daemon.history() if start.gesture == "v_sign")
    assert max(score for _, score in mistake.trace) > 0.9
    desk.daemon.run(MarkWrong(start=mistake.id))
    assert room.watch() == ["metal"]
    # A later run, which knows of it by the file alone.
    assert Room(make_desk(), frames).watch() == ["metal"]
    desk.daemon.run(MarkWrong(start=mistake.id, wrong=False))
    assert room.watch() == ["v_sign", "metal"]
