"""Learns, and judges on samples that were not learnt from how well taught poses are told apart.

Samples of one press of the button are nearly the same picture, so a held-out part is always whole
takes; of a pose with a single take it is a stretch of time, and the judgement says so. Scores are
calibrated on the held-out parts, and the score from which a pose counts is chosen there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.taught.hands import HandStack
from vcam.poses.taught.learner import Learner, Lesson, Rows, read_as
from vcam.poses.taught.model import TaughtModel

FOLDS: Final = 4
_BLOCKS: Final = 3
"""Parts of a pose's only take."""

_HEATS: Final = (1.0, 0.8, 0.65, 0.5, 0.4)
"""What scores may be divided by. Below, a few samples would make it surer than they can."""

_LEAST_ENTER: Final = 0.75
_MOST_ENTER: Final = 0.95
_ABOVE: Final = 0.02
_FALSE_SHARE: Final = 0.005
"""Of hands that show something else, so many may reach a pose's threshold in the held-out parts."""

MARGIN: Final = 0.25
"""As `triggers.defaults.margin`."""

LOOKS_ALIKE: Final = 0.05
"""Share of samples from which another pose is told as a look-alike."""

CONFUSED: Final = 0.20
"""Share from which the judgement says what to do about it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one pose is told apart.

    Attributes:
        precision: share of right ones among the hands that were taken for it; None without any.
        recall: share of its held-out samples that were found.
        support: how many those are.
        look_alikes: other poses, each with the share of samples that are taken for it, or of its
            hands that are taken for this one, whichever is more; the worst first.
    """

    precision: float | None
    recall: float
    support: int
    look_alikes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A model, and what can be said of it.

    Attributes:
        model: learnt from all samples.
        figures: of each pose.
        confusion: rows are what the samples show, columns what they were taken for, in the order
            of `model.poses` with `none` last; the last row has hands of other poses, and of none.
        remarks: what the user should know before it goes live.
    """

    model: TaughtModel
    figures: Mapping[str, Figures]
    confusion: tuple[tuple[int, ...], ...]
    remarks: tuple[str, ...]


def learn(
    learner: Learner,
    samples: Mapping[str, HandStack],
    takes: Mapping[str, Sequence[int]],
    ready_made: frozenset[str] = frozenset(),
) -> Judgement:
    """Learns from samples, and judges what was learnt.

    Args:
        learner: of the pose head in use.
        samples: of each pose, the oldest first.
        takes: of each pose, which take each sample is of.
        ready_made: poses whose hands are means of other people's, each a take of its own.
    """
    lesson = learner.prepare(samples, takes)
    held_out = _held_out(learner, lesson)
    heat = _heat(held_out)
    scores = held_out.at(heat)
    enter = _enters(lesson.poses, scores, held_out.classes)
    model = learner.fit(lesson, heat=heat, enter=enter)
    decided = _decided(scores, np.array([enter[pose] for pose in lesson.poses], np.float32))
    size = len(lesson.poses) + 1
    confusion = np.bincount(held_out.classes * size + decided, minlength=size * size)
    confusion = confusion.reshape(size, size)
    figures = {
        pose: _figures(learner, lesson, model, confusion, number)
        for number, pose in enumerate(lesson.poses)
    }
    return Judgement(
        model,
        figures,
        tuple(tuple(map(int, row)) for row in confusion),
        tuple(_remarks(lesson, figures, ready_made)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _HeldOut:
    """Hands that a model was not learnt from: raw scores, and what lies within reach.

    Attributes:
        raw: float32 (n, poses + 1), logits.
        near: bool (n, poses).
        classes: (n,); the last class is none of the poses.
    """

    raw: FloatArray
    near: npt.NDArray[np.bool_]
    classes: Rows

    def at(self, heat: float) -> FloatArray:
        """Probabilities."""
        scaled = self.raw / np.float32(heat)
        likely = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        likely[:, -1] += np.where(self.near, 0, likely[:, :-1]).sum(axis=1)
        likely[:, :-1][~self.near] = 0
        return np.asarray(likely, np.float32)


def _held_out(learner: Learner, lesson: Lesson) -> _HeldOut:
    folds = _folds(lesson)
    base = len(learner.known) // 2
    known_fold = np.arange(base) % FOLDS
    raw, near, classes = [], [], []
    others = learner.others(lesson)[:base]
    samples = lesson.places[~lesson.is_view]
    for fold in range(FOLDS):
        kept = folds != fold
        model = learner.fit(lesson, kept, np.tile(known_fold != fold, 2))
        rows = np.flatnonzero(others & (known_fold == fold))
        places = np.concatenate([samples[~kept], learner.known.places[:base][rows]])
        raw.append(places @ model.weights[:-1] + model.weights[-1])
        near.append(model.distances(places) <= model.reach)
        classes += [lesson.pose[~kept], np.full(len(rows), len(lesson.poses))]
    return _HeldOut(np.concatenate(raw), np.concatenate(near), np.concatenate(classes))


def _folds(lesson: Lesson) -> Rows:
    """The part of each sample: whole takes, or stretches of the only one."""
    folds = np.zeros(len(lesson.pose), np.intp)
    for number in range(len(lesson.poses)):
        own = np.flatnonzero(lesson.pose == number)
        different = list(dict.fromkeys(lesson.takes[own].tolist()))
        if len(different) > 1:
            place = {take: index % FOLDS for index, take in enumerate(different)}
            folds[own] = [place[take] for take in lesson.takes[own].tolist()]
        else:
            folds[own] = np.arange(len(own)) * _BLOCKS // max(1, len(own))
    return folds


def _heat(held_out: _HeldOut) -> float:
    """What makes the held-out hands likeliest, each class counting the same."""
    weights = 1 / np.bincount(held_out.classes)[held_out.classes]
    rows = np.arange(len(held_out.classes))

    def loss(heat: float) -> float:
        likely = held_out.at(heat)[rows, held_out.classes]
        return float(-(weights * np.log(np.maximum(likely, 1e-3))).sum())

    return min(_HEATS, key=loss)


def _enters(poses: Sequence[str], scores: FloatArray, classes: Rows) -> dict[str, float]:
    """The score from which each pose counts: above what hands reach that show something else."""
    enters = {}
    for number, pose in enumerate(poses):
        others = scores[classes != number, number]
        reached = float(np.quantile(others, 1 - _FALSE_SHARE)) if len(others) else 0.0
        enters[pose] = round(min(_MOST_ENTER, max(_LEAST_ENTER, reached + _ABOVE)), 3)
    return enters


def _decided(scores: FloatArray, enters: FloatArray) -> Rows:
    """What each hand is taken for: a pose at its threshold that is ahead of all others, or none."""
    best = scores.argmax(axis=1)
    order = np.sort(scores, axis=1)
    ahead = order[:, -1] - order[:, -2] >= MARGIN
    none = scores.shape[1] - 1
    limits = np.append(enters, 0.0)
    clear = ahead & (scores[np.arange(len(scores)), best] >= limits[best])
    return np.asarray(np.where(clear, best, none), np.intp)


def _figures(
    learner: Learner,
    lesson: Lesson,
    model: TaughtModel,
    confusion: npt.NDArray[np.intp],
    number: int,
) -> Figures:
    pose = lesson.poses[number]
    support = int(confusion[number].sum())
    taken = int(confusion[:, number].sum())
    hits = int(confusion[number, number])
    shares = dict(read_as(lesson)[pose])
    for built_in, share in _taken_for(learner, model, number).items():
        shares[built_in] = max(shares.get(built_in, 0.0), share)
    for other, name in enumerate(lesson.poses):
        if other != number:
            shares[name] = float(confusion[number, other]) / max(1, support)
    alike = sorted(
        ((name, round(share, 3)) for name, share in shares.items() if share >= LOOKS_ALIKE),
        key=lambda each: -each[1],
    )
    return Figures(
        round(hits / taken, 4) if taken else None,
        round(hits / max(1, support), 4),
        support,
        tuple(alike),
    )


def _taken_for(learner: Learner, model: TaughtModel, number: int) -> dict[str, float]:
    """The share of vcam's own hands of each pose that the taught pose would start with."""
    base = len(learner.known) // 2
    scores = model.scores(learner.known.places[:base])[:, number]
    taken = scores >= model.enter[model.poses[number]]
    poses = np.array(learner.known_poses[:base])
    return {
        str(pose): float(taken[poses == pose].mean()) for pose in sorted(set(poses) - {NONE_POSE})
    }


def _remarks(
    lesson: Lesson, figures: Mapping[str, Figures], ready_made: frozenset[str]
) -> list[str]:
    remarks = []
    single = [
        pose
        for number, pose in enumerate(lesson.poses)
        if pose not in ready_made and len(set(lesson.takes[lesson.pose == number].tolist())) == 1
    ]
    if single:
        remarks.append(
            f"All samples of {', '.join(single)} are from one take: the figures say little about "
            "another day; take some more at another time, with the other hand, and from nearer"
        )
    for pose, each in figures.items():
        for other, share in each.look_alikes:
            if share < CONFUSED or pose in ready_made:
                continue
            if other in figures:
                remarks.append(
                    f"{pose} is taken for {other} in {share:.0%} of its samples: throw out those "
                    "that show neither, or give both to one pose"
                )
            else:
                remarks.append(
                    f"{pose} looks like {other}, which vcam knows ({share:.0%}): both start; "
                    f"answer {other} itself, switch it off, or hold {pose} differently"
                )
    return remarks
