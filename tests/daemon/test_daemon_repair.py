from __future__ import annotations

import json
import os
import threading

import numpy as np
import pytest

from vcam.control.commands import Calibrate, Forget, MarkWrong, Pause
from vcam.core.errors import VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.core.observation import NONE_POSE, Hand, Observation, PoseReading
from vcam.daemon import calibration as calibration_module
from vcam.daemon import private_file
from vcam.pipeline.looking import Look
from vcam.triggers.calibrating import POSE_S, TALK_S, step_at

from .fake_pipeline import start_of

RATE_HZ = 15


def hand_at(x: float = 600.0) -> Hand:
    points = np.zeros((21, 2), np.float32)
    points[:, 0] = x + 6 * np.arange(21)
    points[:, 1] = 300 + 9 * np.arange(21)
    world = np.linspace(0, 0.1, 63, dtype=np.float32).reshape(21, 3)
    return Hand(1, points, np.zeros(21, "f4"), world, "right", 1.0)


def look(at: float, gesture: str = "v_sign", score: float = 0.95) -> Look:
    reading = PoseReading(1, {gesture: score, NONE_POSE: 1 - score})
    return Look(Observation(0, at, (1280, 720), (hand_at(),)), [reading], ())


def show(desk, gesture: str = "v_sign", at: float = 101.0) -> None:
    """A gesture is held and starts, as vision tells it."""
    for number in range(8):
        desk.daemon.note_look(look(at - 0.5 + number / 14, gesture))
    desk.daemon.note_event(start_of(gesture, at))


def kept(desk, kind: str):
    return next(item for item in desk.daemon.state().kept.items if item.kind == kind)


def test_start_has_a_trace(desk):
    show(desk)
    (start,) = desk.daemon.history()
    assert start.trace[0] == (-0.5, 0.95)
    assert start.trace[-1] == (0.0, 0.95)
    changes = desk.changes
    desk.daemon.note_look(look(101.5, score=0.3))
    desk.daemon.note_event(GestureEvent(EventKind.END, "v_sign", 101.5, (1,), 101.0, 1.0, 0.3))
    assert desk.daemon.history()[0].trace[-1] == (0.5, 0.3)
    assert desk.changes > changes


def test_mark_leaves_landmarks_and_unmark_takes_them_away(desk, tmp_path):
    show(desk)
    outcome = desk.daemon.run(MarkWrong(start=1))
    assert outcome.message.endswith("what looks like it is held back from now on")
    path = tmp_path / "personal" / "hands.jsonl"
    assert [json.loads(line)["gesture"] for line in path.read_text().splitlines()[1:]] == [
        "v_sign"
    ] * 4
    assert kept(desk, "wrong").count == 1
    desk.daemon.run(MarkWrong(start=1, wrong=False))
    assert not path.exists()
    assert kept(desk, "wrong").count == 0


@pytest.mark.parametrize("gesture", ["two_v_signs", "heart_hands", "wave"])
def test_nothing_is_learnt_of_two_hands_and_movements(desk, gesture, tmp_path):
    show(desk, gesture)
    outcome = desk.daemon.run(MarkWrong(start=1))
    assert "poses of one hand alone" in outcome.message
    assert desk.daemon.history()[0].wrong
    assert not (tmp_path / "personal").exists()


def test_nothing_is_learnt_where_the_user_wants_none(make_desk, tmp_path):
    desk = make_desk("personal: {learn_from_mistakes: false}")
    show(desk)
    assert "learns nothing" in desk.daemon.run(MarkWrong(start=1)).message
    assert not (tmp_path / "personal").exists()


def test_mark_that_cannot_be_saved_holds_until_the_end(desk, monkeypatch):
    def refuse(*_args):
        raise OSError(28, os.strerror(28))

    show(desk)
    monkeypatch.setattr(private_file, "write_file", refuse)
    outcome = desk.daemon.run(MarkWrong(start=1))
    assert "holds until vcam ends" in outcome.message
    assert desk.daemon.history()[0].wrong
    assert kept(desk, "wrong").count == 1


def test_start_without_its_hand_is_marked_and_not_learnt(desk):
    desk.daemon.note_event(start_of("v_sign"))
    assert "not remembered" in desk.daemon.run(MarkWrong(start=1)).message


