"""From the rows of a landmark table back to the pictures: the square round each hand, as cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from training.common.files import writing
from training.common.progress import counted
from training.poses.build import read_variant
from training.poses.drawings import Drawing
from training.poses.photos import OWN_PREFIX
from training.poses.sets import CLIP_SETS, DRAWN_PICTURES
from training.poses.table import LandmarkTable
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.vision.region import Region, cut, from_hand

VIEW_SIDE: Final = 112
"""Pixels of a kept square: the region that vision cuts, with room for shifts and turns."""
VIEW_SCALE: Final = 112 / 96
"""Side of a kept square over the side of vision's region."""
INSIDE_SIDE: Final = 28
"""Pixels of the coarse mask that says which part of a square lies in its picture."""

_CLIPS = frozenset(each.name for each in CLIP_SETS)
_SAME_MOMENT_S = 1e-3

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where the pictures of a table lie.

    Attributes:
        data: has `hands/` and `clips/`; None where there is none.
        photos: a user's own folder; None where there is none.
    """

    data: Path | None = None
    photos: Path | None = None

    @property
    def any(self) -> bool:
        """Whether there may be any at all."""
        return self.data is not None or self.photos is not None

    def file(self, table: LandmarkTable, picture: int) -> Path | None:
        """The file of a table's picture or clip; None where it is not there."""
        name, label = str(table.sets[picture]), str(table.labels[picture])
        if name.startswith(OWN_PREFIX):
            root = self.photos / label if self.photos else None
        elif self.data is None:
            root = None
        elif name in _CLIPS:
            root = self.data / "clips" / name
        else:
            root = self.data / "hands" / name / label
        if root is None:
            return None
        path = root / str(table.names[picture])
        return path if path.is_file() else None


@dataclass(frozen=True, eq=False)
class Views:
    """Squares cut round hands.

    Attributes:
        rows: int64 (n,), rows of the landmark table, ascending.
        images: uint8 (n, VIEW_SIDE, VIEW_SIDE, 3), BGR, the fingers' roots pointing up.
        inside: uint8 (n, INSIDE_SIDE, INSIDE_SIDE), 255 in the picture, 0 beyond its border.
        found: bool (n,), False where the picture is not there or cannot be read.
    """

    rows: Rows
    images: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.uint8]
    found: npt.NDArray[np.bool_]

    def places(self, rows: Rows) -> Rows:
        """Where the given rows of the table are in here.

        Raises:
            KeyError: one of them is not.
        """
        at = np.searchsorted(self.rows, rows)
        inside = at < len(self.rows)
        if not inside.all() or not (self.rows[at] == rows).all():
            raise KeyError("rows without a view")
        return at


def region_of(points: FloatArray) -> Region:
    """The square that vision cuts round a hand (21, 2), in the next frame."""
    return from_hand(points)


def angles(points: FloatArray) -> FloatArray:
    """By how much each hand's square is turned in its picture, radians (n,)."""
    return np.array([region_of(each).angle for each in points], np.float32)


def cut_view(image: Image, points: FloatArray) -> tuple[Image, npt.NDArray[np.uint8]]:
    """The square of one hand, VIEW_SIDE pixels, with its room all round; and its mask."""
    region = region_of(points)
    wider = Region(region.x, region.y, region.size * VIEW_SCALE, region.angle)
    inside = cv2.warpAffine(
        np.full(image.shape[:2], 255, np.uint8),
        wider.to_frame(INSIDE_SIDE),
        (INSIDE_SIDE, INSIDE_SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    return cut(image, wider, VIEW_SIDE), np.asarray(inside, np.uint8)


def cut_views(table: LandmarkTable, rows: Rows, pictures: Pictures) -> Views:
    """Cuts the squares of the given rows, picture by picture, with a bar on a terminal."""
    rows = np.unique(rows)
    images = np.zeros((len(rows), VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    inside = np.zeros((len(rows), INSIDE_SIDE, INSIDE_SIDE), np.uint8)
    found = np.zeros(len(rows), np.bool_)
    wanted = np.unique(table.picture[rows]).astype(np.int64)
    is_clip = np.isin(table.sets[wanted], list(_CLIPS))
    stills = counted(wanted[~is_clip], "squares of pictures", total=int((~is_clip).sum()))
    shown: Iterator[tuple[int, Image]] = _stills(table, stills, pictures)
    for source in (shown, _moments(table, wanted[is_clip], pictures)):
        for picture, image in source:
            for at in np.flatnonzero(table.picture[rows] == picture):
                images[at], inside[at] = cut_view(image, table.points[rows[at]])
                found[at] = True
    return Views(rows, images, inside, found)


def cached_views(table: LandmarkTable, rows: Rows, pictures: Pictures, folder: Path) -> Views:
    """The same, kept in `folder` under a name made of the hands where none is missing.

    Raises:
        TrainingError: the file cannot be written.
    """
    rows = np.unique(rows)
    digest = hashlib.sha256(np.ascontiguousarray(table.points[rows]).tobytes())
    digest.update(np.ascontiguousarray(table.picture[rows]).tobytes())
    digest.update(f"{VIEW_SIDE} {VIEW_SCALE} {pictures}".encode())
    path = folder / f"views-{digest.hexdigest()[:16]}.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return Views(*(stored[each.name] for each in fields(Views)))
    views = cut_views(table, rows, pictures)
    if views.found.all():
        with writing(path) as partial:
            np.savez(partial, **{each.name: getattr(views, each.name) for each in fields(Views)})
    return views


def _stills(
    table: LandmarkTable, wanted: Iterable[int], pictures: Pictures
) -> Iterator[tuple[int, Image]]:
    for picture in map(int, wanted):
        image = _picture(table, picture, pictures)
        if image is not None:
            yield picture, image


def _picture(table: LandmarkTable, picture: int, pictures: Pictures) -> Image | None:
    """A photograph read, or a drawn picture drawn, again; None where there is none."""
    variant = int(table.variants[picture])
    if table.sets[picture] == DRAWN_PICTURES:
        number = int(table.names[picture])
        drawing = Drawing(str(table.labels[picture]), number, 0.0, variant)
        return drawing.worsened(drawing.sample())
    file = pictures.file(table, picture)
    return read_variant(file, variant) if file else None


def _moments(table: LandmarkTable, wanted: Rows, pictures: Pictures) -> Iterator[tuple[int, Image]]:
    """The frames of clips that the table noted, each clip read once."""
    keys = {(str(table.sets[each]), str(table.names[each])) for each in wanted}
    for name, clip in sorted(keys):
        mine = wanted[(table.sets[wanted] == name) & (table.names[wanted] == clip)]
        file = pictures.file(table, int(mine[0]))
        if file is None:
            continue
        times = table.at_s[mine]
        reader = cv2.VideoCapture(str(file))
        rate = reader.get(cv2.CAP_PROP_FPS) or 25.0
        index = 0
        try:
            while index / rate <= float(times.max()) + _SAME_MOMENT_S:
                there, image = reader.read()
                if not there:
                    break
                for each in mine[np.abs(times - index / rate) < _SAME_MOMENT_S]:
                    yield int(each), np.asarray(image, np.uint8)
                index += 1
        finally:
            reader.release()
