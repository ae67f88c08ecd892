"""A user's own photographs: a folder with one folder of pictures for each pose.

    photos/
      v_sign/   anna_01.jpg anna_02.jpg budi_01.jpg ...
      thumb_up/ ...
      none/     hands that make no sign: holding things, resting, half closed

They are trained on together with the sets that are there, or alone. People are kept apart: where
file names begin with a person's name (`anna_01.jpg`, up to the first `_` or `-`), whole people
choose thresholds and judge. Where they do not, the last pictures of each folder do, because
neighbours are mostly of one person and moment.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from training.common.files import files_in
from training.errors import TrainingError
from training.poses.sets import PictureSet
from training.poses.table import LandmarkTable
from vcam.poses.vocabulary import POSES

OWN_PREFIX: Final = "photos:"
"""What the names of users' sets in a landmark table begin with."""
OWN_SOURCE: Final = "a user's own photographs"
OWN_LICENCE: Final = "the user's own"

_KEPT_SHARE = 0.2  # for thresholds, and as much again for judging
_FEWEST_PEOPLE = 3  # one to train on, one for thresholds, one to judge


@dataclass(frozen=True, slots=True)
class OwnPhotograph:
    """One picture of a user's folder.

    Attributes:
        set_name: of its set in a landmark table.
        label: its class folder's name.
        file: the picture.
        share: 0..1; parts are cut along it, and one person's pictures are on one side.
    """

    set_name: str
    label: str
    file: Path
    share: float


def pose_of(label: str) -> str | None:
    """The pose that a class folder is named after, "V sign" and "v-sign" alike; None for none."""
    name = re.sub(r"[\s-]+", "_", label.strip().lower())
    return name if name in POSES else None


def own_photographs(folder: Path) -> list[OwnPhotograph]:
    """The pictures of a user's folder, by class folder.

    Raises:
        TrainingError: it is not there, a folder in it is empty or no pose, or two are the same.
    """
    fix = f"name the folders in it after poses: {', '.join(POSES)}"
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder}", "give your photographs' with --photos")
    found: dict[str, list[Path]] = {}
    for inner in sorted(each for each in folder.iterdir() if each.is_dir()):
        if inner.name.startswith("."):
            continue
        pose = pose_of(inner.name)
        if pose is None:
            raise TrainingError(f"{inner} is named after no pose", fix)
        if pose in map(pose_of, found):
            raise TrainingError(f"two folders of {folder} are for {pose}", "put them together")
        found[inner.name] = files_in(inner)
        if not found[inner.name]:
            raise TrainingError(f"{inner} has no pictures", "fill it, or remove it")
    if not found:
        raise TrainingError(f"{folder} has no class folders", fix)
    people = people_shares([file.name for files in found.values() for file in files])
    return [
        OwnPhotograph(
            OWN_PREFIX + folder.resolve().name,
            label,
            file,
            people[person_of(file.name)] if people else place / len(files),
        )
        for label, files in found.items()
        for place, file in enumerate(files)
    ]


def person_of(name: str) -> str:
    """What a file name says of who is in it: all before the first `_` or `-`; "" if nothing."""
    start = re.match(r"([^_-]+)[_-]", name)
    return start[1].lower() if start else ""


def people_shares(names: Sequence[str]) -> dict[str, float]:
    """Where each person belongs, as a share; empty where the names do not tell people apart.

    They do if every name begins with one, there are at least three people, and two pictures of
    each on average: a number at the front of every name is none.
    """
    people = sorted({person_of(name) for name in names}, key=lambda who: zlib.crc32(who.encode()))
    if "" in people or len(people) < _FEWEST_PEOPLE or len(names) < 2 * len(people):
        return {}
    kept = max(1, round(_KEPT_SHARE * len(people)))
    trained = len(people) - 2 * kept
    places = [(1 - 2 * _KEPT_SHARE) * place / trained for place in range(trained)]
    places += [1 - 1.5 * _KEPT_SHARE] * kept + [1 - 0.5 * _KEPT_SHARE] * kept
    return dict(zip(people, places, strict=True))


def own_sets(table: LandmarkTable) -> tuple[PictureSet, ...]:
    """The users' sets in a table."""
    found = []
    for name in sorted({str(each) for each in np.unique(table.sets)}):
        if not name.startswith(OWN_PREFIX):
            continue
        labels = {str(label) for label in np.unique(table.labels[table.sets == name])}
        allowed = {label: (pose,) for label in sorted(labels) if (pose := pose_of(label))}
        found.append(
            PictureSet(
                name,
                OWN_SOURCE,
                OWN_LICENCE,
                "train",
                allowed,
                validation_share=_KEPT_SHARE,
                test_share=_KEPT_SHARE,
            )
        )
    return tuple(found)
