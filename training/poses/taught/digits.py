"""Photographs of hands that show one to five, by set and by who shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.poses.table import LandmarkTable
from vcam.poses.taught.hands import HandStack

FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign_digits": ("1", "2", "3", "4", "5"),
    "digits_varied": ("one", "two", "three", "four", "five"),
    "webcam_fingers": ("one", "v_sign", "three", "four", "palm"),
    "room_two_people": ("one", "v_sign", "three", "four", "palm"),
}
"""Class folders of one to five."""

TAUGHT_ON: Final = ("sign_digits", "digits_varied", "webcam_fingers")
"""The sets that the ready-made digits are taught on."""

JUDGED_SHARE: Final = 0.4
"""Of the people of each set, so many only judge; the ready-made digits never see them."""


def pose_of(digit: int) -> str:
    """Name of the ready-made pose of a digit, 1 to 5."""
    return f"digit_{digit}"


@dataclass(frozen=True, slots=True, eq=False)
class DigitHands:
    """Hands of one set.

    Attributes:
        name: of the set.
        hands: them.
        digits: of each, 0 for one to 4 for five.
        who: of each, the person or the recording, as far as file names tell; the file itself else.
        shares: of each, its place in its class folder, 0..1.
    """

    name: str
    hands: HandStack
    digits: npt.NDArray[np.intp]
    who: npt.NDArray[np.str_]
    shares: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.digits)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> DigitHands:
        """The chosen rows."""
        return DigitHands(
            self.name, self.hands.take(rows), self.digits[rows], self.who[rows], self.shares[rows]
        )


def digit_hands(table: LandmarkTable, name: str) -> DigitHands:
    """The largest hand of each photograph of one to five in a set; worsened copies left out.

    Raises:
        TrainingError: the table has none.
    """
    folders = {folder: digit for digit, folder in enumerate(FOLDERS[name])}
    of_set = (table.sets == name) & (table.variants == 0) & np.isin(table.labels, list(folders))
    rows = np.flatnonzero(of_set[table.picture] & (table.rank == 0))
    if not len(rows):
        raise TrainingError(
            f"the landmark table has no hands of {name}",
            "make it of a folder that holds hands/ with python -m training poses build",
        )
    pictures = table.picture[rows]
    labels, names = table.labels[pictures], table.names[pictures]
    who = [
        who_shows(name, str(file), str(label)) for file, label in zip(names, labels, strict=True)
    ]
    return DigitHands(
        name,
        stack_of(table, rows),
        np.array([folders[str(label)] for label in labels], np.intp),
        np.array(who, np.str_),
        table.shares[pictures],
    )


def parted(hands: DigitHands) -> tuple[DigitHands, DigitHands]:
    """Those that digits are taught on, and those of other people, who judge.

    People are drawn by their names, so that the parts are the same in every run.
    """
    people = np.unique(hands.who)
    order = np.random.default_rng(5).permutation(len(people))
    judges = people[order[: round(JUDGED_SHARE * len(people))]]
    judged = np.isin(hands.who, judges)
    return hands.take(~judged), hands.take(judged)


def stack_of(table: LandmarkTable, rows: npt.NDArray[np.intp]) -> HandStack:
    """Hands of a table as a taught pose's samples are kept: about the wrist, in hand widths."""
    points = table.points[rows] - table.points[rows][:, :1]
    palm = np.hypot(*np.moveaxis(points[:, 9], -1, 0))
    span = np.hypot(*np.moveaxis(points[:, 5] - points[:, 17], -1, 0))
    width = np.maximum(np.maximum(palm, span), 1.0)[:, np.newaxis, np.newaxis]
    screen = np.concatenate([points, table.depth[rows][..., np.newaxis]], axis=2) / width
    return HandStack(screen.astype(np.float32), table.world[rows], table.left[rows])


def who_shows(set_name: str, file: str, label: str) -> str:
    """The person or the recording of a photograph, as far as its name tells; its name else.

    Args:
        set_name: its set.
        file: its name.
        label: its class folder, a digit in `sign_digits`.
    """
    if set_name == "sign_digits":
        # Each of the students was photographed from 0 to 9, one after the other.
        number = re.search(r"(\d+)", file)
        return str(int(number.group(1)) - int(label)) if number else file
    if set_name == "webcam_fingers":
        # The part before the picture's number names the recording: a person in a room.
        return re.sub(r"^[a-z]+__", "", file).split("pic")[0]
    return file
