"""How the daemon does: rates, delays and load over the last second or so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from vcam.control.state import Figures
from vcam.core.clock import Clock
from vcam.pipeline import PipelineStats

RENEWED_EVERY_S = 1.0

BELIEVED_BELOW_MS = 5000.0
"""A source whose frames are not stamped on the pipeline's clock gives delays that mean nothing."""


class FigureMeter:
    """Compares the pipeline's counters with those of a moment ago. Any thread; `news` from one.

    Args:
        stats: the pipeline's counters; never reset while this looks at them.
        clock: monotonic time.
        processor_s: seconds that this process has computed so far.
    """

    def __init__(
        self,
        stats: Callable[[], PipelineStats],
        clock: Clock,
        processor_s: Callable[[], float] = time.process_time,
    ) -> None:
        self._stats = stats
        self._clock = clock
        self._processor_s = processor_s
        self._lock = threading.Lock()
        self._started_at = clock.now()
        self._before = stats()
        self._at = self._started_at
        self._busy_s = processor_s()
        self._figures = self._told = Figures()
        self._was_live = False

    def figures(self) -> Figures:
        """The newest figures; renewed here if they are a second old."""
        with self._lock:
            now = self._clock.now()
            if now - self._at >= RENEWED_EVERY_S:
                self._renew(now)
            return self._figures.model_copy(update={"uptime_s": round(now - self._started_at, 1)})

    def news(self, is_live: bool) -> bool:
        """Whether the figures are others than when this was asked last.

        Args:
            is_live: whether the camera is open. Those of one that sleeps are told once: who is
                told asks again, and so would keep a tray busy for ever.
        """
        was_live, self._was_live = self._was_live, is_live
        if not (is_live or was_live):
            return False
        figures = self.figures().model_copy(update={"uptime_s": 0.0})
        before, self._told = self._told, figures
        return figures != before

    def _renew(self, now: float) -> None:
        stats, busy_s = self._stats(), self._processor_s()
        elapsed_s = now - self._at
        fresh = (stats.frames - stats.repeated) - (self._before.frames - self._before.repeated)
        p50, p95 = _percentiles(stats.latencies_ms[-fresh:] if fresh > 0 else ())
        delay, _ = _percentiles(stats.delays_ms[-fresh:] if fresh > 0 else ())
        self._figures = Figures(
            output_fps=round((stats.frames - self._before.frames) / elapsed_s, 1),
            late_frames=stats.late_frames,
            latency_p50_ms=p50,
            latency_p95_ms=p95,
            camera_to_output_ms=delay if 0 < delay < BELIEVED_BELOW_MS else None,
            vision_hz=round((stats.vision_frames - self._before.vision_frames) / elapsed_s, 1),
            cpu_share=round((busy_s - self._busy_s) / elapsed_s, 2),
        )
        self._before, self._at, self._busy_s = stats, now, busy_s


def _percentiles(latencies_ms: object) -> tuple[float, float]:
    values = np.asarray(latencies_ms, np.float64)
    if not values.size:
        return 0.0, 0.0
    p50, p95 = np.percentile(values, (50, 95)).tolist()
    return round(p50, 2), round(p95, 2)
