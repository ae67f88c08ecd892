"""Time as an argument: everything that waits is handed one of these."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic time and interruptible waiting."""

    def now(self) -> float:
        """Monotonic seconds; the origin means nothing."""
        ...

    def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
        """Waits until `interrupt` is set or `timeout_s` has passed; True if it was set."""
        ...


class MonotonicClock:
    """The machine's clock."""

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
        """Waits until `interrupt` is set or `timeout_s` has passed; True if it was set."""
        return interrupt.wait(max(0.0, timeout_s))
