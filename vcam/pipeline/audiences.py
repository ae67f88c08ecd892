"""Who watches any of the outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from vcam.outputs.worker import OutputStatus

LOOK_EVERY = 5
"""Changes are looked for at every so many calls, and at once when the answer changes."""


class Told(Protocol):
    """What it asks of a group of outputs."""

    def is_watched(self) -> bool:
        """Whether anybody takes pictures."""
        ...

    def status(self) -> tuple[OutputStatus, ...]:
        """How they do."""
        ...


class Audiences:
    """Sums up who watches, and tells when readers or outputs come or go. Used from one thread.

    Args:
        groups: whose outputs to ask.
        on_change: told when an output was opened or lost, or has other readers than before.
    """

    def __init__(self, groups: Sequence[Told], on_change: Callable[[], None]) -> None:
        self._groups = groups
        self._on_change = on_change
        self._calls = 0
        self._watched = False
        self._before: list[object] = []

    def anybody(self) -> bool:
        """Whether anybody takes pictures of an output that is open."""
        watched = any(group.is_watched() for group in self._groups)
        self._calls += 1
        if watched is not self._watched or self._calls % LOOK_EVERY == 0:
            self._watched = watched
            self._look()
        return watched

    def _look(self) -> None:
        told = [status for group in self._groups for status in group.status()]
        now: list[object] = [(each.state, each.error, each.audience) for each in told]
        if now != self._before:
            self._before = now
            self._on_change()
