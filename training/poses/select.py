"""Which hands of the table are trained on, which choose thresholds, and which only judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from training.poses.hands import BoolArray, Hands, mask
from training.poses.pictures import COARSE, DARK, REHELD
from training.poses.sets import (
    CLIP_SETS,
    DRAWN_PICTURES,
    NOT_DELIBERATE,
    PICTURE_SETS,
    PictureSet,
    Role,
)
from training.poses.synthetic import FREE_THUMB
from training.poses.table import LandmarkTable
from vcam.core.observation import NONE_POSE
from vcam.poses.vocabulary import POSES

Part = Literal["train", "validation", "test"]

_PHOTOGRAPH_NOISE = 0.03  # palm lengths; their landmarks have errors of their own already
_CLIP_WEIGHT = 1.0
_WORSENED_WEIGHT = 0.5
_REHELD_WEIGHT = 0.7

CONDITIONS: Final[Mapping[str, tuple[int, ...]]] = {
    "": (0,),
    ", worsened (dark)": DARK,
    ", worsened (coarse)": COARSE,
}
"""Variants that are judged together, by what their name says."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One set as a measurement sees it: pictures, with the hands found in them.

    Attributes:
        name: of the set, and of the part.
        hands: all hands found.
        picture: int (n,), per hand, row of `expected`.
        expected: int (m,), per picture, index of the pose; -1 where the label is too loose.
        rows: int (n,), per hand, its row in the table; empty where it came from none.
    """

    name: str
    hands: Hands
    picture: npt.NDArray[np.int64]
    expected: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled hands of a table.

    Attributes:
        hands: all of them.
        rows: int (n,), per hand, its row in the table.
        counts: hands that each set gives, worsened copies left out.
    """

    hands: Hands
    rows: npt.NDArray[np.int64]
    counts: dict[str, int]


def trained_hands(
    table: LandmarkTable, part: Part, sets: Sequence[PictureSet] = PICTURE_SETS
) -> tuple[Hands, dict[str, int]]:
    """The labelled hands of all sets for training, and how many each set gives."""
    labelled = labelled_hands(table, part, sets)
    return labelled.hands, labelled.counts


def labelled_hands(
    table: LandmarkTable, part: Part, sets: Sequence[PictureSet] = PICTURE_SETS
) -> Labelled:
    """The labelled hands of all sets for training, with their rows.

    Of several hands in a photograph only the largest is the labelled one.

    Args:
        table: all hands.
        part: which.
        sets: the sets of photographs, a user's own among them.
    """
    rows: list[npt.NDArray[np.int64]] = []
    allowed: list[BoolArray] = []
    weights: list[np.ndarray] = []
    counts: dict[str, int] = {}
    for each in sets:
        if each.role != "train":
            continue
        pictures = (table.sets == each.name) & _in_part(
            table.shares, part, each.validation_share, each.test_share
        )
        for folder, poses in each.labels.items():
            chosen = np.flatnonzero(
                (pictures & (table.labels == folder))[table.picture] & (table.rank == 0)
            )
            rows.append(chosen)
            allowed.append(np.tile(mask(poses), (len(chosen), 1)))
            variant = table.variants[table.picture[chosen]]
            share = np.where(np.isin(variant, REHELD), _REHELD_WEIGHT, _WORSENED_WEIGHT)
            weights.append(np.where(variant > 0, share, 1.0) * each.weight)
            counts[each.name] = counts.get(each.name, 0) + int((variant == 0).sum())
    for clips in CLIP_SETS:
        stems = sorted(clips.trained_on)
        # Clips are trained on as a whole: their people judge nothing.
        wanted = (table.sets == clips.name) & np.isin(table.labels, stems) & (part == "train")
        chosen = np.flatnonzero(wanted[table.picture])
        if len(chosen):
            rows.append(chosen)
            allowed.append(np.tile(mask(NOT_DELIBERATE), (len(chosen), 1)))
            weights.append(np.full(len(chosen), _CLIP_WEIGHT))
            counts[clips.name] = len(chosen)
    every = np.concatenate(rows)
    hands = hands_of(table, every, np.concatenate(allowed), np.concatenate(weights))
    return Labelled(hands, every, counts)


