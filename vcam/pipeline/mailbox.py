"""Work that other threads hand to the one that owns something."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Mailbox:
    """Jobs for one thread, done in the order in which they came.

    Attributes:
        posted: set while something may wait here; the owner waits on it, and others may set it to
            wake the owner without a job.
    """

    def __init__(self) -> None:
        self._jobs: deque[Callable[[], None]] = deque()
        self.posted = threading.Event()

    def post(self, job: Callable[[], None]) -> None:
        """Hands a job over and returns at once; any thread."""
        self._jobs.append(job)
        self.posted.set()

    def work_off(self) -> None:
        """Does what has come; the owner's thread alone.

        A job that fails is told in the log and costs nobody else anything.
        """
        self.posted.clear()
        while self._jobs:
            job = self._jobs.popleft()
            try:
                job()
            except Exception:
                logger.exception("A change could not be carried out")
