"""Threads that tell when they fail, give way to others, and end within a time."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from vcam.core.clock import Clock

logger = logging.getLogger(__name__)

JOIN_S = 0.7
"""How long ends are waited for in all; what hangs longer dies with the process, whose own end takes
0.1 s and more."""

NICENESS = 10
"""How far a thread gives way to those that make the picture, where the system can tell threads
apart."""


def start_thread(
    name: str, run: Callable[[], None], on_failure: Callable[[str], None]
) -> threading.Thread:
    """Starts a thread; `on_failure` is told in words if it raises."""

    def guarded() -> None:
        try:
            run()
        except Exception:
            logger.exception("The %s thread failed", name)
            on_failure(f"the {name} thread failed")

    # Daemons: a driver that never returns must not keep the process from ending.
    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread


def give_way() -> None:
    """Lowers the calling thread's priority, where the system can do that for one thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def join_all(threads: Iterable[threading.Thread], clock: Clock) -> None:
    """Waits for the ends of all, `JOIN_S` in all; tells of those that go on."""
    deadline = clock.now() + JOIN_S
    for thread in threads:
        thread.join(max(0.0, deadline - clock.now()))
        if thread.is_alive():
            logger.warning("The %s thread did not end in time", thread.name)
