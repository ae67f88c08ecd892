"""The gestures that started, as the user may want to look back at them."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from pydantic import ValidationError

from vcam.control.state import Start
from vcam.core.errors import VcamError
from vcam.core.events import GestureEvent
from vcam.core.gestures import of_class
from vcam.daemon.private_file import PersonalError, PrivateFile
from vcam.recognizers.contracts import PEOPLE

logger = logging.getLogger(__name__)

KEPT = 500
"""More than a day of calls; the oldest make room."""

TRACED = 100
"""So many of the newest keep their trace: all are told to every page at each start."""


class StartHistory:
    """Keeps the newest starts, in memory, and on disk if the user says so. Any thread.

    Args:
        wall: time of day, seconds since the epoch.
        file: where they are kept on disk; None for never.
        keep: whether they are.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        file: PrivateFile | None = None,
        keep: bool = False,
    ) -> None:
        self._wall = wall
        self._file = file
        self._lock = threading.Lock()
        # Held while the file is changed; `_lock` is not, for the vision thread waits for that.
        self._on_disk = threading.Lock()
        self._starts: deque[Start] = deque(maxlen=KEPT)
        self._last_id = 0
        self._keeps = False
        self._unsaved = False
        self.keep(keep)

    def keep(self, on: bool) -> None:
        """Whether the history is kept on disk; what was kept before comes back with it.

        Switched off, what is on disk stays there, unread, until somebody deletes it.
        """
        if self._file is None or on == self._keeps:
            return
        self._keeps = on
        if not on:
            return
        nothing: tuple[Start, ...] = ()
        older = self._file.read(_parsed, nothing)
        with self._lock:
            newer = list(self._starts)
            self._unsaved = bool(newer)
            # Numbers go on where they ended, also for what has started in this run.
            first = older[0].id if older else 0
            newer = [start.model_copy(update={"id": first + start.id}) for start in newer]
            self._last_id += first
            self._starts = deque([*newer, *older], maxlen=KEPT)

    def add(self, event: GestureEvent, effects: Sequence[str]) -> Start:
        """Notes a start, and returns it.

        Args:
            event: of kind `start`.
            effects: what answered it, `pack/effect`.
        """
        with self._lock:
            self._last_id += 1
            start = Start(
                id=self._last_id,
                gesture=event.gesture,
                at=self._wall(),
                held_ms=max(0, round((event.at - event.candidate_at) * 1000)),
                score=min(1.0, round(event.score, 4)),
                effects=tuple(effects),
            )
            self._starts.appendleft(start)
            if len(self._starts) > TRACED:
                bare = self._starts[TRACED].model_copy(update={"trace": ()})
                self._starts[TRACED] = bare
            self._unsaved = True
            return start

    def starts(self) -> tuple[Start, ...]:
        """The starts, the newest first."""
        with self._lock:
            return tuple(self._starts)

    def trace(self, start: int, trace: tuple[tuple[float, float], ...]) -> None:
        """Notes the trace of a start; one that has gone from the history is no matter."""
        with self._lock:
            place = self._place(start)
            if place is not None and place < TRACED:
                self._starts[place] = self._starts[place].model_copy(update={"trace": trace})
                self._unsaved = True

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
            place = self._place(start)
            if place is not None:
                self._starts[place] = self._starts[place].model_copy(update=update)
                self._unsaved = True
                return self._starts[place]
        raise VcamError(
            f"There is no start {start} in the history", f"it holds the last {KEPT} of this run"
        )

    def forget(self) -> None:
        """Forgets all starts, in memory and on disk; numbers go on.

        Raises:
            PersonalError: the file is still there.
        """
        with self._on_disk:
            with self._lock:
                self._starts.clear()
                self._unsaved = False
            if self._file is not None:
                self._file.delete()

    def forget_person(self, name: str | None) -> None:
        """Forgets the starts that name a person, or any person for None, in memory and on disk.

        Raises:
            PersonalError: the file cannot be written; it names them still.
        """
        label = re.escape(of_class(PEOPLE, name)) if name is not None else f"{PEOPLE}:.*"
        names_them = re.compile(rf"{label}(:\d+ms)?", re.DOTALL)

        def without(starts: Iterable[Start]) -> list[Start]:
            return [start for start in starts if not names_them.fullmatch(start.gesture)]

        with self._on_disk:
            with self._lock:
                self._starts = deque(without(self._starts), maxlen=KEPT)
            if self._file is not None:
                nothing: tuple[Start, ...] = ()
                # Read also while nothing is kept: what was kept before is there still.
                older = self._file.read(_parsed, nothing)
                if len(left := without(older)) < len(older):
                    self._file.write(_lines(left))

    def save(self) -> None:
        """Writes what has changed, where that is wanted; what goes wrong is told in the log."""
        with self._on_disk:
            with self._lock:
                if not (self._keeps and self._unsaved) or self._file is None:
                    return
                self._unsaved = False
                starts = tuple(self._starts)
            try:
                self._file.write(_lines(starts))
            except PersonalError as error:
                logger.error("The history is not saved: %s", error)

    def _place(self, start: int) -> int | None:
        for place, known in enumerate(self._starts):
            if known.id == start:
                return place
        return None


def _lines(starts: Sequence[Start]) -> bytes:
    """The file of these starts, the newest first."""
    return "\n".join([*(start.model_dump_json() for start in reversed(starts)), ""]).encode()


def _parsed(content: bytes) -> tuple[Start, ...]:
    """The starts of a file, the newest first."""
    lines = content.decode().splitlines()
    starts = []
    for number, line in enumerate(lines, start=1):
        try:
            starts.append(Start.model_validate_json(line))
        except ValidationError:
            raise ValueError(f"line {number} is no start") from None
    if any(later.id <= earlier.id for earlier, later in itertools.pairwise(starts)):
        raise ValueError("its numbers do not rise")
    return tuple(reversed(starts[-KEPT:]))
