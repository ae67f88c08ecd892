"""Which taught poses are live: learnt beside everything else, shown to the user, then in force."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from vcam.core.errors import VcamError
from vcam.daemon.answers import answers_of
from vcam.daemon.chores import Chores
from vcam.daemon.learning import (
    LEAST_LIVE,
    Learnt,
    enough,
    few_text,
    learn_poses,
    nothing_to_learn,
    still_there,
)
from vcam.daemon.packs import PackLibrary
from vcam.daemon.personal import Personal
from vcam.pipeline import Pipeline
from vcam.poses.taught.samples import Samples
from vcam.settings.schema import Settings

logger = logging.getLogger(__name__)

_BY = "teaching"


class LivePoses:
    """What was learnt last, and what of it is recognised. Any thread.

    Learning takes a while, and samples may change meanwhile: what somebody has forgotten by then
    does not come back with what was learnt of it.

    Attributes:
        judged: what the last training came to; None before one.
        waits: whether that waits for the user.
        trains: whether a training goes on.
        failed: why the last one failed; empty if it did not.
        problems: lines that the user should see: answers that there are not.

    Args:
        pipeline: looks for what is live, and answers it.
        personal: holds the samples and what is live.
        library: lends the packs of effects.
        settings: gives those in force.
        chores: does what takes long.
        on_live: told when other poses are live, or are answered otherwise.
        on_change: told when the state has changed.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        personal: Personal,
        library: PackLibrary,
        settings: Callable[[], Settings],
        chores: Chores,
        on_live: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self.judged: Learnt | None = None
        self.waits = False
        self.trains = False
        self.failed = ""
        self.problems: tuple[str, ...] = ()
        self._pipeline = pipeline
        self._personal = personal
        self._taught = personal.taught
        self._library = library
        self._settings = settings
        self._chores = chores
        self._on_live = on_live
        self._on_change = on_change
        self._lock = threading.RLock()

    @property
    def digits(self) -> bool:
        """Whether the ready-made digits are recognised."""
        return self._settings().teaching.digits

    def bring(self) -> None:
        """Learns again what is live, as the settings have it, soon."""
        self._chores.post(self._bring)

    def answer(self) -> None:
        """Has what is live watched for and answered, soon."""
        self._chores.post(self._answer)

    def train(self) -> tuple[str, ...]:
        """Learns all poses that have samples enough, soon; which those are.

        Raises:
            VcamError: there are none, or a training goes on.
        """
        with self._lock:
            self.check_idle()
            chosen, few = enough(self._taught.samples)
            if not chosen:
                raise nothing_to_learn(few)
            self.trains, self.failed = True, ""

        def train() -> None:
            try:
                judged = learn_poses(chosen, digits=self.digits)
                assert judged is not None
                remarks = (*filter(None, [few_text(few)]), *judged.remarks)
                with self._lock:
                    self.judged = still_there(
                        replace(judged, remarks=remarks), self._taught.samples
                    )
                    self.waits = self.judged is not None
            except Exception as error:
                self.failed = f"The poses could not be learnt: {error}"
                if not isinstance(error, VcamError):
                    raise
                logger.error("%s", self.failed)
            finally:
                self.trains = False
                self._on_change()

        self._chores.post(train)
        return tuple(chosen)

    def check_idle(self) -> None:
        """Makes sure that no training goes on.

        Raises:
            VcamError: one does.
        """
        if self.trains:
            raise VcamError("The poses are being learnt now", "try again in a moment")

    def use(self, on: bool) -> Learnt:
        """Lets what was trained last go live, or throws it away; what that was.

        Raises:
            VcamError: nothing waits for that, or it cannot be kept.
        """
        with self._lock:
            judged = self.judged
            if judged is None or not self.waits:
                raise VcamError("Nothing waits to go live", "train first: vcam poses train")
            if on:
                self._taught.change(lambda samples: replace(samples, live=judged.samples))
                self.go(judged)
            else:
                self.judged, self.waits = None, False
            return judged

    def go(self, learnt: Learnt | None) -> None:
        """Lets this go live, in place of what is."""
        with self._lock:
            learnt = still_there(learnt, self._taught.samples) if learnt is not None else None
            self.judged, self.waits = learnt, False
            model = learnt.model if learnt is not None else None
            self._taught.model = model if self._settings().teaching.enabled else None
        self.answer()

    def rename(self, pose: str, to: str) -> None:
        """Gives a pose another name, on disk too.

        Raises:
            VcamError: a training goes on, or it cannot be kept.
        """
        with self._lock:
            self.check_idle()
            self._taught.change(lambda held: held.rename(pose, to))
            if self._taught.model is not None:
                self._taught.model = self._taught.model.renamed(pose, to)
            if self.judged is not None:
                self.judged = self.judged.renamed(pose, to)
        self.answer()

    def forget(self, pose: str | None) -> None:
        """Forgets a pose, or all for None, on disk too.

        Raises:
            PersonalError: it cannot be kept so; all are forgotten in memory all the same.
        """
        if pose is None:
            self._forget_all()
            return
        with self._lock:
            self._taught.change(lambda held: held.without(pose))
            if self._taught.model is not None:
                self._taught.model = self._taught.model.without(pose)
            if self.judged is not None:
                self.judged = self.judged.without(pose)
                self.waits = self.waits and self.judged is not None
        # A digit that was taught anew is the ready-made one again.
        if self.digits:
            self.bring()
        else:
            self.answer()

    def _forget_all(self) -> None:
        try:
            with self._lock:
                self.judged, self.waits = None, False
                self._taught.forget()
        finally:
            self.bring()

    def _bring(self) -> None:
        """On the thread of chores."""
        learnt, samples = None, self._taught.samples
        if self._settings().teaching.enabled:
            chosen = {
                pose: each for pose, each in samples.learnt().items() if len(each) >= LEAST_LIVE
            }
            try:
                learnt = learn_poses(chosen, digits=self.digits)
            except VcamError as error:
                logger.error("Taught poses are not recognised: %s", error)
                self.failed = f"Taught poses are not recognised: {error}"
        with self._lock:
            if _live_ids(samples) != _live_ids(self._taught.samples):
                # Other poses are to be live than those that were learnt.
                self.bring()
                return
            self._taught.model = learnt.model if learnt is not None else None
            if not self.waits:
                self.judged = learnt
        self._answer()

    def _answer(self) -> None:
        """On the thread of chores."""
        gestures, settings = self._taught.gestures, self._settings()
        wanted = [
            (pose, each.effect)
            for pose, each in settings.teaching.poses.items()
            if each.effect is not None and pose in gestures
        ]
        answers, problems = answers_of(wanted, self._library)
        for problem in problems:
            if problem not in self.problems:
                logger.warning("%s", problem)
        self.problems = problems
        self._pipeline.set_card(self._personal.enters())
        self._pipeline.answer(_BY, replace(answers, gestures=gestures))
        self._on_live()
        self._on_change()


def _live_ids(samples: Samples) -> dict[str, list[int]]:
    return {pose: [each.id for each in learnt] for pose, learnt in samples.learnt().items()}
