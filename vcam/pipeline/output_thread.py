"""The output thread: a steady beat of finished pictures, whatever camera and vision do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from vcam.core.clock import Clock
from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame, Image
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.pacing import Pacer
from vcam.pipeline.stats import Counters, SourceState

logger = logging.getLogger(__name__)

RESTART_AFTER_S = 0.1
"""Pause after a fault that nobody else has caught."""

PLACEHOLDER_AFTER_S = 1.0
"""A picture that has not changed for so long is replaced by the placeholder."""


class Painter(Protocol):
    """Makes finished pictures; `vcam.pipeline.painting` has the real one."""

    def paint(self, frame: Frame, now: float) -> tuple[Image, Image]:
        """The picture for everybody and the picture for the preview; may be one and the same.

        Never raises: what cannot be drawn is left out.
        """
        ...

    def placeholder(self, state: SourceState) -> Image:
        """What is shown while there is no picture."""
        ...


class Group(Protocol):
    """Outputs that get the same picture (`vcam.outputs.group.OutputGroup`)."""

    def open(self, video_format: VideoFormat) -> None:
        """Starts them."""
        ...

    def send(self, frame: Frame) -> None:
        """Hands over a frame; never blocks and never raises."""
        ...

    def close(self) -> None:
        """Ends them."""
        ...


class OutputLoop:
    """Sends a picture at every beat.

    Args:
        slot: newest captured frame.
        source_state: why there is none, if there is none.
        painter: draws.
        public: outputs that other people see.
        preview: outputs that only the user sees.
        video_format: size and rate of what goes out.
        clock: the beat.
        stop: ends the loop.
        counters: counts.
    """

    def __init__(
        self,
        slot: LatestSlot[Captured],
        source_state: Callable[[], SourceState],
        painter: Painter,
        public: Group,
        preview: Group,
        video_format: VideoFormat,
        clock: Clock,
        stop: threading.Event,
        counters: Counters,
    ) -> None:
        self._slot = slot
        self._source_state = source_state
        self._painter = painter
        self._groups: Sequence[Group] = (public, preview)
        self._video_format = video_format
        self._clock = clock
        self._stop = stop
        self._counters = counters
        self._index = 0
        self._newest: Captured | None = None

    def run(self) -> None:
        """Runs until `stop` is set."""
        for group in self._groups:
            group.open(self._video_format)
        try:
            self._beat_for_ever()
        finally:
            # Side by side: an output that hangs in one group must not use up the other's time.
            closing = [threading.Thread(target=group.close) for group in self._groups]
            for thread in closing:
                thread.start()
            for thread in closing:
                thread.join()

    def _beat_for_ever(self) -> None:
        told = ""
        while not self._stop.is_set():
            try:
                self._beat()
            except Exception as error:
                # One picture that cannot be sent must not cost the user the camera.
                if repr(error) != told:
                    told = repr(error)
                    logger.error("A picture could not be sent; output goes on", exc_info=error)
                self._clock.wait(self._stop, RESTART_AFTER_S)

    def _beat(self) -> None:
        pacer = Pacer(self._video_format.fps, self._clock.now())
        version = 0
        while not self._stop.is_set():
            if self._clock.wait(self._stop, pacer.opens_at - self._clock.now()):
                return
            captured, version = self._next(pacer, version)
            now = self._clock.now()
            if captured is not None:
                self._newest = captured
            self._send(captured, now)
            sent_at = self._clock.now()
            late = pacer.sent(sent_at, captured.handed_at if captured else None, self._source_fps())
            self._count(captured, late, sent_at)

    def _next(self, pacer: Pacer, version: int) -> tuple[Captured | None, int]:
        """The frame to show in the window that is open now, or None to repeat the last."""

        def remaining_s() -> float:
            return max(0.0, pacer.closes_at - self._clock.now())

        captured, version = self._slot.wait_newer(version, remaining_s())
        if captured and pacer.better_follows(captured.handed_at, self._source_fps()):
            newer, version = self._slot.wait_newer(version, remaining_s())
            captured = newer or captured
        return captured, version

    def _source_fps(self) -> float | None:
        video_format = self._source_state().video_format
        return video_format.fps if video_format else None

    def _send(self, captured: Captured | None, now: float) -> None:
        picture, preview = self._picture(now)
        at = captured.frame.captured_at if captured else now
        for group, image in zip(self._groups, (picture, preview), strict=True):
            group.send(Frame(image, at, self._index))
        self._index += 1

    def _picture(self, now: float) -> tuple[Image, Image]:
        newest = self._newest
        if newest is None or now - newest.handed_at > PLACEHOLDER_AFTER_S:
            self._newest = None
            card = self._painter.placeholder(self._source_state())
            return card, card
        return self._painter.paint(newest.frame, now)

    def _count(self, captured: Captured | None, late: int, sent_at: float) -> None:
        counters = self._counters
        counters.frames += 1
        counters.late_frames += late
        if captured is None:
            counters.repeated += 1
            return
        counters.latencies_ms.append((sent_at - captured.handed_at) * 1000)
        if counters.first_frame_at is None:
            counters.first_frame_at = sent_at
