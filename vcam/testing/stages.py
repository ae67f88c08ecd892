"""Fakes that tests and plug-in authors use instead of cameras, devices and clocks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError, SourceEnded, SourceError
from vcam.core.frame import Frame, Image


class FakeClock:
    """A clock that moves only when it is told to, or when somebody waits on it."""

    def __init__(self, start_s: float = 100.0) -> None:
        self._now_s = start_s
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds, as set so far."""
        with self._lock:
            return self._now_s

    def advance(self, seconds: float) -> None:
        """Moves time on."""
        with self._lock:
            self._now_s += seconds

    def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
        """Moves time on by `timeout_s` at once; True if `interrupt` is set."""
        if interrupt.is_set():
            return True
        self.advance(max(0.0, timeout_s))
        return False


def plain_image(width: int = 64, height: int = 48, value: int = 90) -> Image:
    """A picture of one grey: uint8 (height, width, 3)."""
    return np.full((height, width, 3), value, np.uint8)


class FakeCamera:
    """A source that gives prepared pictures, and fails when it is told to.

    Args:
        images: pictures to give, one after the other, then over again.
        fps: rate that `open` tells, and the step of `captured_at` without a clock.
        clock: stamps frames; None counts media time from 0.
        failures: one item for each call of `open`: an error to raise, or None to succeed. Used
            up, opening succeeds.
        frames_until_lost: after so many frames since opening, `read` raises `SourceError`.
        finite: raise `SourceEnded` after the last picture instead of starting over.
    """

    name = "fake camera"

    def __init__(
        self,
        images: Sequence[Image] | None = None,
        fps: float = 30.0,
        clock: Callable[[], float] | None = None,
        failures: Iterable[SourceError | None] = (),
        frames_until_lost: int | None = None,
        finite: bool = False,
    ) -> None:
        self._images = list(images) if images else [plain_image()]
        self._fps = fps
        self._clock = clock
        self._failures = list(failures)
        self._frames_until_lost = frames_until_lost
        self._finite = finite
        self._index = -1
        self._since_open = 0
        self.is_open = False
        self.times_opened = 0
        self.interrupted = threading.Event()

    def open(self) -> VideoFormat:
        """Opens, or raises the next prepared failure."""
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        self.is_open = True
        self.times_opened += 1
        self._since_open = 0
        self.interrupted.clear()
        height, width = self._images[0].shape[:2]
        return VideoFormat(width, height, self._fps)

    def read(self) -> Frame:
        """The next prepared picture."""
        if not self.is_open:
            raise SourceError(f"{self.name} is not open")
        if self._since_open == self._frames_until_lost:
            raise SourceError(f"{self.name} was unplugged", "plug it in again")
        if self._finite and self._since_open >= len(self._images):
            raise SourceEnded(f"{self.name} has no more frames")
        image = self._images[self._since_open % len(self._images)]
        self._index += 1
        self._since_open += 1
        at = self._clock() if self._clock else self._index / self._fps
        return Frame(image, at, self._index)

    def interrupt(self) -> None:
        """Noted in `interrupted`; `read` never blocks here."""
        self.interrupted.set()

    def close(self) -> None:
        """Closes."""
        self.is_open = False


class FakeOutput:
    """An output that keeps what it was sent, and fails when it is told to.

    Args:
        name: what it is called.
        open_failures: one item for each call of `open`: an error to raise, or None to succeed.
        frames_until_lost: after so many frames since opening, `send` raises `OutputError`.
        keep: how many of the newest frames stay in `frames`.
    """

    def __init__(
        self,
        name: str = "fake output",
        open_failures: Iterable[OutputError | None] = (),
        frames_until_lost: int | None = None,
        keep: int = 1000,
    ) -> None:
        self._name = name
        self._open_failures = list(open_failures)
        self._frames_until_lost = frames_until_lost
        self._keep = keep
        self._since_open = 0
        self.frames: list[Frame] = []
        self.video_format: VideoFormat | None = None
        self.is_open = False
        self.times_opened = 0

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def open(self, video_format: VideoFormat) -> None:
        """Opens, or raises the next prepared failure."""
        failure = self._open_failures.pop(0) if self._open_failures else None
        if failure is not None:
            raise failure
        self.video_format = video_format
        self.is_open = True
        self.times_opened += 1
        self._since_open = 0

    def send(self, frame: Frame) -> None:
        """Keeps a copy of the frame."""
        if not self.is_open or self.video_format is None:
            raise OutputError(f"{self.name} is not open")
        if self._since_open == self._frames_until_lost:
            raise OutputError(f"{self.name} was lost")
        if frame.size != (self.video_format.width, self.video_format.height):
            raise OutputError(f"{self.name} got {frame.size}, not {self.video_format}")
        self._since_open += 1
        self.frames.append(Frame(frame.image.copy(), frame.captured_at, frame.index))
        del self.frames[: -self._keep]

    def close(self) -> None:
        """Closes."""
        self.is_open = False


class NothingToDraw:
    """A drawer that never draws (`vcam.pipeline.painting.Drawer`).

    Attributes:
        background_problem: none.
    """

    background_problem = ""

    def draw(self, canvas: Image, *told: object) -> None:
        """Draws nothing."""

    def set_packs(self, packs: Sequence[object]) -> None:
        """Needs none."""

    def set_names(self, names: object) -> None:
        """Draws none."""

    def wants(self, live: Sequence[object]) -> bool:
        """Would draw nothing."""
        return False

    def mask_hz(self, live: Sequence[object]) -> float:
        """Needs no mask."""
        return 0.0

    def apply(self, effects: object) -> None:
        """Takes anything."""
