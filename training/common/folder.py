"""One folder a run, which is whole or not there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.common.environment import Environment
from training.common.files import write_json
from training.errors import TrainingError

SETTINGS_FILE = "settings.json"
_UNFINISHED = ".unfinished"


def unfinished(folder: Path) -> Path:
    """Where a run that is to become `folder` collects its files, checkpoints among them."""
    return folder.with_name(f"{folder.name}{_UNFINISHED}")


@contextmanager
def run_folder(
    folder: Path, settings: dict[str, object], *, keep_unfinished: bool = False
) -> Iterator[Path]:
    """A folder to write a run into; it takes its name once the run is done.

    `settings.json` is written first, and at the end once more with the times the run took. An
    earlier run of that name stays until then.

    Args:
        folder: of the run.
        settings: everything the run was told.
        keep_unfinished: leave the files of a run that broke off, and start with those of an
            earlier one that did; for trainers that can resume.

    Yields:
        The folder to write into.

    Raises:
        TrainingError: `folder` is there and holds no run, or cannot be written.
    """
    if folder.exists() and not (folder / SETTINGS_FILE).is_file():
        raise TrainingError(
            f"{folder} is there and holds no run", "choose another name, or move it away"
        )
    partial = unfinished(folder)
    environment = Environment.begin()
    done = False
    try:
        if partial.exists() and not keep_unfinished:
            shutil.rmtree(partial)
        partial.mkdir(parents=True, exist_ok=True)
        write_json(partial / SETTINGS_FILE, {**settings, "environment": environment.record()})
        yield partial
        write_json(partial / SETTINGS_FILE, {**settings, "environment": environment.record()})
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
        done = True
    except OSError as error:
        raise TrainingError(
            f"cannot write the run {folder}: {error.strerror or error}",
            "free some space there, or choose another folder",
        ) from error
    finally:
        if not done and not (keep_unfinished and _was_begun(partial)):
            shutil.rmtree(partial, ignore_errors=True)


def _was_begun(partial: Path) -> bool:
    """Whether there is more than the settings, so that it could be gone on with."""
    return partial.is_dir() and any(file.name != SETTINGS_FILE for file in partial.iterdir())
