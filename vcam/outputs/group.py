"""Several outputs at once, none of which can delay or stop the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from vcam.core.clock import Clock
from vcam.core.contracts import Output, VideoFormat
from vcam.core.frame import Frame
from vcam.outputs.worker import FIRST_RETRY_S, LAST_RETRY_S, OutputStatus, OutputWorker

logger = logging.getLogger(__name__)

CLOSE_WITHIN_S = 0.6
"""How long `close` waits for outputs that block; the program must end within a second."""


@runtime_checkable
class Mirrorable(Protocol):
    """An output that can flip its pictures left to right while it is open."""

    def set_mirror(self, on: bool) -> None:
        """Flips from the next picture on, or does not; any thread."""
        ...


class OutputGroup:
    """Hands each frame to every output, each on a thread of its own with a one-place slot.

    An output that is slow misses frames; one that blocks or fails does so alone. What failed is
    closed, told in the log once, and tried again with growing pauses for as long as the group is
    open. No method raises for an output's sake.

    All methods but `status`, `is_watched` and `wait_opened` belong to one thread.

    Frames are read by the outputs after `send` has returned: their images must never be written
    to again, as `Frame` says.

    Args:
        outputs: each used from its own worker thread alone.
        clock: times the retries.
        first_retry_s: pause after an output's first failure; doubled after each further one.
        last_retry_s: longest pause.
    """

    def __init__(
        self,
        outputs: Sequence[Output],
        clock: Clock,
        first_retry_s: float = FIRST_RETRY_S,
        last_retry_s: float = LAST_RETRY_S,
    ) -> None:
        self._clock = clock
        self._retries_s = first_retry_s, last_retry_s
        self._workers = tuple(self._worker(output) for output in outputs)
        self._format: VideoFormat | None = None
        self._mirror = False

    def open(self, video_format: VideoFormat) -> None:
        """Starts to open all outputs and returns at once; closes them first if they were open."""
        if self._format is not None:
            for worker in self._workers:
                worker.ask_to_stop()
        self._format = video_format
        for worker in self._workers:
            worker.start(video_format)

    def replace(self, outputs: Sequence[Output]) -> None:
        """Goes on with these outputs; returns at once.

        Those that are here already are left alone; the others are closed, and the new ones opened
        after that.
        """
        gone = [worker for worker in self._workers if not _holds(outputs, worker.output)]
        for worker in gone:
            worker.ask_to_stop()
        known = {id(worker.output): worker for worker in self._workers}
        closing = [worker.thread for worker in gone if worker.thread is not None]
        workers = []
        for output in outputs:
            if id(output) in known:
                workers.append(known[id(output)])
                continue
            worker = self._worker(output)
            if self._format is not None:
                worker.start(self._format, closing)
            workers.append(worker)
        self._workers = tuple(workers)
        self.set_mirror(self._mirror)

    def set_mirror(self, on: bool) -> None:
        """Flips the pictures of those outputs that can do so themselves (`Mirrorable`)."""
        self._mirror = on
        for worker in self._workers:
            if isinstance(worker.output, Mirrorable):
                worker.output.set_mirror(on)

    def send(self, frame: Frame) -> None:
        """Offers the frame to every output; never blocks. Ignored while the group is closed."""
        if self._format is None:
            return
        for worker in self._workers:
            worker.put(frame)

    def wait_opened(self, timeout_s: float) -> bool:
        """Waits until each output has been opened or has failed once; False after `timeout_s`.

        For whoever wants to tell where the picture can be seen, once, after the start.
        """
        give_up_at = time.monotonic() + timeout_s
        return all(worker.wait_tried(give_up_at - time.monotonic()) for worker in self._workers)

    def status(self) -> tuple[OutputStatus, ...]:
        """How each output does, in the order they were given; any thread."""
        return tuple(worker.status for worker in self._workers)

    def is_watched(self) -> bool:
        """Whether anybody takes pictures of an output that is open; any thread."""
        return any(worker.is_watched() for worker in self._workers)

    def close(self) -> None:
        """Closes all outputs within a second; harmless when the group is not open.

        An output that blocks is left to its daemon thread, which closes it when it can.
        """
        if self._format is None:
            return
        self._format = None
        for worker in self._workers:
            worker.ask_to_stop()
        give_up_at = time.monotonic() + CLOSE_WITHIN_S
        for worker in self._workers:
            if not worker.wait_stopped(give_up_at - time.monotonic()):
                logger.warning("%s is not closed yet; it is left to its thread", worker.name)

    def _worker(self, output: Output) -> OutputWorker:
        return OutputWorker(output, self._clock, *self._retries_s)


def _holds(outputs: Sequence[Output], output: Output) -> bool:
    return any(output is other for other in outputs)
