"""Hands that vcam knows already: what a taught pose is told apart from, and digits taught before.

Each is the mean of several hands that look alike, of several photographs: weights of a model, and
no person's hand. They are kept as landmarks, so that whatever pose head is in use can read them.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from vcam.core.errors import ModelError
from vcam.poses.taught.hands import NUMBERS, HandStack

BACKGROUND = "background"
DIGITS = "digits"

_FIX = "reinstall vcam, or make it again with python -m training poses known"


@dataclass(frozen=True, slots=True, eq=False)
class KnownHands:
    """Hands of known poses.

    Attributes:
        hands: them.
        poses: what each shows; `none` among them.
    """

    hands: HandStack
    poses: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The poses, each once, in order."""
        return tuple(dict.fromkeys(self.poses))

    def of(self, pose: str) -> HandStack:
        """The hands of one pose."""
        return self.hands.take(np.array([each == pose for each in self.poses]))


def known_file(name: str) -> Path:
    """The file of `BACKGROUND` or `DIGITS` that comes with vcam."""
    return Path(str(resources.files("vcam.poses"))) / "models" / f"{name}.npz"


@cache
def known_hands(name: str) -> KnownHands:
    """`BACKGROUND` or `DIGITS`, as they come with vcam.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return load_known(known_file(name))


def load_known(path: Path) -> KnownHands:
    """What `save_known` wrote.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            numbers, poses = stored["numbers"], stored["poses"]
        if numbers.ndim != 2 or numbers.shape[1] != NUMBERS or poses.shape != (len(numbers),):
            raise ValueError("its parts do not fit each other")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"cannot read the known hands {path}: {error}", _FIX) from error
    left = np.zeros(len(numbers), np.bool_)
    return KnownHands(HandStack.of_numbers(numbers, left), tuple(map(str, poses)))
