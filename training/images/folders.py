"""A folder with one folder of pictures for each class.

    smoking/
      smoking/      anna_01.jpg ...
      not_smoking/  ...

or the same below `train`, `validation` and `test`, where the parts are decided already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.common.files import PICTURE_ENDINGS
from training.errors import TrainingError
from training.images.people_names import people_of
from training.images.samples import Part, Sample, Samples
from training.images.usable import RESERVED, named, usable

PART_FOLDERS: Final[dict[str, Part]] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""Names of folders that hold a part."""


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    label: str
    inside: Path
    part: Part | None


def read_folders(folder: Path) -> Samples:
    """All pictures of a folder of class folders, those that cannot be used left out.

    Pictures may lie deeper, in one folder a person.

    Raises:
        TrainingError: no such folder, no or one class, a class that is empty, has one usable
            picture, is called `none`, or has the name of another but for capitals.
    """
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder}", "name one that holds class folders")
    try:
        found = list(_found(folder))
    except OSError as error:
        raise TrainingError(
            f"{error.filename or folder} cannot be read: {error.strerror}",
            "allow it, or move the pictures",
        ) from error
    if not found:
        raise TrainingError(
            f"{folder} has no class folders", "make one folder of pictures for each class"
        )
    check_names(folder, sorted({each.label for each in found}))
    people, told_by = people_of([each.inside for each in found], [each.label for each in found])
    items = [
        Sample(each.path, each.label, person, each.part)
        for each, person in zip(found, people, strict=True)
    ]
    samples = usable(items, folder.resolve().name)
    notes = [f"people: by {told_by}"] if told_by else []
    return samples.noted(*notes, *_not_read(folder, {each.path for each in found}))


def _not_read(folder: Path, read: set[Path]) -> list[str]:
    """What a user may have meant as pictures: formats that are not read, and loose files."""
    others = [
        file
        for file in folder.rglob("*")
        if file.is_file() and file not in read and not _hidden(file.relative_to(folder))
    ]
    if not others:
        return []
    kinds = ", ".join(sorted({file.suffix.lower() or "no ending" for file in others}))
    return [f"{len(others)} other files ({kinds}) were not read"]


def _hidden(inside: Path) -> bool:
    return any(name.startswith(".") for name in inside.parts)


def _found(folder: Path) -> Iterator[_Found]:
    inner = _folders(folder)
    parts = {each: PART_FOLDERS[each.name.lower()] for each in inner if _is_part(each)}
    if not parts:
        yield from _of_classes(inner, None)
        return
    others = [each.name for each in inner if each not in parts]
    if others:
        raise TrainingError(
            f"{folder} has parts ({', '.join(each.name for each in parts)}) beside other folders "
            f"({', '.join(others)})",
            "put class folders into the parts, or the parts' pictures into class folders",
        )
    for each, part in parts.items():
        yield from _of_classes(_folders(each), part)


def _is_part(folder: Path) -> bool:
    # A class may be called "test" where it holds pictures and no folders.
    return folder.name.lower() in PART_FOLDERS and bool(_folders(folder))


def _of_classes(folders: list[Path], part: Part | None) -> Iterator[_Found]:
    for folder in folders:
        files = sorted(
            file
            for file in folder.rglob("*")
            if file.suffix.lower() in PICTURE_ENDINGS and not _hidden(file.relative_to(folder))
        )
        if not files:
            raise TrainingError(
                f"{folder} has no pictures",
                f"fill it with {', '.join(sorted(PICTURE_ENDINGS))}, or remove it",
            )
        for file in files:
            yield _Found(file, folder.name, file.relative_to(folder), part)


def _folders(folder: Path) -> list[Path]:
    return sorted(
        each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")
    )


def check_names(place: Path, names: list[str]) -> None:
    """Whether classes can be told apart by their names.

    Raises:
        TrainingError: one is called `none`, or two are the same but for capitals.
    """
    by_name: dict[str, str] = {}
    for name in names:
        plain = name.strip().casefold()
        if plain == RESERVED:
            raise TrainingError(*named(place / name))
        if plain in by_name:
            raise TrainingError(
                f"{place} has two names for one class: {by_name[plain]} and {name}",
                "put them together",
            )
        by_name[plain] = name
