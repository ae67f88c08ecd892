"""Learns taught poses from a few samples, so that other people and other days are recognised too.

Each sample is seen from a little further round, with other finger lengths and worse landmarks
(`HandStack.views`). A softmax regression tells the poses from each other and from hands that vcam
knows already, in a space that is whitened by how hands of one pose differ between people: what
differs there counts for little, even where the samples all agree in it.
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
from vcam.poses.taught.known import KnownHands
from vcam.poses.taught.model import TaughtModel
from vcam.poses.taught.places import Describe, Placed, Whitening, place, whitening
from vcam.poses.taught.regression import fit_softmax

Rows = npt.NDArray[np.intp]

LEAST_SAMPLES: Final = 10
"""Of a pose, before it can be learnt."""

MOST_LEARNT: Final = 60
"""Samples of a pose that are learnt from, spread over all: more change nothing but the time."""

_ROWS: Final = 160
"""Rows of a pose: its samples with their views."""

_MOST_VIEWS: Final = 12
_PENALTY: Final = 0.01
_NONE_WEIGHT: Final = 1.5
"""Weight of all known hands together; that of each pose is 1."""

_SAME_POSE: Final = 0.5
"""Share of a pose's samples from which what the head reads them as is the same pose: its known
hands cannot be told from them, and are none to tell them from."""

_SAME_HAND: Final = 2.0
"""A known hand so near to a sample (squared distance), of a pose that the head reads any of the
samples as, is one that shows the taught pose."""

REACH: Final = 4.0
"""Squared distance from the nearest sample of a pose beyond which a hand does not show it. Of hands
of other people in the same pose 97 to 99 % lie nearer, of 10 samples; see docs/teaching.md."""

USUAL_ENTER: Final = 0.80


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Samples of all poses, placed once for all fits.

    Attributes:
        poses: their names.
        rows: where each sample and each of its views lies, whitened.
        places: the same as they are.
        sample: which sample each row is of.
        is_view: whether a row is a view of it, and not the sample itself.
        pose: which pose each sample is of.
        takes: which take each sample is of.
        read: what the pose head reads each sample as.
    """

    poses: tuple[str, ...]
    rows: FloatArray
    places: FloatArray
    sample: Rows
    is_view: npt.NDArray[np.bool_]
    pose: Rows
    takes: Rows
    read: tuple[str, ...]


