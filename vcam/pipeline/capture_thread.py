"""A capture thread's work: a source open while it is wanted, and its newest frame at hand."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from vcam.core.clock import Clock
from vcam.core.contracts import Source, VideoFormat
from vcam.core.errors import SourceEnded, SourceError
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot
from vcam.pipeline.darkness import DarkWatch
from vcam.pipeline.stats import SourcePhase, SourceState

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 1.0
"""While somebody watches: a camera that is plugged in again is back within about a second. Trying
to open one that is not there costs a millisecond or two."""

PATIENT_RETRY_S = 10.0
"""Longest pause while nobody watches."""

STABLE_AFTER_S = 5.0
"""A source that held so long has recovered: after its next loss it is soon opened again. One that
gives a picture or two and fails is tried again with growing pauses."""

ASLEEP_WAKE_S = 60.0
"""Whatever there is to do wakes the thread; the length does not matter."""

DARK = "shows nothing but black: open its shutter or take the cap off"


@dataclass(frozen=True, slots=True)
class Captured:
    """A frame, and when capture handed it over (seconds on the pipeline's clock)."""

    frame: Frame
    handed_at: float


def _nothing() -> None:
    pass


class CaptureLoop:
    """Opens, reads, and after any failure closes and opens again with growing pauses.

    Once `stop` is set nothing goes to the slot or to `on_change` any more, however long the source
    takes to come back: another one may have taken its place.

    Args:
        source: where frames come from.
        slot: takes each frame; emptied when the source is lost or put to sleep.
        clock: for pauses and time stamps.
        stop: ends the loop, together with `wake`.
        reopen_at_end: open a finite source again when it has ended, or end the loop.
        wanted: whether to open it before anybody says so.
        on_change: told of each new `state`, on this thread.
        openings: where to go on counting.
    """

    def __init__(
        self,
        source: Source,
        slot: LatestSlot[Captured],
        clock: Clock,
        stop: threading.Event,
        *,
        reopen_at_end: bool,
        wanted: bool = True,
        on_change: Callable[[], None] = _nothing,
        openings: int = 0,
    ) -> None:
        self._source = source
        self._slot = slot
        self._clock = clock
        self._stop = stop
        self._reopen_at_end = reopen_at_end
        self._on_change = on_change
        self._retry_s = FIRST_RETRY_S
        self._frames_in_session = 0
        self._told = self._told_dark = ""
        self._told_opening: tuple[str, VideoFormat | None] | None = None
        self._state = SourceState(SourcePhase.OPENING, source.name, openings=openings)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._wanted = wanted
        self._urgent = wanted
        self._reason = ""
        self._directed: tuple[bool, bool, str] | None = None
        self._recalled = False
        self._in_session = False

    @property
    def wanted(self) -> bool:
        """Whether the source shall be open; any thread."""
        return self._wanted

    @property
    def state(self) -> SourceState:
        """What the source is doing; any thread."""
        return self._state

    def direct(self, wanted: bool, urgent: bool, reason: str) -> None:
        """Says whether the source shall be open; any thread, as often as one likes.

        Args:
            wanted: whether it shall be open.
            urgent: whether somebody waits for its pictures: a lost one is tried more often then.
            reason: why it is not wanted.
        """
        if not self._recalled and (wanted, urgent, reason) == self._directed:
            return
        with self._lock:
            self._directed = wanted, urgent, reason
            if self._wanted and not wanted:
                self._recalled = True
            wakes = (wanted, reason) != (self._wanted, self._reason) or urgent > self._urgent
            self._wanted, self._urgent, self._reason = wanted, urgent, reason
            if wakes:
                self._retry_s = FIRST_RETRY_S
                self._wake.set()
            if self._recalled and self._in_session:
                # Again at each call: a source that was just being opened may not have heard it.
                self._source.interrupt()

    def restart(self) -> None:
        """Closes the source and opens it anew: the machine has slept, say. Any thread."""
        with self._lock:
            self._recalled = True
            self._retry_s = FIRST_RETRY_S
            self._wake.set()
            if self._in_session:
                self._source.interrupt()

    def interrupt(self) -> None:
        """Ends whatever the loop waits for; any thread."""
        with self._lock:
            self._wake.set()
            self._source.interrupt()

    def run(self) -> None:
        """Runs until `stop` is set, or until a finite source that is not reopened has ended."""
        while self._begin():
            if not self._wanted:
                self._sleep()
            elif not self._attempt():
                return

    def _begin(self) -> bool:
        """Notes what was asked for since the last round; False at the end."""
        with self._lock:
            self._wake.clear()
            if self._stop.is_set():
                return False
            self._recalled = False
            self._in_session = self._wanted
        return True

    def _called_off(self) -> bool:
        return self._stop.is_set() or self._recalled

    def _sleep(self) -> None:
        state = SourceState(
            SourcePhase.ASLEEP, self._source.name, self._reason, None, self._state.openings
        )
        if state != self._state:
            self._slot.put(None)
            self._tell(state)
        self._clock.wait(self._wake, ASLEEP_WAKE_S)

    def _attempt(self) -> bool:
        """One session and the pause after it; False when there is nothing more to come."""
        try:
            self._session()
        except SourceEnded as ended:
            if self._stop.is_set():
                return True
            if not self._reopen_at_end:
                self._tell(replace(self._state, phase=SourcePhase.ENDED, message=str(ended)))
                return False
            if self._frames_in_session or self._called_off():
                return True
            self._lost(f"{self._source.name} has no frames")
        except SourceError as error:
            if not self._called_off():
                self._lost(str(error))
        except Exception as error:
            # A fault in one driver must not end the camera for the rest of the meeting.
            if repr(error) != self._told:
                self._told = repr(error)
                logger.error("%s failed unexpectedly", self._source.name, exc_info=error)
            if not self._called_off():
                self._lost(f"{self._source.name} failed unexpectedly: the log has the details")
        finally:
            with self._lock:
                self._in_session = False
            self._source.close()
        if not self._called_off():
            self._pause()
        return True

    def _pause(self) -> None:
        with self._lock:
            longest_s = LONGEST_RETRY_S if self._urgent else PATIENT_RETRY_S
            pause_s = min(self._retry_s, longest_s)
            self._retry_s = min(pause_s * 2, longest_s)
        self._clock.wait(self._wake, pause_s)

    def _session(self) -> None:
        """From opening the source to its end or loss; returns only when called off."""
        self._frames_in_session = 0
        if self._state.phase is not SourcePhase.LOST:
            self._tell(
                SourceState(SourcePhase.OPENING, self._source.name, openings=self._state.openings)
            )
        video_format = self._source.open()
        if self._called_off():
            return
        self._opened(
            SourceState(
                SourcePhase.LIVE,
                self._source.name,
                video_format=video_format,
                openings=self._state.openings + 1,
            )
        )
        opened_at = self._clock.now()
        darkness = DarkWatch()
        while not self._called_off():
            frame = self._source.read()
            if self._called_off():
                return
            now = self._clock.now()
            self._slot.put(Captured(frame, now))
            self._frames_in_session += 1
            if darkness.update(now, frame.image) != bool(self._state.message):
                self._tell_darkness(darkness.is_dark)
            if now - opened_at >= STABLE_AFTER_S:
                self._retry_s = FIRST_RETRY_S

    def _opened(self, state: SourceState) -> None:
        told = (state.name, state.video_format)
        if self._state.phase is SourcePhase.LOST or told != self._told_opening:
            logger.info("Reading %s, %s", *told)
        self._told_opening = told
        self._tell(state)

    def _tell_darkness(self, is_dark: bool) -> None:
        message = f"{self._source.name} {DARK}" if is_dark else ""
        if message and message != self._told_dark:
            self._told_dark = message
            logger.warning("%s", message)
        self._tell(replace(self._state, message=message))

    def _lost(self, message: str) -> None:
        if message != self._state.message:
            logger.warning("%s", message)
        self._slot.put(None)
        self._tell(
            replace(self._state, phase=SourcePhase.LOST, name=self._source.name, message=message)
        )

    def _tell(self, state: SourceState) -> None:
        if state != self._state:
            self._state = state
            self._on_change()
