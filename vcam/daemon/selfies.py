"""Selfies: by pose, click, command or hotkey."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from vcam.control.commands import Outcome
from vcam.control.state import SelfieState
from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon.governor import Governor
from vcam.daemon.naming import unknown
from vcam.daemon.notices import Notices
from vcam.daemon.selfie_files import Developer, Looks, SelfieFiles, Take, Wish
from vcam.daemon.selfie_run import SelfieRun
from vcam.daemon.snapshots import Snapshots, pictures_folder
from vcam.outputs.leftovers import remove_leftovers
from vcam.pipeline import Pipeline, SourcePhase
from vcam.pipeline.mode import Mode

logger = logging.getLogger(__name__)

END_S = 0.5
"""How long the end of the daemon waits for what is just being saved."""

_NOTICE = "selfie"


class Selfies:
    """Begins selfies, gives them up, and tells of them. Any thread; one selfie at a time.

    Args:
        pipeline: takes the pictures.
        governor: holds settings and packs.
        snapshots: knows the files.
        notices: told why one failed.
        clock: the pipeline's.
        wall: time of day, seconds since the epoch.
        on_change: told when the state has changed.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        governor: Governor,
        snapshots: Snapshots,
        notices: Notices,
        clock: Clock,
        wall: Callable[[], float],
        on_change: Callable[[], None],
    ) -> None:
        self._pipeline = pipeline
        self._governor = governor
        self._snapshots = snapshots
        self._notices = notices
        self._clock = clock
        self._wall = wall
        self._on_change = on_change
        self._lock = threading.Lock()
        self._run: SelfieRun | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> SelfieState | None:
        """The selfie that goes on; None while there is none."""
        run = self._run
        return run.state if run is not None else None

    @property
    def last_problem(self) -> str:
        """Why the last selfie failed, wholly or in part; empty if it did not."""
        run = self._run
        return run.problem if run is not None else ""

    @property
    def problem(self) -> str:
        """Why the gesture of the settings starts none; empty if it does, or there is none."""
        in_force = self._governor.in_force
        gesture = in_force.settings.selfie.gesture
        known = [each.name for each in in_force.gestures]
        if gesture is None or gesture in known:
            return ""
        return f"selfie.gesture: {unknown('gesture', gesture, known)}"

    def order(
        self, take: Take | None, countdown_s: float | None, looks: Looks | None, *, cancel: bool
    ) -> Outcome:
        """Begins one, or gives the one that goes on up.

        Raises:
            VcamError: it cannot be done now.
        """
        state = self.state
        if state is not None:
            run = self._run
            if run is not None and run.cancel():
                return Outcome(message="The selfie is cancelled")
            if self.state is not None:
                raise VcamError("The last selfie is still being saved", "try again in a moment")
        if cancel:
            raise VcamError("No selfie goes on", "begin one: vcam selfie")
        return self._begin(take, countdown_s, looks, "")

    def note(self, event: GestureEvent) -> None:
        """Takes a gesture event; one that is to start a selfie does, unless one goes on."""
        settings = self._governor.in_force.settings
        if event.kind is not EventKind.START or event.gesture != settings.selfie.gesture:
            return
        if not settings.reactions.enabled:
            return
        try:
            self._begin(None, None, None, event.gesture)
        except VcamError as error:
            logger.info("No selfie by %s: %s", event.gesture, error)

    def close(self) -> None:
        """Gives up what goes on, and waits a moment for what is being saved."""
        run, thread = self._run, self._thread
        if run is not None and thread is not None:
            run.cancel()
            thread.join(END_S)

    def join(self, timeout_s: float) -> bool:
        """Waits until no selfie goes on; False if one still does."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return self.state is None

    def _begin(
        self, take: Take | None, countdown_s: float | None, looks: Looks | None, gesture: str
    ) -> Outcome:
        self._refuse_without_camera()
        in_force = self._governor.in_force
        selfie = in_force.settings.selfie
        wish = Wish(
            take=take or selfie.take,
            looks=looks or selfie.looks,
            gesture=gesture,
            folder=pictures_folder(in_force.settings.outputs.snapshot),
            settings=in_force.settings,
        )
        wait_s = selfie.countdown_s if countdown_s is None else countdown_s
        developer = Developer(in_force.packs, in_force.settings.effects)
        files = SelfieFiles(wish, developer, self._time_of_day, self._noter(wish))
        with self._lock:
            if self.state is not None:
                raise VcamError("A selfie goes on already", "wait until it is saved")
            run = SelfieRun(
                wish, wait_s, files, self._clock, lambda: self._pipeline.mode, self._on_change
            )
            self._run = run
        self._notices.set(_NOTICE, "")
        self._thread = threading.Thread(
            target=self._work, args=(run, developer), name="selfie", daemon=True
        )
        self._thread.start()
        self._pipeline.shoot(run.plan)
        self._on_change()
        message = f"Selfie in {wait_s:g} s" if wait_s else "Selfie"
        return Outcome(message=message, data={"take": wish.take, "countdown_s": wait_s})

    def _work(self, run: SelfieRun, developer: Developer) -> None:
        try:
            run.work()
        finally:
            developer.close()
            if run.problem:
                logger.error("%s", run.problem)
            self._notices.set(_NOTICE, run.problem)
            # Before it is over, or it would end the next one.
            self._pipeline.shoot(None)
            run.end()
            self._on_change()
        # Only now: the folder may be long, or on a slow disk.
        remove_leftovers(run.wish.folder, self._wall())

    def _refuse_without_camera(self) -> None:
        mode, source = self._pipeline.mode, self._pipeline.source_state()
        if mode is not Mode.LIVE:
            raise VcamError(f"vcam is {mode.value}", "resume first: vcam resume")
        if source.phase is SourcePhase.LOST:
            raise VcamError("There is no camera to take a selfie with", source.message)

    def _time_of_day(self, at: float) -> datetime:
        return datetime.fromtimestamp(self._wall() - (self._clock.now() - at))

    def _noter(self, wish: Wish) -> Callable[[Path, datetime, bool], None]:
        def note(path: Path, at: datetime, decorated: bool) -> None:
            self._snapshots.note(
                path, at, kind=wish.take, gesture=wish.gesture, decorated=decorated
            )
            logger.info("Selfie saved: %s", path)
            self._on_change()

        return note
