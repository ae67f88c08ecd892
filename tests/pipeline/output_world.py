"""An output thread over scripted pictures, and what it sends."""

from __future__ import annotations

import threading

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


def values(group: FakeGroup, since: float = 0.0, until: float = 1e9) -> list[int]:
    return [value for at, value in group.sent if since <= at - 100.0 < until]
