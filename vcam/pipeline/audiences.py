"""Who watches any of the outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from vcam.outputs.worker import OutputStatus


class Told(Protocol):
    """What it asks of a group of outputs."""

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
        self._before: list[object] = []

    def anybody(self) -> bool:
        """Whether anybody takes pictures of an output that is open."""
        told = [status for group in self._groups for status in group.status()]
        now: list[object] = [(each.state, each.error, each.audience) for each in told]
        if now != self._before:
            self._before = now
            self._on_change()
        return any(each.is_watched for each in told)
