"""The capture thread: keeps the source open, for ever if need be, and the newest frame at hand."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from vcam.core.clock import Clock
from vcam.core.contracts import Source
from vcam.core.errors import SourceEnded, SourceError
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot
from vcam.pipeline.stats import SourcePhase, SourceState

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 10.0

STABLE_AFTER_S = 5.0
"""A source that held so long has recovered: after its next loss it is soon opened again. One that
gives a picture or two and fails must not be opened twice a second for ever."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A frame, and when capture handed it over (seconds on the pipeline's clock)."""

    frame: Frame
    handed_at: float


class CaptureLoop:
    """Opens, reads, and after any failure closes and opens again with growing pauses.

    Args:
        source: where frames come from.
        slot: takes each frame; emptied when the source is lost.
        clock: for pauses and time stamps.
        stop: ends the loop.
        reopen_at_end: open a finite source again when it has ended, or end the loop.
    """

    def __init__(
        self,
        source: Source,
        slot: LatestSlot[Captured],
        clock: Clock,
        stop: threading.Event,
        *,
        reopen_at_end: bool,
    ) -> None:
        self._source = source
        self._slot = slot
        self._clock = clock
        self._stop = stop
        self._reopen_at_end = reopen_at_end
        self._retry_s = FIRST_RETRY_S
        self._frames_in_session = 0
        self._told = ""
        self.state = SourceState(SourcePhase.OPENING, source.name)

    def run(self) -> None:
        """Runs until `stop` is set, or until a finite source that is not reopened has ended."""
        while not self._stop.is_set():
            try:
                self._session()
            except SourceEnded as ended:
                if not self._reopen_at_end:
                    self.state = replace(self.state, phase=SourcePhase.ENDED, message=str(ended))
                    return
                if self._frames_in_session:
                    continue
                self._lost(f"{self._source.name} has no frames")
            except SourceError as error:
                if self._stop.is_set():
                    return
                self._lost(str(error))
            except Exception as error:
                # A fault in one driver must not end the camera for the rest of the meeting.
                if repr(error) != self._told:
                    self._told = repr(error)
                    logger.error("%s failed unexpectedly", self._source.name, exc_info=error)
                self._lost(f"{self._source.name} failed unexpectedly: the log has the details")
            else:
                return
            finally:
                self._source.close()
            self._clock.wait(self._stop, self._retry_s)
            self._retry_s = min(self._retry_s * 2, LONGEST_RETRY_S)

    def _session(self) -> None:
        """From opening the source to its end or loss; returns only when told to stop."""
        self._frames_in_session = 0
        video_format = self._source.open()
        recovered = self.state.phase is SourcePhase.LOST
        self.state = SourceState(
            SourcePhase.LIVE,
            self._source.name,
            video_format=video_format,
            openings=self.state.openings + 1,
        )
        if recovered or self.state.openings == 1:
            logger.info("Reading %s, %s", self._source.name, video_format)
        opened_at = self._clock.now()
        while not self._stop.is_set():
            frame = self._source.read()
            self._slot.put(Captured(frame, self._clock.now()))
            self._frames_in_session += 1
            if self._clock.now() - opened_at >= STABLE_AFTER_S:
                self._retry_s = FIRST_RETRY_S

    def _lost(self, message: str) -> None:
        if message != self.state.message:
            logger.warning("%s", message)
        self.state = replace(
            self.state, phase=SourcePhase.LOST, name=self._source.name, message=message
        )
        self._slot.put(None)
