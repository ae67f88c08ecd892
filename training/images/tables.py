"""A table of pictures: a CSV with the columns `file,label`, and `person` and `part` if known."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Final

from training.errors import TrainingError
from training.images.folders import PART_FOLDERS, check_names
from training.images.people_names import people_of
from training.images.samples import Part, Sample, Samples
from training.images.sampling import Sampler
from training.images.usable import usable

COLUMNS: Final = ("file", "label", "person", "part")
"""The first two must be there. Others are not looked at."""


def read_table(
    table: Path, pictures: Path | None = None, limit: int | None = None, seed: int = 0
) -> Samples:
    """The pictures of a table.

    Args:
        table: the CSV.
        pictures: folder that its file names start from; None for the table's own.
        limit: pictures in all, in the proportions of classes and parts; None for all.
        seed: of which pictures are taken.

    Raises:
        TrainingError: it is not there, has no such columns, or a line that makes no sense; and all
            that `usable` does.
    """
    if limit is not None and limit < 1:
        raise TrainingError(f"no data set has {limit} pictures", "give --limit a number above 0")
    folder = pictures if pictures is not None else table.parent
    sampler: Sampler[tuple[str, Part | None], tuple[Sample, PurePath]] = Sampler(limit, seed)
    seen: dict[str, int] = {}
    for number, row in _rows(table):
        name = row["file"]
        if name in seen:
            raise TrainingError(
                f"{table}, line {number}: {name} stands in line {seen[name]} already",
                "remove one of the lines",
            )
        seen[name] = number
        part = _part(table, number, row.get("part", ""))
        sample = Sample(folder / name, row["label"], row.get("person") or None, part)
        sampler.add((sample.label, part), (sample, PurePath(PurePath(name).name)))
    drawn = sampler.drawn()
    if not drawn:
        raise TrainingError(f"{table} names no pictures", "add lines of file,label")
    items = [sample for sample, _ in drawn]
    check_names(table, sorted({item.label for item in items}))
    if any(item.person for item in items):
        return usable(items, table.stem).noted("people: by the table")
    people, told_by = people_of([inside for _, inside in drawn], [item.label for item in items])
    named = [
        Sample(item.path, item.label, person, item.part)
        for item, person in zip(items, people, strict=True)
    ]
    samples = usable(named, table.stem)
    return samples.noted(f"people: by {told_by}") if told_by else samples


def _part(table: Path, number: int, text: str) -> Part | None:
    if not text:
        return None
    part = PART_FOLDERS.get(text.lower())
    if part is None:
        raise TrainingError(
            f"{table}, line {number}: there is no part {text}", "use train, validation or test"
        )
    return part


def _rows(table: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            for needed in COLUMNS[:2]:
                if needed not in names:
                    close = difflib.get_close_matches(needed, names, n=1)
                    raise TrainingError(
                        f"{table} has no column {needed}",
                        f"rename {close[0]}" if close else "its first line must be file,label",
                    )
            reader.fieldnames = names
            for row in reader:
                cells: dict[str, str] = {
                    name: (row[name] or "").strip() for name in COLUMNS if name in names
                }
                if not cells["file"] or not cells["label"]:
                    raise TrainingError(
                        f"{table}, line {reader.line_num}: no file or no label",
                        "fill both, or remove the line",
                    )
                yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{table} cannot be read", "name a CSV that is there") from error
