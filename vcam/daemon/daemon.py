"""The daemon over the pipeline: the one way in for commands, the one place that tells the state."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from vcam.control.commands import Command, Outcome
from vcam.control.contracts import Pictures
from vcam.control.state import CameraChoice, Judgement, Meters, SettingValue, Start, State
from vcam.core.clock import Clock
from vcam.core.errors import SettingsError
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon.abilities import Abilities
from vcam.daemon.applying import Applier
from vcam.daemon.figures import FigureMeter
from vcam.daemon.governor import Enters, Governor
from vcam.daemon.history import StartHistory
from vcam.daemon.judge import PictureJudge
from vcam.daemon.kept import KeptTeller
from vcam.daemon.listeners import Listeners
from vcam.daemon.meters import told_meters
from vcam.daemon.notices import Notices
from vcam.daemon.orders import Orders
from vcam.daemon.own_packs import OwnPacks
from vcam.daemon.packs import PackLibrary
from vcam.daemon.personal import Personal
from vcam.daemon.recognition import HandRecognizer
from vcam.daemon.repair import Repair
from vcam.daemon.selfies import Selfies
from vcam.daemon.snapshots import Snapshots
from vcam.daemon.steward import Steward
from vcam.daemon.telling import camera_choices, told_state, unseen, watchers
from vcam.daemon.values import setting_values
from vcam.effects.pack import Pack
from vcam.pipeline import Pipeline, SourcePhase
from vcam.pipeline.asked import Asked
from vcam.pipeline.looking import Look
from vcam.settings.store import SettingsStore

ASKED_FOR_S = 2.5
"""Figures are renewed and told for so long after somebody has asked for the state."""


class PipelineDaemon:
    """Implements `vcam.control.contracts.Daemon`. Every method may be called from any thread.

    Attributes:
        pictures: the live preview.
        packs: installs, removes and exports packs.
        people: who was seen when, as a file.
        taught: taught poses as files.
        notices: lines that the user should see.

    Args:
        pipeline: works; `pipeline_changed`, `note_event` and `note_look` are to be its
            `on_change`, `on_event` and `on_look`.
        store: the settings file.
        library: the packs.
        packs: those that are on at the start.
        pictures: the live preview.
        clock: monotonic time.
        stop: ends the daemon, soon.
        make_applier: brings changed settings to the pipeline, given the notices.
        personal: what was learnt of the user.
        abilities: taught poses, image models, people.
        camera_outputs: names of the outputs that other programs can choose as a camera.
        wall: time of day, seconds since the epoch.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: SettingsStore,
        library: PackLibrary,
        packs: tuple[Pack, ...],
        pictures: Pictures,
        clock: Clock,
        stop: Callable[[], None],
        make_applier: Callable[[Notices], Applier],
        personal: Personal,
        abilities: Abilities,
        camera_outputs: Callable[[], Sequence[str]] = tuple,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.pictures = pictures
        self._listeners = Listeners()
        changed = self._listeners.tell
        self.notices = Notices(changed)
        self._pipeline = pipeline
        self._store = store
        self._library = library
        self._clock = clock
        self._camera_outputs = camera_outputs
        self._wall = wall
        self._personal = personal
        self._abilities = abilities
        keeps = store.loaded.settings.personal.keep_history
        self._history = StartHistory(wall, personal.history_file, keeps)
        self._snapshots = Snapshots()
        self._judge = PictureJudge(
            lambda vision: HandRecognizer.load(vision, taught=personal.taught), abilities.recognised
        )
        self._figures = FigureMeter(pipeline.stats, clock)
        self._governor = Governor(
            store,
            library,
            packs,
            make_applier(self.notices),
            changed,
            lambda settings: Enters(personal.enters(settings), personal.calibrated(settings)),
            lambda: personal.taught.gestures,
        )
        self._repair = Repair(
            self._history, personal, self._governor, pipeline, clock, wall, changed, abilities
        )
        abilities.follow(self._governor.refresh, changed, lambda: self._repair.busy)
        self._selfies = Selfies(
            pipeline, self._governor, self._snapshots, self.notices, clock, wall, changed
        )
        self._kept = KeptTeller(store, personal, self._history, clock)
        self._orders = Orders(
            pipeline,
            self._governor,
            library,
            self._repair,
            self._snapshots,
            self._selfies,
            abilities,
            stop,
            changed,
        )
        self.packs = OwnPacks(library, lambda: self._reload(packs_too=True))
        self.people = abilities.people
        self.taught = abilities.teaching.files
        self._page: str | None = None
        self._reload_asked = False
        self._undone: deque[GestureEvent] = deque()
        self._steward = Steward(self.attend, lambda: bool(self._asked))
        self._asked = Asked(clock, self._steward.wake, ASKED_FOR_S)

    def start(self) -> None:
        """Begins to follow readers and to renew figures."""
        self._steward.start()

    def close(self) -> None:
        """Ends what `start` began, and writes what is not written yet."""
        self._steward.end()
        self._selfies.close()
        self._abilities.close()
        self._repair.save()

    def run(self, command: Command) -> Outcome:
        """Carries a command out; see the contract.

        Raises:
            VcamError: it cannot be carried out; nothing has changed.
        """
        return self._orders.carry_out(command)

    def state(self) -> State:
        """How things are now."""
        self._asked.ask()
        return told_state(
            self._listeners.version,
            self._pipeline,
            self._governor.in_force,
            self._library,
            self._store,
            self._figures.figures(),
            self._page,
            [*self.notices.lines(), *filter(None, [self._pipeline.background_problem()])],
            self._repair.calibration,
            self._kept.state(),
            self._selfies,
            self._snapshots.pictures,
            self._abilities,
        )

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change of `state()`; returns what ends that."""
        return self._listeners.add(listener)

    def meters(self) -> Meters:
        """The newest meters."""
        self._abilities.recognisers.ask()
        meters = self._pipeline.meters()
        at = self._wall()
        if meters.observation is not None:
            # Frames are stamped on the clock of the pipeline, people live by the time of day.
            at -= max(0.0, self._clock.now() - meters.observation.at)
        return told_meters(meters, round(at, 3))

    def history(self) -> tuple[Start, ...]:
        """Starts of gestures, the newest first."""
        return self._history.starts()

    def settings(self) -> tuple[SettingValue, ...]:
        """All settings with what is in force, in the order of the schema."""
        in_force = self._governor.in_force
        return setting_values(in_force.loaded, in_force.settings, in_force.profile)

    def cameras(self) -> tuple[CameraChoice, ...]:
        """The cameras of this machine that could be read; none is opened for it."""
        return camera_choices()

    def thumbnail(self, pack: str) -> bytes:
        """A PNG that shows the pack.

        Raises:
            VcamError: there is no such pack, or it cannot be used.
        """
        return self._library.thumbnail(pack)

    def snapshot(self, name: str) -> Path:
        """The file of a snapshot or selfie that this daemon has taken.

        Raises:
            VcamError: there is none of that name.
        """
        return self._snapshots.file(name)

    def judge(self, picture: bytes) -> Judgement:
        """What is in a picture that somebody uploads.

        Raises:
            VcamError: it is no such picture, or recognition is not available.
        """
        in_force = self._governor.in_force
        enters = self._personal.enters(in_force.settings.personal)
        return self._judge.judge(picture, in_force.settings, in_force.answered, enters)

    def set_page(self, address: str | None) -> None:
        """Notes where the page is served; None while it is off."""
        if address != self._page:
            self._page = address
            self._listeners.tell()

    def pipeline_changed(self) -> None:
        """Something about camera, outputs, readers, mode or effects has changed."""
        self._steward.wake()
        self._listeners.tell()

    def note_event(self, event: GestureEvent) -> None:
        """Takes a gesture event; on the vision thread."""
        self._repair.note(event)
        if self._repair.rehearses:
            return
        self._selfies.note(event)
        if event.kind is EventKind.UNDONE:
            self._undone.append(event)
        if event.kind in (EventKind.START, EventKind.UNDONE):
            # What is to be kept of it is written on another thread.
            self._steward.wake()

    def note_look(self, look: Look) -> None:
        """Takes a look at a frame, before its events; on the vision thread."""
        self._repair.look(look)

    def ask_reload(self) -> None:
        """Has the settings file and the packs read again, soon."""
        self._reload_asked = True
        self._steward.wake()

    def file_changed(self) -> None:
        """The settings file has changed: what it says is applied, or why not is told."""
        self._reload(packs_too=False)

    def attend(self) -> None:
        """Does what is due: a reload that was asked for, the readers' profile, the figures."""
        if self._reload_asked:
            self._reload_asked = False
            self._reload(packs_too=True)
        while self._undone:
            self._repair.undone(self._undone.popleft())
        self._history.keep(self._governor.in_force.settings.personal.keep_history)
        self._repair.save()
        outputs = self._pipeline.outputs()
        self._governor.follow(sorted({watcher.program for watcher in watchers(outputs)}))
        self.notices.warn("cameras", unseen(outputs, self._camera_outputs()))
        is_live = self._pipeline.source_state().phase is SourcePhase.LIVE
        if self._asked and self._figures.news(is_live):
            self._listeners.tell()

    def _reload(self, *, packs_too: bool) -> None:
        try:
            self._governor.reload(packs_too=packs_too)
        except SettingsError:
            # Log and state tell it already.
            return
