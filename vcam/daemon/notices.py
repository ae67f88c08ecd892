"""Lines that the user should see, for as long as they hold."""

from __future__ import annotations

import threading
from collections.abc import Callable


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

    def lines(self) -> tuple[str, ...]:
        """All lines, the oldest first."""
        with self._lock:
            return tuple(self._lines.values())
