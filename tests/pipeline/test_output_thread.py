from __future__ import annotations

import threading

import numpy as np
import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.director import Direction
from vcam.pipeline.mode import Showing
from vcam.pipeline.output_thread import OutputLoop
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.testing import FakeClock, plain_image

FORMAT = VideoFormat(64, 48, 10)


LIVE = Direction(Showing.CAMERA, full_rate=True)


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

    def asleep(self):
        return plain_image(value=240)

    def begin_pause(self, last) -> None:
        self.last = last

    def pause(self):
        return plain_image(value=230)

    def refit(self, image):
        return plain_image(80, 60, int(image[0, 0, 0]))


class FakeDirector:
    """Says what it is told to; `then` may change that with each poll."""

    def __init__(self, then=lambda director, now: None) -> None:
        self.direction = LIVE
        self._then = then

    def poll(self, now: float) -> Direction:
        self._then(self, now)
        return self.direction


class FakeGroup:
    """Keeps what is sent, with the time; ends the loop after so many."""

    def __init__(self, clock: FakeClock, stop: threading.Event, stop_after: int) -> None:
        self._clock, self._stop, self._stop_after = clock, stop, stop_after
        self.sent: list[tuple[float, int]] = []
        self.indices: list[int] = []
        self.formats: list[VideoFormat] = []
        self.is_open = False

    def open(self, video_format: VideoFormat) -> None:
        self.formats.append(video_format)
        self.is_open = True

    def send(self, frame: Frame) -> None:
        self.sent.append((self._clock.now(), int(frame.image[0, 0, 0])))
        self.indices.append(frame.index)
        if len(self.sent) >= self._stop_after:
            self._stop.set()

    def close(self) -> None:
        self.is_open = False


class Played:
    """An output loop on a fake clock."""

    def __init__(self, arrivals, frames: int, source_fps: float = 10.0, director=None) -> None:
        self.clock, stop = FakeClock(100.0), threading.Event()
        self.public, self.preview = (FakeGroup(self.clock, stop, frames) for _ in range(2))
        self.painter = FakePainter()
        self.counters = Counters(self.clock.now())
        video_format = VideoFormat(64, 48, source_fps)
        self.loop = OutputLoop(
            ScriptedSlot(self.clock, arrivals, 100.0),
            lambda: SourceState(SourcePhase.LIVE, "fake", video_format=video_format),
            self.painter,
            self.public,
            self.preview,
            FORMAT,
            director or FakeDirector(),
            self.clock,
            stop,
            self.counters,
        )


def play(arrivals: list[float], frames: int, source_fps: float = 10.0, director=None):
    played = Played(arrivals, frames, source_fps, director)
    played.loop.run()
    return played.public, played.preview, played.counters


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


def test_placeholder_within_a_second_without_a_frame_and_back_again():
    public, _, _ = play([0.0, 2.0], frames=25)
    shown = {round(at - 100.0, 1): value for at, value in public.sent}
    assert {value for at, value in shown.items() if at < 0.85} == {0}
    assert {value for at, value in shown.items() if 0.95 < at < 1.95} == {250}
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
        FakeDirector(),
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


def from_then_on(*steps: tuple[float, Direction]):
    """A director that says something else from certain times on."""

    def then(director: FakeDirector, now: float) -> None:
        for at, direction in steps:
            if now >= 100.0 + at - 1e-9:
                director.direction = direction

    return FakeDirector(then)


def values(group: FakeGroup, since: float = 0.0, until: float = 1e9) -> list[int]:
    return [value for at, value in group.sent if since <= at - 100.0 < until]


STEADY = [n / 10 for n in range(200)]
PAUSE = Direction(Showing.PAUSE, full_rate=False)
ASLEEP = Direction(Showing.ASLEEP, full_rate=False)
HELD = Direction(Showing.HELD, full_rate=True)


@pytest.mark.parametrize(("still", "value"), [(PAUSE, 230), (ASLEEP, 240)])
def test_still_goes_out_twice_a_second_and_no_old_picture_after_it(still, value):
    director = from_then_on((1.0, still), (4.0, LIVE))
    public, preview, _ = play(STEADY, frames=40, director=director)
    assert set(values(public, 1.1, 4.0)) == {value}
    assert 5 <= len(values(public, 1.0, 4.0)) <= 8
    assert min(set(values(public, 4.0)) - {250}) >= 40
    assert preview.sent == public.sent


def test_pause_gets_the_last_picture_to_blur_and_none_is_given_out():
    played = Played(STEADY, frames=13, director=from_then_on((1.02, PAUSE)))
    played.loop.run()
    shown = values(played.public)
    assert played.painter.last[0, 0, 0] == shown[shown.index(230) - 1]
    assert played.loop.picture is None


