"""Faults of drawing, told in the log once each."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)

MOST_TOLD = 20
"""Different faults that are told; their texts may have numbers in them."""


class Faults:
    """Tells faults, but not thirty times a second."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, what: str, error: Exception) -> None:
        """Logs a fault with its traceback, unless the same one was told before."""
        name = f"{what}: {error!r}"
        if name not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(name)
            logger.error("%s; the picture goes out without it", what, exc_info=error)
