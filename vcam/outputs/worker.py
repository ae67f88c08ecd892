"""One output on a thread of its own: opened, fed with the newest frame, and retried for ever."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vcam.core.clock import Clock
from vcam.core.contracts import Audience, Output, VideoFormat, WatchedOutput
from vcam.core.errors import OutputError, OutputMissing
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot

logger = logging.getLogger(__name__)

OutputState = Literal["waiting", "open", "failed", "closed"]

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 2.0
"""A device that was removed is back within two seconds of its return; looking for one that is not
there takes a millisecond or two."""

STABLE_AFTER_S = 5.0
"""An output that held so long has recovered: its next failure is news, and soon retried."""

GIVE_WAY_S = 2.0
"""How long an output waits for one that it replaces to let go of its device."""

IDLE_WAKE_S = 60.0
"""Without frames the thread sleeps; `stop` wakes it, so the length does not matter."""


@dataclass(frozen=True, slots=True)
class OutputStatus:
    """How one output does.

    Attributes:
        name: the output's.
        state: `waiting` before its first opening, then `open`, `failed` while it cannot be had
            (it is tried again by and by), `closed` when the group is.
        error: why it failed, empty otherwise.
        frames_sent: since the group was made.
        frames_dropped: frames that it was too slow to take, since the group was made.
        audience: who takes its pictures; None for one that cannot tell.
    """

    name: str
    state: OutputState
    error: str = ""
    frames_sent: int = 0
    frames_dropped: int = 0
    audience: Audience | None = None


class _Run:
    """What belongs to one start of a worker; a thread that outlives its stop keeps its own."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.tried = threading.Event()
        self.slot: LatestSlot[Frame] = LatestSlot()


class OutputWorker:
    """Runs one output on a daemon thread.

    Args:
        output: used from the worker's thread alone, once it is started.
        clock: times the retries.
        first_retry_s: wait after the first failure; doubled after each further one.
        last_retry_s: longest wait between two attempts.
    """

    def __init__(
        self,
        output: Output,
        clock: Clock,
        first_retry_s: float = FIRST_RETRY_S,
        last_retry_s: float = LAST_RETRY_S,
    ) -> None:
        self.output = output
        # A protocol is slow to check, and the audience is asked for many times a second.
        self._watched = output if isinstance(output, WatchedOutput) else None
        self._clock = clock
        self._first_retry_s = first_retry_s
        self._last_retry_s = last_retry_s
        self._now = _Run()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._status = OutputStatus(output.name, "waiting")
        self._told = self._audience_told = ""

    @property
    def status(self) -> OutputStatus:
        """How the output does now; any thread."""
        with self._lock:
            status = self._status
        return replace(status, audience=self._audience()) if self._watched else status

    def is_watched(self) -> bool:
        """Whether somebody takes its pictures; one that cannot tell counts while it is open.

        Asked many times a second while the camera sleeps, so it does no more than it must.
        """
        if self._status.state != "open":
            return False
        return self._watched is None or self._audience().streaming is not False

    @property
    def name(self) -> str:
        """The output's name."""
        return self._status.name

    @property
    def thread(self) -> threading.Thread | None:
        """The thread of the last start; None before it."""
        return self._thread

    def start(self, video_format: VideoFormat, after: Sequence[threading.Thread] = ()) -> None:
        """Starts opening the output; returns at once.

        Args:
            video_format: what to open it for.
            after: threads of other outputs whose end is waited for, since they may hold the same
                device; for `GIVE_WAY_S` at the longest.
        """
        previous = self._thread
        self._now = run = _Run()
        self._set(run, state="waiting", error="")
        self._thread = threading.Thread(
            target=self._run,
            args=(run, video_format, previous, tuple(after)),
            name=f"output {self.name}",
            daemon=True,
        )
        self._thread.start()

    def put(self, frame: Frame) -> None:
        """Offers a frame; an older one that was not taken yet is dropped."""
        self._now.slot.put(frame)

    def wait_tried(self, timeout_s: float) -> bool:
        """Waits until opening has succeeded or failed once; False after `timeout_s`."""
        return self._now.tried.wait(timeout_s)

    def ask_to_stop(self) -> None:
        """Makes the thread close the output and end, as soon as the output lets it."""
        self._now.stop.set()
        self._now.slot.put(None)

    def wait_stopped(self, timeout_s: float) -> bool:
        """Waits for the thread's end; False when the output still blocks it."""
        if self._thread is None:
            return True
        self._thread.join(max(0.0, timeout_s))
        return not self._thread.is_alive()

    def _run(
        self,
        run: _Run,
        video_format: VideoFormat,
        previous: threading.Thread | None,
        after: Sequence[threading.Thread],
    ) -> None:
        if previous is not None:
            # An output that blocked through its last closing is still in that thread's hands.
            previous.join()
        for other in after:
            other.join(GIVE_WAY_S)
        retry_s = self._first_retry_s
        while not run.stop.is_set():
            held_s = 0.0
            if self._open(run, video_format):
                opened_at = self._clock.now()
                self._pump(run, opened_at)
                self._close()
                held_s = self._clock.now() - opened_at
            if run.stop.is_set():
                break
            if held_s >= STABLE_AFTER_S:
                retry_s = self._first_retry_s
            self._clock.wait(run.stop, retry_s)
            retry_s = min(2 * retry_s, self._last_retry_s)
        self._set(run, state="closed", error="")

    def _open(self, run: _Run, video_format: VideoFormat) -> bool:
        try:
            self.output.open(video_format)
        except Exception as error:
            self._fail(run, error)
            return False
        else:
            self._set(run, state="open", error="")
            return True
        finally:
            run.tried.set()

    def _pump(self, run: _Run, opened_at: float) -> None:
        version = 0
        while not run.stop.is_set():
            frame, newest = run.slot.wait_newer(version, IDLE_WAKE_S)
            if frame is None:
                version = newest
                continue
            # What came before the output was open was not dropped by it.
            dropped = newest - version - 1 if version else 0
            version = newest
            try:
                self.output.send(frame)
            except Exception as error:
                self._fail(run, error)
                return
            self._count(dropped)
            if self._told and self._clock.now() - opened_at >= STABLE_AFTER_S:
                logger.info("%s works again", self.name)
                self._told = ""

    def _close(self) -> None:
        try:
            self.output.close()
        except Exception:
            logger.exception("%s failed while it was closed", self.name)

    def _fail(self, run: _Run, error: Exception) -> None:
        message = str(error) or type(error).__name__
        self._set(run, state="failed", error=message)
        if message == self._told:
            return
        self._told = message
        # What is no OutputError is a bug of the output's: its traceback is wanted, once.
        unexpected = None if isinstance(error, OutputError) else error
        # What this machine does not have is no news to anybody while another output does its work.
        logger.log(
            logging.INFO if isinstance(error, OutputMissing) else logging.WARNING,
            "%s does not work, going on without it: %s",
            self.name,
            message,
            exc_info=unexpected,
        )

    def _count(self, dropped: int) -> None:
        with self._lock:
            status = self._status
            self._status = replace(
                status,
                frames_sent=status.frames_sent + 1,
                frames_dropped=status.frames_dropped + dropped,
            )

    def _audience(self) -> Audience:
        assert self._watched is not None
        try:
            return self._watched.audience()
        except Exception as error:
            if repr(error) != self._audience_told:
                self._audience_told = repr(error)
                logger.error("%s cannot tell who reads it", self.name, exc_info=error)
            return Audience(None)

    def _set(self, run: _Run, state: OutputState, error: str) -> None:
        with self._lock:
            if run is not self._now:
                return
            self._status = replace(self._status, state=state, error=error)
