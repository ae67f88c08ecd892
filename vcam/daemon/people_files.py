"""What is kept of people: numbers of their faces, and the attendance log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from vcam.control.state import Kept
from vcam.core.errors import ModelError
from vcam.daemon import people_attendance as attendance
from vcam.daemon.naming import unknown
from vcam.daemon.people_attendance import DayLine
from vcam.daemon.private_file import PrivateFile
from vcam.recognizers import people_gallery
from vcam.recognizers.people_gallery import Gallery, Person
from vcam.recognizers.people_model import load_card

logger = logging.getLogger(__name__)

PEOPLE_FILE = "people.json"
ATTENDANCE_FILE = "attendance.json"


class PeopleFiles:
    """Both files. One thread at a time.

    Attributes:
        problem: why those who are kept cannot be recognised; empty otherwise.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.problem = ""
        self._people = PrivateFile(folder / PEOPLE_FILE)
        self._attendance = PrivateFile(folder / ATTENDANCE_FILE)

    def gallery(self) -> Gallery:
        """Who is enrolled; nobody where the file is missing or cannot be used."""
        self.problem = ""
        gallery, model = self._read()
        try:
            is_ours = not model or model == load_card().model_sha256
        except ModelError as error:
            self.problem = str(error)
            return Gallery()
        if not is_ours:
            self.problem = "Faces were enrolled with another model of vcam: enrol everybody again"
            logger.warning("%s", self.problem)
            return Gallery()
        return gallery

    def keep_gallery(self, gallery: Gallery, model: str | None = None) -> None:
        """Keeps who is enrolled; nothing stays on disk of others.

        Args:
            gallery: who that is.
            model: that made their numbers; None for the one that vcam ships.

        Raises:
            PersonalError: it cannot be written; what was there is there still.
            ModelError: the model is missing.
        """
        if len(gallery) == 0:
            self._people.delete()
        else:
            model = load_card().model_sha256 if model is None else model
            self._people.write(people_gallery.to_bytes(gallery, model))
            self._people.delete_damaged()
        self.problem = ""

    def add(self, person: Person) -> Gallery:
        """Keeps one more, in place of who had the name; all who are enrolled then.

        Raises:
            PersonalError: as `keep_gallery`.
        """
        gallery = self.gallery().with_person(person)
        self.keep_gallery(gallery)
        return gallery

    def attendance(self) -> tuple[DayLine, ...]:
        """The lines of the log."""
        nothing: tuple[DayLine, ...] = ()
        return self._attendance.read(attendance.from_bytes, nothing)

    def keep_attendance(self, lines: Sequence[DayLine]) -> None:
        """Keeps these lines, and no others.

        Raises:
            PersonalError: they cannot be written.
        """
        if lines:
            self._attendance.write(attendance.to_bytes(lines))
            self._attendance.delete_damaged()
        else:
            self._attendance.delete()

    def forget(self, name: str | None) -> str:
        """Deletes a person, or everybody for None; one line about it.

        Raises:
            VcamError: there is no such person, or something is there still.
        """
        # Whatever model made it: who cannot be recognised any more can be forgotten.
        (gallery, model), lines = self._read(), self.attendance()
        if name is None:
            gallery, lines = Gallery(), ()
        else:
            names = {*gallery.names, *(line.name for line in lines)}
            if name not in names:
                raise unknown("person", name, sorted(names))
            gallery = gallery.without(name)
            lines = tuple(line for line in lines if line.name != name)
        # Faces first: they are what somebody is recognised by.
        self.keep_gallery(gallery, model)
        self.keep_attendance(lines)
        return "Everybody is forgotten" if name is None else f"{name} is forgotten"

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes when one of the files does."""
        return self._people.stamp(), self._attendance.stamp()

    def kept(self) -> tuple[Kept, Kept]:
        """What there is of both."""
        people, lines = self._read()[0].people, self.attendance()
        return (
            Kept(
                kind="people",
                what="numbers of the faces of people who are enrolled, and their names; no "
                "pictures: vcam people forget NAME deletes one",
                path=str(self._people.path),
                count=len(people),
                size=self._people.size(),
                since=min((each.since for each in people), default=None),
                forget="people",
            ),
            Kept(
                kind="attendance",
                what="who was seen on which day, from when to when; goes with the person",
                path=str(self._attendance.path),
                count=len(lines),
                size=self._attendance.size(),
                since=min((each.first for each in lines), default=None),
                forget="attendance",
            ),
        )

    def _read(self) -> tuple[Gallery, str]:
        nothing: tuple[Gallery, str] = (Gallery(), "")
        return self._people.read(people_gallery.from_bytes, nothing)
