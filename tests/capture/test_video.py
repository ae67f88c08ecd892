from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import vcam.capture.clip as clip_module
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceEnded, SourceError
from vcam.testing import FakeClock

from .clips import number_of, numbered_image, read_all, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "numbers.mp4")


def source(path: Path, *, paced: bool = True, loop: bool = False, clock=None) -> VideoSource:
    return VideoSource(path, paced=paced, loop=loop, clock=clock or FakeClock())


def test_unpaced_gives_every_frame_with_media_time(clip):
    clock = FakeClock()
    video = source(clip, paced=False, clock=clock)
    told = video.open()
    frames = read_all(video)
    assert (told.width, told.height, told.fps) == (64, 48, 10)
    assert [number_of(frame.image) for frame in frames] == list(range(20))
    assert [frame.index for frame in frames] == list(range(20))
    assert np.allclose([frame.captured_at for frame in frames], np.arange(20) / 10)
    assert clock.now() == 100


def test_paced_gives_frames_when_they_are_due(clip):
    clock = FakeClock()
    video = source(clip, clock=clock)
    video.open()
    clock.advance(7)
    frames = [video.read() for _ in range(5)]
    assert np.allclose([frame.captured_at for frame in frames], 107 + np.arange(5) / 10)


def test_paced_leaves_out_what_is_late_and_never_drifts(clip):
    clock = FakeClock()
    video = source(clip, clock=clock)
    video.open()
    video.read()
    clock.advance(0.57)
    late = video.read()
    assert number_of(late.image) == 5
    assert late.index == 5
    assert late.captured_at == pytest.approx(100.57)
    following = video.read()
    assert number_of(following.image) == 6
    assert following.captured_at == pytest.approx(100.6)


def test_paced_resumes_where_it_was_after_a_long_sleep(clip):
    clock = FakeClock()
    video = source(clip, clock=clock)
    video.open()
    video.read()
    clock.advance(3600)
    assert number_of(video.read().image) == 1
    assert video.read().captured_at == pytest.approx(3700.1)


def test_machine_too_slow_to_decode_still_gets_frames(clip, monkeypatch):
    clock = FakeClock()
    video = source(clip, loop=True, clock=clock)
    video.open()
    grab = clip_module.Clip.advance

    def slow_advance(self: clip_module.Clip) -> bool:
        clock.advance(0.15)
        return grab(self)

    monkeypatch.setattr(clip_module.Clip, "advance", slow_advance)
    for _ in range(60):
        started_at = clock.now()
        video.read()
        assert clock.now() - started_at < 2


def test_paced_clip_ends_when_its_last_frame_was_shown(clip):
    clock = FakeClock()
    video = source(clip, clock=clock)
    video.open()
    for _ in range(20):
        video.read()
    with pytest.raises(SourceEnded, match=r"numbers\.mp4 is over"):
        video.read()
    assert clock.now() == pytest.approx(102)


def test_loop_goes_on_in_time_and_index(clip):
    clock = FakeClock()
    video = source(clip, loop=True, clock=clock)
    video.open()
    frames = [video.read() for _ in range(45)]
    assert [number_of(frame.image) for frame in frames] == [n % 20 for n in range(45)]
    assert [frame.index for frame in frames] == list(range(45))
    assert np.allclose(np.diff([frame.captured_at for frame in frames]), 0.1)


def test_unpaced_loop_counts_media_time_on(clip):
    video = source(clip, paced=False, loop=True)
    video.open()
    times = [video.read().captured_at for _ in range(25)]
    assert np.allclose(times, np.arange(25) / 10)


def test_reopened_clip_starts_over_and_counts_on(clip):
    video = source(clip, paced=False)
    video.open()
    first = [video.read() for _ in range(3)]
    video.close()
    video.open()
    again = video.read()
    assert number_of(again.image) == 0
    assert again.index > first[-1].index
    assert again.captured_at == 0


def test_interrupt_ends_a_wait_and_holds_until_reopened(tmp_path):
    slow = write_clip(tmp_path / "slow.avi", frames=3, fps=1)
    video = source(slow, clock=MonotonicClock())
    video.open()
    video.read()
    timer = threading.Timer(0.05, video.interrupt)
    timer.start()
    started_at = time.monotonic()
    with pytest.raises(SourceError, match="interrupted"):
        video.read()
    assert time.monotonic() - started_at < 0.9
    with pytest.raises(SourceError, match="interrupted"):
        video.read()
    timer.join()
    video.open()
    assert number_of(video.read().image) == 0


def test_interrupt_ends_unpaced_reading(clip):
    video = source(clip, paced=False)
    video.open()
    video.read()
    video.interrupt()
    with pytest.raises(SourceError, match="interrupted"):
        video.read()


