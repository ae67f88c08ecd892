"""Whether somebody wants to see what is worth its work only while somebody looks."""

from __future__ import annotations

from collections.abc import Callable

from vcam.core.clock import Clock

ASKED_FOR_S = 2.0
"""Meters are read for so long after somebody has asked for them."""


class Asked:
    """Remembers for a while that somebody has asked. Any thread.

    Args:
        clock: tells when that is over.
        wake: called when somebody asks who did not before.
        lasts_s: how long it is remembered.
    """

    def __init__(
        self, clock: Clock, wake: Callable[[], None], lasts_s: float = ASKED_FOR_S
    ) -> None:
        self._clock = clock
        self._wake = wake
        self._lasts_s = lasts_s
        self._until = float("-inf")

    def __bool__(self) -> bool:
        return self._clock.now() < self._until

    def ask(self, on: bool = True) -> bool:
        """Somebody asks, if `on`; whether somebody had asked already."""
        was = bool(self)
        if on:
            self._until = self._clock.now() + self._lasts_s
            if not was:
                self._wake()
        return was
