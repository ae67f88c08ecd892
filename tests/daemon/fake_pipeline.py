"""A pipeline without threads, and a daemon over it."""

from __future__ import annotations

from pathlib import Path

from vcam.core.contracts import Audience, Reader, VideoFormat
from vcam.core.events import EventKind, GestureEvent, LiveEffect
from vcam.core.geometry import Placement
from vcam.daemon.abilities import Abilities
from vcam.daemon.applying import Applier
from vcam.daemon.daemon import PipelineDaemon
from vcam.daemon.loading import load_packs
from vcam.daemon.output_rack import OutputRack
from vcam.daemon.packs import PackLibrary
from vcam.daemon.people import People
from vcam.daemon.personal import Personal
from vcam.daemon.recognisers import Recognisers
from vcam.daemon.teaching import Teaching
from vcam.outputs.worker import OutputStatus
from vcam.pipeline import PipelineStats, SourcePhase, SourceState
from vcam.pipeline.looking import Meters
from vcam.pipeline.mode import Mode
from vcam.settings.store import SettingsStore
from vcam.testing import FakeClock, FakePictures, plain_image


class FakeRecognisers:
    """A recogniser thread that does at once what it is told."""

    def __init__(self) -> None:
        self.mailbox = self
        self.carried = {}
        self.followed = ()
        self.asked = 0
        self.told = ()

    def post(self, job):
        job()

    def carry(self, by, readers):
        self.carried[by] = tuple(readers)

    def follow(self, rules, veils, cpu_share, on_event):
        self.followed = rules, veils, cpu_share
        self.on_event = on_event

    def ask(self):
        self.asked += 1

    def statuses(self):
        return self.told


class FakeFaceNames:
    """Notes what names are shown, and whether the camera is insisted on."""

    def __init__(self) -> None:
        self.names = {}
        self.insisted = False

    def show(self, names):
        self.names = dict(names)

    def insist(self, on):
        self.insisted = on


class FakeByHand:
    """Notes what it is asked for where the pipeline does."""

    def __init__(self, pipeline) -> None:
        self._pipeline = pipeline

    def play(self, pack, effect):
        self._pipeline.told.append(("play", pack, effect))

    def answers(self, gesture):
        rules = [rule for pack in self._pipeline.packs for rule in pack.rules]
        return [rule for rule in rules if rule.gesture == gesture]

    def react(self, gesture):
        self._pipeline.told.append(("react", gesture))
        return bool(self.answers(gesture))

    def undo(self):
        pipeline = self._pipeline
        if not pipeline.effects:
            return None
        gesture = pipeline.effects[-1].gesture
        pipeline.effects = ()
        pipeline.told.append(("undo", gesture))
        return gesture


class FakePipeline:
    """Notes what it is told, and tells what the test puts in."""

    def __init__(self) -> None:
        self.mode = Mode.LIVE
        self.told: list[tuple] = []
        self.applied = None
        self.packs = ()
        self.image = plain_image(64, 36)
        self.statuses = (OutputStatus("preview", "open", audience=Audience(False)),)
        self.effects: tuple[LiveEffect, ...] = ()
        self.meters_now = Meters(None, Placement(), (1280, 720))
        self.source = SourceState(
            SourcePhase.LIVE, "fake camera", video_format=VideoFormat(1280, 720, 30)
        )
        self.problem = ""
        self.card = {}
        self.rehearsing = False
        self.plan = None
        self.lent = {}
        self.recognisers = FakeRecognisers()
        self.face_names = FakeFaceNames()
        self.by_hand = FakeByHand(self)
        self.counts = PipelineStats(0, 0, 0, 0, (), None, 0.0)

    def set_mode(self, mode):
        self.mode = mode

    def apply(self, settings, packs):
        self.applied = settings
        self.packs = tuple(packs)
        self.told.append(("apply",))

    def replace_source(self, source):
        self.told.append(("source", source.name))

    def replace_recognizer(self, load):
        self.told.append(("recognizer",))

    def replace_outputs(self, public, preview):
        self.told.append(("outputs", tuple(public), tuple(preview)))

    def set_card(self, card):
        self.card = dict(card)
        self.told.append(("card",))

    def rehearse(self, on):
        self.rehearsing = on
        self.told.append(("rehearse", on))

    def shoot(self, plan):
        self.plan = plan
        self.told.append(("shoot", plan is not None))

    def answer(self, by, answers):
        self.lent[by] = answers

    def picture(self):
        return self.image

    def outputs(self):
        return self.statuses

    def live(self):
        return self.effects

    def meters(self):
        return self.meters_now

    def source_state(self):
        return self.source

    def background_problem(self):
        return ""

    def recognition_problem(self):
        return self.problem

    def stats(self):
        return self.counts

    def watched_by(self, *programs: str) -> None:
        """These programs read the virtual camera from now on."""
        readers = tuple(Reader(program, 100 + n) for n, program in enumerate(programs))
        self.statuses = (OutputStatus("cam", "open", audience=Audience(bool(readers), readers)),)

    def names(self) -> list[str]:
        """What was told since the last call, in short."""
        told, self.told = self.told, []
        return [each[0] for each in told]