def test_later_right_starts_are_saved_by_the_steward(desk, tmp_path):
    show(desk)
    desk.daemon.run(MarkWrong(start=1))
    show(desk, at=111.0)
    path = tmp_path / "personal" / "hands.jsonl"
    before = path.read_text()
    desk.daemon.attend()
    assert path.read_text() != before


def test_history_goes_to_disk_only_if_the_user_says_so(make_desk, tmp_path):
    path = tmp_path / "personal" / "starts.jsonl"
    desk = make_desk()
    show(desk)
    desk.daemon.attend()
    assert not path.exists()
    assert "memory alone" in kept(desk, "history").what
    desk.save("personal: {keep_history: true}")
    desk.daemon.attend()
    assert len(path.read_text().splitlines()) == 1
    again = make_desk("personal: {keep_history: true}")
    assert again.daemon.history() == desk.daemon.history()


def test_end_writes_what_is_not_written(make_desk, tmp_path):
    desk = make_desk("personal: {keep_history: true}")
    show(desk)
    desk.daemon.close()
    assert (tmp_path / "personal" / "starts.jsonl").exists()


@pytest.mark.parametrize("what", ["all", "wrong", "calibration", "history"])
def test_forget_deletes_what_it_says(make_desk, tmp_path, what):
    desk = make_desk("personal: {keep_history: true}")
    show(desk)
    desk.daemon.run(MarkWrong(start=1))
    desk.personal.thresholds.keep({"v_sign": 0.7}, 1.7e9)
    desk.daemon.attend()
    folder = tmp_path / "personal"
    files = {"wrong": "hands.jsonl", "calibration": "thresholds.json", "history": "starts.jsonl"}
    assert sorted(os.listdir(folder)) == sorted(files.values())
    assert desk.daemon.run(Forget(what=what)).message.startswith("Forgotten")
    left = [] if what == "all" else [name for kind, name in files.items() if kind != what]
    assert sorted(os.listdir(folder)) == sorted(left)
    assert (desk.daemon.history() == ()) is (what in ("all", "history"))
    assert (kept(desk, "wrong").count == 0) is (what in ("all", "wrong"))
    assert (kept(desk, "calibration").count == 0) is (what in ("all", "calibration"))


def test_what_is_kept_is_told_with_its_place(desk, tmp_path):
    kinds = [item.kind for item in desk.daemon.state().kept.items]
    assert kinds[:4] == ["wrong", "calibration", "history", "taught"]
    assert kinds[4:7] == ["people", "attendance", "settings"]
    assert {"snapshots", "weights", "packs", "log"} <= set(kinds)
    assert kept(desk, "wrong").path == str(tmp_path / "personal" / "hands.jsonl")
    assert kept(desk, "settings").path == str(desk.file)
    assert [item.kind for item in desk.daemon.state().kept.items if item.forget] == kinds[:6]


def test_snapshots_are_counted_and_left_alone(make_desk, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "one.png").write_bytes(b"12345")
    desk = make_desk(f"outputs: {{snapshot: {{folder: {folder}}}}}")
    item = kept(desk, "snapshots")
    assert (item.count, item.size, item.path) == (1, 5, str(folder))
    desk.daemon.run(Forget())
    assert (folder / "one.png").exists()


def gesture(desk, name: str = "v_sign"):
    return next(each for each in desk.daemon.state().gestures if each.name == name)


def test_personal_threshold_stands_between_card_and_file(make_desk, tmp_path):
    card = gesture(make_desk()).enter
    make_desk().personal.thresholds.keep({"v_sign": 0.66}, 1.7e9)
    desk = make_desk()
    assert (gesture(desk).enter, gesture(desk).calibrated) == (0.66, True)
    assert not gesture(desk, "metal").calibrated
    desk.save("triggers: {gestures: {v_sign: {enter: 0.71}}}")
    assert (gesture(desk).enter, gesture(desk).calibrated) == (0.71, False)
    desk.save("personal: {calibrated: false}")
    assert (gesture(desk).enter, gesture(desk).calibrated) == (card, False)
    assert desk.pipeline.card["v_sign"] == card
    desk.save("")
    assert desk.pipeline.card["v_sign"] == 0.66


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
