"""The gestures that started, as the user may want to look back at them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from vcam.control.state import Start
from vcam.core.errors import VcamError
from vcam.core.events import GestureEvent

KEPT = 500
"""More than a day of calls; the oldest make room."""


class StartHistory:
    """Keeps the newest starts. Any thread.

    Args:
        wall: time of day, seconds since the epoch.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._lock = threading.Lock()
        self._starts: deque[Start] = deque(maxlen=KEPT)
        self._last_id = 0

    def add(self, event: GestureEvent, effects: Sequence[str]) -> None:
        """Notes a start.

        Args:
            event: of kind `start`.
            effects: what answered it, `pack/effect`.
        """
        with self._lock:
            self._last_id += 1
            self._starts.appendleft(
                Start(
                    id=self._last_id,
                    gesture=event.gesture,
                    at=self._wall(),
                    held_ms=max(0, round((event.at - event.candidate_at) * 1000)),
                    score=min(1.0, round(event.score, 4)),
                    effects=tuple(effects),
                )
            )

    def starts(self) -> tuple[Start, ...]:
        """The starts, the newest first."""
        with self._lock:
            return tuple(self._starts)

    def mark(self, start: int, wrong: bool | None = None, *, undone: bool | None = None) -> Start:
        """Notes something about a start; returns it.

        Args:
            start: its number.
            wrong: whether it was a mistake; None leaves that as it is.
            undone: whether it was ended at once; None leaves that as it is.

        Raises:
            VcamError: there is no such start, or it is too long ago.
        """
        said = {"wrong": wrong, "undone": undone}
        update = {name: value for name, value in said.items() if value is not None}
        with self._lock:
            for place, known in enumerate(self._starts):
                if known.id == start:
                    self._starts[place] = known.model_copy(update=update)
                    return self._starts[place]
        raise VcamError(
            f"There is no start {start} in the history", f"it holds the last {KEPT} of this run"
        )