class Desk:
    """A daemon on a fake pipeline and a real settings file.

    Args:
        folder: for the file.
        text: what the file says.
        overrides: as after `--set`.
        keeps_source: as in a run with a source of its own.
    """

    def __init__(
        self, folder: Path, text: str = "", overrides=(), *, keeps_source: bool = False
    ) -> None:
        self.file = folder / "config.yaml"
        self.file.write_text(text, encoding="utf-8")
        self.store = SettingsStore(self.file, overrides)
        settings = self.store.loaded.settings
        self.pipeline = FakePipeline()
        self.clock = FakeClock()
        self.personal = Personal(settings.personal, folder / "personal")
        self.stopped = 0
        self.controls = []
        self.changes = 0
        self.jobs = []
        packs = load_packs(settings.reactions) if settings.reactions.enabled else ()
        self.pipeline.packs = packs
        self.rack = OutputRack()
        self.rack.outputs(settings.outputs)
        self.preview = object()

        library = PackLibrary(settings.reactions, packs)
        recognisers = Recognisers(self.pipeline, library, settings)
        self.people = People(
            self.pipeline, settings, folder / "personal", lambda: 1.7e9 + self.clock.now()
        )
        teaching = Teaching(
            self.pipeline,
            self.personal,
            library,
            settings,
            self.clock,
            wall=lambda: 1.7e9 + self.clock.now(),
            spawn=self.jobs.append,
        )
        abilities = Abilities(teaching, recognisers, self.people)
        self.teaching = teaching

        def make_applier(notices):
            return Applier(
                self.pipeline,
                self.rack,
                [self.preview],
                self.clock,
                notices,
                self.controls.append,
                self.personal,
                abilities,
                keeps_source=keeps_source,
            )

        self.daemon = PipelineDaemon(
            self.pipeline,
            self.store,
            library,
            packs,
            FakePictures(),
            self.clock,
            self._stop,
            make_applier,
            self.personal,
            abilities,
            lambda: self.rack.cameras,
            wall=lambda: 1.7e9 + self.clock.now(),
        )
        self.daemon.subscribe(self._changed)

    def work(self) -> None:
        """Does what teaching has put off."""
        while self.jobs:
            self.jobs.pop(0)()

    def save(self, text: str) -> None:
        """Saves the file as an editor does, and has it noticed."""
        self.file.write_text(text, encoding="utf-8")
        self.daemon.file_changed()

    @property
    def settings(self):
        """What the pipeline works by."""
        return self.pipeline.applied

    def _stop(self) -> None:
        self.stopped += 1

    def _changed(self) -> None:
        self.changes += 1


def start_of(gesture: str, at: float = 101.0, held_s: float = 0.5) -> GestureEvent:
    """A gesture starts."""
    return GestureEvent(EventKind.START, gesture, at, (1,), at - held_s, 1.0, 0.97)
