"""Who is there now, and the attendance log that comes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from vcam.daemon.people_attendance import Attendance, DayLine, Zone
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.private_file import PersonalError
from vcam.settings.schema import PeopleSettings

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 60.0
"""The attendance is written so often while somebody is seen; a crash loses no more."""

PRESENT_S = 5.0
"""Who was not seen for so long is not present."""


class Presence:
    """Takes who is seen, and keeps the log in its file. One thread at a time.

    Attributes:
        problem: why the log cannot be written; empty while it can.

    Args:
        files: hold the log.
        wall: time of day, seconds since the epoch.
        zone: gives local time.
    """

    def __init__(self, files: PeopleFiles, wall: Callable[[], float], zone: Zone) -> None:
        self.problem = ""
        self._files = files
        self._wall = wall
        self._log = Attendance(files.attendance(), zone)
        self._seen_at: dict[str, float] = {}
        self._present: frozenset[str] = frozenset()
        self._saved_at = wall()
        self._unsaved = False

    @property
    def lines(self) -> Sequence[DayLine]:
        """The log, the oldest first."""
        return self._log.lines

    def now(self) -> frozenset[str]:
        """Who was seen lately; nobody while nobody looks, such as in a pause."""
        return self._at(self._wall())

    def see(self, names: Collection[str], settings: PeopleSettings) -> bool:
        """These people are seen; whether that is worth telling."""
        now = self._wall()
        if settings.attendance:
            for name in sorted(set(names)):
                self._log.see(name, now)
                self._unsaved = True
        self._seen_at |= dict.fromkeys(names, now)
        before, self._present = self._present, self._at(now)
        is_new = self._present != before
        is_due = not 0 <= now - self._saved_at < SAVE_EVERY_S
        if self._unsaved and (is_new or is_due):
            self._log.prune(now, settings.keep_days)
            self.save()
            return True
        return is_new

    def prune(self, keep_days: int) -> None:
        """Deletes lines that are older than so many days, on disk too."""
        if self._log.prune(self._wall(), keep_days):
            self._unsaved = True
            self.save()

    def save(self) -> None:
        """Writes the log if there is news; where that fails, it goes on in memory."""
        self._saved_at = self._wall()
        if not self._unsaved:
            return
        try:
            self._files.keep_attendance(self._log.lines)
        except PersonalError as error:
            if str(error) != self.problem:
                logger.error("%s", error)
            self.problem = str(error)
        else:
            self._unsaved, self.problem = False, ""

    def forget(self, name: str | None, enrolled: Collection[str]) -> None:
        """Forgets a person, everybody for None, whose lines are gone from the file already.

        Args:
            name: who.
            enrolled: who is left.
        """
        self._seen_at = {seen: at for seen, at in self._seen_at.items() if seen in enrolled}
        self._present &= frozenset(enrolled)
        self._log.forget(name)

    def forget_log(self) -> None:
        """Forgets who was seen when, in memory and on disk.

        Raises:
            PersonalError: it is there still.
        """
        self._log.forget(None)
        self._unsaved = False
        self._files.keep_attendance(())

    def _at(self, now: float) -> frozenset[str]:
        return frozenset(name for name, at in self._seen_at.items() if 0 <= now - at <= PRESENT_S)
