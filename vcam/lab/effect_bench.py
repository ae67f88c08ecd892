"""`vcam lab bench --effect`: what drawing each effect costs while everything runs."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.errors import VcamError
from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.daemon.building import SWITCH_INTERVAL_S, build_pipeline
from vcam.effects.compositor import Compositor
from vcam.effects.naming import EffectName
from vcam.effects.pack import Pack
from vcam.lab.bench import BenchPlan, format_of
from vcam.lab.clips import clip_path
from vcam.lab.metrics import rounded
from vcam.lab.recode import as_camera_clip
from vcam.lab.tables import table
from vcam.outputs.null import NullOutput
from vcam.pipeline import Pipeline
from vcam.settings.schema import EffectSettings, Settings

SIZE = (1280, 720)
WARM_UP_S = 2.0
"""Networks and sprites are loaded, the camera's rhythm is found."""

GONE_WITHIN_S = 70.0
"""An effect leaves within its `min_ms` and `leave.ms`, which are a minute at most."""

_LOOK_S = 0.05


class TimedCompositor(Compositor):
    """Notes the processor time of its thread that each picture took, milliseconds."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        # Pieces left out on a slow machine would make what they cost look affordable.
        super().__init__(packs, governed=False, waits=False)
        self.drawn_ms: list[tuple[int, float]] = []

    def draw(
        self,
        canvas: Image,
        live: Sequence[LiveEffect],
        observation: Observation | None,
        at: float,
        place: Placement = Placement(),  # noqa: B008 - a value, never changed
        frame_at: float | None = None,
    ) -> None:
        """Draws, and notes how many effects were live and what it took."""
        began = time.thread_time()
        super().draw(canvas, live, observation, at, place, frame_at)
        self.drawn_ms.append((len(live), (time.thread_time() - began) * 1000))


@dataclass(frozen=True, slots=True)
class EffectCost:
    """What one effect, or several at once, cost.

    Attributes:
        effects: which.
        compositing_ms: 50th and 95th percentile of the processor time that the output's thread
            took to draw a picture.
        pictures: how many were drawn.
        frames: how many went out meanwhile.
        late_frames: how many were due and did not go out in time.
        cpu_core_share: processor time of everything over real time.
    """

    effects: tuple[EffectName, ...]
    compositing_ms: tuple[float, float]
    pictures: int
    frames: int
    late_frames: int
    cpu_core_share: float

    @property
    def name(self) -> str:
        """`pack/effect`, with `+` between several."""
        return "+".join(f"{pack}/{effect}" for pack, effect in self.effects) or "none"

    def as_json(self) -> dict[str, Any]:
        """A line of `vcam lab bench --effect --json`."""
        p50, p95 = self.compositing_ms
        return {
            "effect": self.name,
            "compositing_ms": {"p50": rounded(p50, 3), "p95": rounded(p95, 3)},
            "pictures": self.pictures,
            "frames": self.frames,
            "late_frames": self.late_frames,
            "cpu_core_share": rounded(self.cpu_core_share),
        }


def run_effect_bench(
    plan: BenchPlan,
    settings: Settings,
    packs: Sequence[Pack],
    groups: Sequence[Sequence[EffectName]],
    build: Callable[..., Pipeline] = build_pipeline,
) -> Iterator[EffectCost]:
    """Plays effects on a clip that loops, and measures what drawing them takes.

    The gestures of the clip call nothing; each effect is played by hand, and again as soon as it
    is over.

    Args:
        plan: the clip and its form, 1280x720 if it says nothing, and for how long each is played.
        settings: of everything else, the background among it.
        packs: that hold the effects.
        groups: effects that are played together, one group after the other; an empty one measures
            the background alone.
        build: makes the pipeline; called as `build_pipeline` is.

    Raises:
        SourceError: the clip cannot be read.
        VcamError: nothing was drawn.
    """
    clock = MonotonicClock()
    with as_camera_clip(clip_path(plan.clip), plan.size or SIZE, plan.fps) as clip:
        form = format_of(clip)
        outputs = settings.outputs.model_copy(
            update={"width": form.width // 2 * 2, "height": form.height // 2 * 2, "fps": form.fps}
        )
        camera = settings.camera.model_copy(update={"when": "always"})
        silent = settings.effects.model_copy(update={"sound": False})
        everything = settings.model_copy(
            update={"outputs": outputs, "camera": camera, "effects": silent}
        )
        mute = [replace(pack, rules=()) for pack in packs]
        compositor = TimedCompositor(mute)
        source = VideoSource(clip, paced=True, loop=True, clock=clock)
        pipeline = build(
            everything, source, [NullOutput(clock)], [], clock, packs=mute, compositor=compositor
        )
        switch_interval_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        pipeline.start()
        try:
            _play_for(pipeline, (), WARM_UP_S)
            # As the daemon does: else the collector, which stops all threads for as long as a
            # picture lasts and more, goes through all that was loaded.
            gc.freeze()
            for group in groups:
                yield _measured(pipeline, compositor, tuple(group), plan.seconds)
        finally:
            pipeline.stop()
            gc.unfreeze()
            sys.setswitchinterval(switch_interval_s)


def _measured(
    pipeline: Pipeline,
    compositor: TimedCompositor,
    group: tuple[EffectName, ...],
    seconds: float,
) -> EffectCost:
    _play_for(pipeline, group, WARM_UP_S)
    compositor.drawn_ms.clear()
    pipeline.reset_stats()
    busy_s, since = time.process_time(), time.perf_counter()
    _play_for(pipeline, group, seconds)
    share = (time.process_time() - busy_s) / (time.perf_counter() - since)
    stats = pipeline.stats()
    drawn = [ms for live, ms in tuple(compositor.drawn_ms) if live >= len(group)]
    if pipeline.recognition_problem():
        raise VcamError(f"the bench ran without recognition: {pipeline.recognition_problem()}")
    if not drawn:
        raise VcamError("nothing was drawn during the bench", "the log says what failed")
    _wait_gone(pipeline)
    p50, p95 = np.percentile(drawn, (50, 95)).tolist()
    return EffectCost(group, (p50, p95), len(drawn), stats.frames, stats.late_frames, share)


def _play_for(pipeline: Pipeline, group: Sequence[EffectName], seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if group and not pipeline.live():
            for pack, effect in group:
                pipeline.by_hand.play(pack, effect)
        if pipeline.finished.wait(_LOOK_S):
            raise VcamError("the pipeline failed during the bench", "the log says what failed")


def _wait_gone(pipeline: Pipeline) -> None:
    give_up_at = time.perf_counter() + GONE_WITHIN_S
    while pipeline.live() and time.perf_counter() < give_up_at:
        pipeline.finished.wait(_LOOK_S)


def with_background(settings: Settings, kind: str) -> Settings:
    """The settings with this kind of background."""
    effects = settings.effects.model_dump()
    effects["background"]["kind"] = kind
    return settings.model_copy(update={"effects": EffectSettings.model_validate(effects)})


def costs_text(costs: Sequence[EffectCost]) -> str:
    """The figures for people."""
    rows = [
        [
            cost.name,
            f"{cost.compositing_ms[0]:.2f}",
            f"{cost.compositing_ms[1]:.2f}",
            f"{cost.late_frames} of {cost.frames}",
            f"{cost.cpu_core_share:.0%}",
        ]
        for cost in costs
    ]
    return table(["effect", "ms median", "ms p95", "late frames", "of a core"], rows)
