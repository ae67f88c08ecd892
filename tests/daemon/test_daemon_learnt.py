from __future__ import annotations

import errno
import os
import stat
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from vcam.core.observation import Hand
from vcam.daemon import private_file, thresholds
from vcam.daemon.learnt import MOST_STARTS, LearntHands
from vcam.daemon.personal_thresholds import PersonalThresholds
from vcam.daemon.private_file import PersonalError, PrivateFile
from vcam.settings.writing import Unwritable
from vcam.synthetic.joints import random_joints

MODEL = "a" * 64


def drawn(seed: int = 1) -> Hand:
    joints = random_joints("v_sign", np.random.default_rng(seed), 20.0)
    return Hand(
        1,
        joints.points.astype(np.float32),
        joints.depth.astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


@pytest.fixture
def file(tmp_path):
    return PrivateFile(tmp_path / "personal" / "hands.jsonl")


@pytest.fixture
def learnt(file):
    return LearntHands(file)


def full(*_args):
    raise Unwritable(os.strerror(errno.ENOSPC), "make room on the disk")


def test_nothing_is_written_before_something_was_wrong(learnt, file):
    learnt.note("v_sign", 1.0, [drawn()])
    learnt.save()
    assert not file.path.exists()
    assert learnt.hands() == ()


def test_wrong_start_leaves_its_hands_and_the_others_as_right(learnt, file):
    learnt.note("v_sign", 1.0, [drawn(1), drawn(2)])
    learnt.note("v_sign", 2.0, [drawn(3)])
    learnt.note("metal", 3.0, [drawn(4)])
    assert learnt.call_wrong("v_sign", 2.0)
    assert learnt.starts(wrong=True) == (2.0,)
    assert learnt.starts(wrong=False) == (1.0,)
    again = LearntHands(file)
    assert [hand.line() for hand in again.hands()] == [hand.line() for hand in learnt.hands()]


def test_later_starts_of_the_same_gesture_are_right_until_called_wrong(learnt, file):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.call_wrong("v_sign", 1.0)
    learnt.note("v_sign", 2.0, [drawn(2)])
    learnt.note("metal", 3.0, [drawn(3)])
    assert learnt.starts(wrong=False) == (2.0,)
    learnt.save()
    assert LearntHands(file).starts(wrong=False) == (2.0,)
    learnt.call_wrong("v_sign", 2.0)
    assert learnt.starts(wrong=True) == (1.0, 2.0)
    assert learnt.starts(wrong=False) == ()


def test_taking_the_only_one_back_leaves_nothing_on_disk(learnt, file):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.note("v_sign", 2.0, [drawn(2)])
    learnt.call_wrong("v_sign", 2.0)
    assert file.path.exists()
    learnt.call_right("v_sign", 2.0)
    assert learnt.hands() == ()
    assert not file.path.exists()
    assert learnt.call_wrong("v_sign", 2.0)
    assert learnt.starts(wrong=True) == (2.0,)


def test_taking_one_of_two_back_makes_it_right(learnt):
    for start in (1.0, 2.0):
        learnt.note("v_sign", start, [drawn(int(start))])
        learnt.call_wrong("v_sign", start)
    learnt.call_right("v_sign", 1.0)
    assert learnt.starts(wrong=True) == (2.0,)
    assert learnt.starts(wrong=False) == (1.0,)


def test_two_gestures_that_start_at_once_are_two(learnt):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.note("metal", 1.0, [drawn(2)])
    learnt.call_wrong("v_sign", 1.0)
    assert [hand.gesture for hand in learnt.hands() if hand.wrong] == ["v_sign"]
    learnt.call_wrong("metal", 1.0)
    assert learnt.starts(wrong=True) == (1.0, 1.0)
    learnt.call_right("v_sign", 1.0)
    assert [hand.gesture for hand in learnt.hands() if hand.wrong] == ["metal"]


def test_marking_twice_learns_once(learnt):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.call_wrong("v_sign", 1.0)
    learnt.call_wrong("v_sign", 1.0)
    assert len(learnt.hands()) == 1


def test_start_that_is_not_remembered_is_not_learnt(learnt):
    assert not learnt.call_wrong("v_sign", 1.0)
    for start in range(MOST_STARTS + 1):
        learnt.note("v_sign", float(start), [drawn()])
    assert not learnt.call_wrong("v_sign", 0.0)
    assert learnt.call_wrong("v_sign", 1.0)


def test_marked_start_of_an_earlier_run_can_be_taken_back(learnt, file):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.call_wrong("v_sign", 1.0)
    later = LearntHands(file)
    later.call_right("v_sign", 1.0)
    assert later.hands() == ()


def test_forgetting_leaves_neither_memory_nor_file(learnt, file):
    learnt.note("v_sign", 1.0, [drawn()])
    learnt.call_wrong("v_sign", 1.0)
    learnt.forget()
    assert learnt.hands() == ()
    assert not file.path.exists()
    assert not learnt.call_wrong("v_sign", 1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_nobody_else_can_read_it(learnt, file):
    learnt.note("v_sign", 1.0, [drawn()])
    learnt.call_wrong("v_sign", 1.0)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"\xff", b'{"format": 1}\nnonsense\n'])
