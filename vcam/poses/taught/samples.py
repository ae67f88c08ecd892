"""Samples of taught poses, and the file that holds them: landmarks in whole numbers, no picture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vcam.poses.taught.hands import LARGEST, NUMBERS, HandStack

FORMAT: Final = 1
KIND: Final = "taught poses"

MOST_POSES: Final = 40
MOST_SAMPLES: Final = 500
"""Of a pose; some 400 kB."""

MAX_BYTES: Final = 8 << 20
_MOST_TIME: Final = 1e12
_MOST_NUMBER: Final = 1 << 50

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
"""What a taught pose may be called: it is a key of the settings file, too."""


class DamagedSamples(ValueError):
    """What should be samples of taught poses is none; the text says where."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a hand that shows a pose.

    Attributes:
        id: never used again.
        take: which press of the button it is of.
        at: time of day; 0 where that is nobody's business, as in an exported file.
        left: whether it is a left hand.
        numbers: its landmarks, see `numbers_of`.
    """

    id: int
    take: int
    at: float
    left: bool
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples of all poses. Never changes in place.

    Attributes:
        poses: by name, the oldest sample first.
        live: of each pose that is recognised, the samples that it was learnt from.
        next_id: of the next sample, and of the next take.
    """

    poses: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    live: Mapping[str, frozenset[int]] = field(default_factory=dict)
    next_id: int = 1

    def __iter__(self) -> Iterator[Sample]:
        return (sample for samples in self.poses.values() for sample in samples)

    def hands(self, pose: str) -> HandStack:
        """The hands of one pose."""
        return hands_of(self.poses[pose])

    def add(self, pose: str, samples: Iterable[Sample]) -> Samples:
        """With more samples of a pose; the oldest make room."""
        new = (*self.poses.get(pose, ()), *samples)[-MOST_SAMPLES:]
        next_id = max([self.next_id, *(max(each.id, each.take) + 1 for each in new)])
        return replace(self, poses={**self.poses, pose: new}, next_id=next_id)

    def sort(self, ids: Iterable[int], to: str | None) -> Samples:
        """With samples thrown out, or given to another pose."""
        chosen = set(ids)
        moved = [each for samples in self.poses.values() for each in samples if each.id in chosen]
        kept = {
            pose: tuple(each for each in samples if each.id not in chosen)
            for pose, samples in self.poses.items()
        }
        sorted_out = replace(self, poses=kept)
        return sorted_out if to is None else sorted_out.add(to, moved)

    def rename(self, pose: str, to: str) -> Samples:
        """With another name for a pose; it keeps its place."""

        def name(old: str) -> str:
            return to if old == pose else old

        return replace(
            self,
            poses={name(old): samples for old, samples in self.poses.items()},
            live={name(old): ids for old, ids in self.live.items()},
        )

    def without(self, pose: str | None) -> Samples:
        """Without a pose, or without all."""
        return replace(
            self,
            poses={name: each for name, each in self.poses.items() if pose not in (None, name)},
            live={name: each for name, each in self.live.items() if pose not in (None, name)},
        )

    def learnt(self) -> dict[str, tuple[Sample, ...]]:
        """What the live poses were learnt from, as far as it is still there."""
        chosen = {
            pose: tuple(each for each in self.poses.get(pose, ()) if each.id in ids)
            for pose, ids in self.live.items()
        }
        return {pose: samples for pose, samples in chosen.items() if samples}


def hands_of(samples: Iterable[Sample]) -> HandStack:
    """The hands of some samples."""
    every = tuple(samples)
    return HandStack.of_numbers(
        [sample.numbers for sample in every], [sample.left for sample in every]
    )


def to_bytes(samples: Samples, *, own: bool) -> bytes:
    """A file of samples.

    Args:
        samples: all of it.
        own: for vcam's own folder; without, nothing is told of when samples were taken.
    """
    told: dict[str, Any] = {
        "vcam": KIND,
        "format": FORMAT,
        "next_id": samples.next_id,
        "poses": {
            pose: [
                [each.id, each.take, each.at if own else 0, int(each.left), *each.numbers]
                for each in of_pose
            ]
            for pose, of_pose in samples.poses.items()
        },
    }
    if own:
        told["live"] = {pose: sorted(ids) for pose, ids in samples.live.items()}
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def from_bytes(content: bytes) -> Samples:
    """The samples in a file that somebody else may have made.

    Raises:
        DamagedSamples: it is no such file; the text says where it is wrong.
    """
    if len(content) > MAX_BYTES:
        raise DamagedSamples(f"it has more than {MAX_BYTES >> 20} MB")
    try:
        told: Any = json.loads(content.decode())
    except (ValueError, RecursionError):
        raise DamagedSamples("it is no JSON") from None
    if not isinstance(told, dict) or told.get("vcam") != KIND:
        raise DamagedSamples(f"it is no file of {KIND}")
    if told.get("format") != FORMAT:
        raise DamagedSamples(f"this vcam reads form {FORMAT}")
    poses = told.get("poses")
    if not isinstance(poses, dict) or len(poses) > MOST_POSES:
        raise DamagedSamples(f"it has no poses, or more than {MOST_POSES}")
    read: dict[str, tuple[Sample, ...]] = {}
    for pose, rows in poses.items():
        if not NAME.fullmatch(pose) or pose.lower() in {name.lower() for name in read}:
            raise DamagedSamples(f"{pose[:60]!r} is no name of a pose, or is there twice")
        if not isinstance(rows, list) or len(rows) > MOST_SAMPLES:
            raise DamagedSamples(f"{pose} has no samples, or more than {MOST_SAMPLES}")
        read[pose] = tuple(
            _sample(row, f"{pose}, sample {place}") for place, row in enumerate(rows, 1)
        )
    ids = [each.id for samples in read.values() for each in samples]
    if len(set(ids)) < len(ids):
        raise DamagedSamples("two samples have one number")
    highest = max([0, *(max(each.id, each.take) for rows in read.values() for each in rows)])
    next_id = told.get("next_id")
    if type(next_id) is not int or not highest < next_id <= _MOST_NUMBER:
        raise DamagedSamples("its next number is none")
    return Samples(read, _live(told.get("live", {}), read), next_id)


def _sample(row: Any, where: str) -> Sample:
    if not isinstance(row, list) or len(row) != 4 + NUMBERS:
        raise DamagedSamples(f"{where}: it has no 21 landmarks")
    number, take, at, left, *numbers = row
    if not all(type(each) is int and 0 < each < _MOST_NUMBER for each in (number, take)):
        raise DamagedSamples(f"{where}: it has no number")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= _MOST_TIME:
        raise DamagedSamples(f"{where}: it has no time")
    if type(left) is not int or left not in (0, 1):
        raise DamagedSamples(f"{where}: it is of neither hand")
    if not all(type(each) is int and abs(each) <= LARGEST for each in numbers):
        raise DamagedSamples(f"{where}: its landmarks are no numbers that can be")
    return Sample(number, take, float(at), bool(left), tuple(numbers))


def _live(told: Any, poses: Mapping[str, tuple[Sample, ...]]) -> dict[str, frozenset[int]]:
    if not isinstance(told, dict) or not set(told) <= set(poses):
        raise DamagedSamples("what is live is none of its poses")
    for ids in told.values():
        if not isinstance(ids, list) or not all(type(each) is int for each in ids):
            raise DamagedSamples("what is live has no numbers")
    return {pose: frozenset(ids) for pose, ids in told.items()}
