"""Building the landmark table: every picture and clip through vcam's own eyes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from tqdm import tqdm

from training.common.files import files_in
from training.errors import TrainingError
from training.poses.drawings import Drawing, drawings
from training.poses.photos import own_photographs
from training.poses.pictures import COARSE, DARK, DIM, REHELD, WORSENERS
from training.poses.sets import CLIP_SETS, DRAWN_PICTURES, NEARLY_V, PICTURE_SETS
from training.poses.table import LandmarkTable, TableWriter
from vcam.core.frame import Frame, Image
from vcam.core.observation import Hand
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer
from vcam.vision.stills import observe_picture

CLIP_ENDINGS = frozenset({".mp4", ".mov", ".webm", ".avi", ".mkv"})

_CLIP_STEP_S = 0.15

Hands = tuple[Hand, ...]
_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Photograph:
    set_name: str
    label: str
    file: Path
    share: float
    variant: int


@dataclass(frozen=True, slots=True)
class _Clip:
    set_name: str
    file: Path


def build_table(
    data: Path | None,
    *,
    photos: Path | None = None,
    worsened: bool = True,
    limit: int | None = None,
    drawn: int = 0,
    jobs: int = 1,
) -> LandmarkTable:
    """Finds the hands of all sets that lie under `data`, and of a user's own photographs.

    Args:
        data: has `hands/<set>/<class>/<picture>` and `clips/<set>/<clip>`; None for none of them.
        photos: a user's own folder, see `training.poses.photos`.
        worsened: also a dark or a coarse copy of each photograph.
        limit: at most so many pictures of a class folder, and clips of a set.
        drawn: so many drawn pictures of each shape; of the most important ones more.
        jobs: processes that look at pictures.

    Raises:
        TrainingError: there is none of the sets, or a user's folder cannot be used.
        WeightsError: vcam's networks are missing.
    """
    photographs = list(_photographs(data, worsened, limit)) if data else []
    clips = list(_clips(data, limit)) if data else []
    for place, own in enumerate(own_photographs(photos) if photos else ()):
        for variant in _variants(place, worsened):
            photographs.append(_Photograph(own.set_name, own.label, own.file, own.share, variant))
    if not photographs and not clips:
        raise TrainingError(
            f"none of the sets is under {data}",
            "give the folder that holds hands/ and clips/ with --data",
        )
    writer = TableWriter()
    found = _in_processes(_look, photographs, jobs, "photographs")
    for photograph, hands in zip(photographs, found, strict=True):
        writer.add(
            photograph.set_name,
            photograph.label,
            photograph.file.name,
            hands,
            variant=photograph.variant,
            share=photograph.share,
        )
    pictures = list(drawings(drawn))
    for drawing, hands in zip(
        pictures, _in_processes(_look_at_drawing, pictures, jobs, "drawn pictures"), strict=True
    ):
        writer.add(
            DRAWN_PICTURES,
            drawing.shape,
            f"{drawing.number}",
            hands,
            variant=drawing.variant,
            share=drawing.share,
        )
    for clip, moments in zip(clips, _in_processes(_watch, clips, jobs, "clips"), strict=True):
        for at_s, hands in moments:
            writer.add(clip.set_name, clip.file.stem, clip.file.name, hands, at_s=at_s)
    return writer.table()


def _photographs(data: Path, worsened: bool, limit: int | None) -> Iterator[_Photograph]:
    for each in PICTURE_SETS:
        for label in each.labels:
            files = files_in(data / "hands" / each.name / label)[:limit]
            for place, file in enumerate(files):
                dim = DIM[: each.dim.get(label, 0)] if worsened else ()
                for variant in _variants(place, worsened) + dim:
                    yield _Photograph(each.name, label, file, place / len(files), variant)


def _variants(place: int, worsened: bool) -> tuple[int, ...]:
    """What is looked at: the picture itself, a dark copy, and a poor or reheld one, in turn."""
    other = COARSE + REHELD
    return (0, DARK[place % len(DARK)], other[place % len(other)]) if worsened else (0,)


def _clips(data: Path, limit: int | None) -> Iterator[_Clip]:
    for each in CLIP_SETS:
        for file in files_in(data / "clips" / each.name, CLIP_ENDINGS)[:limit]:
            yield _Clip(each.name, file)


def _in_processes(
    work: Callable[[_Job], _Result], todo: list[_Job], jobs: int, title: str
) -> list[_Result]:
    """Results in order, with a progress bar on a terminal."""
    if jobs == 1:
        _open_eyes()
        return [work(each) for each in tqdm(todo, desc=title, unit="", disable=None)]
    with ProcessPoolExecutor(jobs, initializer=_open_eyes) as pool:
        results = pool.map(work, todo, chunksize=8)
        return list(tqdm(results, total=len(todo), desc=title, unit="", disable=None))


_eyes: Observer | None = None  # one for each process: networks cannot be sent to another


def _open_eyes() -> None:
    global _eyes
    cv2.setNumThreads(1)
    _eyes = _eyes or Observer.load(VisionSettings(max_faces=0))


def read_variant(file: Path, variant: int) -> Image | None:
    """A picture as the table's `variants` column names it; None where it cannot be read."""
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None or not variant:
        return None if image is None else np.asarray(image, np.uint8)
    seed = [zlib.crc32(file.name.encode()), variant]
    return WORSENERS[variant - 1](np.asarray(image, np.uint8), np.random.default_rng(seed))


def _look(photograph: _Photograph) -> Hands:
    """The hands in a picture; none where it cannot be read."""
    shown = read_variant(photograph.file, photograph.variant)
    if shown is None or _eyes is None:
        return ()
    return observe_picture(_eyes, shown).hands


def _look_at_drawing(drawing: Drawing) -> Hands:
    """The hand in a drawn picture, if it is found where it was drawn."""
    if _eyes is None:
        return ()
    shown = drawing.sample()
    if shown.back and drawing.shape in NEARLY_V:
        return ()  # those are the landmarks of a V from behind
    middle = shown.points.mean(axis=0)
    return tuple(
        hand
        for hand in observe_picture(_eyes, drawing.worsened(shown)).hands
        if np.hypot(*(hand.points.mean(axis=0) - middle)) < shown.palm_px
    )[:1]


def _watch(clip: _Clip) -> list[tuple[float, Hands]]:
    """Follows the hands through a clip, as in a meeting, and notes them now and then."""
    moments: list[tuple[float, Hands]] = []
    if _eyes is None:
        return moments
    _eyes.reset()
    reader = cv2.VideoCapture(str(clip.file))
    rate = reader.get(cv2.CAP_PROP_FPS) or 25.0
    index = 0
    try:
        while True:
            there, image = reader.read()
            if not there:
                return moments
            at_s = index / rate
            observation = _eyes.observe(Frame(np.asarray(image, np.uint8), at_s, index))
            if not moments or at_s - moments[-1][0] >= _CLIP_STEP_S - 1e-6:
                moments.append((at_s, observation.hands))
            index += 1
    finally:
        reader.release()
