"""Figures of a classifier on labelled pictures: precision, recall, F1, confusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vcam.core.observation import NONE_POSE
from vcam.lab.statistics import share_interval

SYNONYMS: Mapping[str, str] = {
    "v": "v_sign",
    "victory": "v_sign",
    "peace": "v_sign",
    "two": "v_sign",
    "like": "thumb_up",
    "thumbs_up": "thumb_up",
    "dislike": "thumb_down",
    "thumbs_down": "thumb_down",
    "horns": "metal",
    "rock": "metal",
    "five": "palm",
    "open_palm": "palm",
    "call": "shaka",
    "closed_fist": "fist",
    "stop": "palm",
    "mute": "one",
    "i_love_you": "ily",
    "no_pose": NONE_POSE,
    "no_gesture": NONE_POSE,
    "nothing": NONE_POSE,
    "empty": NONE_POSE,
}
"""Names of class folders in public sets that mean one of our poses."""

BACK_VIEWS = ("_back", "_inverted")
"""Endings of the names of folders that show a pose from the back of the hand. It is the same pose:
people who look at themselves in the preview do show it so."""


def pose_of_label(
    label: str, poses: Iterable[str], meanings: Mapping[str, str] | None = None
) -> str | None:
    """The pose that a class folder's name stands for; None if it is none of ours.

    Pictures of such a folder still count: whatever starts on them is a false start.

    Args:
        label: the folder's name.
        poses: the poses that can be said.
        meanings: what folders stand for whose name does not tell.
    """
    name = label.strip().lower().replace("-", "_").replace(" ", "_")
    for ending in BACK_VIEWS:
        name = name.removesuffix(ending)
    pose = (meanings or {}).get(label) or SYNONYMS.get(name, name)
    return pose if pose in set(poses) | {NONE_POSE} else None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one pose is recognised.

    Attributes:
        precision: share of right ones among the pictures it was said of; None if it never was.
        recall: share found among the pictures that show it; None if none does.
        f1: harmonic mean of the two; None without both.
        support: pictures that show it.
        hits: of these, pictures that it was said of.
        false: pictures that it was said of and that do not show it.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    hits: int
    false: int


class Confusion:
    """Counts what was said of the pictures of each class folder.

    Args:
        poses: the poses that can be said, besides `none`.
        meanings: the pose of folders whose name does not tell it.
    """

    def __init__(self, poses: Iterable[str], meanings: Mapping[str, str] | None = None) -> None:
        self._poses = tuple(pose for pose in poses if pose != NONE_POSE)
        self._meanings = meanings or {}
        self._said: dict[str, Counter[str]] = {}

    def add(self, label: str, said: str) -> None:
        """Notes that `said` was said of a picture in the folder `label`."""
        self._said.setdefault(label, Counter())[said] += 1

    @property
    def poses_of_labels(self) -> dict[str, str | None]:
        """Which pose each folder seen so far stands for."""
        return {
            label: pose_of_label(label, self._poses, self._meanings) for label in sorted(self._said)
        }

    def figures(self) -> dict[str, ClassFigures]:
        """Figures per pose that a folder stands for, or that was said.

        `none` is among them if a folder stands for it; its false ones are the pictures of other
        folders on which nothing triggers, their misses in other words.
        """
        meant = self.poses_of_labels
        shown: Counter[str] = Counter()
        hits: Counter[str] = Counter()
        said: Counter[str] = Counter()
        for label, counts in self._said.items():
            truth = meant[label]
            said.update(counts)
            if truth is not None:
                shown[truth] += counts.total()
                hits[truth] += counts[truth]
        order = [*self._poses, NONE_POSE]
        return {
            pose: class_figures(shown[pose], hits[pose], said[pose] - hits[pose])
            for pose in order
            if shown[pose] or (said[pose] and pose != NONE_POSE)
        }

    def accuracy(self) -> float | None:
        """Share of right answers among pictures whose folder stands for a pose or for none."""
        meant = self.poses_of_labels
        right = total = 0
        for label, counts in self._said.items():
            truth = meant[label]
            if truth is not None:
                right += counts[truth]
                total += counts.total()
        return rounded(right / total) if total else None

    def matrix(self) -> dict[str, dict[str, int]]:
        """What was said how often, per folder; what was never said is left out."""
        order = [*self._poses, NONE_POSE]
        return {
            label: {pose: counts[pose] for pose in order if counts[pose]}
            for label, counts in sorted(self._said.items())
        }

    def summary(self) -> dict[str, Any]:
        """All of it as plain data for JSON."""
        return {
            "pictures": sum(counts.total() for counts in self._said.values()),
            "accuracy": self.accuracy(),
            "classes": {
                pose: {
                    "precision": figures.precision,
                    "recall": figures.recall,
                    "f1": figures.f1,
                    "support": figures.support,
                    "hits": figures.hits,
                    "false": figures.false,
                    "precision_interval": interval(figures.hits, figures.hits + figures.false),
                    "recall_interval": interval(figures.hits, figures.support),
                }
                for pose, figures in self.figures().items()
            },
            "labels": self.poses_of_labels,
            "confusion": self.matrix(),
        }


def class_figures(support: int, hits: int, false: int) -> ClassFigures:
    """Figures from counts: pictures that show it, hits among them, and false ones."""
    precision = hits / (hits + false) if hits + false else None
    recall = hits / support if support else None
    f1 = 2 * hits / (support + hits + false) if support and hits + false else None
    return ClassFigures(rounded(precision), rounded(recall), rounded(f1), support, hits, false)


def interval(hits: int, total: int) -> list[float] | None:
    """Clopper and Pearson's 95 % interval of a share, rounded; None of nothing."""
    ends = share_interval(hits, total)
    return None if ends is None else [round(end, 4) for end in ends]


def rounded(value: float | None, digits: int = 4) -> float | None:
    """`value` rounded, None stays None."""
    return None if value is None else round(value, digits)
