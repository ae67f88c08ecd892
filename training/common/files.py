"""Files that are whole or not there: tables, JSON, text, and whatever a library writes."""

from __future__ import annotations

import csv
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from training.errors import TrainingError

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


def files_in(folder: Path, endings: frozenset[str] = PICTURE_ENDINGS) -> list[Path]:
    """The files with such an ending, by name; none where there is no folder."""
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in endings)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Gives a path to write to, and puts that file in the place of `path` once it is whole.

    The given path has the same ending, because libraries choose the format by it. Where anything
    fails, an earlier `path` stays as it was and nothing half-written is left.

    Raises:
        TrainingError: the file cannot be written.
    """
    partial = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise TrainingError(
            f"cannot write {path}: {error.strerror or error}",
            "free some space there, or choose another folder",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """UTF-8, ended by a line break.

    Raises:
        TrainingError: the file cannot be written.
    """
    with writing(path) as partial:
        partial.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def write_json(path: Path, content: object) -> None:
    """Indented, UTF-8.

    Raises:
        TrainingError: the file cannot be written.
    """
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One table.

    Raises:
        TrainingError: the file cannot be written.
    """
    with writing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The same as a table in Markdown; None becomes a dash."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += [
        "| " + " | ".join("-" if cell is None else str(cell) for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines)