def test_missing_empty_and_truncated_clips_are_named(tmp_path, clip):
    empty = tmp_path / "empty.mp4"
    empty.touch()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[:600])
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    for path, words in [
        (tmp_path / "gone.mp4", "there is no file"),
        (empty, "is empty"),
        (cut, "cannot be read as a video"),
        (text, "cannot be read as a video"),
    ]:
        with pytest.raises(SourceError, match=words) as caught:
            source(path).open()
        assert str(path) in caught.value.message
        assert caught.value.fix


def test_broken_clip_plays_what_is_there_and_says_so_once(tmp_path, caplog):
    path = write_clip(tmp_path / "broken.avi", frames=20)
    data = bytearray(path.read_bytes())
    # Cuts the file in the middle of its pictures: the index at its end goes too.
    path.write_bytes(data[: len(data) // 2])
    video = source(path, paced=False)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            video.open()
            numbers = [number_of(frame.image) for frame in read_all(video)]
            assert 3 <= len(numbers) < 19
            assert numbers == list(range(len(numbers)))
    assert caplog.text.count("broken.avi is damaged") == 1


def test_whole_clip_is_not_called_damaged(clip, caplog):
    video = source(clip, paced=False)
    video.open()
    assert len(read_all(video)) == 20
    assert caplog.text == ""


def test_odd_size(tmp_path):
    video = source(write_clip(tmp_path / "odd.avi", width=61, height=47), paced=False)
    told = video.open()
    assert (told.width, told.height) == (61, 47)
    assert video.read().size == (61, 47)


def test_rotated_clip_is_upright(tmp_path, clip):
    data = bytearray(clip.read_bytes())
    # The matrix of a version 0 tkhd box stands 40 bytes after its type and version: turn it
    # by 90 degrees (a b u c d v x y w in 16.16 fixed point).
    place = data.index(b"tkhd") + 44
    values = [0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30]
    data[place : place + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in values)
    path = tmp_path / "rotated.mp4"
    path.write_bytes(data)
    video = source(path, paced=False)
    told = video.open()
    assert (told.width, told.height) == (48, 64)
    assert [video.read().size for _ in range(3)] == [(48, 64)] * 3


def test_frames_are_never_written_to_again(clip):
    video = source(clip, paced=False)
    video.open()
    held = [video.read() for _ in range(12)]
    assert [number_of(frame.image) for frame in held] == list(range(12))


class FakeCapture:
    """OpenCV's VideoCapture with made-up time stamps."""

    def __init__(self, stamps_ms: list[float], fps: float) -> None:
        self._stamps_ms = stamps_ms
        self._fps = fps
        self._at = -1

    def grab(self) -> bool:
        self._at += 1
        return self._at < len(self._stamps_ms)

    def get(self, prop: int) -> float:
        cv2 = clip_module.cv2
        if prop == cv2.CAP_PROP_FPS:
            return self._fps
        if prop == cv2.CAP_PROP_FRAME_COUNT:
            return len(self._stamps_ms)
        assert prop == cv2.CAP_PROP_POS_MSEC
        return self._stamps_ms[self._at]

    def retrieve(self, buffer: object) -> tuple[bool, object]:
        return True, numbered_image(self._at)

    def release(self) -> None:
        pass


def with_stamps(monkeypatch, stamps_ms: list[float], fps: float) -> None:
    monkeypatch.setattr(clip_module, "_opened", lambda path: FakeCapture(stamps_ms, fps))


def test_varying_rate_follows_the_time_stamps(monkeypatch):
    with_stamps(monkeypatch, [500, 520, 600, 610, 900], fps=1000)
    video = source(Path("screen.webm"), paced=False)
    assert video.open().fps == 30
    times = [video.read().captured_at for _ in range(5)]
    assert np.allclose(times, [0, 0.02, 0.1, 0.11, 0.4])


@pytest.mark.parametrize("bad", [0.0, -500.0, 1e9, float("nan"), float("inf")])
def test_damaged_time_stamps_are_replaced_by_the_nominal_step(monkeypatch, bad):
    with_stamps(monkeypatch, [0, 100, bad, 300, 400], fps=10)
    video = source(Path("damaged.mp4"), paced=False)
    video.open()
    times = [video.read().captured_at for _ in range(5)]
    assert np.all(np.diff(times) > 0)
    assert times[-1] < 2


def test_frame_that_stays_long_is_given_again(monkeypatch):
    with_stamps(monkeypatch, [0, 10_000, 10_100], fps=10)
    clock = FakeClock()
    video = source(Path("slides.mp4"), clock=clock)
    video.open()
    frames = [video.read() for _ in range(12)]
    assert [number_of(frame.image) for frame in frames] == [0] * 10 + [1, 2]
    assert np.all(np.diff([frame.captured_at for frame in frames]) <= 1.0)
    assert np.all(np.diff([frame.index for frame in frames]) > 0)
    assert frames[10].captured_at == pytest.approx(110)
