"""Leads a person through a calibration, and brings what it finds into force."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from vcam.control.state import CalibratedGesture, CalibrationState
from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.daemon.personal import Personal
from vcam.daemon.private_file import PersonalError
from vcam.pipeline.looking import Look
from vcam.settings.schema import TriggerSettings
from vcam.triggers.calibrating import (
    TAKES,
    Finding,
    Recording,
    Step,
    find_thresholds,
    plan,
    step_at,
)

logger = logging.getLogger(__name__)

TOLD_EVERY_S = 0.25

BLIND_S = 10.0
"""Without a look for so long there is no camera, or it is paused."""

_SAME = 0.005
"""Thresholds that differ by less are one."""


class Rehearsing(Protocol):
    """What a calibration needs of the pipeline."""

    def rehearse(self, on: bool) -> None:
        """Whether gestures start without being answered, and the camera is open."""
        ...

    def set_card(self, card: Mapping[str, float]) -> None:
        """Takes over `enter` of each pose."""
        ...


def _start_thread(run: Callable[[], None]) -> None:
    threading.Thread(target=run, name="calibration", daemon=True).start()


class Calibration:
    """One calibration at a time. Any thread, but `look`, which is vision's.

    Args:
        pipeline: looks on without answering meanwhile.
        personal: keeps what is found.
        labels: what people call each gesture.
        clock: for the phases.
        on_change: told whenever `state` has changed.
        on_found: told when other thresholds are in force.
        wall: time of day.
        spawn: runs it beside the caller.
    """

    def __init__(
        self,
        pipeline: Rehearsing,
        personal: Personal,
        labels: Callable[[str], str],
        clock: Clock,
        on_change: Callable[[], None],
        on_found: Callable[[], None],
        wall: Callable[[], float] = time.time,
        spawn: Callable[[Callable[[], None]], None] = _start_thread,
    ) -> None:
        self._pipeline = pipeline
        self._personal = personal
        self._labels = labels
        self._clock = clock
        self._on_change = on_change
        self._on_found = on_found
        self._wall = wall
        self._spawn = spawn
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._state: CalibrationState | None = None
        self._steps: tuple[Step, ...] = ()
        self._began_at = 0.0
        self._seen_at = 0.0
        self._recording = Recording()
        self._settings = TriggerSettings()

    @property
    def state(self) -> CalibrationState | None:
        """The calibration that goes on, or the last one; None before the first."""
        return self._state

    @property
    def runs(self) -> bool:
        """Whether one goes on."""
        return self._state is not None and self._state.runs

    def begin(self, gestures: Sequence[str], settings: TriggerSettings) -> None:
        """Begins one; returns at once.

        Args:
            gestures: poses of one hand that are watched for.
            settings: dwell, guards and all else that holds now.

        Raises:
            VcamError: one goes on already.
        """
        with self._lock:
            if self.runs:
                raise VcamError(
                    "A calibration goes on already", "wait, or: vcam calibrate --cancel"
                )
            cancelled = self._cancelled = threading.Event()
            self._steps, self._recording = plan(gestures), Recording()
            self._settings = settings
            self._began_at = self._seen_at = self._clock.now()
            self._state = CalibrationState(
                phase="talk", takes=TAKES, gestures=tuple(dict.fromkeys(gestures))
            )
            self._pipeline.rehearse(True)
        self.advance()
        self._spawn(partial(self._run, cancelled))

    def cancel(self) -> None:
        """Gives up the one that goes on.

        Raises:
            VcamError: there is none.
        """
        with self._lock:
            if not self.runs:
                raise VcamError("No calibration goes on", "begin one: vcam calibrate")
            self._end("cancelled", "Cancelled, and the thresholds stay as they are")
        self._on_change()

    def look(self, look: Look) -> None:
        """Takes a look at a frame."""
        if not self.runs:
            return
        now = self._clock.now()
        self._seen_at = now
        step, _, _ = step_at(self._steps, now - self._began_at)
        if step is not None:
            self._recording.add(step, look.observation, look.readings)

    def advance(self) -> bool:
        """Does what is due; False once it is over."""
        with self._lock:
            if not self.runs or self._state is None:
                return False
            now = self._clock.now()
            step, left_s, total_left_s = step_at(self._steps, now - self._began_at)
            if now - self._seen_at > BLIND_S:
                self._end("failed", "The camera gives no pictures, or hands are not looked for")
            elif step is not None:
                self._state = self._state.model_copy(
                    update={
                        "phase": step.phase,
                        "gesture": step.gesture,
                        "take": step.take,
                        "left_s": round(left_s, 1),
                        "total_left_s": round(total_left_s, 1),
                        "message": self._asks(step),
                    }
                )
            else:
                self._state = self._state.model_copy(
                    update={
                        "phase": "weighing",
                        "gesture": "",
                        "take": 0,
                        "left_s": 0.0,
                        "total_left_s": 0.0,
                        "message": "Choosing the thresholds",
                    }
                )
            weighs = self._state.phase == "weighing"
        self._on_change()
        if weighs:
            self._weigh()
        return self.runs

    def _run(self, cancelled: threading.Event) -> None:
        try:
            # This one's own event: the next calibration may have begun meanwhile.
            while not cancelled.is_set() and self.advance():
                self._clock.wait(cancelled, TOLD_EVERY_S)
        except Exception:
            logger.exception("The calibration failed")
            with self._lock:
                self._end("failed", "It failed: the log says why")
            self._on_change()

    def _asks(self, step: Step) -> str:
        label = self._labels(step.gesture) if step.gesture else ""
        match step.phase:
            case "talk":
                return "Talk as you do in a call, and show no pose"
            case "pause":
                return f"Hands down; next: {label}"
        return f"Show {label} and hold it"

    def _weigh(self) -> None:
        gestures = self._state.gestures if self._state else ()
        card = self._personal.card()
        before = self._personal.enters()
        found = find_thresholds(self._recording, gestures, self._settings, card)
        with self._lock:
            if not self.runs or self._state is None:
                return
            enter = {each.gesture: each.enter for each in found if each.enter is not None}
            try:
                if enter:
                    self._personal.thresholds.keep(enter, self._wall())
            except PersonalError as error:
                self._end("failed", str(error))
            else:
                results = tuple(_result(each, before.get(each.gesture, 0.0)) for each in found)
                self._end("done", _summary(results))
                self._state = self._state.model_copy(update={"results": results})
        self._on_found()
        self._on_change()

    def _end(self, phase: str, message: str) -> None:
        """Ends it; the lock is held."""
        if self._state is not None and self._state.runs:
            self._state = self._state.model_copy(
                update={
                    "phase": phase,
                    "gesture": "",
                    "take": 0,
                    "left_s": 0.0,
                    "total_left_s": 0.0,
                    "message": message,
                }
            )
            self._recording = Recording()
            self._cancelled.set()
            self._pipeline.rehearse(False)


def _result(found: Finding, before: float) -> CalibratedGesture:
    enter = before if found.enter is None else found.enter
    changed = abs(enter - before) > _SAME
    return CalibratedGesture(
        gesture=found.gesture,
        enter=round(enter, 4),
        before=round(before, 4),
        changed=changed,
        message=_why(found, changed, enter > before),
    )


def _why(found: Finding, changed: bool, raised: bool) -> str:
    if found.verdict == "not seen":
        return (
            f"seen {found.seen} of {TAKES} times, so nothing changes: come nearer, or make more "
            "light, and try again"
        )
    if found.verdict == "like talk":
        return "cannot be told from your talk, so nothing changes: switch it off, or show it longer"
    if not changed:
        return "fits as it is"
    return "raised, since your talk looks like it" if raised else "lowered, so that yours is seen"


def _summary(results: Sequence[CalibratedGesture]) -> str:
    changed = sum(result.changed for result in results)
    if not changed:
        return "Done: nothing had to change"
    return f"Done: {changed} of {len(results)} thresholds changed"
