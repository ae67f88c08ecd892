"""Who is in a picture, as far as the names of files and folders say so.

Careful: a wrong guess parts pictures worse than none. A name counts only where *all* pictures have
one, there are several people in every class, and several pictures of each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Final

FEWEST_PEOPLE: Final = 3
"""In each class: one to train on, one to validate with, one to test with."""

_FEWEST_PICTURES_EACH = 2  # on average; fewer, and every file's own name would be a person

# fmt: off
_GENERIC: Final = frozenset(
    {
        "aug", "capture", "crop", "cropped", "dsc", "dscf", "dscn", "face", "file", "foto",
        "frame", "image", "img", "mvi", "p", "pic", "picture", "photo", "pxl", "sample", "scan",
        "screenshot", "snap", "snapshot", "test", "train", "training", "unknown", "val",
        "valid", "validation", "vid", "video", "webcam", "whatsapp",
    }
)
# fmt: on
"""Beginnings that cameras, tools and collections give to names."""


def by_folder(inside: PurePath) -> str | None:
    """The folder between class folder and picture: `s12/3.png` is of s12."""
    return inside.parts[0].lower() if len(inside.parts) > 1 else None


def by_beginning(inside: PurePath) -> str | None:
    """A name up to the first `_` or `-`, followed by something with a number: `anna_01.jpg`.

    It must begin with a letter: numbers at the front are mostly counters, ages or dates.
    """
    found = re.match(r"([^\W\d_][^\W_]*)[_-].*\d", inside.stem)
    name = found[1].lower() if found else ""
    return name if name and name not in _GENERIC else None


_WAYS: Final[tuple[tuple[str, Callable[[PurePath], str | None]], ...]] = (
    ("folders in the class folders", by_folder),
    ("the beginnings of file names", by_beginning),
)


def people_of(
    inside: Sequence[PurePath], labels: Sequence[str]
) -> tuple[list[str | None], str | None]:
    """Who is in each picture.

    Args:
        inside: paths from the class folder on.
        labels: the class of each.

    Returns:
        The people, and what told them; all None, and None, where nothing tells them surely.
    """
    for told_by, way in _WAYS:
        people = [way(path) for path in inside]
        if _sure(people, labels):
            return people, told_by
    return [None] * len(inside), None


def _sure(people: Sequence[str | None], labels: Sequence[str]) -> bool:
    if not people or None in people:
        return False
    in_class: dict[str, set[str | None]] = defaultdict(set)
    for who, label in zip(people, labels, strict=True):
        in_class[label].add(who)
    enough = all(len(found) >= FEWEST_PEOPLE for found in in_class.values())
    return enough and len(people) >= _FEWEST_PICTURES_EACH * len(set(people))
