"""Labelled pictures: what every reader of data gives, and every later step takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from training.common.classes import IntArray

Part = Literal["train", "validation", "test"]
"""What a picture serves for: fitting, choosing, or judging alone."""

PARTS: Final[tuple[Part, ...]] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture.

    Attributes:
        path: of its file.
        label: its class.
        person: who is in it, as far as the names say so.
        part: what it serves for; None until that is decided.
    """

    path: Path
    label: str
    person: str | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One picture that cannot be used.

    Attributes:
        path: of its file.
        reason: why, in a few words.
    """

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Samples:
    """One data set.

    Attributes:
        items: its pictures.
        classes: names, sorted; a label's number is its place here.
        source: name of the data set, without the folders that lead to it.
        left_out: pictures that were there and cannot be used.
        notes: what a reader of the report must know of how the data was read and parted.
    """

    items: tuple[Sample, ...]
    classes: tuple[str, ...]
    source: str
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, part: Part | None) -> tuple[Sample, ...]:
        """The pictures of one part, in order; all of them for None."""
        if part is None:
            return self.items
        return tuple(sample for sample in self.items if sample.part == part)

    def labels(self, part: Part | None = None) -> IntArray:
        """(n,) numbers of the classes of `of(part)`."""
        places = {name: place for place, name in enumerate(self.classes)}
        return np.array([places[sample.label] for sample in self.of(part)], np.int64)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many pictures each part has of each class."""
        found = Counter((sample.part, sample.label) for sample in self.items)
        return {part: {name: found[part, name] for name in self.classes} for part in PARTS}

    def noted(self, *notes: str) -> Samples:
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def left_out_notes(left_out: Sequence[LeftOut], most: int = 5) -> list[str]:
    """One line per reason: how many pictures, and the names of the first."""
    by_reason: dict[str, list[str]] = {}
    for each in left_out:
        by_reason.setdefault(each.reason, []).append(f"{each.path.parent.name}/{each.path.name}")
    return [
        f"left out {len(names)} (of {len(left_out)}): {reason}: {_listed(names, most)}"
        for reason, names in sorted(by_reason.items())
    ]


def _listed(names: Iterable[str], most: int) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
