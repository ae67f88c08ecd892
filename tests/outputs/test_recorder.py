from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

import vcam.outputs.recorder as recorder_module
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.recorder import RecorderOutput
from vcam.testing import FakeClock, plain_image

FORMAT = VideoFormat(64, 48, 10)


def numbers_in(path: Path) -> list[int]:
    """The greys of a file's pictures, in tens."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    found = []
    while True:
        done, image = capture.read()
        if not done:
            return found
        found.append(round((float(image.mean()) - 20) / 10))


def record(
    recorder: RecorderOutput, clock: FakeClock, at_s: list[float], settle: bool = True
) -> None:
    """Sends picture 0, 1, 2 … at these times."""
    started_at = clock.now()
    for number, moment_s in enumerate(at_s):
        clock.advance(started_at + moment_s - clock.now())
        recorder.send(Frame(plain_image(value=20 + 10 * number), 0.0, number))
        give_up_at = time.monotonic() + 5
        while settle and recorder._queue and time.monotonic() < give_up_at:
            time.sleep(0.001)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".AVI"])
def test_frames_are_in_the_file(tmp_path, suffix):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / f"clip{suffix}", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0.1 * n for n in range(12)])
    recorder.close()
    assert recorder.path == tmp_path / f"clip{suffix}"
    assert numbers_in(recorder.path) == list(range(12))
    assert cv2.VideoCapture(str(recorder.path)).get(cv2.CAP_PROP_FPS) == 10


def test_rate_is_constant_whatever_comes(tmp_path):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.avi", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0, 0.03, 0.1, 0.5, 0.61])
    recorder.close()
    assert numbers_in(recorder.path) == [0, 2, 2, 2, 2, 3, 4]


def test_long_pause_is_cut_out(tmp_path):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.avi", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0, 0.1, 3600.2, 3600.3])
    recorder.close()
    assert numbers_in(recorder.path) == [0, 1, 2, 3]


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "clip.mp4").write_text("precious")
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.mp4", clock)
    for expected in ("clip-2.mp4", "clip-3.mp4"):
        recorder.open(FORMAT)
        record(recorder, clock, [0])
        recorder.close()
        assert recorder.path == tmp_path / expected
    assert (tmp_path / "clip.mp4").read_text() == "precious"


def test_folder_is_made_and_empty_recordings_leave_nothing(tmp_path):
    recorder = RecorderOutput(tmp_path / "new" / "clip.mp4", FakeClock())
    recorder.open(FORMAT)
    recorder.close()
    assert list((tmp_path / "new").iterdir()) == []


def test_unknown_ending(tmp_path):
    with pytest.raises(OutputError, match=r"clip\.webm") as caught:
        RecorderOutput(tmp_path / "clip.webm").open(FORMAT)
    assert ".mp4 or .avi" in caught.value.fix


def test_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        RecorderOutput(tmp_path / "file" / "clip.mp4").open(FORMAT)


def test_full_disk_refuses_to_start_and_leaves_nothing(tmp_path):
    recorder = RecorderOutput(tmp_path / "clip.mp4", free=lambda folder: 1000)
    with pytest.raises(OutputError, match=r"disk of .* is full"):
        recorder.open(FORMAT)
    assert list(tmp_path.iterdir()) == []


def send_until_refused(recorder: RecorderOutput, clock: FakeClock) -> OutputError:
    for number in range(500):
        clock.advance(0.1)
        try:
            recorder.send(Frame(plain_image(), 0.0, number))
        except OutputError as error:
            return error
        time.sleep(0.002)
    raise AssertionError("recording went on")


def test_disk_that_fills_up_ends_the_recording_with_a_whole_file(tmp_path):
    space = [10**12]
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.mp4", clock, free=lambda folder: space[0])
    recorder.open(FORMAT)
    record(recorder, clock, [0.1 * n for n in range(8)])
    space[0] = 1000
    assert "is full" in send_until_refused(recorder, clock).message
    recorder.close()
    assert numbers_in(recorder.path)[:8] == list(range(8))


def test_file_that_was_removed_is_noticed(tmp_path):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.mp4", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0, 0.1])
    os.unlink(recorder.path)
    assert "was removed" in send_until_refused(recorder, clock).message
    recorder.close()


def test_slow_encoding_drops_frames_and_blocks_nobody(tmp_path, monkeypatch):
    gate = threading.Event()
    put = recorder_module.Track.put

    def slow(self, shot):
        gate.wait(10)
        put(self, shot)

    monkeypatch.setattr(recorder_module.Track, "put", slow)
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.avi", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0.1 * n for n in range(20)], settle=False)
    assert 20 - recorder_module.QUEUE_FRAMES - 1 <= recorder.frames_dropped < 20
    gate.set()
    recorder.close()
    assert numbers_in(recorder.path)[0] == 0


class SlowWriter:
    """Takes three times as long for a picture as there is."""

    def __init__(self, clock: FakeClock, fps: float) -> None:
        self._clock, self._seconds_each = clock, 3 / fps

    def write(self, image) -> None:
        self._clock.advance(self._seconds_each)


def test_machine_that_is_too_slow_falls_behind_by_seconds_at_most():
    clock = FakeClock()
    began_at = clock.now()
    track = recorder_module.Track(SlowWriter(clock, 10), 10, lambda: clock.now() - began_at)
    waiting: list[float] = []
    sent = 0
    lags = []
    while clock.now() - began_at < 120:
        while sent / 10 <= clock.now() - began_at:
            if len(waiting) < recorder_module.QUEUE_FRAMES:
                waiting.append(sent / 10)
            sent += 1
        at_s = waiting.pop(0)
        lags.append(clock.now() - began_at - at_s)
        track.put(recorder_module.TimedPicture(plain_image(), at_s))
    assert max(lags) < 3 * recorder_module.LONGEST_LAG_S
    assert 0 < track.left_out_s < 120


def test_stills_of_a_pause_are_shown_for_as_long_as_they_were_sent(tmp_path):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.avi", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0, 0.1, 0.54, 0.98, 1.42, 1.5, 1.6])
    recorder.close()
    assert numbers_in(recorder.path) == [0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6]


def test_close_waits_for_the_whole_file(tmp_path, monkeypatch):
    going_on = threading.Event()
    put = recorder_module.Track.put

    def slow(self, shot):
        going_on.wait(20)
        put(self, shot)

    monkeypatch.setattr(recorder_module.Track, "put", slow)
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.mp4", clock)
    recorder.open(FORMAT)
    record(recorder, clock, [0, 0.1, 0.2], settle=False)
    threading.Timer(0.2, going_on.set).start()
    recorder.close()
    assert numbers_in(recorder.path) == [0, 1, 2]


def test_sent_image_may_change_after_send(tmp_path):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.avi", clock)
    recorder.open(FORMAT)
    image = plain_image(value=120)
    recorder.send(Frame(image, 0.0, 0))
    image[:] = 0
    recorder.close()
    assert numbers_in(recorder.path) == [10]


def test_encoder_that_fails_is_told(tmp_path, monkeypatch):
    def broken(self, shot):
        raise cv2.error("encoder broke")

    monkeypatch.setattr(recorder_module.Track, "put", broken)
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.avi", clock)
    recorder.open(FORMAT)
    assert "encoder broke" in send_until_refused(recorder, clock).message
    recorder.close()


def test_colours_are_right(tmp_path):
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.mp4", clock)
    recorder.open(FORMAT)
    image = plain_image()
    image[:] = (200, 100, 50)
    recorder.send(Frame(image, 0.0, 0))
    recorder.close()
    read = cv2.VideoCapture(str(recorder.path)).read()[1]
    assert np.allclose(read.reshape(-1, 3).mean(axis=0), (200, 100, 50), atol=6)


def test_fault_while_writing_is_told_and_does_not_drop_for_ever(tmp_path, monkeypatch):
    def refuse(track, shot):
        raise ZeroDivisionError("a fault in writing")

    monkeypatch.setattr(recorder_module.Track, "put", refuse)
    clock = FakeClock()
    recorder = RecorderOutput(tmp_path / "clip.mp4", clock)
    recorder.open(FORMAT)
    assert "a fault in writing" in send_until_refused(recorder, clock).message
    recorder.close()
