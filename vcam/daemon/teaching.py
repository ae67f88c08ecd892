"""Teaching poses from the camera."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from vcam.control.commands import (
    ForgetPose,
    Outcome,
    RenamePose,
    SortSamples,
    Teach,
    TrainTaught,
    UseTaught,
)
from vcam.control.state import TeachingState
from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.daemon.chores import Chores, Job, start_thread
from vcam.daemon.naming import unknown
from vcam.daemon.packs import PackLibrary
from vcam.daemon.personal import Personal
from vcam.daemon.sampling import Sampler
from vcam.daemon.taught import check_name
from vcam.daemon.taught_files import TaughtFiles
from vcam.daemon.teaching_live import LivePoses
from vcam.daemon.teaching_state import told_teaching
from vcam.pipeline import Pipeline
from vcam.pipeline.looking import Look
from vcam.pipeline.mode import Mode
from vcam.settings.schema import Settings

logger = logging.getLogger(__name__)

TeachingOrder = Teach | SortSamples | TrainTaught | UseTaught | RenamePose | ForgetPose


class Teaching:
    """Takes samples of poses, learns them, and lets them go live.

    Any thread, but `look`, which is vision's.

    Attributes:
        files: taught poses as files.
        on_live: told when other poses are live, or are answered otherwise.
        on_change: told when the state has changed.
        busy: why no sample can be taken now, such as a calibration; empty if nothing is in the way.

    Args:
        pipeline: looks at hands, and answers what is live.
        personal: holds the samples and what is live.
        library: lends the packs of effects.
        settings: in force.
        clock: for takes.
        wall: time of day.
        spawn: runs what takes long beside the caller.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        personal: Personal,
        library: PackLibrary,
        settings: Settings,
        clock: Clock,
        wall: Callable[[], float] = time.time,
        spawn: Callable[[Job], None] = start_thread,
    ) -> None:
        self.on_live: Callable[[], None] = lambda: None
        self.on_change: Callable[[], None] = lambda: None
        self.busy: Callable[[], str] = lambda: ""
        self._pipeline = pipeline
        self._taught = personal.taught
        self._settings = settings
        self._sampler = Sampler(
            personal.taught, pipeline.rehearse, clock, wall, lambda: self.on_change(), spawn
        )
        self._live = LivePoses(
            pipeline,
            personal,
            library,
            lambda: self._settings,
            Chores(spawn),
            lambda: self.on_live(),
            lambda: self.on_change(),
        )
        self.files = TaughtFiles(
            personal.taught, self._sampler.thumbnails, lambda: self._live.digits, self._live.go
        )

    def start(self) -> None:
        """Brings into force what was live before; costs nothing where nothing was taught."""
        teaching = self._settings.teaching
        if teaching.enabled and (teaching.digits or self._taught.file.size()):
            self._live.bring()

    def close(self) -> None:
        """Ends the take, if one goes on."""
        self._sampler.close()

    @property
    def state(self) -> TeachingState:
        """As the state tells of it."""
        return told_teaching(
            self._taught,
            self._sampler,
            self._live.judged,
            self._settings.teaching,
            trains=self._live.trains,
            waits=self._live.waits,
            failed=self._live.failed,
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Lines that the user should see: answers that there are not."""
        return self._live.problems

    @property
    def runs(self) -> bool:
        """Whether samples are being taken: nothing that starts is answered, or counts."""
        return self._sampler.runs

    def look(self, look: Look) -> None:
        """Takes a look at a frame, before its events."""
        if self._sampler.runs:
            self._sampler.look(look)

    def apply(self, settings: Settings, *, anew: bool) -> None:
        """Takes other settings over, soon; `anew`: packs may have changed too."""
        old, self._settings = self._settings, settings
        now, before = settings.teaching, old.teaching
        if (before.enabled, before.digits) != (now.enabled, now.digits):
            self._live.bring()
        elif (anew and self._taught.gestures) or (
            (before, old.reactions.pack_folders) != (now, settings.reactions.pack_folders)
        ):
            self._live.answer()

    def carry_out(self, order: TeachingOrder) -> Outcome:
        """What came of an order.

        Raises:
            VcamError: it cannot be carried out; nothing has changed.
        """
        match order:
            case Teach(cancel=True):
                self._sampler.cancel()
                outcome = Outcome(message="No more samples are taken")
            case Teach(pose=pose, samples=samples, countdown_s=countdown_s):
                outcome = self._teach(pose, samples, countdown_s)
            case SortSamples(samples=samples, pose=to):
                outcome = self._sort(samples, to)
            case TrainTaught():
                outcome = self._train()
            case UseTaught(on=on):
                outcome = self._use(on)
            case RenamePose(pose=pose, to=to):
                outcome = self._rename(pose, to)
            case ForgetPose(pose=pose):
                outcome = self._forget(pose)
        self.on_change()
        return outcome

    def _teach(self, pose: str, samples: int, countdown_s: float) -> Outcome:
        known = self._taught.samples.poses
        if pose not in known:
            check_name(pose, tuple(known))
        if self._pipeline.mode is not Mode.LIVE:
            raise VcamError(f"vcam is {self._pipeline.mode.value}", "resume first: vcam resume")
        problem = self._pipeline.recognition_problem()
        if problem:
            raise VcamError("Hands are not recognised", problem)
        if busy := self.busy():
            raise VcamError(busy, "wait until that is over")
        self._live.check_idle()
        self._live.failed = ""
        self._sampler.begin(pose, samples, countdown_s)
        return Outcome(message=f"Samples of {pose} are taken", data={"pose": pose})

    def _sort(self, ids: tuple[int, ...], to: str | None) -> Outcome:
        samples = self._taught.samples
        known = {each.id for each in samples}
        missing = [number for number in ids if number not in known]
        if missing:
            raise VcamError(f"There is no sample {missing[0]}", "it was thrown out already")
        if to is not None and to not in samples.poses:
            check_name(to, tuple(samples.poses))
        self._taught.change(lambda held: held.sort(ids, to))
        self._sampler.thumbnails.keep_only({each.id for each in self._taught.samples})
        what = "Thrown out" if to is None else f"Given to {to}"
        return Outcome(message=f"{what}: {len(set(ids))}", data={"samples": len(set(ids))})

    def _train(self) -> Outcome:
        if self._sampler.runs:
            raise VcamError("Samples are being taken", "wait until that is over")
        chosen = self._live.train()
        return Outcome(message=f"Learning {', '.join(chosen)}", data={"poses": list(chosen)})

    def _use(self, on: bool) -> Outcome:
        poses = self._live.use(on).model.poses
        if not on:
            return Outcome(message="Thrown away; what was live before still is")
        return Outcome(
            message=f"{', '.join(poses)} will be recognised from now on",
            data={"poses": list(poses)},
        )

    def _rename(self, pose: str, to: str) -> Outcome:
        samples = self._taught.samples
        self._known(pose)
        if self._sampler.runs:
            raise VcamError("Samples are being taken", "wait until that is over")
        others = tuple(name for name in samples.poses if name != pose)
        check_name(to, others)
        self._live.rename(pose, to)
        return Outcome(message=f"{pose} is called {to} now", data={"pose": to})

    def _forget(self, pose: str | None) -> Outcome:
        if self._sampler.runs:
            raise VcamError("Samples are being taken", "wait until that is over")
        if pose is None:
            self.forget()
            return Outcome(message="All taught poses are forgotten")
        self._known(pose)
        self._live.forget(pose)
        self._sampler.thumbnails.keep_only({each.id for each in self._taught.samples})
        return Outcome(message=f"{pose} is forgotten")

    def forget(self) -> None:
        """Forgets all poses, in memory and on disk.

        Raises:
            PersonalError: the file is still there.
        """
        self._sampler.drop()
        self._sampler.thumbnails.keep_only(set())
        self._live.forget(None)

    def _known(self, pose: str) -> None:
        poses = self._taught.samples.poses
        if pose in poses:
            return
        if pose in self._taught.gestures:
            raise VcamError(
                f"{pose} came with vcam", "set teaching.digits to false, or teach it anew"
            )
        raise unknown("taught pose", pose, poses)
