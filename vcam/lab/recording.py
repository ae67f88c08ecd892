"""What vision saw in a clip, kept: pose head and triggers can be run on it again in no time.

A recording holds landmarks, faces, and what the pictures of hands said; no pictures. The looks in
it are those of the run that made it: another head or other thresholds are judged on the same looks,
though a run of their own might have looked a little more often, or less, while something was held.
"""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vcam.core.contracts import VideoFormat
from vcam.core.errors import SourceEnded, SourceError, VcamError
from vcam.core.frame import Frame
from vcam.core.geometry import Box, FloatArray
from vcam.core.observation import Attention, Face, Hand, Observation, PoseReading
from vcam.lab.scoring import Span
from vcam.poses.classifier import PoseClassifier

logger = logging.getLogger(__name__)

_VERSION = 1
_BLANK = np.zeros((2, 2, 3), np.uint8)
_SIDES = ("left", "right")


@dataclass(slots=True)
class Recording:
    """The observations of one clip.

    Attributes:
        clip: its name.
        group: what it is counted with.
        duration_s: media time.
        frames: how many it has.
        spans: its labels; None without.
        looks: what was seen, in order.
        landmarks_only: it was made before pictures of hands were read, and is judged at the
            thresholds of landmarks alone.
    """

    clip: str
    group: str = ""
    duration_s: float = 0.0
    frames: int = 0
    spans: list[Span] | None = None
    looks: list[Observation] = field(default_factory=list)
    landmarks_only: bool = False
    _read: list[Sequence[PoseReading]] = field(default_factory=list, repr=False)

    def readings(self, classifier: PoseClassifier) -> list[Sequence[PoseReading]]:
        """The head's readings of each look; read once, by the first head that asks."""
        if len(self._read) != len(self.looks):
            self._read = [classifier.read(look) for look in self.looks]
        return self._read


class RecordedRecognizer:
    """Gives what was seen before, and the pose head's reading of it now.

    Args:
        classifier: the head.
    """

    def __init__(self, classifier: PoseClassifier) -> None:
        self.attention = Attention.WATCHING
        self.wants_mask_hz = 0.0
        self._classifier = classifier
        self._seen: dict[int, tuple[Observation, Sequence[PoseReading]]] = {}

    @property
    def mask_problem(self) -> str:
        """None: no mask is made."""
        return ""

    def take(self, recording: Recording) -> None:
        """Is to give what is in this recording from now on."""
        readings = recording.readings(self._classifier)
        self._seen = {
            look.frame_index: (look, read)
            for look, read in zip(recording.looks, readings, strict=True)
        }

    def due(self, at: float) -> bool:
        """Always: the frames of a recording are those that were looked at."""
        return True

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        """What was seen in the frame of that index."""
        return self._seen[frame.index]

    def reset(self) -> None:
        """Nothing is kept between clips."""


class RecordedSource:
    """The looks of a recording as frames without a picture."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._next: int | None = None

    @property
    def name(self) -> str:
        """The clip's."""
        return self._recording.clip

    def open(self) -> VideoFormat:
        """Begins at the beginning."""
        self._next = 0
        seconds = self._recording.duration_s
        return VideoFormat(2, 2, self._recording.frames / seconds if seconds > 0 else 1.0)

    def read(self) -> Frame:
        """The next look.

        Raises:
            SourceEnded: that was the last one.
            SourceError: it is not open.
        """
        if self._next is None:
            raise SourceError(f"{self.name} is not open")
        if self._next >= len(self._recording.looks):
            raise SourceEnded(f"{self.name} is over")
        look = self._recording.looks[self._next]
        self._next += 1
        return Frame(_BLANK, look.at, look.frame_index)

    def interrupt(self) -> None:
        """Nothing here blocks."""

    def close(self) -> None:
        """Ends it."""
        self._next = None


