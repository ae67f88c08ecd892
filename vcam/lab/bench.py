"""`vcam lab bench`: the real three threads on a clip in real time, into a null output."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Source, VideoFormat
from vcam.core.errors import VcamError
from vcam.core.frame import Frame
from vcam.daemon.building import SWITCH_INTERVAL_S, build_pipeline
from vcam.daemon.packs import PackLibrary
from vcam.daemon.recognisers import Recognisers
from vcam.lab.clips import clip_path
from vcam.lab.metrics import rounded
from vcam.lab.process import resident_mb, seconds_since_start
from vcam.lab.recode import as_camera_clip
from vcam.lab.tables import table
from vcam.outputs.null import HandOver, NullOutput
from vcam.pipeline import Pipeline, PipelineStats
from vcam.pipeline.carried import ReaderStatus
from vcam.settings.schema import Settings

WARM_UP_S = 2.0
"""Loading the networks and finding the camera's rhythm; counted in `first_frame_s` alone."""

FIRST_FRAME_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What to run.

    Attributes:
        clip: a path, or `demo`.
        size: width and height of the pictures; None takes the clip's.
        fps: rate of the pictures; None takes the clip's.
        seconds: how long to measure, after the warm-up.
    """

    clip: str = "demo"
    size: tuple[int, int] | None = None
    fps: float | None = None
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class BenchResult:
    """What it cost.

    Attributes:
        cpu_core_share: processor time over real time; 1 is one core, reading the clip included.
        latency_ms: 50th, 95th and 99th percentile from a frame being handed over by capture to
            its being handed to the output.
        late_frames: frames that were due and did not go out in time.
        frames: frames that went out.
        repeated: how many of these showed an old picture again.
        vision_hz: how often vision looked.
        rss_mb: resident memory at the end.
        first_frame_s: from the start of the process (Linux) or of the bench (elsewhere) to the
            first picture at the output.
        seconds: how long it was measured.
        recognisers: image models that rules of the settings need.
        video_format: what went out.
    """

    cpu_core_share: float
    latency_ms: tuple[float, float, float]
    late_frames: int
    frames: int
    repeated: int
    vision_hz: float
    rss_mb: float | None
    first_frame_s: float
    seconds: float
    video_format: VideoFormat
    recognisers: Sequence[ReaderStatus] = ()

    def as_json(self) -> dict[str, Any]:
        """The line of `vcam lab bench --json`; its first seven keys are fixed."""
        p50, p95, p99 = self.latency_ms
        return {
            "cpu_core_share": rounded(self.cpu_core_share),
            "latency_ms": {
                "p50": rounded(p50, 3),
                "p95": rounded(p95, 3),
                "p99": rounded(p99, 3),
            },
            "late_frames": self.late_frames,
            "frames": self.frames,
            "vision_hz": rounded(self.vision_hz, 2),
            "rss_mb": rounded(self.rss_mb, 1),
            "first_frame_s": rounded(self.first_frame_s, 3),
            "repeated": self.repeated,
            "seconds": rounded(self.seconds, 3),
            "size": [self.video_format.width, self.video_format.height],
            "fps": rounded(self.video_format.fps, 3),
            "recognisers": {
                each.name: {"hz": rounded(each.rate_hz, 2), "ms": rounded(each.ms, 1)}
                for each in self.recognisers
            },
        }


class TimedSource:
    """A source that notes when each frame was handed over, by the frame's own time."""

    def __init__(self, source: Source, clock: MonotonicClock) -> None:
        self._source = source
        self._clock = clock
        self.handed_at: dict[float, float] = {}

    @property
    def name(self) -> str:
        """The source's."""
        return self._source.name

    def open(self) -> VideoFormat:
        """Opens the source."""
        return self._source.open()

    def read(self) -> Frame:
        """The next frame."""
        frame = self._source.read()
        self.handed_at[frame.captured_at] = self._clock.now()
        return frame

    def interrupt(self) -> None:
        """Ends a wait in `read`."""
        self._source.interrupt()

    def close(self) -> None:
        """Closes the source."""
        self._source.close()


