"""The looks of a landmark table that the second stage is measured with (docs/privacy.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.common.progress import counted
from training.errors import TrainingError
from training.poses.hands import BoolArray, mask
from training.poses.pictures import DIM
from training.poses.select import hands_of
from training.poses.sets import CLIP_SETS, DRAWN_PICTURES, NOT_DELIBERATE, PICTURE_SETS
from training.poses.table import LandmarkTable
from training.poses.taught.digits import who_shows
from training.poses.taught.ready_made import NOISY
from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand
from vcam.poses.classifier import PoseClassifier
from vcam.poses.features import SHAPE_COUNT
from vcam.poses.negatives import LearntHand
from vcam.poses.verifier import place_of, squared_reach
from vcam.poses.vocabulary import POSES, SELFIE_POSES

READ: Final = 0.5
"""Least score of a look that counts as read."""

_ONE_PERSON: Final = ("rps_one_man", "room_two_people", "sign_language", "movements")
"""Sets of few people whom no name tells apart: each set counts as one person."""

_NAMED: Final = ("sign_digits", "webcam_fingers")
"""Sets whose file names tell people or recordings apart."""


@dataclass(frozen=True, eq=False)
class Looks:
    """Looks that are read as one pose: those that show it, and those that surely do not.

    Attributes:
        pose: the pose.
        rows: int (n,), theirs in the table.
        wrong: bool (n,), whether the label rules the pose out.
        who: int (n,), the person, as far as names tell; the photograph or the clip else.
        picture: int (n,), the photograph, the same for its worsened copies; each look at a clip is
            one of its own.
        places: float32 (n, k), where they lie.
        marks: float32 (n, k), where they lie as they are kept once they are marked.
        reach: float32 (n,), how far each reaches as a mark, squared; -1 for those that nothing is
            learnt from.
    """

    pose: str
    rows: npt.NDArray[np.intp]
    wrong: BoolArray
    who: npt.NDArray[np.intp]
    picture: npt.NDArray[np.intp]
    places: FloatArray
    marks: FloatArray
    reach: FloatArray

    def near(self) -> BoolArray:
        """Bool (n, n): whether the look of the row, marked, holds the look of the column back."""
        marks, places = (np.einsum("ij,ij->i", each, each) for each in (self.marks, self.places))
        squared = marks[:, np.newaxis] + places - 2 * (self.marks @ self.places.T)
        return np.asarray(squared < self.reach[:, np.newaxis])


def looks_of(
    table: LandmarkTable, head: PoseClassifier, poses: Sequence[str] = SELFIE_POSES
) -> list[Looks]:
    """The looks at people that are read as each pose.

    The largest hand of each photograph and all hands of the clips, with worsened copies but for
    the dim ones, which are in no figure. Drawn hands are no people's, and a set with wrong labels
    cannot tell what was read wrongly.

    Args:
        table: all hands.
        head: the pose head.
        poses: which.

    Raises:
        TrainingError: the table has no hands of people.
    """
    rows, allowed = _labelled(table)
    if not len(rows):
        raise TrainingError(
            "the landmark table has no labelled hands of people",
            "make it of a folder that holds hands/ with python -m training poses build",
        )
    features = hands_of(table, rows, allowed, np.ones(len(rows))).features()
    described = [head.describe_features(each) for each in counted(features, "reading", " hands")]
    best = [each.reading.best for each in described]
    read = np.array([pose if score >= READ else "" for pose, score in best])
    who, picture = _whose(table, rows)
    found = []
    for pose in poses:
        wrong = ~allowed[:, POSES.index(pose)]
        right = ~wrong & (allowed.sum(axis=1) == 1)
        chosen = np.flatnonzero((read == pose) & (wrong | right))
        places = np.array([place_of(described[each]) for each in chosen], np.float32)
        places = places.reshape(len(chosen), head.card.embedding_size + SHAPE_COUNT)
        marks, reach = _marks(table, rows[chosen], head, pose, places)
        found.append(
            Looks(
                pose,
                rows[chosen],
                wrong[chosen],
                who[chosen],
                picture[chosen],
                places,
                marks,
                reach,
            )
        )
    return found


def table_hand(table: LandmarkTable, row: int) -> Hand:
    """The hand in a row of the table."""
    return Hand(
        0,
        table.points[row],
        table.depth[row],
        table.world[row],
        "left" if table.left[row] else "right",
        float(table.presence[row]),
    )


def _marks(
    table: LandmarkTable,
    rows: npt.NDArray[np.intp],
    head: PoseClassifier,
    pose: str,
    places: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Where the looks lie as marks, and their squared reach."""
    marks, reach = places.copy(), np.full(len(rows), -1, np.float32)
    for number, row in enumerate(counted(rows, f"marking {pose}", " hands")):
        kept = LearntHand.of(table_hand(table, row), pose, 0.0, wrong=True)
        if kept is not None:
            described = head.describe(kept.hand())
            distance = described.distances[pose]
            if math.isfinite(distance):
                marks[number], reach[number] = place_of(described), squared_reach(distance)
    return marks, reach


def _labelled(table: LandmarkTable) -> tuple[npt.NDArray[np.intp], BoolArray]:
    """Rows of the labelled hands of people, and what each may be read as, bool (n, poses)."""
    allowed = np.zeros((len(table.sets), len(POSES)), np.bool_)
    for each in PICTURE_SETS:
        if each.name not in (DRAWN_PICTURES, NOISY):
            for folder, poses in each.labels.items():
                allowed[(table.sets == each.name) & (table.labels == folder)] = mask(poses)
    clips = np.isin(table.sets, [each.name for each in CLIP_SETS])
    allowed[clips] = mask(NOT_DELIBERATE)
    wanted = allowed.any(axis=1) & ~np.isin(table.variants, DIM)
    rows = np.flatnonzero(wanted[table.picture] & ((table.rank == 0) | clips[table.picture]))
    return rows, allowed[table.picture[rows]]


def _whose(
    table: LandmarkTable, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Of each row the person and the photograph, as numbers."""
    clips = {each.name for each in CLIP_SETS}
    people, pictures = [], []
    for number in table.picture[rows]:
        set_name, label = str(table.sets[number]), str(table.labels[number])
        file = str(table.names[number])
        picture = f"{set_name}/{label}/{file}"
        if set_name in _ONE_PERSON:
            person = set_name
        elif set_name in _NAMED:
            person = f"{set_name}/{who_shows(set_name, file, label)}"
        else:
            person = picture
        people.append(person)
        pictures.append(f"{picture}/{number}" if set_name in clips else picture)
    return (
        np.unique(people, return_inverse=True)[1],
        np.unique(pictures, return_inverse=True)[1],
    )
