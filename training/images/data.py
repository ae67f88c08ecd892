"""The pictures of a run: read, near duplicates found, parted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.common.files import write_csv
from training.errors import TrainingError
from training.images.attributes import read_attributes
from training.images.folders import read_folders
from training.images.near_duplicates import AcrossParts, across, find_near_duplicates
from training.images.samples import PARTS, Sample, Samples
from training.images.sampling import Sampler
from training.images.settings import DataChoice
from training.images.splits import split
from training.images.tables import read_table


@dataclass(frozen=True, slots=True)
class Data:
    """Everything about the pictures of a run.

    Attributes:
        samples: parted.
        groups: places of near duplicates; the split kept each in one part.
        leaks: those that lie in several parts all the same, because the data brings its split.
    """

    samples: Samples
    groups: tuple[tuple[int, ...], ...]
    leaks: tuple[AcrossParts, ...]

    @property
    def sha256(self) -> str:
        """Of names, classes and parts: whether a resumed run has the data that it began with."""
        lines = [
            f"{sample.path.parent.name}/{sample.path.name}\t{sample.label}\t{sample.part}"
            for sample in self.samples.items
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def prepare(choice: DataChoice) -> Data:
    """Reads, looks for near duplicates and parts.

    Raises:
        TrainingError: the data is not there or cannot be used; the message says why.
    """
    samples = read(choice)
    groups = find_near_duplicates(samples)
    parted = split(samples, choice.shares, choice.seed, groups)
    return Data(parted, groups, across(parted, groups))


def read(choice: DataChoice) -> Samples:
    """Only reads, whatever form the data has.

    Raises:
        TrainingError: as for `prepare`.
    """
    place = Path(choice.data)
    pictures = Path(choice.pictures) if choice.pictures else None
    if choice.attribute is not None:
        partition = Path(choice.partition) if choice.partition else None
        return read_attributes(
            *(place, pictures or place.parent, choice.attribute, choice.limit, partition),
            seed=choice.seed,
        )
    if place.is_dir():
        return _limited(read_folders(place), choice)
    if not place.exists():
        raise TrainingError(
            f"there is no {place}", "name a folder of class folders, a CSV, or an attribute file"
        )
    return read_table(place, pictures, choice.limit, choice.seed)


def write_data(folder: Path, data: Data) -> None:
    """`split.csv`: every picture with its class, person and part; `near_duplicates.csv`.

    Raises:
        TrainingError: a file cannot be written.
    """
    items = data.samples.items
    write_csv(
        folder / "split.csv",
        ["file", "label", "person", "part"],
        ([_name(item), item.label, item.person or "", item.part] for item in items),
    )
    rows = [
        [number, _name(items[place]), items[place].label, items[place].part]
        for number, group in enumerate(data.groups, 1)
        for place in group
    ]
    write_csv(folder / "near_duplicates.csv", ["group", "file", "label", "part"], rows)


def describe(data: Data) -> list[str]:
    """Lines of the report about the data."""
    samples = data.samples
    lines = [
        f"{part}: " + ", ".join(f"{count} {name}" for name, count in samples.counts()[part].items())
        for part in PARTS
    ]
    lines += samples.notes
    mixed = sum(len({samples.items[place].label for place in group}) > 1 for group in data.groups)
    lines.append(
        f"near duplicates: {len(data.groups)} groups of {sum(map(len, data.groups))} pictures, "
        f"{len(data.leaks)} across parts, {mixed} with more than one class"
    )
    return lines


def _limited(samples: Samples, choice: DataChoice) -> Samples:
    if choice.limit is None:
        return samples
    if choice.limit < 1:
        raise TrainingError(f"no data set has {choice.limit} pictures", "give --limit above 0")
    sampler: Sampler[tuple[str, str | None], Sample] = Sampler(choice.limit, choice.seed)
    for item in samples.items:
        sampler.add((item.label, item.part), item)
    drawn: Sequence[Sample] = sampler.drawn()
    note = f"{len(drawn)} of {len(samples.items)} pictures taken, seed {choice.seed}"
    return replace(samples, items=tuple(drawn)).noted(note)


def _name(item: Sample) -> str:
    return f"{item.path.parent.name}/{item.path.name}"
