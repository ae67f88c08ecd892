"""Who was seen when: a line for each person and day, in a file, for as long as the user wants."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vcam.control.state import AttendanceLine
from vcam.recognizers.people_gallery import MOST_NAME

AWAY_S = 30.0
"""Who is seen again within this time was there meanwhile: looking down is not leaving."""

MOST_LINES = 50_000
"""Ten years of a dozen people."""

HEADER = ("name", "day", "first", "last", "minutes")

_RISKY = ("=", "+", "-", "@", "\t", "\r")


class DayLine(BaseModel):
    """One person on one day.

    Attributes:
        name: who.
        day: local date.
        first: time of day first seen, seconds since the epoch.
        last: the same, last seen.
        seconds: seen in all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    day: date
    first: float = Field(ge=0, le=1e12)
    last: float = Field(ge=0, le=1e12)
    seconds: float = Field(ge=0, le=100_000)

    def told(self) -> AttendanceLine:
        """As the state tells of it."""
        return AttendanceLine(
            name=self.name,
            day=self.day.isoformat(),
            first=self.first,
            last=self.last,
            minutes=round(self.seconds / 60, 1),
        )


class StoredAttendance(BaseModel):
    """What is in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    lines: tuple[DayLine, ...] = Field(max_length=MOST_LINES)


Zone = Callable[[float], datetime]
"""Local time of a time of day; the system's unless a test says otherwise."""


def local(at: float, zone: tzinfo | None = None) -> datetime:
    """Local time, with its distance to UTC.

    Args:
        at: seconds since the epoch.
        zone: None takes the system's.
    """
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


class Attendance:
    """The log. One thread at a time.

    Args:
        lines: that are there already.
        zone: gives local time.
    """

    def __init__(self, lines: Iterable[DayLine] = (), zone: Zone = local) -> None:
        self._zone = zone
        self._lines = {(line.name, line.day): line for line in lines}
        self._seen: dict[str, float] = {}

    @property
    def lines(self) -> Sequence[DayLine]:
        """All, the oldest first."""
        return sorted(self._lines.values(), key=lambda line: (line.day, line.first, line.name))

    def see(self, name: str, at: float) -> None:
        """A person is seen.

        The time since they were seen last counts, unless it is too long, or the clock was set
        back. Seconds are those that have passed: an hour that the clocks skip or repeat is none.

        Args:
            name: who.
            at: time of day, seconds since the epoch.
        """
        before = self._seen.get(name)
        self._seen[name] = at
        if before is None or not 0 <= at - before <= AWAY_S:
            self._add(name, at, at)
            return
        midnight = self._midnight_between(before, at)
        if midnight is None:
            self._add(name, before, at)
        else:
            self._add(name, before, midnight, day=self._zone(before).date())
            self._add(name, midnight, at, day=self._zone(at).date())

    def forget(self, name: str | None) -> None:
        """Deletes the lines of a person; of everybody for None."""
        if name is None:
            self._lines.clear()
            self._seen.clear()
        else:
            self._lines = {key: line for key, line in self._lines.items() if line.name != name}
            self._seen.pop(name, None)

    def prune(self, at: float, keep_days: int) -> bool:
        """Deletes lines that are older than so many days; whether there were any."""
        oldest = self._zone(at).date() - timedelta(days=keep_days)
        kept = {key: line for key, line in self._lines.items() if line.day >= oldest}
        pruned = len(kept) < len(self._lines)
        self._lines = dict(sorted(kept.items(), key=lambda item: item[1].day)[-MOST_LINES:])
        return pruned

    def _add(self, name: str, since: float, until: float, day: date | None = None) -> None:
        key = name, day or self._zone(until).date()
        line = self._lines.get(key)
        if line is None:
            line = DayLine(name=name, day=key[1], first=since, last=until, seconds=0)
        self._lines[key] = line.model_copy(
            update={
                "first": min(line.first, since),
                "last": max(line.last, until),
                "seconds": min(line.seconds + until - since, 100_000),
            }
        )

    def _midnight_between(self, before: float, at: float) -> float | None:
        """When the later day began, if they are not the same day; to a millisecond."""
        first = self._zone(before).date()
        if self._zone(at).date() == first:
            return None
        # By halving: where the clocks change at midnight, the day does not begin at 0:00.
        low, high = before, at
        while high - low > 0.001:
            middle = (low + high) / 2
            low, high = (middle, high) if self._zone(middle).date() == first else (low, middle)
        return high


def to_bytes(lines: Sequence[DayLine]) -> bytes:
    """The file of a log."""
    return StoredAttendance(lines=tuple(lines)).model_dump_json(indent=1).encode() + b"\n"


def from_bytes(content: bytes) -> tuple[DayLine, ...]:
    """A log from the bytes of its file.

    Raises:
        ValueError: they are no such file.
    """
    try:
        return StoredAttendance.model_validate_json(content).lines
    except ValidationError as error:
        raise ValueError(f"it holds no attendance: {error.error_count()} errors") from error


def as_csv(lines: Sequence[DayLine], zone: Zone = local) -> str:
    """A table, as the contract of `attendance_csv` has it.

    A name that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for line in lines:
        name = f"'{line.name}" if line.name.startswith(_RISKY) else line.name
        first, last = (zone(at).isoformat(timespec="seconds") for at in (line.first, line.last))
        writer.writerow([name, line.day.isoformat(), first, last, f"{line.seconds / 60:.1f}"])
    return out.getvalue()
