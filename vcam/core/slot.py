"""A one-place slot between two threads: the newest value wins, nothing queues up."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Holds the newest value that was put, and how many were put before it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._version = 0

    def put(self, value: T | None) -> None:
        """Replaces the value (None empties the slot) and wakes whoever waits."""
        with self._changed:
            self._value = value
            self._version += 1
            self._changed.notify_all()

    def wait_newer(self, version: int, timeout_s: float) -> tuple[T | None, int]:
        """Waits until something newer than `version` was put, or `timeout_s` has passed.

        Returns:
            The newest value and its version; None with the old version after a time-out.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._version > version, timeout_s):
                return None, version
            return self._value, self._version
