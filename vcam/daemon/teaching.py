"""Teaching poses from the camera."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

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
from vcam.daemon.answers import answers_of
from vcam.daemon.chores import Chores, Job, start_thread
from vcam.daemon.learning import (
    LEAST_LIVE,
    Learnt,
    enough,
    few_text,
    learn_poses,
    nothing_to_learn,
)
from vcam.daemon.naming import unknown
from vcam.daemon.packs import PackLibrary
from vcam.daemon.personal import Personal
from vcam.daemon.sampling import Sampler
from vcam.daemon.taught import check_name
from vcam.daemon.taught_files import TaughtFiles
from vcam.daemon.teaching_state import told_teaching
from vcam.pipeline import Pipeline
from vcam.pipeline.looking import Look
from vcam.pipeline.mode import Mode
from vcam.settings.schema import Settings

logger = logging.getLogger(__name__)

TeachingOrder = Teach | SortSamples | TrainTaught | UseTaught | RenamePose | ForgetPose

_BY = "teaching"


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
        self._personal = personal
        self._library = library
        self._settings = settings
        self._chores = Chores(spawn)
        self._sampler = Sampler(
            personal.taught, pipeline.rehearse, clock, wall, lambda: self.on_change(), spawn
        )
        self._trains = False
        self._failed = ""
        self._judged: Learnt | None = None
        self._waits = False
        self._problems: tuple[str, ...] = ()
        self.files = TaughtFiles(
            personal.taught, self._sampler.thumbnails, lambda: self._digits, self._go_live
        )

    def start(self) -> None:
        """Brings into force what was live before; costs nothing where nothing was taught."""
        teaching = self._settings.teaching
        if teaching.enabled and (teaching.digits or self._taught.file.size()):
            self._chores.post(self._bring)

    def close(self) -> None:
        """Ends the take, if one goes on."""
        self._sampler.close()

    @property
    def state(self) -> TeachingState:
        """As the state tells of it."""
        return told_teaching(
            self._taught,
            self._sampler,
            self._judged,
            self._settings.teaching,
            trains=self._trains,
            waits=self._waits,
            failed=self._failed,
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Lines that the user should see: answers that there are not."""
        return self._problems

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
            self._chores.post(self._bring)
        elif (anew and self._taught.gestures) or (
            (before, old.reactions.pack_folders) != (now, settings.reactions.pack_folders)
        ):
            self._chores.post(self._answer)

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

    @property
    def _digits(self) -> bool:
        return self._settings.teaching.digits

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
        if self._trains:
            raise VcamError("The poses are being learnt now", "try again in a moment")
        self._failed = ""
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
        if self._trains:
            raise VcamError("The poses are being learnt already", "wait a moment")
        chosen, few = enough(self._taught.samples)
        if not chosen:
            raise nothing_to_learn(few)
        self._trains, self._failed = True, ""

        def train() -> None:
            try:
                judged = learn_poses(chosen, digits=self._digits)
                assert judged is not None
                remarks = (*filter(None, [few_text(few)]), *judged.remarks)
                self._judged, self._waits = replace(judged, remarks=remarks), True
            except Exception as error:
                self._failed = f"The poses could not be learnt: {error}"
                if not isinstance(error, VcamError):
                    raise
                logger.error("%s", self._failed)
            finally:
                self._trains = False
                self.on_change()

        self._chores.post(train)
        return Outcome(message=f"Learning {', '.join(chosen)}", data={"poses": list(chosen)})

    def _use(self, on: bool) -> Outcome:
        judged = self._judged
        if judged is None or not self._waits:
            raise VcamError("Nothing waits to go live", "train first: vcam poses train")
        if not on:
            self._waits, self._judged = False, None
            return Outcome(message="Thrown away; what was live before still is")
        self._taught.change(lambda samples: replace(samples, live=judged.samples))
        self._go_live(judged)
        return Outcome(
            message=f"{', '.join(judged.model.poses)} will be recognised from now on",
            data={"poses": list(judged.model.poses)},
        )

    def _go_live(self, learnt: Learnt | None) -> None:
        self._judged, self._waits = learnt, False
        model = learnt.model if learnt is not None else None
        self._taught.model = model if self._settings.teaching.enabled else None
        self._chores.post(self._answer)

    def _rename(self, pose: str, to: str) -> Outcome:
        samples = self._taught.samples
        self._known(pose)
        if self._sampler.runs:
            raise VcamError("Samples are being taken", "wait until that is over")
        others = tuple(name for name in samples.poses if name != pose)
        check_name(to, others)
        self._taught.change(lambda held: held.rename(pose, to))
        if self._taught.model is not None:
            self._taught.model = self._taught.model.renamed(pose, to)
        if self._judged is not None:
            self._judged = self._judged.renamed(pose, to)
        self._chores.post(self._answer)
        return Outcome(message=f"{pose} is called {to} now", data={"pose": to})

    def _forget(self, pose: str | None) -> Outcome:
        if self._sampler.runs:
            raise VcamError("Samples are being taken", "wait until that is over")
        if pose is None:
            self.forget()
            return Outcome(message="All taught poses are forgotten")
        self._known(pose)
        self._taught.change(lambda held: held.without(pose))
        if self._taught.model is not None:
            self._taught.model = self._taught.model.without(pose)
        if self._judged is not None:
            self._judged = self._judged.without(pose)
            self._waits = self._waits and self._judged is not None
        self._sampler.thumbnails.keep_only({each.id for each in self._taught.samples})
        # A digit that was taught anew is the ready-made one again.
        self._chores.post(self._bring if self._digits else self._answer)
        return Outcome(message=f"{pose} is forgotten")

    def forget(self) -> None:
        """Forgets all poses, in memory and on disk.

        Raises:
            PersonalError: the file is still there.
        """
        self._judged, self._waits = None, False
        self._sampler.close()
        self._sampler.thumbnails.keep_only(set())
        self._taught.forget()
        self._chores.post(self._bring)

    def _known(self, pose: str) -> None:
        poses = self._taught.samples.poses
        if pose in poses:
            return
        if pose in self._taught.gestures:
            raise VcamError(
                f"{pose} came with vcam", "set teaching.digits to false, or teach it anew"
            )
        raise unknown("taught pose", pose, poses)

    def _bring(self) -> None:
        """Learns again what is live, as the settings have it; on the thread of chores."""
        learnt = None
        if self._settings.teaching.enabled:
            chosen = {
                pose: samples
                for pose, samples in self._taught.samples.learnt().items()
                if len(samples) >= LEAST_LIVE
            }
            try:
                learnt = learn_poses(chosen, digits=self._digits)
            except VcamError as error:
                logger.error("Taught poses are not recognised: %s", error)
                self._failed = f"Taught poses are not recognised: {error}"
        self._taught.model = learnt.model if learnt is not None else None
        if not self._waits:
            self._judged = learnt
        self._answer()

    def _answer(self) -> None:
        """Has what is live watched for and answered; on the thread of chores."""
        gestures = self._taught.gestures
        wanted = [
            (pose, each.effect)
            for pose, each in self._settings.teaching.poses.items()
            if each.effect is not None and pose in gestures
        ]
        answers, problems = answers_of(wanted, self._library)
        for problem in problems:
            if problem not in self._problems:
                logger.warning("%s", problem)
        self._problems = problems
        self._pipeline.set_card(self._personal.enters())
        self._pipeline.answer(_BY, replace(answers, gestures=gestures))
        self.on_live()
        self.on_change()