def run_bench(
    plan: BenchPlan, settings: Settings, build: Callable[..., Pipeline] = build_pipeline
) -> BenchResult:
    """Runs the daemon's threads on a clip that loops, and measures.

    With `size` or `fps`, the clip is first written anew in that form as Motion JPEG, which is what
    a webcam gives; otherwise it is read as it is, and its own decoding is part of the cost.

    Args:
        plan: what to run.
        settings: effects, vision and triggers; size and rate of the output follow the plan.
        build: makes the pipeline; called as `build_pipeline` is.

    Raises:
        SourceError: the clip cannot be read.
        VcamError: no frame came out, or hands could not be recognised (weights are missing, say):
            the figures would mean nothing.
    """
    since_start_s = seconds_since_start()
    clock = MonotonicClock()
    with as_camera_clip(clip_path(plan.clip), plan.size, plan.fps) as clip:
        called_at = clock.now()
        video_format = format_of(clip)
        outputs = settings.outputs.model_copy(
            update={
                "width": video_format.width // 2 * 2,
                "height": video_format.height // 2 * 2,
                "fps": video_format.fps,
            }
        )
        source = TimedSource(VideoSource(clip, paced=True, loop=True, clock=clock), clock)
        output = NullOutput(clock)
        camera = settings.camera.model_copy(update={"when": "always"})
        run_settings = settings.model_copy(update={"outputs": outputs, "camera": camera})
        pipeline = build(run_settings, source, [output], [], clock)
        if settings.recognisers.rules:
            library = PackLibrary(settings.reactions)
            pipeline.apply(run_settings, library.take(settings.reactions))
            Recognisers(pipeline, library, run_settings).look()
        switch_interval_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        pipeline.start()
        try:
            first_at = _wait_first(source, output, clock, pipeline)
            time.sleep(WARM_UP_S)
            pipeline.reset_stats()
            measured_from = clock.now()
            busy_s, since = time.process_time(), time.perf_counter()
            _sleep(plan.seconds, pipeline.finished)
            wall_s = time.perf_counter() - since
            busy_s = time.process_time() - busy_s
            stats = pipeline.stats()
            memory_mb = resident_mb()
            recognisers = pipeline.recognisers.statuses() if settings.recognisers.rules else ()
        finally:
            pipeline.stop()
            sys.setswitchinterval(switch_interval_s)
    if pipeline.recognition_problem():
        raise VcamError(f"the bench ran without recognition: {pipeline.recognition_problem()}")
    hand_overs = [each for each in output.hand_overs if each.handed_over_at >= measured_from]
    return BenchResult(
        cpu_core_share=busy_s / wall_s,
        latency_ms=_percentiles(latencies_ms(hand_overs, source.handed_at)),
        late_frames=stats.late_frames,
        frames=stats.frames,
        repeated=stats.repeated,
        vision_hz=_vision_hz(stats),
        rss_mb=memory_mb,
        first_frame_s=since_start_s + first_at - called_at,
        seconds=wall_s,
        video_format=VideoFormat(outputs.width, outputs.height, outputs.fps),
        recognisers=recognisers,
    )


def latencies_ms(hand_overs: Sequence[HandOver], handed_at: dict[float, float]) -> list[float]:
    """Per new picture the time from capture's handing it over to the output's getting it.

    A picture that is repeated carries the time of the repetition, which no captured frame has.
    """
    return [
        (each.handed_over_at - handed_at[each.captured_at]) * 1000
        for each in hand_overs
        if each.captured_at in handed_at
    ]


def bench_text(result: BenchResult) -> str:
    """The figures for people."""
    p50, p95, p99 = result.latency_ms
    memory = "unknown" if result.rss_mb is None else f"{result.rss_mb:.0f} MB"
    rows = [
        ["processor", f"{result.cpu_core_share:.1%} of one core"],
        ["added latency", f"{p50:.1f} ms median, {p95:.1f} ms p95, {p99:.1f} ms p99"],
        ["frames", f"{result.frames} sent, {result.late_frames} late, {result.repeated} repeated"],
        ["vision", f"{result.vision_hz:.1f} looks a second"],
        ["memory", memory],
        ["first frame", f"{result.first_frame_s:.2f} s after the start"],
    ]
    for each in result.recognisers:
        told = each.problem or f"{each.rate_hz:.1f} looks a second, {each.ms:.0f} ms each"
        rows.append([f"model {each.name}", told])
    return table([str(result.video_format), f"over {result.seconds:.0f} s"], rows)


def format_of(clip: Path) -> VideoFormat:
    """Size and rate of a clip."""
    source = VideoSource(clip, paced=False, loop=False, clock=MonotonicClock())
    try:
        return source.open()
    finally:
        source.close()


def _wait_first(
    source: TimedSource, output: NullOutput, clock: MonotonicClock, pipeline: Pipeline
) -> float:
    """When the first picture of the clip came out, on the clock.

    Raises:
        VcamError: none came.
    """
    give_up_at = clock.now() + FIRST_FRAME_WITHIN_S
    while clock.now() < give_up_at and not pipeline.finished.is_set():
        for each in tuple(output.hand_overs):
            if each.captured_at in source.handed_at:
                return each.handed_over_at
        time.sleep(0.02)
    raise VcamError(
        f"no frame came out within {FIRST_FRAME_WITHIN_S:.0f} s", "the log says what failed"
    )


def _sleep(seconds: float, unless: threading.Event) -> None:
    if unless.wait(seconds):
        raise VcamError("the pipeline failed during the bench", "the log says what failed")


def _vision_hz(stats: PipelineStats) -> float:
    return stats.vision_frames / stats.elapsed_s if stats.elapsed_s > 0 else 0.0


def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    if not values:
        raise VcamError("no new picture came out during the bench", "the log says what failed")
    p50, p95, p99 = np.percentile(values, (50, 95, 99)).tolist()
    return p50, p95, p99
