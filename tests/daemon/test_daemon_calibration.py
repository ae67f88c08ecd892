"""Calibration: from talk to thresholds, and how it ends otherwise."""

from __future__ import annotations

import json
import os
import threading

import pytest

from vcam.control.commands import Calibrate, Pause
from vcam.core.errors import VcamError
from vcam.daemon import calibration as calibration_module
from vcam.daemon import private_file
from vcam.triggers.calibrating import POSE_S, TALK_S, step_at

from .repair_kit import gesture, look, show

RATE_HZ = 15


class Person:
    """Does what the calibration asks, on the fake clock."""

    def __init__(self, desk, monkeypatch) -> None:
        self.desk = desk
        self.score = {"talk": 0.1, "pose": 0.97, "pause": 0.1}
        self.phases: list[str] = []
        self.calibration = desk.daemon._repair._calibration
        monkeypatch.setattr(self.calibration, "_spawn", lambda run: None)

    def follow(self, seconds: float = 1000.0) -> None:
        """Goes on for so long, or until it is over."""
        end = self.desk.clock.now() + seconds
        while self.desk.clock.now() < end and self.calibration.advance():
            state = self.calibration.state
            if not self.phases or self.phases[-1] != state.phase:
                self.phases.append(state.phase)
            shown = state.gesture or "v_sign"
            for _ in range(4):
                self.desk.clock.advance(1 / RATE_HZ)
                now = self.desk.clock.now()
                self.desk.daemon.note_look(look(now, shown, self.score[state.phase]))


@pytest.fixture
def person(desk, monkeypatch):
    return Person(desk, monkeypatch)


def test_calibration_from_talk_to_thresholds(desk, person, tmp_path):
    person.score |= {"talk": 0.9}
    before = gesture(desk).enter
    outcome = desk.daemon.run(Calibrate(gestures=("v_sign",)))
    assert outcome.data == {"gestures": ["v_sign"]}
    assert desk.pipeline.rehearsing
    state = desk.daemon.state().calibration
    assert (state.phase, state.left_s, state.takes) == ("talk", TALK_S, 3)
    person.follow()
    assert person.phases == ["talk"] + ["pause", "pose"] * 3
    state = desk.daemon.state().calibration
    assert state.phase == "done"
    (result,) = state.results
    assert result.changed
    assert (result.before, result.enter) == (before, pytest.approx(0.92))
    assert not desk.pipeline.rehearsing
    assert (gesture(desk).enter, gesture(desk).calibrated) == (0.92, True)
    assert desk.pipeline.card["v_sign"] == 0.92
    assert json.loads((tmp_path / "personal" / "thresholds.json").read_text())["enter"] == {
        "v_sign": 0.92
    }


def test_calibration_takes_the_poses_that_packs_answer(desk, person):
    names = desk.daemon.run(Calibrate()).data["gestures"]
    assert {"v_sign", "thumb_up", "metal"} <= set(names)
    assert not {"two_v_signs", "wave", "heart_hands"} & set(names)


def test_starts_of_a_calibration_are_not_history(desk, person):
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    show(desk)
    assert desk.daemon.history() == ()


def test_cancelled_calibration_changes_nothing(desk, person, tmp_path):
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    person.follow(TALK_S + POSE_S)
    desk.daemon.run(Calibrate(cancel=True))
    assert desk.daemon.state().calibration.phase == "cancelled"
    assert not desk.pipeline.rehearsing
    assert not person.calibration.advance()
    assert not (tmp_path / "personal").exists()
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    assert desk.daemon.state().calibration.phase == "talk"


def test_pose_that_is_never_shown_changes_nothing(desk, person, tmp_path):
    person.score["pose"] = 0.2
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    person.follow()
    (result,) = desk.daemon.state().calibration.results
    assert not result.changed
    assert "seen 0 of 3 times" in result.message
    assert not (tmp_path / "personal").exists()


def test_camera_that_gives_nothing_ends_it(desk, person):
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    desk.clock.advance(calibration_module.BLIND_S + 1)
    assert not person.calibration.advance()
    state = desk.daemon.state().calibration
    assert state.phase == "failed"
    assert "no pictures" in state.message
    assert not desk.pipeline.rehearsing


def test_thresholds_that_cannot_be_saved_fail_it(desk, person, monkeypatch):
    def refuse(*_args):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(private_file, "write_file", refuse)
    before = gesture(desk)
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    person.follow()
    state = desk.daemon.state().calibration
    assert state.phase == "failed"
    assert "cannot be written" in state.message
    assert gesture(desk) == before


def test_calibration_runs_beside_the_caller(desk, monkeypatch):
    """The thread itself, on a clock that moves as soon as somebody waits on it."""
    over = threading.Event()
    desk.daemon.subscribe(
        lambda: over.set() if desk.daemon._repair.calibration.phase == "failed" else None
    )
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    assert over.wait(60)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (Calibrate(cancel=True), "No calibration goes on"),
        (Calibrate(gestures=("v_sgn",)), "did you mean v_sign"),
        (Calibrate(gestures=("wave",)), "no pose of one hand"),
        (Calibrate(gestures=("ily",)), "No pack that is on answers"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(desk, person, command, problem):
    with pytest.raises(VcamError, match=problem):
        desk.daemon.run(command)
    assert desk.daemon.state().calibration is None
    assert not desk.pipeline.rehearsing


def test_one_calibration_at_a_time(desk, person):
    desk.daemon.run(Calibrate())
    with pytest.raises(VcamError, match="goes on already"):
        desk.daemon.run(Calibrate())


def test_calibration_needs_a_camera_and_eyes(make_desk):
    desk = make_desk()
    desk.pipeline.problem = "no weights"
    with pytest.raises(VcamError, match="no weights"):
        desk.daemon.run(Calibrate())
    desk.pipeline.problem = ""
    desk.daemon.run(Pause())
    with pytest.raises(VcamError, match="resume first"):
        desk.daemon.run(Calibrate())
    off = make_desk("reactions: {enabled: false}")
    with pytest.raises(VcamError, match="Reactions are off"):
        off.daemon.run(Calibrate())
    metal = make_desk("triggers: {gestures: {metal: {enabled: false}}}")
    with pytest.raises(VcamError, match="metal is off"):
        metal.daemon.run(Calibrate(gestures=("metal",)))


def test_all_steps_have_words(desk, person):
    calibration = person.calibration
    desk.daemon.run(Calibrate(gestures=("v_sign",)))
    words = set()
    for step in calibration._steps:
        assert step_at([step], 0.0)[0] is step
        words.add(calibration._asks(step))
    assert words == {
        "Talk as you do in a call, and show no pose",
        "Hands down; next: V",
        "Show V and hold it",
    }
