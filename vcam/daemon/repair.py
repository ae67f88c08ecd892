"""The user's own repair: what started and why, what was wrong, thresholds of one's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from vcam.control.commands import ForgetPerson, Outcome
from vcam.control.state import CalibrationState, Start
from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.core.observation import NONE_POSE
from vcam.daemon.abilities import Abilities
from vcam.daemon.calibration import Calibration
from vcam.daemon.forgetting import What, forget_kinds
from vcam.daemon.governor import Governor
from vcam.daemon.history import StartHistory
from vcam.daemon.naming import unknown
from vcam.daemon.personal import Personal
from vcam.daemon.private_file import PersonalError
from vcam.daemon.traces import RecentLooks
from vcam.pipeline import Pipeline
from vcam.pipeline.looking import Look
from vcam.pipeline.mode import Mode
from vcam.poses.vocabulary import GESTURES, LABELS, label

logger = logging.getLogger(__name__)

LOOKS_KEPT = 4
"""Of the hand of each start, spread over the hold: a hold is one pose, seen a little differently
each time."""


class Repair:
    """Follows what starts, and learns from what the user says of it.

    Any thread, but `look` and `note`, which are vision's.

    Args:
        history: the starts.
        personal: what was learnt.
        governor: holds the settings.
        pipeline: works by the thresholds.
        clock: for the phases of a calibration.
        wall: time of day.
        on_change: told when the state or the history has changed.
        abilities: teaching takes samples meanwhile, which is a rehearsal, too; what was learnt by
            them is forgotten here.
    """

    def __init__(
        self,
        history: StartHistory,
        personal: Personal,
        governor: Governor,
        pipeline: Pipeline,
        clock: Clock,
        wall: Callable[[], float],
        on_change: Callable[[], None],
        abilities: Abilities,
    ) -> None:
        self._teaching = abilities.teaching
        self._people = abilities.people
        self._history = history
        self._personal = personal
        self._calibration = Calibration(
            pipeline, personal, label, clock, on_change, self.found, wall
        )
        self._governor = governor
        self._pipeline = pipeline
        self._on_change = on_change
        self._looks = RecentLooks()

    @property
    def history(self) -> StartHistory:
        """The starts."""
        return self._history

    @property
    def calibration(self) -> CalibrationState | None:
        """The calibration that goes on, or the last one; None before the first."""
        return self._calibration.state

    @property
    def rehearses(self) -> bool:
        """Whether one calibrates or teaches: nothing that starts or is taken back counts."""
        return self._calibration.runs or self._teaching.runs

    @property
    def busy(self) -> str:
        """What keeps samples from being taken; empty if nothing does."""
        return "A calibration goes on" if self._calibration.runs else ""

    def look(self, look: Look) -> None:
        """Takes a look at a frame, before its events."""
        complete = self._looks.look(look, self._governor.in_force.answered)
        for start, trace in complete:
            self._history.trace(start, trace)
        self._calibration.look(look)
        self._teaching.look(look)
        if complete:
            self._on_change()

    def note(self, event: GestureEvent) -> None:
        """Takes a gesture event."""
        if event.kind is EventKind.START and not self.rehearses:
            self._started(event)
        elif event.kind is EventKind.END:
            for start, trace in self._looks.end(event):
                self._history.trace(start, trace)
                self._on_change()

    def mark_wrong(self, start: int, wrong: bool) -> Outcome:
        """Notes that a start was a mistake, or none, and learns from it.

        Raises:
            VcamError: there is no such start.
        """
        marked = self._history.mark(start, wrong)
        try:
            learnt = self._learn(marked)
        except PersonalError as error:
            logger.error("%s", error)
            learnt = f"; that holds until vcam ends, as {error}"
        self._on_change()
        what = "a mistake" if wrong else "right"
        return Outcome(message=f"{marked.gesture} noted as {what}{learnt}")

    def undone(self, event: GestureEvent) -> None:
        """Notes that a start was taken back by pose or command: it was a mistake.

        Nothing is learnt from it: people take true poses back too, and those must start again.
        """
        taken = next(
            (start for start in self._history.starts() if start.gesture == event.gesture), None
        )
        if taken is None or taken.undone:
            return
        self._history.mark(taken.id, wrong=True, undone=True)
        self._on_change()

    def calibrate(self, cancel: bool, gestures: Sequence[str] | None) -> Outcome:
        """Begins a calibration, or gives it up.

        Raises:
            VcamError: it cannot be done now; nothing has changed.
        """
        if cancel:
            self._calibration.cancel()
            return Outcome(message="The calibration is cancelled; the thresholds stay as they are")
        in_force = self._governor.in_force
        if self._pipeline.mode is not Mode.LIVE:
            raise VcamError(f"vcam is {self._pipeline.mode.value}", "resume first: vcam resume")
        if not in_force.settings.reactions.enabled:
            raise VcamError(
                "Reactions are off, so that no hands are looked for",
                "switch them on first: vcam reactions on",
            )
        problem = self._pipeline.recognition_problem()
        if problem:
            raise VcamError("Hands are not recognised", problem)
        on = {gesture.name for gesture in in_force.gestures if gesture.on}
        if self._teaching.runs:
            raise VcamError("Samples of a pose are being taken", "wait until that is over")
        names = self._names(gestures, in_force.answered, on)
        self._calibration.begin(names, in_force.settings.triggers)
        return Outcome(message="The calibration begins", data={"gestures": names})

    def forget(self, what: What) -> Outcome:
        """Deletes what was learnt, in memory and on disk.

        Raises:
            VcamError: some of it cannot be deleted; the rest is.
        """
        try:
            return forget_kinds(
                what,
                {
                    "wrong": self._personal.learnt.forget,
                    "calibration": self._forget_calibration,
                    "history": self._history.forget,
                    "taught": self._teaching.forget,
                    "people": lambda: self.forget_person(None),
                    "attendance": self._people.forget_attendance,
                },
            )
        finally:
            self._on_change()

    def forget_person(self, name: str | None) -> Outcome:
        """Deletes a person, everybody for None: faces, attendance, and starts that name them.

        Raises:
            VcamError: there is no such person, or something is there still.
        """
        outcome = self._people.carry_out(ForgetPerson(name=name))
        self._history.forget_person(name)
        self._on_change()
        return outcome

    def found(self) -> None:
        """Other personal thresholds hold now."""
        self._pipeline.set_card(self._personal.enters())
        self._governor.refresh()

    def save(self) -> None:
        """Writes what is not written yet."""
        self._history.save()
        self._personal.save()

    def _started(self, event: GestureEvent) -> None:
        rules = self._pipeline.by_hand.answers(event.gesture)
        effects = [f"{rule.pack}/{rule.effect}" for rule in rules]
        start = self._history.add(event, effects)
        self._history.trace(start.id, self._looks.begin(start.id, event))
        if self._personal.learns and is_learnt(event.gesture):
            hands = self._looks.hands_of(event, LOOKS_KEPT)
            self._personal.learnt.note(start.gesture, start.at, hands)
        self._on_change()

    def _learn(self, start: Start) -> str:
        """Learns from a mark; what to add to the answer.

        Raises:
            PersonalError: it is learnt, but not saved.
        """
        if not start.wrong:
            self._personal.learnt.call_right(start.gesture, start.at)
            return ""
        if not self._personal.learns:
            return "; vcam learns nothing from it (personal.learn_from_mistakes is false)"
        if start.gesture in self._personal.taught.gestures:
            return f"; take more samples of {start.gesture}, and throw out those that misled it"
        if not is_learnt(start.gesture):
            return "; vcam learns from poses of one hand alone"
        if not self._personal.learnt.call_wrong(start.gesture, start.at):
            return "; its hand is not remembered any more, so nothing is learnt from it"
        return ", and what looks like it is held back from now on"

    def _names(
        self, wanted: Sequence[str] | None, answered: Collection[str], on: Collection[str]
    ) -> list[str]:
        if wanted is None:
            names = [name for name in answered if is_learnt(name) and name in on]
            if not names:
                raise VcamError(
                    "No pack that is on answers a pose of one hand",
                    "switch one on: vcam pack on selfie-glasses",
                )
            return names
        for name in wanted:
            if name not in GESTURES:
                raise unknown("gesture", name, GESTURES)
            if not is_learnt(name):
                raise VcamError(f"{name} is no pose of one hand", "calibrate those alone")
            if name not in on:
                raise VcamError(f"{name} is off", f"switch it on first: vcam gesture on {name}")
            if name not in answered:
                raise VcamError(
                    f"No pack that is on answers {name}, so that nobody looks for it",
                    "switch one on: vcam pack on NAME",
                )
        return list(dict.fromkeys(wanted))

    def _forget_calibration(self) -> None:
        self._personal.thresholds.forget()
        self.found()


def is_learnt(gesture: str) -> bool:
    """Whether vcam learns about this gesture: it is a pose of one hand, and vcam's own."""
    return gesture in LABELS and gesture != NONE_POSE
