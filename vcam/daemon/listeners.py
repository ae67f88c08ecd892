"""Those who want to hear of changes, and the number of the newest change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Listeners:
    """Counts changes and tells of each. Any thread.

    Attributes:
        version: how often something has changed, and one.
    """

    def __init__(self) -> None:
        self.version = 1
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[], None], ...] = ()

    def add(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change; returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def end() -> None:
            with self._lock:
                self._listeners = tuple(each for each in self._listeners if each is not listener)

        return end

    def tell(self) -> None:
        """Something has changed. One listener that fails does not cost the others."""
        with self._lock:
            self.version += 1
            listeners = self._listeners
        for listener in listeners:
            try:
                listener()
            except Exception:
                logger.exception("A listener failed")
