"""Lines that the user should see, for as long as they hold."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Notices:
    """One line a matter. Any thread.

    Args:
        on_change: told after each change.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._lock = threading.Lock()
        self._lines: dict[str, str] = {}

    def set(self, matter: str, line: str) -> None:
        """Replaces the line about a matter; an empty one takes it away."""
        with self._lock:
            if self._lines.get(matter, "") == line:
                return
            self._lines.pop(matter, None)
            if line:
                self._lines[matter] = line
        self._on_change()

    def warn(self, matter: str, line: str) -> None:
        """As `set`; a new line is logged, too."""
        if line and line != self._lines.get(matter, ""):
            logger.warning("%s", line)
        self.set(matter, line)

    def lines(self) -> tuple[str, ...]:
        """All lines, the oldest first."""
        with self._lock:
            return tuple(self._lines.values())
