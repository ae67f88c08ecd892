from __future__ import annotations

import threading

import numpy as np
import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.output_thread import OutputLoop
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.testing import FakeClock, plain_image

FORMAT = VideoFormat(64, 48, 10)


class ScriptedSlot(LatestSlot[Captured]):
    """Frames arrive at set times of a fake clock; waiting moves that clock."""

    def __init__(self, clock: FakeClock, arrivals: list[float], first_at: float) -> None:
        super().__init__()
        self._fake = clock
        self._arrivals = [first_at + at for at in arrivals]

    def wait_newer(self, version: int, timeout_s: float):
        now = self._fake.now()
        due = [n for n, at in enumerate(self._arrivals) if at <= now + timeout_s and n >= version]
        if not due:
            self._fake.advance(timeout_s)
            return None, version
        arrived = [n for n in due if self._arrivals[n] <= now]
        newest = arrived[-1] if arrived else due[0]
        self._fake.advance(max(0.0, self._arrivals[newest] - now))
        frame = Frame(plain_image(value=newest % 200), self._arrivals[newest], newest)
        return Captured(frame, self._arrivals[newest]), newest + 1


class FakePainter:
    def __init__(self) -> None:
        self.card = plain_image(value=250)

    def paint(self, frame: Frame, now: float):
        return frame.image, frame.image

    def placeholder(self, state: SourceState):
        return self.card


class FakeGroup:
    """Keeps what is sent, with the time; ends the loop after so many."""

    def __init__(self, clock: FakeClock, stop: threading.Event, stop_after: int) -> None:
        self._clock, self._stop, self._stop_after = clock, stop, stop_after
        self.sent: list[tuple[float, int]] = []
        self.indices: list[int] = []
        self.is_open = False

    def open(self, video_format: VideoFormat) -> None:
        assert video_format == FORMAT
        self.is_open = True

    def send(self, frame: Frame) -> None:
        self.sent.append((self._clock.now(), int(frame.image[0, 0, 0])))
        self.indices.append(frame.index)
        if len(self.sent) >= self._stop_after:
            self._stop.set()

    def close(self) -> None:
        self.is_open = False


def play(arrivals: list[float], frames: int, source_fps: float = 10.0):
    clock, stop = FakeClock(100.0), threading.Event()
    slot = ScriptedSlot(clock, arrivals, 100.0)
    public, preview = (FakeGroup(clock, stop, frames) for _ in range(2))
    state = SourceState(SourcePhase.LIVE, "fake", video_format=VideoFormat(64, 48, source_fps))
    counters = Counters(clock.now())
    loop = OutputLoop(
        slot, lambda: state, FakePainter(), public, preview, FORMAT, clock, stop, counters
    )
    loop.run()
    return public, preview, counters


def test_every_camera_frame_goes_out_once_at_the_same_rate():
    public, preview, counters = play([n / 10 for n in range(40)], frames=40)
    assert [value for _, value in public.sent] == list(range(40))
    assert preview.sent == public.sent
    assert counters.repeated == 0
    assert counters.late_frames == 0
    assert max(counters.latencies_ms) < 1.0


def test_missing_camera_frames_are_repeats_of_the_last():
    public, _, counters = play([0.0, 0.1, 0.2, 0.7], frames=10)
    values = [value for _, value in public.sent]
    assert values[:8] == [0, 1, 2, 2, 2, 2, 2, 3]
    assert counters.repeated == 6
    gaps = np.diff([at for at, _ in public.sent])
    assert gaps.max() <= 0.15


def test_placeholder_after_a_second_without_a_frame_and_back_again():
    public, _, _ = play([0.0, 2.0], frames=25)
    shown = {round(at - 100.0, 1): value for at, value in public.sent}
    assert {value for at, value in shown.items() if at < 0.95} == {0}
    assert {value for at, value in shown.items() if 1.1 < at < 1.95} == {250}
    assert {value for at, value in shown.items() if 2.05 < at < 2.4} == {1}


def test_placeholder_goes_out_at_once_when_no_camera_is_there():
    public, _, counters = play([], frames=5)
    assert public.sent[0] == (pytest.approx(100.0, abs=0.03), 250)
    assert counters.first_frame_at is None


def test_indices_count_up_and_outputs_are_closed_at_the_end():
    public, preview, counters = play([0.0], frames=5)
    assert public.indices == [0, 1, 2, 3, 4]
    assert not public.is_open
    assert not preview.is_open
    assert counters.frames == 5


def test_picture_that_cannot_be_sent_does_not_end_the_output(caplog):
    clock, stop = FakeClock(100.0), threading.Event()
    public, preview = (FakeGroup(clock, stop, 20) for _ in range(2))

    class FaultyPainter(FakePainter):
        def paint(self, frame: Frame, now: float):
            if frame.index in (3, 4, 5):
                raise ZeroDivisionError("a fault in painting")
            return super().paint(frame, now)

    loop = OutputLoop(
        ScriptedSlot(clock, [n / 10 for n in range(40)], 100.0),
        lambda: SourceState(SourcePhase.LIVE, "fake"),
        FaultyPainter(),
        public,
        preview,
        FORMAT,
        clock,
        stop,
        Counters(clock.now()),
    )
    loop.run()
    values = [value for _, value in public.sent]
    assert len(values) == 20
    assert values[:3] == [0, 1, 2]
    assert values[3] >= 6
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert not public.is_open
