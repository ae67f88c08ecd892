"""CelebA's attributes: which of 40 each of 202,599 faces has, read line by line.

Both forms are read: `list_attr_celeba.txt` as it was published (count, names, then one line a
picture), and the `.csv` that is handed on. So is `list_eval_partition`, the set's own split, in
which no person is in two parts.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from training.errors import TrainingError
from training.images.samples import Part, Sample, Samples
from training.images.sampling import Sampler
from training.images.usable import usable

PARTITION_STEM: Final = "list_eval_partition"
"""Beside the attribute file it is found by this name."""

_PARTS: Final[dict[str, Part]] = {"0": "train", "1": "validation", "2": "test"}
_HAS: Final = {"1": True, "-1": False, "0": False}


def read_attributes(
    csv: Path,
    pictures: Path,
    attribute: str,
    limit: int | None = None,
    partition: Path | None = None,
    seed: int = 0,
) -> Samples:
    """Faces with an attribute, and faces without: classes `Male` and `not_Male`, for example.

    Args:
        csv: `list_attr_celeba.txt` or `.csv`.
        pictures: folder of the pictures.
        attribute: one of its columns.
        limit: pictures in all, in the proportions of classes and parts; None for all.
        partition: `list_eval_partition.txt` or `.csv`; None for the one beside `csv`, if any.
        seed: of which pictures are taken.

    Raises:
        TrainingError: a file or folder is not there or cannot be read, or no such attribute.
    """
    if limit is not None and limit < 1:
        raise TrainingError(f"no data set has {limit} pictures", "give --limit a number above 0")
    try:
        there = set(os.listdir(pictures))
    except OSError as error:
        raise TrainingError(
            f"there is no folder {pictures}", "name the one that holds the pictures"
        ) from error
    partition = partition or _beside(csv)
    parts = dict(_read_partition(partition)) if partition else {}
    sampler: Sampler[tuple[str, Part | None], Sample] = Sampler(limit, seed)
    missing = 0
    for name, has in _read_column(csv, attribute):
        if name not in there:
            missing += 1
            continue
        label = attribute if has else f"not_{attribute}"
        part = parts.get(name)
        sampler.add((label, part), Sample(pictures / name, label, None, part))
    if not sampler.seen:
        raise TrainingError(
            f"none of the pictures of {csv} is in {pictures}", "name the folder that holds them"
        )
    notes = [f"{sampler.seen} pictures in {csv.name}"]
    if missing:
        notes.append(f"{missing} more lines there name pictures that are not there")
    notes.append(
        f"parts of {partition.name}" if partition else "no partition: people are not told apart"
    )
    return usable(sampler.drawn(), f"{csv.stem}:{attribute}").noted(*notes)


def _beside(csv: Path) -> Path | None:
    for ending in (csv.suffix, ".txt", ".csv"):
        found = csv.with_name(PARTITION_STEM + ending)
        if found.is_file():
            return found
    return None


def _read_column(file: Path, attribute: str) -> Iterator[tuple[str, bool]]:
    lines = _lines(file)
    number, cells = _first(file, lines)
    if len(cells) == 1 and cells[0].isdigit():  # the published form begins with the count
        number, cells = _first(file, lines)
    # It names the attributes alone; the CSV's first column is the picture's name.
    names = list(cells)
    column = None
    for number, cells in lines:
        if column is None:
            if len(names) == len(cells) - 1:
                names = ["image_id", *names]
            column = _column(file, names, attribute)
        if len(cells) != len(names) or cells[column] not in _HAS:
            raise TrainingError(
                f"{file}, line {number}: not a picture's name and {len(names) - 1} values of -1 or "
                "1",
                "get the file again",
            )
        yield cells[0], _HAS[cells[column]]
    if column is None:
        raise TrainingError(f"{file} names no pictures", "get the file again")


def _column(file: Path, names: Sequence[str], attribute: str) -> int:
    if attribute in names[1:]:
        return names.index(attribute, 1)
    by_plain = {name.casefold(): name for name in names[1:]}
    close = difflib.get_close_matches(attribute.casefold(), list(by_plain), n=1)
    fix = f"did you mean {by_plain[close[0]]}?" if close else f"use {', '.join(names[1:])}"
    raise TrainingError(f"{file} has no attribute {attribute}", fix)


def _read_partition(file: Path) -> Iterator[tuple[str, Part]]:
    for number, cells in _lines(file):
        if number == 1 and len(cells) == 2 and not cells[1].isdigit():
            continue  # the CSV's header
        if len(cells) != 2 or cells[1] not in _PARTS:
            raise TrainingError(
                f"{file}, line {number}: not a picture's name and 0, 1 or 2", "get the file again"
            )
        yield cells[0], _PARTS[cells[1]]


def _first(file: Path, lines: Iterator[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    found = next(lines, None)
    if found is None:
        raise TrainingError(f"{file} is empty", "get the file again")
    return found


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Numbered from 1, cut at commas or white space; empty ones are skipped."""
    try:
        with file.open(encoding="utf-8-sig") as opened:
            for number, line in enumerate(opened, 1):
                if line.strip():
                    cells = line.split(",") if "," in line else line.split()
                    yield number, [cell.strip() for cell in cells]
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{file} cannot be read", "name a text file that is there") from error
