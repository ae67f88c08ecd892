"""Tables of landmarks without pictures: one man's open hand, closed hand, pointing finger and OK.

Their 42 numbers are landmarks of a picture about the wrist, over the largest: what the plain
network takes. There is no depth in them and nothing in metres, so that the head, which reads both,
can neither be trained nor measured on them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from training.errors import TrainingError
from training.poses.hands import Hands, mask

FOLDER: Final = "landmark_tables"
_FILE = "keypoint.csv"
_POSES = ("palm", "fist", "one", "ok")  # by the number in the first column
_COLUMNS = 1 + 42


def table_file(data: Path) -> Path | None:
    """The table under a data folder; None where it is not there."""
    path = data / "hands" / FOLDER / _FILE
    return path if path.is_file() else None


def read_landmark_table(path: Path) -> Hands:
    """The rows as hands whose depth and landmarks in metres are all 0.

    Raises:
        TrainingError: it cannot be read, or is no such table.
    """
    fix = "it needs a class 0 to 3 and 42 numbers a line"
    try:
        rows = np.loadtxt(path, np.float32, delimiter=",", ndmin=2)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read the landmarks in {path}", fix) from error
    if rows.shape[1] != _COLUMNS or not np.isin(rows[:, 0], range(len(_POSES))).all():
        raise TrainingError(f"{path} is no table of landmarks", fix)
    count = len(rows)
    flat = rows[:, 1:].reshape(count, 21, 2)
    screen = np.concatenate([flat, np.zeros((count, 21, 1), np.float32)], axis=2)
    return Hands(
        screen,
        np.zeros_like(screen),
        np.zeros(count, np.bool_),
        np.array([mask([_POSES[int(number)]]) for number in rows[:, 0]]),
        np.ones(count, np.float32),
        np.zeros(count, np.float32),
    )