def test_frozen_picture_is_repeated_at_the_full_rate_and_not_painted_again():
    played = Played(STEADY, frames=30, director=from_then_on((1.02, HELD)))
    painted = []
    paint = played.painter.paint
    played.painter.paint = lambda frame, now: painted.append(now) or paint(frame, now)
    played.loop.run()
    (held,) = set(values(played.public, 1.15))
    assert played.loop.picture[0, 0, 0] == held
    assert max(painted) < 101.15
    gaps = np.diff([at for at, _ in played.public.sent])
    assert gaps.max() <= 0.15


def test_after_a_freeze_the_newest_picture_goes_out():
    director = from_then_on((1.0, HELD), (3.0, LIVE))
    public, _, _ = play(STEADY, frames=40, director=director)
    assert len(set(values(public, 1.0, 2.95))) == 1
    assert min(values(public, 3.05)) >= 29


def test_frozen_with_nobody_watching_is_held_at_the_slow_beat():
    director = from_then_on((1.0, Direction(Showing.HELD, full_rate=False)))
    public, _, _ = play(STEADY, frames=16, director=director)
    assert len(set(values(public, 1.0))) == 1
    assert public.sent[-1][0] > 102.0


def test_picture_is_that_of_the_camera_or_none():
    played = Played([], frames=3)
    played.loop.run()
    assert played.loop.picture is None
    played = Played(STEADY, frames=3)
    played.loop.run()
    assert played.loop.picture[0, 0, 0] == 2


def test_other_size_opens_the_outputs_again_and_refits_what_is_held():
    other = VideoFormat(80, 60, 20)

    def then(director: FakeDirector, now: float) -> None:
        if now >= 101.0 and director.direction is LIVE:
            director.direction = HELD
            played.loop.mailbox.post(lambda: played.loop.apply(other))

    played = Played(STEADY, frames=40, director=FakeDirector(then))
    shapes = []
    send = played.public.send

    def sent(frame: Frame) -> None:
        shapes.append(frame.size)
        send(frame)

    played.public.send = sent
    played.loop.run()
    assert played.public.formats == [FORMAT, other]
    assert played.preview.formats == [FORMAT, other]
    assert shapes[-1] == (80, 60)
    assert len(set(values(played.public, 1.1))) == 1
    assert np.diff([at for at, _ in played.public.sent])[-5:] == pytest.approx(0.05, abs=0.001)


def test_same_size_opens_nothing_again():
    played = Played(STEADY, frames=5)
    played.loop.mailbox.post(lambda: played.loop.apply(FORMAT))
    played.loop.run()
    assert played.public.formats == [FORMAT]


@pytest.mark.parametrize("back_at", [1.72, 3.0, 31.37])
@pytest.mark.parametrize("other", [PAUSE, ASLEEP, HELD, Direction(Showing.HELD, full_rate=False)])
def test_no_change_of_mode_counts_as_late(other, back_at):
    arrivals = [n / 10 for n in range(400)]
    director = from_then_on((1.02, other), (back_at, LIVE))
    played = Played(arrivals, frames=350, director=director)
    played.loop.run()
    assert played.clock.now() > 100 + back_at, "it was live again"
    assert played.counters.late_frames == 0


def test_slow_camera_is_given_its_time():
    played = Played([0.0, 1.0, 2.0, 3.0], frames=35, source_fps=1.0)
    played.loop.run()
    assert 250 not in values(played.public, until=3.0)


def test_change_is_made_at_once_though_the_beat_is_slow():
    """One frame a second goes out; whoever pauses does not wait for it."""
    clock, stop = FakeClock(100.0), threading.Event()
    public = FakeGroup(clock, stop, 4)

    class Asked(ScriptedSlot):
        def wait_newer(self, version: int, timeout_s: float):
            if clock.now() > 102.0 and director.direction is LIVE:
                director.direction = PAUSE
                loop.mailbox.posted.set()
                asked.append(clock.now())
            return super().wait_newer(version, timeout_s)

    asked: list[float] = []
    director = FakeDirector()
    loop = OutputLoop(
        Asked(clock, [], 100.0),
        lambda: SourceState(SourcePhase.LIVE, "fake"),
        FakePainter(),
        public,
        FakeGroup(clock, stop, 99),
        VideoFormat(64, 48, 1),
        director,
        clock,
        stop,
        Counters(clock.now()),
    )
    loop.run()
    first = next(at for at, value in public.sent if value == 230)
    assert first - asked[0] <= 0.1