def test_damaged_file_is_set_aside_with_one_line(file, caplog, content):
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    learnt = LearntHands(file)
    assert learnt.hands() == ()
    (record,) = caplog.records
    assert "is damaged" in record.getMessage()
    assert file.path.name in record.getMessage()
    assert (file.path.parent / "hands.jsonl.broken").read_bytes() == content
    # And vcam learns on.
    learnt.note("v_sign", 1.0, [drawn()])
    assert learnt.call_wrong("v_sign", 1.0)
    learnt.forget()
    assert list(file.path.parent.iterdir()) == []


def test_huge_file_is_not_read(file, monkeypatch):
    monkeypatch.setattr(private_file, "MAX_BYTES", 10)
    file.path.parent.mkdir()
    file.path.write_bytes(b"x" * 11)
    assert LearntHands(file).hands() == ()
    assert not file.path.exists()


def test_folder_in_its_place_is_no_matter(file, caplog):
    file.path.mkdir(parents=True)
    assert LearntHands(file).hands() == ()
    assert "cannot be read" in caplog.text


def test_full_disk_keeps_what_was_there_and_says_so(learnt, file, monkeypatch):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.call_wrong("v_sign", 1.0)
    before = file.path.read_bytes()
    learnt.note("v_sign", 2.0, [drawn(2)])
    monkeypatch.setattr(private_file, "write_file", full)
    with pytest.raises(PersonalError, match="make room on the disk"):
        learnt.call_wrong("v_sign", 2.0)
    # It holds all the same, for as long as vcam runs.
    assert learnt.starts(wrong=True) == (1.0, 2.0)
    assert file.path.read_bytes() == before


def test_quiet_saving_tells_the_log(learnt, monkeypatch, caplog):
    learnt.note("v_sign", 1.0, [drawn(1)])
    learnt.call_wrong("v_sign", 1.0)
    learnt.note("v_sign", 2.0, [drawn(2)])
    monkeypatch.setattr(private_file, "write_file", full)
    learnt.save_quietly()
    assert "cannot be written" in caplog.text


def test_file_where_a_folder_should_be_is_told(tmp_path):
    (tmp_path / "personal").write_text("in the way", encoding="utf-8")
    file = PrivateFile(tmp_path / "personal" / "hands.jsonl")
    assert file.read(bytes, b"none") == b"none"
    with pytest.raises(PersonalError):
        file.write(b"x")
    file.delete()
    assert file.size() == 0


def thresholds_file(tmp_path):
    return PrivateFile(tmp_path / "thresholds.json")


def test_thresholds_are_kept_and_read_again(tmp_path):
    kept = PersonalThresholds(thresholds_file(tmp_path), MODEL)
    assert kept.enter == {}
    kept.keep({"v_sign": 0.7}, 1.7e9)
    kept.keep({"metal": 0.95}, 1.7e9 + 60)
    again = PersonalThresholds(thresholds_file(tmp_path), MODEL)
    assert again.enter == {"v_sign": 0.7, "metal": 0.95}
    assert again.stored is not None
    assert again.stored.found_at == 1.7e9 + 60


def test_thresholds_of_another_model_are_not_used(tmp_path, caplog):
    PersonalThresholds(thresholds_file(tmp_path), MODEL).keep({"v_sign": 0.7}, 1.0)
    other = PersonalThresholds(thresholds_file(tmp_path), "b" * 64)
    assert other.enter == {}
    assert other.stored is not None
    assert caplog.text.count("another pose model") == 1
    other.keep({"metal": 0.9}, 2.0)
    assert other.enter == {"metal": 0.9}


def test_a_model_with_another_network_for_pictures_is_another(monkeypatch):
    def model(*pictures: str) -> str:
        part = SimpleNamespace(model_sha256=pictures[0]) if pictures else None
        card = SimpleNamespace(model_sha256=MODEL, appearance=part)
        monkeypatch.setattr(thresholds, "load_card", lambda path: card)
        return thresholds.model_sha256()

    told = {model(), model("b" * 64), model("c" * 64)}
    assert len(told) == 3
    assert {len(each) for each in told} == {64}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"format":1,"found_at":1,"model":"' + b"a" * 64 + b'","enter":{"v_sign":7}}',
        b'{"format":9,"found_at":1,"model":"' + b"a" * 64 + b'","enter":{"v_sign":0.7}}',
    ],
)
def test_damaged_thresholds_are_set_aside(tmp_path, content, caplog):
    file = thresholds_file(tmp_path)
    file.path.write_bytes(content)
    assert PersonalThresholds(file, MODEL).enter == {}
    assert "is damaged" in caplog.text
    assert not file.path.exists()


def test_thresholds_that_cannot_be_written_do_not_hold(tmp_path, monkeypatch):
    kept = PersonalThresholds(thresholds_file(tmp_path), MODEL)
    monkeypatch.setattr(private_file, "write_file", full)
    with pytest.raises(PersonalError):
        kept.keep({"v_sign": 0.7}, 1.0)
    assert kept.enter == {}


def test_thresholds_are_forgotten(tmp_path):
    kept = PersonalThresholds(thresholds_file(tmp_path), MODEL)
    kept.keep({"v_sign": 0.7}, 1.0)
    kept.forget()
    assert kept.enter == {}
    assert list(tmp_path.iterdir()) == []