class Learner:
    """Learns with one pose head. One thread.

    Args:
        describe: the pose head.
        known: hands of poses that vcam knows, and of none.
    """

    def __init__(self, describe: Describe, known: KnownHands) -> None:
        self._describe = describe
        views = known.hands.views(1, np.random.default_rng(1))
        self._known = place(HandStack.join([known.hands, views]), describe)
        self._known_poses = known.poses * 2
        self._white: Whitening = whitening(self._known.places, self._known_poses)
        self._rows = self._white(self._known.places)

    @property
    def known(self) -> Placed:
        """The known hands and one view of each, placed."""
        return self._known

    @property
    def known_poses(self) -> tuple[str, ...]:
        """What each of them shows."""
        return self._known_poses

    def prepare(
        self, samples: Mapping[str, HandStack], takes: Mapping[str, Sequence[int]]
    ) -> Lesson:
        """Places the samples of all poses, and their views.

        Args:
            samples: of each pose, the oldest first.
            takes: of each pose, which take each sample is of; samples of one are nearly the same.
        """
        rng = np.random.default_rng(0)
        stacks, sample, is_view, pose, take = [], [], [], [], []
        count = 0
        for number, (name, hands) in enumerate(samples.items()):
            chosen = _spread(len(hands), MOST_LEARNT)
            hands = hands.take(chosen)
            times = int(np.clip(_ROWS // max(1, len(hands)) - 1, 1, _MOST_VIEWS))
            stacks += [hands, hands.views(times, rng)]
            own = np.arange(count, count + len(hands))
            sample += [own, np.repeat(own, times)]
            is_view += [np.zeros(len(hands), np.bool_), np.ones(len(hands) * times, np.bool_)]
            pose.append(np.full(len(hands), number))
            take.append(np.asarray(takes[name])[chosen])
            count += len(hands)
        placed = place(HandStack.join(stacks), self._describe)
        views = np.concatenate(is_view)
        read = [name for name, seen in zip(placed.poses, views, strict=True) if not seen]
        return Lesson(
            tuple(samples),
            self._white(placed.places),
            placed.places,
            np.concatenate(sample),
            views,
            np.concatenate(pose),
            np.concatenate(take),
            tuple(read),
        )

    def fit(
        self,
        lesson: Lesson,
        samples: npt.NDArray[np.bool_] | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        heat: float = 1.0,
        enter: Mapping[str, float] | None = None,
    ) -> TaughtModel:
        """The model of a lesson.

        Args:
            lesson: what `prepare` made.
            samples: which of them to learn from; None for all.
            known: which of `known` to learn from; None for all that are no pose of the lesson.
            heat: what scores are divided by before they become probabilities.
            enter: score from which each pose counts.
        """
        learnt = np.ones(len(lesson.pose), np.bool_) if samples is None else samples
        others = self.others(lesson) if known is None else known & self.others(lesson)
        used = learnt[lesson.sample]
        count = len(lesson.poses)
        of_pose = lesson.pose[lesson.sample[used]]
        share = np.bincount(of_pose, minlength=count).astype(np.float32)
        weights = np.concatenate(
            [
                1 / share[of_pose],
                np.full(int(others.sum()), _NONE_WEIGHT / max(1, int(others.sum()))),
            ]
        )
        rows = np.concatenate([lesson.rows[used], self._rows[others]])
        classes = np.concatenate([of_pose, np.full(int(others.sum()), count)])
        fitted = fit_softmax(rows, classes, weights.astype(np.float32), count + 1, _PENALTY)
        fitted /= np.float32(heat)
        # The whitening is linear, so it goes into the weights.
        turned = self._white.turn @ fitted[:-1]
        bias = fitted[-1] - self._white.middle @ turned
        spots = used & ~lesson.is_view
        return TaughtModel(
            lesson.poses,
            np.concatenate([turned, bias[np.newaxis]]).astype(np.float32),
            lesson.places[spots],
            lesson.pose[lesson.sample[spots]],
            np.full(count, REACH, np.float32),
            dict.fromkeys(lesson.poses, USUAL_ENTER) if enter is None else dict(enter),
        )

    def others(self, lesson: Lesson) -> npt.NDArray[np.bool_]:
        """The known hands that show none of the poses of a lesson."""
        shares = [
            (built_in, share)
            for of_pose in read_as(lesson).values()
            for built_in, share in of_pose.items()
        ]
        same = {built_in for built_in, share in shares if share >= _SAME_POSE}
        some = {built_in for built_in, _ in shares}
        others = np.array([pose not in same for pose in self._known_poses])
        doubtful = np.flatnonzero([pose in some for pose in self._known_poses] & others)
        samples = lesson.places[~lesson.is_view]
        for row in doubtful:
            away = samples - self._known.places[row]
            others[row] = np.einsum("ij,ij->i", away, away).min() > _SAME_HAND
        return np.asarray(others)


def read_as(lesson: Lesson) -> dict[str, dict[str, float]]:
    """What the pose head reads the samples of each pose as, with the share of them; no `none`."""
    shares: dict[str, dict[str, float]] = {}
    for number, name in enumerate(lesson.poses):
        own = [read for read, of in zip(lesson.read, lesson.pose, strict=True) if of == number]
        shares[name] = {
            pose: own.count(pose) / len(own) for pose in sorted(set(own)) if pose != NONE_POSE
        }
    return shares


def _spread(count: int, most: int) -> Rows:
    if count <= most:
        return np.arange(count)
    return np.round(np.linspace(0, count - 1, most)).astype(np.intp)
