"""Checkpoints: a training that broke off goes on from its last whole epoch, to the same result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from training.common.files import writing
from training.errors import TrainingError

CHECKPOINT_FILE: Final = "checkpoint.npz"
BEST_FILE: Final = "best.npz"

Values = list[npt.NDArray[Any]]
"""Of variables, in their order."""

_AGAIN = "delete it and train anew"


@dataclass(slots=True)
class Progress:
    """How far a training is.

    Attributes:
        phase: place of the one that runs, or is to begin.
        epoch: epochs of it that are done.
        best: least validation loss of the phase.
        waited: epochs since that.
        seconds: wall time of all epochs so far.
        cpu_seconds: process time of them, all threads.
        curves: per epoch of all phases, its values, under the names that Keras gives them.
    """

    phase: int = 0
    epoch: int = 0
    best: float = float("inf")
    waited: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    curves: list[dict[str, float]] = field(default_factory=list)

    def next_phase(self) -> None:
        """Stands at the begin of the phase that follows."""
        self.phase, self.epoch, self.best, self.waited = self.phase + 1, 0, float("inf"), 0


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The files of one training.

    Attributes:
        folder: where they lie.
        writes: false for workers that only read.
    """

    folder: Path
    writes: bool = True

    @property
    def there(self) -> bool:
        """Whether there is something to go on from."""
        return (self.folder / CHECKPOINT_FILE).is_file()

    def save(self, progress: Progress, variables: Sequence[Any]) -> None:
        """Writes where the training stands, in the place of the last time.

        Raises:
            TrainingError: it cannot be written; the last time's is still there.
        """
        if self.writes:
            _save(self.folder / CHECKPOINT_FILE, values_of(variables), asdict(progress))

    def load(self, variables: Sequence[Any] | None = None) -> Progress:
        """Reads where the training stood, and gives variables the values that they had.

        Args:
            variables: None to learn of the progress first.

        Raises:
            TrainingError: there is none, it is broken, or is of another network.
        """
        values, record = _load(self.folder / CHECKPOINT_FILE)
        if variables is not None:
            assign(variables, values, self.folder)
        try:
            return Progress(**record)
        except TypeError as error:
            raise TrainingError(f"{self.folder} is of another version", _AGAIN) from error

    def save_best(self, values: Values) -> None:
        """Writes the weights of the best epoch so far.

        Raises:
            TrainingError: they cannot be written.
        """
        if self.writes:
            _save(self.folder / BEST_FILE, values, {})

    def load_best(self) -> Values:
        """What `save_best` wrote last.

        Raises:
            TrainingError: nothing, or it is broken.
        """
        return _load(self.folder / BEST_FILE)[0]

    def remove(self) -> None:
        """Once a training is done."""
        for name in (CHECKPOINT_FILE, BEST_FILE):
            (self.folder / name).unlink(missing_ok=True)


def values_of(variables: Sequence[Any]) -> Values:
    """Copies of what variables hold."""
    return [np.array(each.numpy()) for each in variables]


def assign(variables: Sequence[Any], values: Values, source: object) -> None:
    """Gives variables their values.

    Raises:
        TrainingError: they are of another number or shape.
    """
    shapes = [tuple(each.shape) for each in variables]
    if shapes != [each.shape for each in values]:
        raise TrainingError(f"{source} is of another network", _AGAIN)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _save(path: Path, values: Values, record: dict[str, Any]) -> None:
    arrays: dict[str, Any] = {f"{place:05d}": value for place, value in enumerate(values)}
    with writing(path) as partial, partial.open("wb") as file:
        np.savez(file, record=np.array(json.dumps(record)), **arrays)


def _load(path: Path) -> tuple[Values, dict[str, Any]]:
    try:
        # Opened here: NumPy leaves a broken file open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            names = sorted(name for name in file.files if name != "record")
            record: dict[str, Any] = json.loads(str(file["record"]))
            return [file[name] for name in names], record
    except FileNotFoundError as error:
        raise TrainingError(f"there is no {path} to go on from", "train anew") from error
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise TrainingError(f"{path} is broken", _AGAIN) from error
