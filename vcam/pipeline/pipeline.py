"""The three threads, put together: start them, watch them, end them within a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from vcam.core.clock import Clock
from vcam.core.contracts import Source, VideoFormat
from vcam.core.events import GestureEvent
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured, CaptureLoop
from vcam.pipeline.output_thread import Group, OutputLoop
from vcam.pipeline.painting import Drawer, PicturePainter
from vcam.pipeline.stats import Counters, PipelineStats, SourcePhase, SourceState
from vcam.pipeline.vision_thread import Recognizer, VisionLoop
from vcam.reactions.stage import Stage
from vcam.settings.schema import Settings
from vcam.triggers.engine import TriggerEngine

logger = logging.getLogger(__name__)

JOIN_S = 0.7
"""How long `stop` waits for the threads in all; what hangs longer dies with the process, whose own
end takes 0.1 s and more."""


class Pipeline:
    """Capture, vision and output, each on a thread and a clock of its own.

    Attributes:
        finished: set when there is nothing left to do, or a thread has failed.
        failure: which thread failed; empty if none did.

    Args:
        source: where frames come from.
        load_recognizer: loads the networks; called on the vision thread.
        engine: scores to events.
        stage: events to live effects.
        compositor: live effects to pixels.
        public: outputs that other people see.
        preview: outputs that only the user sees.
        settings: sizes, rates, the ring.
        clock: time for all three.
        on_event: told of every gesture event, on the vision thread.
        reopen_at_end: open a finite source again when it has ended; otherwise `finished` is set.
    """

    def __init__(
        self,
        *,
        source: Source,
        load_recognizer: Callable[[], Recognizer],
        engine: TriggerEngine,
        stage: Stage,
        compositor: Drawer,
        public: Group,
        preview: Group,
        settings: Settings,
        clock: Clock,
        on_event: Callable[[GestureEvent], None] = lambda event: None,
        reopen_at_end: bool = True,
    ) -> None:
        self._source = source
        self._clock = clock
        self._stop = threading.Event()
        self.finished = threading.Event()
        self.failure = ""
        self._counters = Counters(clock.now())
        outputs = settings.outputs
        slot: LatestSlot[Captured] = LatestSlot()
        self._capture = CaptureLoop(source, slot, clock, self._stop, reopen_at_end=reopen_at_end)
        self._vision = VisionLoop(
            slot,
            self.source_state,
            load_recognizer,
            engine,
            stage,
            on_event,
            clock,
            self._stop,
            self._counters,
        )
        painter = PicturePainter(
            outputs, settings.effects.progress_ring, stage, compositor, lambda: self._vision.scene
        )
        self._output = OutputLoop(
            slot,
            self.source_state,
            painter,
            public,
            preview,
            VideoFormat(outputs.width, outputs.height, outputs.fps),
            clock,
            self._stop,
            self._counters,
        )
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts the threads; output first, so that a picture goes out at once."""
        for name, run in (
            ("output", self._output.run),
            ("capture", self._run_capture),
            ("vision", self._vision.run),
        ):
            # Daemons: a driver that never returns must not keep the process from ending.
            thread = threading.Thread(target=self._guarded, args=(name, run), name=name)
            thread.daemon = True
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ends the threads; returns within a second, whatever they are doing."""
        self._stop.set()
        self._source.interrupt()
        deadline = self._clock.now() + JOIN_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - self._clock.now()))
            if thread.is_alive():
                logger.warning("The %s thread did not end in time", thread.name)

    def source_state(self) -> SourceState:
        """What the source is doing."""
        return self._capture.state

    def recognition_problem(self) -> str:
        """Why hands are not recognised; empty while they are."""
        return self._vision.problem

    def stats(self) -> PipelineStats:
        """Counters and delays since the last `reset_stats`."""
        return self._counters.snapshot(self._clock.now())

    def reset_stats(self) -> None:
        """Starts counting anew."""
        self._counters.reset(self._clock.now())

    def _run_capture(self) -> None:
        self._capture.run()
        if self.source_state().phase is SourcePhase.ENDED:
            self.finished.set()

    def _guarded(self, name: str, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception:
            logger.exception("The %s thread failed", name)
            self.failure = f"the {name} thread failed"
            self.finished.set()
