"""An output that shows nothing, for benchmarks: it counts, and notes when frames arrive."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.outputs.checks import check_frame


@dataclass(frozen=True, slots=True)
class HandOver:
    """When one frame arrived.

    Attributes:
        index: the frame's index.
        captured_at: the frame's time of capture, seconds.
        handed_over_at: the clock's time when `send` was called, seconds.
    """

    index: int
    captured_at: float
    handed_over_at: float

    @property
    def latency_s(self) -> float:
        """From capture to hand-over, seconds; means something when both use one clock."""
        return self.handed_over_at - self.captured_at


class NullOutput:
    """Takes frames and drops them.

    Args:
        clock: tells when frames arrive.
        keep: how many of the newest hand-overs stay in `hand_overs`.
        name: what it is called.
    """

    def __init__(
        self, clock: Clock | None = None, keep: int = 100_000, name: str = "null output"
    ) -> None:
        self._clock = clock or MonotonicClock()
        self._name = name
        self._format: VideoFormat | None = None
        self.frames_sent = 0
        self.hand_overs: deque[HandOver] = deque(maxlen=keep)

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def open(self, video_format: VideoFormat) -> None:
        """Opens; always succeeds."""
        self._format = video_format

    def send(self, frame: Frame) -> None:
        """Notes when the frame arrived.

        Raises:
            OutputError: it is not open, or the frame has another size than was agreed.
        """
        arrived_at = self._clock.now()
        check_frame(self.name, self._format, frame)
        self.frames_sent += 1
        self.hand_overs.append(HandOver(frame.index, frame.captured_at, arrived_at))

    def close(self) -> None:
        """Closes."""
        self._format = None
