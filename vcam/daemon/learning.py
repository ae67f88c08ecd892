"""Learns taught poses beside everything else, and brings what was learnt into force."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vcam.core.errors import VcamError
from vcam.poses.taught.hands import HandStack
from vcam.poses.taught.model import TaughtModel
from vcam.poses.taught.samples import Sample, Samples, hands_of

if TYPE_CHECKING:
    from vcam.poses.taught.judging import Figures, Judgement

logger = logging.getLogger(__name__)

LEAST_LIVE = 3
"""Samples of a live pose that must be left after others were thrown out, or it rests."""


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What a training has come to.

    Attributes:
        model: what is recognised once it is live.
        figures: of each pose.
        confusion: see `vcam.poses.taught.judging.Judgement`.
        remarks: what the user should know.
        samples: of each pose, the samples that it was learnt from; not of ready-made ones.
        elapsed_s: how long it took.
    """

    model: TaughtModel
    figures: Mapping[str, Figures]
    confusion: tuple[tuple[int, ...], ...]
    remarks: tuple[str, ...]
    samples: Mapping[str, frozenset[int]]
    elapsed_s: float

    def without(self, pose: str) -> Learnt | None:
        """The same without a pose; None if nothing is left."""
        model = self.model.without(pose)
        if model is self.model:
            return self
        if model is None:
            return None
        gone = self.model.poses.index(pose)
        return replace(
            self,
            model=model,
            figures={name: each for name, each in self.figures.items() if name != pose},
            confusion=tuple(
                tuple(each for column, each in enumerate(row) if column != gone)
                for line, row in enumerate(self.confusion)
                if line != gone
            ),
            samples={name: each for name, each in self.samples.items() if name != pose},
        )

    def renamed(self, pose: str, to: str) -> Learnt:
        """The same with another name for a pose."""

        def name(old: str) -> str:
            return to if old == pose else old

        figures = {
            name(own): replace(
                each, look_alikes=tuple((name(other), share) for other, share in each.look_alikes)
            )
            for own, each in self.figures.items()
        }
        return replace(
            self,
            model=self.model.renamed(pose, to),
            figures=figures,
            samples={name(own): each for own, each in self.samples.items()},
        )


def still_there(learnt: Learnt, samples: Samples) -> Learnt | None:
    """What was learnt, without poses all of whose samples have gone meanwhile; None for nothing."""
    left: Learnt | None = learnt
    for pose, ids in learnt.samples.items():
        if left is not None and ids.isdisjoint(each.id for each in samples.poses.get(pose, ())):
            left = left.without(pose)
    return left


def enough(samples: Samples) -> tuple[dict[str, tuple[Sample, ...]], dict[str, int]]:
    """The poses with samples enough to be learnt, and how many those have that have too few."""
    from vcam.poses.taught.learner import LEAST_SAMPLES

    learnable = {pose: each for pose, each in samples.poses.items() if len(each) >= LEAST_SAMPLES}
    few = {pose: len(each) for pose, each in samples.poses.items() if pose not in learnable}
    return learnable, few


def learn_poses(
    chosen: Mapping[str, tuple[Sample, ...]],
    *,
    digits: bool,
    clock: Callable[[], float] = time.perf_counter,
) -> Learnt | None:
    """Learns these poses, and the ready-made digits if asked to; None if there is nothing to learn.

    With a pose head of its own: that of the camera looks at other things. Some seconds at most.

    Args:
        chosen: samples of each pose.
        digits: whether the ready-made digits are recognised, too; one that was taught anew is the
            user's own.
        clock: seconds.

    Raises:
        ModelError: what comes with vcam cannot be read.
    """
    # Imported here, and forgotten afterwards: hardly ever needed.
    from vcam.poses.classifier import PoseClassifier
    from vcam.poses.taught.judging import learn
    from vcam.poses.taught.known import BACKGROUND, DIGITS, known_hands
    from vcam.poses.taught.learner import Learner

    since = clock()
    hands: dict[str, HandStack] = {pose: hands_of(each) for pose, each in chosen.items()}
    takes = {pose: [each.take for each in samples] for pose, samples in chosen.items()}
    ready_made = []
    if digits:
        known = known_hands(DIGITS)
        for pose in known.names:
            if pose not in hands:
                ready_made.append(pose)
                hands[pose] = known.of(pose)
                takes[pose] = list(range(len(hands[pose])))
    if not hands:
        return None
    learner = Learner(
        PoseClassifier.load(pictures=False).describe_features, known_hands(BACKGROUND)
    )
    judged: Judgement = learn(learner, hands, takes, frozenset(ready_made))
    return Learnt(
        judged.model,
        judged.figures,
        judged.confusion,
        judged.remarks,
        {pose: frozenset(each.id for each in samples) for pose, samples in chosen.items()},
        clock() - since,
    )


def few_text(few: Mapping[str, int]) -> str:
    """A line about poses that cannot be learnt yet; empty if there are none."""
    from vcam.poses.taught.learner import LEAST_SAMPLES

    if not few:
        return ""
    told = ", ".join(f"{pose} has {count}" for pose, count in few.items())
    return f"Left out, for {LEAST_SAMPLES} samples are needed: {told}"


def nothing_to_learn(few: Mapping[str, int]) -> VcamError:
    """The error where no pose has samples enough."""
    if few:
        return VcamError("There are too few samples to learn from", few_text(few))
    return VcamError("No pose has been taught yet", "take samples: vcam poses teach NAME")