def near_misses(table: LandmarkTable, shape: str, part: Part) -> Hands:
    """The drawn pictures' hands of a shape that no set trains on, as hands that make no sign."""
    drawn = next(each for each in PICTURE_SETS if each.name == DRAWN_PICTURES)
    pictures = (table.sets == drawn.name) & (table.labels == shape)
    pictures &= _in_part(table.shares, part, drawn.validation_share, drawn.test_share)
    rows = np.flatnonzero(pictures[table.picture])
    allowed = np.tile(mask([NONE_POSE]), (len(rows), 1))
    return hands_of(table, rows, allowed, np.ones(len(rows)))


def judged_sets(table: LandmarkTable, sets: Sequence[PictureSet] = PICTURE_SETS) -> list[Judged]:
    """Everything that no hand was trained on: held-out sets, and the kept share of the others."""
    found = []
    for each in sets:
        folders = {name: each.expected(name) for name in each.labels}
        if each.role == "held_out":
            kept = table.sets == each.name
            title = each.name
        elif each.test_share:
            kept = (table.sets == each.name) & _in_part(
                table.shares, "test", each.validation_share, each.test_share
            )
            title = f"{each.name} (test part)"
        else:
            continue
        kept &= np.isin(table.labels, list(folders))
        for condition, variants in CONDITIONS.items():
            pictures = np.flatnonzero(kept & np.isin(table.variants, variants))
            if len(pictures):
                expected = [folders[label] for label in table.labels[pictures]]
                found.append(_judged(table, title + condition, pictures, expected))
    return found


def judged_clips(table: LandmarkTable, role: Role = "held_out") -> list[Judged]:
    """The pictures of the clips in which nobody makes a sign, per set."""
    found = []
    for each in CLIP_SETS:
        wanted = (table.sets == each.name) & np.array(
            [each.role(stem) == role for stem in table.labels]
        )
        pictures = np.flatnonzero(wanted)
        if len(pictures):
            found.append(
                _judged(table, f"clips/{each.name}", pictures, [NONE_POSE] * len(pictures))
            )
    return found


def hands_of(
    table: LandmarkTable, rows: npt.NDArray[np.int64], allowed: BoolArray, weights: np.ndarray
) -> Hands:
    """The hands in these rows of a table."""
    drawn = table.sets[table.picture[rows]] == DRAWN_PICTURES
    return Hands(
        np.concatenate([table.points[rows], table.depth[rows][..., np.newaxis]], axis=2),
        table.world[rows],
        table.left[rows],
        allowed,
        weights.astype(np.float32),
        np.full(len(rows), _PHOTOGRAPH_NOISE, np.float32),
        drawn,
        drawn & np.isin(table.labels[table.picture[rows]], sorted(FREE_THUMB)),
    )


def summary(hands: Hands) -> Counter[str]:
    """How many hands show each pose and nothing else; the loosely labelled as "loose"."""
    names = Counter({pose: int(hands.shows(pose).sum()) for pose in POSES})
    names["loose"] = int((hands.allowed.sum(axis=1) > 1).sum())
    return names


def _in_part(shares: np.ndarray, part: Part, validation: float, test: float) -> BoolArray:
    """Blocks, not draws: neighbours in a folder are often the same person."""
    if part == "train":
        return np.asarray(shares < 1 - validation - test)
    if part == "test":
        return np.asarray((shares >= 1 - validation - test) & (shares < 1 - validation))
    return np.asarray((shares >= 1 - validation) & (validation > 0))


def _judged(
    table: LandmarkTable,
    name: str,
    pictures: npt.NDArray[np.int64],
    expected: Iterable[str | None],
) -> Judged:
    rows = np.flatnonzero(np.isin(table.picture, pictures))
    index = [POSES.index(pose) if pose else -1 for pose in expected]
    return Judged(
        name,
        hands_of(table, rows, np.ones((len(rows), len(POSES)), bool), np.ones(len(rows))),
        np.searchsorted(pictures, table.picture[rows]),
        np.array(index, np.int64),
        rows,
    )
