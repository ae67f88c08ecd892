"""Several outputs at once, none of which can delay or stop the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from vcam.core.clock import Clock
from vcam.core.contracts import Output, VideoFormat
from vcam.core.frame import Frame
from vcam.outputs.worker import FIRST_RETRY_S, LAST_RETRY_S, OutputStatus, OutputWorker

logger = logging.getLogger(__name__)

CLOSE_WITHIN_S = 0.6
"""How long `close` waits for outputs that block; the program must end within a second."""


class OutputGroup:
    """Hands each frame to every output, each on a thread of its own with a one-place slot.

    An output that is slow misses frames; one that blocks or fails does so alone. What failed is
    closed, told in the log once, and tried again with growing pauses for as long as the group is
    open. No method raises for an output's sake.

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
        self._workers = [
            OutputWorker(output, clock, first_retry_s, last_retry_s) for output in outputs
        ]
        self._is_open = False

    def open(self, video_format: VideoFormat) -> None:
        """Starts to open all outputs and returns at once; closes them first if they were open."""
        self.close()
        self._is_open = True
        for worker in self._workers:
            worker.start(video_format)

    def send(self, frame: Frame) -> None:
        """Offers the frame to every output; never blocks. Ignored while the group is closed."""
        if not self._is_open:
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
        """How each output does, in the order they were given."""
        return tuple(worker.status for worker in self._workers)

    def close(self) -> None:
        """Closes all outputs within a second; harmless when the group is not open.

        An output that blocks is left to its daemon thread, which closes it when it can.
        """
        if not self._is_open:
            return
        self._is_open = False
        for worker in self._workers:
            worker.ask_to_stop()
        give_up_at = time.monotonic() + CLOSE_WITHIN_S
        for worker in self._workers:
            if not worker.wait_stopped(give_up_at - time.monotonic()):
                logger.warning("%s blocks and could not be closed in time", worker.name)
