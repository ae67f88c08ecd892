"""Teaching where something goes wrong, or two things happen at once."""

from __future__ import annotations

import json

import pytest

from vcam.control.commands import (
    Forget,
    ForgetPose,
    RenamePose,
    SortSamples,
    Teach,
    TrainTaught,
    UseTaught,
)
from vcam.core.errors import VcamError
from vcam.daemon import private_file, taught, taught_files, teaching_live
from vcam.daemon.personal import Personal
from vcam.pipeline.mode import Mode
from vcam.poses.taught.samples import MOST_POSES
from vcam.settings.schema import PersonalSettings
from vcam.settings.writing import Unwritable

from .drawn_hands import show
from .teaching_kit import ids, take, teaching


def test_a_full_disk_loses_nothing(make_desk, monkeypatch):
    desk = make_desk()
    take(desk, "claw", "claw")

    def refuse(*args):
        raise Unwritable("there is no space left", "make room on the disk")

    content = desk.daemon.taught.export("vcam")
    with monkeypatch.context() as patch:
        patch.setattr(private_file, "write_file", refuse)
        take(desk, "claw", "claw")
        assert teaching(desk).phase == "failed"
        assert "no space" in teaching(desk).message
        assert len(ids(desk, "claw")) == 24
        for attempt in (
            lambda: desk.daemon.run(SortSamples(samples=(ids(desk, "claw")[0],))),
            lambda: desk.daemon.taught.install(content),
        ):
            with pytest.raises(VcamError, match="no space"):
                attempt()
        assert len(ids(desk, "claw")) == 24
    desk.daemon.run(SortSamples(samples=(ids(desk, "claw")[0],)))
    kept = Personal(PersonalSettings(), desk.personal.taught.file.path.parent).taught.samples
    assert len(kept.poses["claw"]) == 23


def test_what_cannot_be_taught_now_is_told(desk):
    with pytest.raises(VcamError, match="No pose has been taught"):
        desk.daemon.run(TrainTaught())
    with pytest.raises(VcamError, match="No samples are being taken"):
        desk.daemon.run(Teach(pose="claw", cancel=True))
    desk.pipeline.mode = Mode.PAUSED
    with pytest.raises(VcamError, match="paused"):
        desk.daemon.run(Teach(pose="claw"))
    desk.pipeline.mode, desk.pipeline.problem = Mode.LIVE, "weights are missing"
    with pytest.raises(VcamError, match="not recognised"):
        desk.daemon.run(Teach(pose="claw"))
    assert desk.personal.taught.file.size() == 0


def test_what_is_forgotten_while_it_is_learnt_does_not_come_back(make_desk, tmp_path, monkeypatch):
    desk = make_desk()
    take(desk, "claw", "claw")
    take(desk, "pinky", "pinky_only")
    desk.daemon.run(TrainTaught())
    with pytest.raises(VcamError, match="being learnt"):
        desk.daemon.run(RenamePose(pose="claw", to="paw"))
    desk.daemon.run(ForgetPose(pose="claw"))
    desk.work()
    assert teaching(desk).classes == ("pinky", "none")
    desk.daemon.run(UseTaught(on=True))
    desk.work()
    assert desk.personal.taught.gestures == ("pinky",)

    again = make_desk()
    learn, calls = teaching_live.learn_poses, []

    def forgotten_meanwhile(chosen, **more):
        learnt = learn(chosen, **more)
        calls.append(sorted(chosen))
        if len(calls) == 1:
            again.daemon.run(Forget())
        return learnt

    monkeypatch.setattr(teaching_live, "learn_poses", forgotten_meanwhile)
    again.teaching.start()
    again.work()
    assert calls[0] == ["pinky"]
    assert not any(calls[1:])
    assert again.personal.taught.model is None
    assert teaching(again).classes == ()
    assert not list((tmp_path / "personal").iterdir())


def test_what_changes_while_a_file_is_taken_in_is_not_lost(make_desk, monkeypatch):
    desk = make_desk()
    take(desk, "claw", "claw")
    content = desk.daemon.taught.export("vcam")
    learn = taught_files.learn_poses

    def learn_and_change(chosen, **more):
        desk.daemon.run(SortSamples(samples=(ids(desk, "claw")[0],)))
        return learn(chosen, **more)

    with monkeypatch.context() as patch:
        patch.setattr(taught_files, "learn_poses", learn_and_change)
        with pytest.raises(VcamError, match="changed meanwhile"):
            desk.daemon.taught.install(content)
    assert len(ids(desk, "claw")) == 11
    told = json.loads(content)
    rows = told["poses"]["claw"]
    told["poses"] = {
        f"pose{number}": [[100 + number, 1, 0, *rows[0][3:]]] for number in range(MOST_POSES)
    }
    told["next_id"] = 1000
    with pytest.raises(VcamError, match=f"{MOST_POSES} taught poses"):
        desk.daemon.taught.install(json.dumps(told).encode())


def test_more_than_can_be_read_again_is_not_written(make_desk, monkeypatch):
    desk = make_desk()
    take(desk, "claw", "claw")
    before = desk.personal.taught.file.path.read_bytes()
    monkeypatch.setattr(taught, "MAX_BYTES", len(before) + 100)
    take(desk, "claw", "claw")
    assert "too many samples" in teaching(desk).message
    assert desk.personal.taught.file.path.read_bytes() == before


def test_a_take_that_fails_ends_and_one_that_the_end_cuts_off_is_kept(make_desk, monkeypatch):
    desk = make_desk()

    def fail(*args):
        raise ZeroDivisionError("no thumbnail")

    desk.daemon.run(Teach(pose="claw", samples=20))
    with monkeypatch.context() as patch:
        patch.setattr(desk.teaching._sampler.thumbnails, "keep", fail)
        show(desk, "claw", 1, 0)
        desk.work()
    assert (teaching(desk).phase, desk.pipeline.rehearsing) == ("failed", False)
    assert "cannot be taken" in teaching(desk).message
    desk.daemon.run(Teach(pose="claw", samples=20))
    show(desk, "claw", 1, 0)
    desk.daemon.close()
    kept = Personal(PersonalSettings(), desk.personal.taught.file.path.parent).taught.samples
    assert len(kept.poses["claw"]) >= 3
