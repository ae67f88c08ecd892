"""What is asked of the main thread, by signals and by commands.

SIGINT and SIGTERM end the daemon within a second. SIGHUP has settings and packs read again, as is
usual for daemons; but where a terminal started it, SIGHUP means that the terminal has gone, and
ends it.
"""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Callable
from enum import Enum, auto
from types import FrameType


class Asked(Enum):
    """What a signal or a command asks of the main thread."""

    STOP = auto()
    RELOAD = auto()


class Inbox:
    """What is asked of the main thread.

    A `SimpleQueue` may be put to from within a signal handler, whatever the interrupted thread is
    doing at that moment; setting an event there may wait for ever.
    """

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()

    def put(self, asked: Asked) -> None:
        """Asks for something; any thread, and signal handlers."""
        self._asked.put(asked)

    def get(self, timeout_s: float) -> Asked | None:
        """The oldest that was asked for; None after a time-out."""
        try:
            return self._asked.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None


def heed_signals(inbox: Inbox) -> None:
    """Has signals put what they mean into the inbox, from now on."""
    meanings = dict.fromkeys(("SIGINT", "SIGTERM", "SIGBREAK"), Asked.STOP)
    meanings["SIGHUP"] = Asked.STOP if has_terminal() else Asked.RELOAD
    for name, asked in meanings.items():
        number = getattr(signal, name, None)
        # Under nohup, and in the background of scripts, some are ignored on purpose.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _putter(inbox, asked))


def _putter(inbox: Inbox, asked: Asked) -> Callable[[int, FrameType | None], None]:
    def handle(signal_number: int, frame: FrameType | None) -> None:
        inbox.put(asked)

    return handle


def has_terminal() -> bool:
    """Whether a terminal controls this process, whatever its standard streams are connected to."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True
