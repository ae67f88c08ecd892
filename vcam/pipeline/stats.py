"""What the pipeline tells about itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vcam.core.contracts import VideoFormat


class SourcePhase(StrEnum):
    """What the source is doing."""

    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"
    ASLEEP = "asleep"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SourceState:
    """The source as the other threads see it.

    Attributes:
        phase: what it is doing.
        name: what a person calls it.
        message: why it is lost or asleep, or what is wrong with its pictures; empty otherwise.
        video_format: what it gives, once it was opened.
        openings: how often it was opened; another number means another session, in which nothing
            learnt from earlier pictures holds.
    """

    phase: SourcePhase
    name: str
    message: str = ""
    video_format: VideoFormat | None = None
    openings: int = 0


@dataclass(frozen=True, slots=True)
class PipelineStats:
    """Counters and delays since the start, or since the last `reset_stats`.

    Attributes:
        frames: frames that went out.
        repeated: how many of them showed the same camera frame as the one before.
        late_frames: frames that were due and did not go out in time.
        vision_frames: frames that vision looked at.
        latencies_ms: camera frame handed over by capture until handed to the outputs; newest last,
            at most `LATENCIES_KEPT`, repeated frames left out.
        delays_ms: of the same frames, from the moment that the camera took them; means something
            only where the source stamps frames on the pipeline's clock.
        first_frame_at: when the first camera frame went out, seconds; None before.
        elapsed_s: time over which all this was counted.
    """

    frames: int
    repeated: int
    late_frames: int
    vision_frames: int
    latencies_ms: Sequence[float]
    first_frame_at: float | None
    elapsed_s: float
    delays_ms: Sequence[float] = ()


LATENCIES_KEPT = 18_000
"""Ten minutes at 30 frames a second."""


class Counters:
    """Counters that one thread writes and others read; single writes are atomic in CPython."""

    def __init__(self, now: float) -> None:
        self.first_frame_at: float | None = None
        self.reset(now)

    def reset(self, now: float) -> None:
        """Starts counting anew."""
        self.since = now
        self.frames = 0
        self.repeated = 0
        self.late_frames = 0
        self.vision_frames = 0
        self.latencies_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self.delays_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)

    def snapshot(self, now: float) -> PipelineStats:
        """The state of things at `now`."""
        return PipelineStats(
            frames=self.frames,
            repeated=self.repeated,
            late_frames=self.late_frames,
            vision_frames=self.vision_frames,
            latencies_ms=tuple(self.latencies_ms.copy()),
            first_frame_at=self.first_frame_at,
            elapsed_s=now - self.since,
            delays_ms=tuple(self.delays_ms.copy()),
        )
