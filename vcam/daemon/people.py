"""Recognising people who have enrolled."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vcam.control.commands import Enrol, ForgetPerson, Outcome
from vcam.control.state import (
    ClassScore,
    EnrolmentState,
    PeopleState,
    PersonState,
    RecognisedClass,
)
from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.core.observation import Observation
from vcam.daemon.people_attendance import Zone, as_csv, local
from vcam.daemon.people_enrolment import Enrolling
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.people_presence import Presence
from vcam.daemon.people_vision import load_people, people_in
from vcam.pipeline import Pipeline
from vcam.pipeline.mode import Mode
from vcam.recognizers.contracts import PEOPLE
from vcam.recognizers.people_gallery import MOST_PEOPLE, Gallery, Person, checked_name
from vcam.recognizers.people_model import FaceModel
from vcam.recognizers.people_reader import Likenesses, MeshFinder, PeopleReader, SeenFace
from vcam.settings.schema import Settings

logger = logging.getLogger(__name__)

TOLD_LINES = 100


class People:
    """Enrols people, recognises them, and keeps the attendance. Any thread.

    Attributes:
        on_change: told when the state has changed.

    Args:
        pipeline: runs the reader, draws the tags.
        settings: in force.
        folder: where files lie.
        wall: time of day, seconds since the epoch.
        zone: gives local time.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        settings: Settings,
        folder: Path,
        wall: Callable[[], float] = time.time,
        zone: Zone = local,
    ) -> None:
        self._pipeline = pipeline
        self._settings = settings.people
        self.on_change: Callable[[], None] = lambda: None
        self._wall = wall
        self._zone = zone
        self._lock = threading.RLock()
        self._files = PeopleFiles(folder)
        self._gallery = self._files.gallery()
        self._presence = Presence(self._files, wall, zone)
        self._enrolling: Enrolling | None = None
        self._told_enrolment: EnrolmentState | None = None
        self._shown: Mapping[int, str] = {}
        self._reader: PeopleReader | None = None

    @property
    def state(self) -> PeopleState:
        """As the state tells of them."""
        with self._lock:
            present = self._presence.now()
            people = tuple(
                PersonState(
                    name=each.name,
                    faces=len(each.faces),
                    since=each.since,
                    present=each.name in present,
                )
                for each in self._gallery.people
            )
            lines = [line.told() for line in reversed(self._presence.lines)][:TOLD_LINES]
            return PeopleState(
                on=self._settings.enabled,
                people=people,
                enrolment=self._told_enrolment,
                attendance=tuple(lines),
                problem=self._problem(),
            )

    def attendance_csv(self) -> str:
        """A table of who was seen when; see the contract."""
        with self._lock:
            return as_csv(self._presence.lines, self._zone)

    def apply(self, settings: Settings, *, anew: bool = False) -> None:
        """Takes other settings over; `anew`: who is enrolled may have changed on disk."""
        with self._lock:
            self._settings = settings.people
            if anew:
                self._gallery = self._files.gallery()
            self._presence.prune(self._settings.keep_days)
            self._bring()
        self.on_change()

    def start(self) -> None:
        """Begins to look for people, if they are wanted; deletes what is too old."""
        with self._lock:
            self._presence.prune(self._settings.keep_days)
            self._bring()

    def close(self) -> None:
        """Writes what is not written yet."""
        with self._lock:
            self._presence.save()

    def forget_attendance(self) -> None:
        """Forgets who was seen when, in memory and on disk; people stay enrolled.

        Raises:
            PersonalError: it is there still.
        """
        with self._lock:
            self._presence.forget_log()
        self.on_change()

    def judge(self, image: Image, observation: Observation) -> tuple[RecognisedClass, ...]:
        """Who is in one picture, uint8 (h, w, 3) BGR; nothing where people are not recognised.

        With networks of its own, that are loaded for it: it is rarely asked for.
        """
        with self._lock:
            settings, gallery = self._settings, self._gallery
        if not (settings.enabled and len(gallery) and observation.faces):
            return ()
        try:
            likenesses = people_in(image, observation.faces, gallery, settings)
        except VcamError as error:
            logger.error("People in a picture cannot be told: %s", error)
            return ()
        best_first = sorted(likenesses.items(), key=lambda item: item[1], reverse=True)
        told = tuple(ClassScore(name=name, score=round(each, 4)) for name, each in best_first)
        return (RecognisedClass(recogniser=PEOPLE, classes=told),) if told else ()

    def carry_out(self, order: Enrol | ForgetPerson) -> Outcome:
        """What came of an order.

        Raises:
            VcamError: it cannot be carried out; nothing has changed.
        """
        with self._lock:
            outcome = self._enrol(order) if isinstance(order, Enrol) else self._forget(order.name)
            self._bring()
        self.on_change()
        return outcome

    def _enrol(self, order: Enrol) -> Outcome:
        goes_on = self._enrolling is not None and not self._enrolling.is_over
        if order.cancel:
            if not goes_on or self._enrolling is None:
                raise VcamError("No enrolment goes on", "begin one: vcam people enrol NAME")
            self._enrolling.end("cancelled", "Cancelled: nothing was kept")
            self._told_enrolment = self._enrolling.state
            return Outcome(message="The enrolment is cancelled")
        name = checked_name(order.name)
        if not order.consent:
            raise VcamError(
                f"{name} has to agree to being recognised", "ask, and then give consent"
            )
        if goes_on:
            raise VcamError("Somebody is being enrolled already", "wait, or cancel that")
        if self._pipeline.mode is not Mode.LIVE:
            raise VcamError(f"vcam is {self._pipeline.mode.value}", "resume first: vcam resume")
        if len(self._gallery.without(name)) >= MOST_PEOPLE:
            raise VcamError(f"{MOST_PEOPLE} people are enrolled", "forget some first")
        self._enrolling = Enrolling(name)
        self._told_enrolment = self._enrolling.state
        return Outcome(message=f"{name}: {self._told_enrolment.message}")

    def _forget(self, name: str | None) -> Outcome:
        # What was seen in the last minute is not on disk yet.
        self._presence.save()
        message = self._files.forget(name)
        gallery = self._gallery.without(name) if name is not None else Gallery()
        self._gallery = gallery
        self._presence.forget(name, gallery.names)
        enrolling = self._enrolling
        if enrolling is not None and name in (None, enrolling.name):
            if not enrolling.is_over:
                enrolling.end("cancelled", "Cancelled: nothing was kept")
            self._enrolling = self._told_enrolment = None
        return Outcome(message=message)

    def _bring(self) -> None:
        """Has the reader run, or not, as everything is now."""
        enrolling = self._enrolling is not None and not self._enrolling.is_over
        is_needed = enrolling or (self._settings.enabled and len(self._gallery) > 0)
        if self._reader is None or self._reader_problem():
            self._reader = PeopleReader(self._settings, self._gallery, self._load, self._note)
        self._reader.apply(self._settings, self._gallery, enrolling=enrolling)
        self._pipeline.recognisers.carry(PEOPLE, [self._reader] if is_needed else [])
        self._pipeline.face_names.insist(enrolling)
        if not (self._settings.enabled and self._settings.name_tag and is_needed):
            self._show({})

    def _load(self) -> tuple[FaceModel, MeshFinder, Likenesses]:
        """On the recogniser thread; where it fails, an enrolment ends: it holds the camera open.

        Raises:
            ModelError: the model is missing or broken.
            WeightsError: the networks of vision are missing.
        """
        try:
            return load_people()
        except VcamError as error:
            with self._lock:
                enrolling = self._enrolling
                if enrolling is not None and not enrolling.is_over:
                    enrolling.end("failed", str(error))
                    self._told_enrolment = enrolling.state
                    self._bring()
            self.on_change()
            raise

    def _note(self, seen: Sequence[SeenFace], at: float) -> None:
        """Takes one look; on the recogniser thread."""
        with self._lock:
            changed = self._follow_enrolment(seen, at)
            changed |= self._follow_present(seen)
        if changed:
            self.on_change()

    def _follow_enrolment(self, seen: Sequence[SeenFace], at: float) -> bool:
        enrolling = self._enrolling
        if enrolling is None or enrolling.is_over:
            return False
        enrolling.look(seen, at)
        now = enrolling.state
        if now.taken >= now.wanted and not enrolling.is_over:
            self._finish(enrolling)
            now = enrolling.state
        if now == self._told_enrolment:
            return False
        self._told_enrolment = now
        if enrolling.is_over:
            self._bring()
        return True

    def _finish(self, enrolling: Enrolling) -> None:
        name = enrolling.name
        try:
            gallery = self._gallery.with_person(Person(name, self._wall(), enrolling.faces))
            self._files.keep_gallery(gallery)
        except VcamError as error:
            logger.error("%s is not enrolled: %s", name, error)
            enrolling.end("failed", str(error))
            return
        self._gallery = gallery
        switch = "" if self._settings.enabled else "; switch people.enabled on to recognise them"
        enrolling.end("done", f"{name} is enrolled{switch}")

    def _follow_present(self, seen: Sequence[SeenFace]) -> bool:
        settings, known = self._settings, frozenset(self._gallery.names)
        if not settings.enabled:
            return False
        names = {each.face.track_id: each.name for each in seen if each.name in known}
        self._show(names if settings.name_tag else {})
        return self._presence.see(names.values(), settings)

    def _show(self, names: Mapping[int, str]) -> None:
        if names != self._shown:
            self._shown = names
            self._pipeline.face_names.show(names)

    def _reader_problem(self) -> str:
        statuses = self._pipeline.recognisers.statuses()
        return next((each.problem for each in statuses if each.name == PEOPLE), "")

    def _problem(self) -> str:
        return self._files.problem or self._reader_problem() or self._presence.problem
