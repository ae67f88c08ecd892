from __future__ import annotations

import json
import os

import pytest

from vcam.control.commands import Forget, MarkWrong
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon import private_file

from .fake_pipeline import start_of
from .repair_kit import gesture, look, show


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
