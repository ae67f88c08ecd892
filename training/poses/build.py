"""Building the landmark table: every picture and clip through vcam's own eyes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from training.errors import TrainingError
from training.poses.pictures import WORSENERS, approaches
from training.poses.sets import CLIP_SETS, PICTURE_SETS
from training.poses.table import LandmarkTable, TableWriter
from vcam.core.frame import Frame, Image
from vcam.core.observation import Hand
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
CLIP_ENDINGS = frozenset({".mp4", ".mov", ".webm", ".avi", ".mkv"})

_CLIP_STEP_S = 0.15


def build_table(data: Path, *, worsened: bool = True, limit: int | None = None) -> LandmarkTable:
    """Finds the hands of all sets that lie under `data`.

    Args:
        data: has `hands/<set>/<class>/<picture>` and `clips/<set>/<clip>`.
        worsened: also a dark, a coarse or a warped copy of each photograph.
        limit: at most so many pictures of a class folder, and clips of a set.

    Raises:
        TrainingError: there is none of the sets.
        WeightsError: vcam's networks are missing.
    """
    observer = Observer.load(VisionSettings(max_faces=0))
    writer = TableWriter()
    photographs = _photographs(data, limit)
    clips = _clips(data, limit)
    if not photographs and not clips:
        raise TrainingError(
            f"none of the sets is under {data}",
            "give the folder that holds hands/ and clips/ with --data",
        )
    for place, (set_name, label, file, share, tight) in enumerate(
        tqdm(photographs, desc="photographs", unit="", disable=None)
    ):
        image = cv2.imread(str(file), cv2.IMREAD_COLOR)
        for variant in (0, 1 + place % len(WORSENERS)) if worsened else (0,):
            hands = () if image is None else _look(observer, image, tight, variant, file.name)
            writer.add(set_name, label, file.name, hands, variant=variant, share=share)
    for set_name, clip in tqdm(clips, desc="clips", unit="", disable=None):
        _watch(observer, set_name, clip, writer)
    return writer.table()


def _photographs(data: Path, limit: int | None) -> list[tuple[str, str, Path, float, bool]]:
    found = []
    for each in PICTURE_SETS:
        for label in each.labels:
            files = _files(data / "hands" / each.name / label, PICTURE_ENDINGS)
            for place, file in enumerate(files[:limit]):
                found.append((each.name, label, file, place / len(files[:limit]), each.tight))
    return found


def _clips(data: Path, limit: int | None) -> list[tuple[str, Path]]:
    return [
        (each.name, clip)
        for each in CLIP_SETS
        for clip in _files(data / "clips" / each.name, CLIP_ENDINGS)[:limit]
    ]


def _files(folder: Path, endings: frozenset[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in endings)


def _look(
    observer: Observer, image: Image, tight: bool, variant: int, name: str
) -> Sequence[Hand]:
    """The hands in a picture, shown in the first way that finds any."""
    for shown in approaches(image, tight):
        if variant:
            rng = np.random.default_rng([zlib.crc32(name.encode()), variant])
            shown = WORSENERS[variant - 1](shown, rng)
        hands = observer.observe_still(shown).hands
        if hands:
            return hands
    return ()


def _watch(observer: Observer, set_name: str, clip: Path, writer: TableWriter) -> None:
    """Follows the hands through a clip, as in a meeting, and notes them now and then."""
    observer.reset()
    reader = cv2.VideoCapture(str(clip))
    rate = reader.get(cv2.CAP_PROP_FPS) or 25.0
    index, noted_at = 0, -_CLIP_STEP_S
    try:
        while True:
            there, image = reader.read()
            if not there:
                break
            at_s = index / rate
            observation = observer.observe(Frame(np.asarray(image, np.uint8), at_s, index))
            if at_s - noted_at >= _CLIP_STEP_S - 1e-6:
                noted_at = at_s
                writer.add(set_name, clip.stem, clip.name, observation.hands, at_s=at_s)
            index += 1
    finally:
        reader.release()
