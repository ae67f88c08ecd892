"""The landmark table: every hand that was found in the sets, once a build, kept for all runs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand

TABLE_FORMAT = 1


@dataclass(frozen=True, eq=False)
class LandmarkTable:
    """Hands, one a row.

    Attributes:
        points: float32 (n, 21, 2), pixels.
        depth: float32 (n, 21).
        world: float32 (n, 21, 3), metres.
        left: bool (n,).
        presence: float32 (n,).
        picture: int32 (n,), row of `pictures` that the hand was found in.
        rank: int16 (n,), 0 for the largest hand of its picture.
        sets: per picture, name of its set.
        labels: per picture, its class folder; a clip's file stem.
        names: per picture, its file's name.
        variants: int16, per picture; 0 is the picture itself, others are worsened copies.
        at_s: float32, per picture, its time in the clip; 0 for photographs.
        shares: float32, per picture, its place in its class folder, 0..1.
    """

    points: FloatArray
    depth: FloatArray
    world: FloatArray
    left: npt.NDArray[np.bool_]
    presence: FloatArray
    picture: npt.NDArray[np.int32]
    rank: npt.NDArray[np.int16]
    sets: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    names: npt.NDArray[Any]
    variants: npt.NDArray[np.int16]
    at_s: FloatArray
    shares: FloatArray

    def __len__(self) -> int:
        return len(self.points)

    def save(self, path: Path) -> None:
        """Writes it as one compressed `.npz`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = {each.name: getattr(self, each.name) for each in fields(self)}
        np.savez_compressed(path, table_format=np.array(TABLE_FORMAT), **columns)

    @classmethod
    def load(cls, path: Path) -> LandmarkTable:
        """Reads what `save` wrote.

        Raises:
            TrainingError: it is missing, no such table, or of another form.
        """
        fix = "make it with python -m training poses build"
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                if int(stored["table_format"]) != TABLE_FORMAT:
                    raise TrainingError(f"the landmark table {path} has an old form", fix)
                return cls(**{each.name: stored[each.name] for each in fields(cls)})
        except OSError as error:
            reason = error.strerror or "it is damaged"
            raise TrainingError(f"cannot read the landmark table {path}: {reason}", fix) from error
        except (KeyError, ValueError, TypeError, EOFError, BadZipFile) as error:
            raise TrainingError(f"{path} is no landmark table", fix) from error


class TableWriter:
    """Collects hands picture by picture."""

    def __init__(self) -> None:
        self._hands: list[Hand] = []
        self._places: list[tuple[int, int]] = []
        self._pictures: list[tuple[str, str, str, int, float, float]] = []

    def add(
        self,
        set_name: str,
        label: str,
        name: str,
        hands: tuple[Hand, ...],
        *,
        variant: int = 0,
        at_s: float = 0.0,
        share: float = 0.0,
    ) -> None:
        """Notes one picture and the hands found in it (none is a finding, too)."""
        largest_first = sorted(hands, key=lambda hand: -hand.box.area)
        for rank, hand in enumerate(largest_first):
            self._hands.append(hand)
            self._places.append((len(self._pictures), rank))
        self._pictures.append((set_name, label, name, variant, at_s, share))

    def table(self) -> LandmarkTable:
        """Everything added so far."""
        count = len(self._hands)
        places = np.array(self._places, np.int32).reshape(count, 2)
        columns = list(zip(*self._pictures, strict=True)) or [(), (), (), (), (), ()]
        return LandmarkTable(
            points=_stack([hand.points for hand in self._hands], (21, 2)),
            depth=_stack([hand.depth for hand in self._hands], (21,)),
            world=_stack([hand.world for hand in self._hands], (21, 3)),
            left=np.array([hand.side == "left" for hand in self._hands], np.bool_),
            presence=np.array([hand.presence for hand in self._hands], np.float32),
            picture=places[:, 0],
            rank=places[:, 1].astype(np.int16),
            sets=np.array(columns[0], np.str_),
            labels=np.array(columns[1], np.str_),
            names=np.array(columns[2], np.str_),
            variants=np.array(columns[3], np.int16),
            at_s=np.array(columns[4], np.float32),
            shares=np.array(columns[5], np.float32),
        )


def _stack(arrays: list[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    return np.array(arrays, np.float32).reshape(len(arrays), *shape)
