"""Selfies that are given up, fail, come too fast, or are told of late."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

from vcam.control.commands import TakeSnapshot
from vcam.core.errors import VcamError
from vcam.daemon import selfie_run
from vcam.pipeline import SourcePhase
from vcam.pipeline.mode import Mode

from .studio import CAMERA, OUTPUT, PATIENCE_S, picture, waits


def test_second_command_gives_it_up(studio):
    studio.order()
    assert studio.order().message == "The selfie is cancelled"
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert studio.desk.pipeline.plan is None
    assert studio.names == []
    assert studio.daemon.state().notices == ()


def test_cancel_begins_none(studio):
    with pytest.raises(VcamError, match="No selfie goes on"):
        studio.order(cancel=True)
    studio.order()
    studio.order(cancel=True)
    assert studio.daemon._selfies.join(PATIENCE_S)


def test_given_up_clip_leaves_nothing(make_studio):
    studio = make_studio("selfie: {clip_format: mp4}")
    studio.order(take="clip")
    studio.show(5)
    assert waits(studio) is not None
    studio.order(cancel=True)
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert studio.names == []


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.FROZEN])
def test_no_selfie_without_a_live_picture(studio, mode):
    studio.desk.pipeline.mode = mode
    with pytest.raises(VcamError, match="resume first"):
        studio.order()


def test_no_selfie_without_a_camera(studio):
    pipeline = studio.desk.pipeline
    pipeline.source = dataclasses.replace(
        pipeline.source, phase=SourcePhase.LOST, message="unplugged"
    )
    with pytest.raises(VcamError, match="unplugged"):
        studio.order()


def test_pause_in_the_countdown_gives_it_up(studio):
    studio.order()
    studio.desk.pipeline.mode = Mode.PAUSED
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert "paused" in studio.daemon.state().notices[0]


def test_camera_that_gives_no_picture_is_told(studio):
    studio.order(countdown_s=1)
    studio.desk.clock.advance(1 + selfie_run.PATIENCE_S + 1)
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert "no picture came" in studio.daemon.state().notices[0]
    studio.desk.pipeline.mode = Mode.LIVE
    studio.order(countdown_s=0)
    assert studio.daemon.state().notices == (), "the next one takes the notice away"
    assert studio.daemon.state().selfie_problem == ""


def full(self: Path, data: bytes) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("take", ["still", "burst", "strip", "clip"])
def test_full_disk_is_told_in_a_line(studio, monkeypatch, take):
    monkeypatch.setattr(Path, "write_bytes", full)
    studio.order(take=take, countdown_s=0)
    studio.show(4)
    studio.finish()
    (notice,) = studio.daemon.state().notices
    assert "No space left" in notice
    assert "free some space" in notice
    assert len(notice.splitlines()) == 1
    assert studio.daemon.state().selfie_problem == notice
    assert studio.names == []
    assert studio.pictures == ()


def test_folder_that_cannot_be_made_is_told(studio):
    studio.folder.write_text("in the way")
    studio.order(countdown_s=0)
    studio.show()
    studio.finish()
    assert "cannot be written" in studio.daemon.state().notices[0]


def test_waiting_pictures_are_bounded(studio, monkeypatch):
    each = picture(CAMERA, 1).nbytes + picture(OUTPUT, 1).nbytes
    monkeypatch.setattr(selfie_run, "WAITING_BYTES", 3 * each)
    go_on = threading.Event()
    monkeypatch.setattr(
        "vcam.daemon.selfie_files.SelfieFiles.add", lambda *told: go_on.wait(PATIENCE_S)
    )
    studio.order(take="burst", countdown_s=0)
    assert studio.show()
    assert waits(studio) is not None
    assert [studio.show() for _ in range(5)] == [True, True, True, False, False]
    go_on.set()
    assert waits(studio) is not None
    assert studio.show(), "there is room again"
    studio.finish()


def test_ten_in_a_row_all_come(studio):
    for _ in range(10):
        studio.order(countdown_s=0)
        studio.show()
        studio.finish()
    assert len(studio.names) == 20
    assert len(studio.pictures) == 20
    assert len({each.name for each in studio.pictures}) == 20


def test_newest_twenty_are_told_snapshots_among_them(studio):
    for _ in range(21):
        studio.daemon.run(TakeSnapshot())
    assert len(studio.pictures) == 20
    assert {each.kind for each in studio.pictures} == {"snapshot"}
    assert len(studio.names) == 21
    before = studio.daemon.state().version
    studio.daemon.run(TakeSnapshot())
    assert studio.daemon.state().version > before
