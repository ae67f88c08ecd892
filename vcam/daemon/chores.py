"""Work that may take seconds, one piece after the other, beside everything that must not wait."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from vcam.pipeline.threads import give_way

logger = logging.getLogger(__name__)

Job = Callable[[], None]


def start_thread(run: Job) -> None:
    """Runs it on a thread of its own, of lower priority."""

    def lowered() -> None:
        give_way()
        run()

    threading.Thread(target=lowered, name="teaching", daemon=True).start()


class Chores:
    """Does jobs in order, on a thread that there is only while there are any. Any thread.

    Args:
        spawn: runs it beside the caller.
    """

    def __init__(self, spawn: Callable[[Job], None] = start_thread) -> None:
        self._spawn = spawn
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._is_working = False

    def post(self, job: Job) -> None:
        """Has `job` done after those that were posted before. What it raises is logged."""
        with self._lock:
            self._jobs.append(job)
            if self._is_working:
                return
            self._is_working = True
        self._spawn(self._work_off)

    def _work_off(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._is_working = False
                    return
                job = self._jobs.popleft()
            try:
                job()
            except Exception:
                logger.exception("Teaching failed; vcam goes on without")
