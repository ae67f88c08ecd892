"""The output thread: a steady beat of finished pictures, whatever camera and vision do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from vcam.core.clock import Clock
from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame, Image
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.contracts import Directions, Group, Painter
from vcam.pipeline.director import POLL_S
from vcam.pipeline.mailbox import Mailbox
from vcam.pipeline.mode import Showing
from vcam.pipeline.pacing import Pacer
from vcam.pipeline.stats import Counters, SourceState
from vcam.settings.schema import OutputSettings

logger = logging.getLogger(__name__)

RESTART_AFTER_S = 0.1
"""Pause after a fault that nobody else has caught."""

PLACEHOLDER_AFTER_S = 0.9
"""A picture that has not changed for so long is replaced by the placeholder, in time for it to be
out within a second."""

SLOWEST_PERIODS = 1.5
"""Of a camera slower than that, so many periods are waited for the next picture."""

STILL_S = 5 * POLL_S
"""How often a still goes out: programs take a device without pictures for a broken one."""

LONGEST_WAIT_S = 0.05
"""Longest wait for a frame before it is looked whether something else has to be done."""


class OutputLoop:
    """Sends a picture at every beat, or a still now and then.

    Attributes:
        mailbox: for changes of painter, outputs and director, which belong to this thread.
        picture: the newest public picture of a camera frame; None while something else is shown.

    Args:
        slot: newest captured frame.
        source_state: why there is none, if there is none.
        painter: draws.
        public: outputs that other people see.
        preview: outputs that only the user sees.
        video_format: size and rate of what goes out.
        director: says what goes out.
        clock: the beat.
        stop: ends the loop, together with setting `mailbox.posted`.
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
        director: Directions,
        clock: Clock,
        stop: threading.Event,
        counters: Counters,
    ) -> None:
        self.mailbox = Mailbox()
        self.picture: Image | None = None
        self._slot = slot
        self._source_state = source_state
        self._painter = painter
        self._groups: Sequence[Group] = (public, preview)
        self._video_format = video_format
        self._director = director
        self._clock = clock
        self._stop = stop
        self._counters = counters
        self._is_open = False
        self._index = 0
        self._version = 0
        self._newest: Captured | None = None
        self._sent: tuple[Image, Image] | None = None
        self._pacer: Pacer | None = None
        self._still: Showing | None = None
        self._still_at = float("-inf")

    def apply(self, video_format: VideoFormat) -> None:
        """The painter has other settings now, this format among them; this thread alone."""
        self._still_at = float("-inf")
        if video_format == self._video_format:
            return
        self._video_format = video_format
        self._pacer = None
        if self._sent is not None:
            public, preview = map(self._painter.refit, self._sent)
            self._sent = public, preview
        if self._is_open:
            for group in self._groups:
                group.open(video_format)

    def run(self) -> None:
        """Runs until `stop` is set."""
        self.mailbox.work_off()
        self._is_open = True
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
                self._pacer = None
                self._clock.wait(self._stop, RESTART_AFTER_S)

    def _beat(self) -> None:
        while not self._stop.is_set():
            self.mailbox.work_off()
            if self._stop.is_set():
                return
            direction = self._director.poll(self._clock.now())
            if not direction.full_rate:
                self._keep_still(direction.showing)
                continue
            if self._still is not None:
                # No picture from before the pause or the sleep may go out after it.
                self._still = None
                _, self._version = self._slot.wait_newer(-1, 0)
            if self._pacer is None:
                self._pacer = Pacer(self._video_format.fps, self._clock.now())
            if direction.showing is Showing.HELD:
                self._hold(self._pacer)
            else:
                self._play(self._pacer)

    def _keep_still(self, showing: Showing) -> None:
        now = self._clock.now()
        if showing is not self._still:
            if showing is Showing.PAUSE:
                self._painter.begin_pause(self.picture)
            self._still, self._still_at = showing, now
            self._pacer = self._newest = None
        if now >= self._still_at:
            self._still_at = now + STILL_S
            self._send(self._still_pictures(showing), now)
            self._counters.frames += 1
            self._counters.repeated += 1
        self._clock.wait(self.mailbox.posted, POLL_S)

    def _still_pictures(self, showing: Showing) -> tuple[Image, Image]:
        if showing is Showing.HELD and self._sent is not None:
            return self._sent
        self.picture = None
        if showing is Showing.PAUSE:
            picture = self._painter.pause()
        elif showing is Showing.ASLEEP:
            picture = self._painter.asleep()
        else:
            picture = self._painter.placeholder(self._source_state())
        return picture, picture

    def _hold(self, pacer: Pacer) -> None:
        """One beat of the picture that went out last."""
        if self._clock.wait(self.mailbox.posted, pacer.due - self._clock.now()):
            return
        now = self._clock.now()
        self._send(self._still_pictures(Showing.HELD), now)
        self._count(None, pacer.sent(self._clock.now()), now)

    def _play(self, pacer: Pacer) -> None:
        """One beat of the camera's pictures."""
        if self._clock.wait(self.mailbox.posted, pacer.opens_at - self._clock.now()):
            return
        captured = self._next(pacer)
        now = self._clock.now()
        if captured is not None:
            self._newest = captured
        elif self.mailbox.posted.is_set() and now < pacer.closes_at:
            return
        self._send(self._picture(now), captured.frame.captured_at if captured else now)
        sent_at = self._clock.now()
        late = pacer.sent(sent_at, captured.handed_at if captured else None, self._source_fps())
        self._count(captured, late, sent_at)

    def _next(self, pacer: Pacer) -> Captured | None:
        """The frame to show in the window that is open now, or None to repeat the last."""
        captured = self._wait_newer(pacer)
        if captured and pacer.better_follows(captured.handed_at, self._source_fps()):
            return self._wait_newer(pacer) or captured
        return captured

    def _wait_newer(self, pacer: Pacer) -> Captured | None:
        while True:
            left_s = max(0.0, pacer.closes_at - self._clock.now())
            captured, self._version = self._slot.wait_newer(
                self._version, min(LONGEST_WAIT_S, left_s)
            )
            if captured or left_s <= LONGEST_WAIT_S or self.mailbox.posted.is_set():
                return captured

    def _source_fps(self) -> float | None:
        video_format = self._source_state().video_format
        return video_format.fps if video_format else None

    def _send(self, pictures: tuple[Image, Image], at: float) -> None:
        self._sent = pictures
        for group, image in zip(self._groups, pictures, strict=True):
            group.send(Frame(image, at, self._index))
        self._index += 1

    def _picture(self, now: float) -> tuple[Image, Image]:
        newest = self._newest
        if newest is None or now - newest.handed_at > self._patience_s():
            self._newest = self.picture = None
            card = self._painter.placeholder(self._source_state())
            return card, card
        pictures = self._painter.paint(newest.frame, now)
        self.picture = pictures[0]
        return pictures

    def _patience_s(self) -> float:
        fps = self._source_fps()
        return max(PLACEHOLDER_AFTER_S, SLOWEST_PERIODS / fps) if fps else PLACEHOLDER_AFTER_S

    def _count(self, captured: Captured | None, late: int, sent_at: float) -> None:
        counters = self._counters
        counters.frames += 1
        counters.late_frames += late
        if captured is None:
            counters.repeated += 1
            return
        counters.latencies_ms.append((sent_at - captured.handed_at) * 1000)
        counters.delays_ms.append((sent_at - captured.frame.captured_at) * 1000)
        if counters.first_frame_at is None:
            counters.first_frame_at = sent_at


def video_format(outputs: OutputSettings) -> VideoFormat:
    """Size and rate of what goes out."""
    return VideoFormat(outputs.width, outputs.height, outputs.fps)
