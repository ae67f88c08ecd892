"""Taking back what has come last, by command or by pose."""

from __future__ import annotations

import json

import pytest

from vcam.control.commands import Calibrate, MarkWrong, Undo
from vcam.core.errors import VcamError
from vcam.core.events import EventKind, LiveEffect

from .fake_pipeline import start_of


def live(gesture):
    return LiveEffect(1, "selfie-glasses", "retro", gesture, 0.0, None, (1,), 0)


def undone(gesture):
    start = start_of(gesture)
    return start.__class__(
        **{name: getattr(start, name) for name in start.__slots__} | {"kind": EventKind.UNDONE}
    )


def test_command_takes_back_what_is_shown(desk):
    desk.pipeline.effects = (live("v_sign"),)
    outcome = desk.daemon.run(Undo())
    assert outcome.data == {"gesture": "v_sign"}
    assert ("undo", "v_sign") in desk.pipeline.told


def test_nothing_to_take_back(desk):
    with pytest.raises(VcamError, match="nothing to take back"):
        desk.daemon.run(Undo())


def test_start_that_is_taken_back_counts_as_a_mistake(desk):
    for gesture in ("v_sign", "thumb_up", "v_sign"):
        desk.daemon.note_event(start_of(gesture))
    desk.daemon.note_event(undone("v_sign"))
    assert not any(start.undone for start in desk.daemon.history())
    desk.daemon.attend()
    assert [(s.id, s.gesture, s.undone, s.wrong) for s in desk.daemon.history()] == [
        (3, "v_sign", True, True),
        (2, "thumb_up", False, False),
        (1, "v_sign", False, False),
    ]
    desk.daemon.run(MarkWrong(start=3, wrong=False))
    newest = desk.daemon.history()[0]
    assert (newest.undone, newest.wrong) == (True, False)


def test_what_was_played_by_hand_is_no_mistake_of_recognition(desk):
    desk.daemon.note_event(start_of("v_sign"))
    desk.daemon.note_event(undone("manual"))
    desk.daemon.attend()
    assert not desk.daemon.history()[0].wrong


def test_settings_of_it_reach_the_engine(desk):
    desk.file.write_text(json.dumps({"reactions": {"undo_gesture": "palm", "undo_within_ms": 900}}))
    desk.daemon.file_changed()
    assert desk.pipeline.applied.reactions.undo_gesture == "palm"


def test_what_happens_in_a_calibration_is_neither_mistake_nor_selfie(make_desk, monkeypatch):
    desk = make_desk("selfie: {gesture: v_sign}")
    desk.daemon.note_event(start_of("thumb_up"))
    monkeypatch.setattr(desk.daemon._repair._calibration, "_spawn", lambda run: None)
    desk.daemon.run(Calibrate(gestures=("v_sign", "thumb_up")))
    for gesture in ("v_sign", "thumb_up"):
        desk.daemon.note_event(start_of(gesture))
        desk.daemon.note_event(undone(gesture))
    desk.daemon.attend()
    assert [(start.gesture, start.wrong) for start in desk.daemon.history()] == [
        ("thumb_up", False)
    ]
    assert desk.daemon.state().selfie is None
    desk.daemon.run(Calibrate(cancel=True))