def save_recordings(path: Path, recordings: Sequence[Recording]) -> None:
    """Writes recordings to one file (`.npz`).

    Raises:
        VcamError: it cannot be written.
    """
    looks: list[tuple[int, Observation]] = [
        (number, look) for number, each in enumerate(recordings) for look in each.looks
    ]
    hands = [(number, hand) for number, (_, look) in enumerate(looks) for hand in look.hands]
    faces = [(number, face) for number, (_, look) in enumerate(looks) for face in look.faces]
    about = {
        "version": _VERSION,
        "clips": [
            {
                "clip": each.clip,
                "group": each.group,
                "duration_s": each.duration_s,
                "frames": each.frames,
                "landmarks_only": each.landmarks_only,
                "spans": None
                if each.spans is None
                else [[span.gesture, span.start_s, span.end_s] for span in each.spans],
            }
            for each in recordings
        ],
    }
    try:
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                about=np.array(json.dumps(about)),
                look=_table([(n, o.frame_index, o.at, *o.size) for n, o in looks], 5),
                hand=_table(
                    [(n, h.track_id, _SIDES.index(h.side), h.presence) for n, h in hands], 4
                ),
                points=_stack([hand.points for _, hand in hands], (21, 2)),
                depth=_stack([hand.depth for _, hand in hands], (21,)),
                world=_stack([hand.world for _, hand in hands], (21, 3)),
                appearance=_appearances([hand.appearance for _, hand in hands]),
                face=_table([(n, f.track_id, *f.box, f.presence) for n, f in faces], 7),
                marks=_stack(
                    [np.vstack([f.eyes, f.nose[None], f.mouth[None]]) for _, f in faces], (4, 2)
                ),
            )
    except OSError as error:
        raise VcamError(f"cannot write {path} ({error.strerror})", "choose another place") from None


def load_recordings(path: Path) -> list[Recording]:
    """Reads what `save_recordings` wrote; warns of clips that have nothing of pictures in them.

    Raises:
        VcamError: it cannot be read.
    """
    try:
        # Of a path, np.load leaves a broken file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            if about["version"] != _VERSION:
                raise ValueError(f"version {about['version']}")
            recordings = _recordings(about, {name: stored[name] for name in stored.files})
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        fix = "make it with vcam lab replay --save-readings"
        raise VcamError(f"{path} is no recording ({error})", fix) from None
    if any(each.landmarks_only for each in recordings):
        logger.warning(
            "%s was made before pictures of hands were read: judged by landmarks alone, at their "
            "own thresholds. For both, make it anew from the clips",
            path,
        )
    return recordings


def _recordings(about: dict[str, Any], stored: dict[str, npt.NDArray[Any]]) -> list[Recording]:
    recordings = [
        Recording(
            each["clip"],
            each["group"],
            each["duration_s"],
            each["frames"],
            _spans(each["spans"]),
            landmarks_only=each.get("landmarks_only", "appearance" not in stored),
        )
        for each in about["clips"]
    ]
    look_count = len(stored["look"])
    hands: list[list[Hand]] = [[] for _ in range(look_count)]
    # Older recordings have none.
    appearances = stored.get("appearance", np.zeros((len(stored["hand"]), 0), np.float32))
    for k, (look, track, side, presence) in enumerate(stored["hand"].tolist()):
        appearance = appearances[k]
        hands[int(look)].append(
            Hand(
                int(track),
                stored["points"][k],
                stored["depth"][k],
                stored["world"][k],
                "right" if side else "left",
                presence,
                appearance if appearance.size and np.isfinite(appearance).all() else None,
            )
        )
    faces: list[list[Face]] = [[] for _ in range(look_count)]
    for k, (look, track, x, y, width, height, presence) in enumerate(stored["face"].tolist()):
        marks = stored["marks"][k]
        box = Box(x, y, width, height)
        faces[int(look)].append(Face(int(track), box, marks[:2], marks[2], marks[3], presence))
    for k, (clip, index, at, width, height) in enumerate(stored["look"].tolist()):
        seen = Observation(
            int(index), at, (int(width), int(height)), tuple(hands[k]), tuple(faces[k])
        )
        recordings[int(clip)].looks.append(seen)
    return recordings


def _spans(stored: list[Any] | None) -> list[Span] | None:
    if stored is None:
        return None
    return [Span(str(name), float(start), float(end)) for name, start, end in stored]


def _table(rows: Sequence[Sequence[float]], columns: int) -> npt.NDArray[np.float64]:
    return np.array(rows, np.float64).reshape(len(rows), columns)


def _appearances(given: Sequence[FloatArray | None]) -> npt.NDArray[np.float32]:
    """One row a hand; not a number where nobody asked its picture."""
    asked = [each for each in given if each is not None]
    rows = np.full((len(given), len(asked[0]) if asked else 0), np.nan, np.float32)
    for row, each in zip(rows, given, strict=True):
        if each is not None:
            row[:] = each
    return rows


def _stack(
    arrays: Sequence[npt.NDArray[np.float32]], shape: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    return np.array(arrays, np.float32).reshape(len(arrays), *shape)
