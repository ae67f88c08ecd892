"""Faces of picture sets, straightened and aligned by the eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from training.common.progress import counted
from training.errors import TrainingError
from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray
from vcam.vision.faces import FaceDetector, FaceLandmarker, FaceReading, face_region
from vcam.vision.parts import tiles
from vcam.vision.region import from_face

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".pgm", ".webp"})
CROP: Final = 128
"""Side of an aligned crop, pixels."""

_EYES_APART = 44.0
_EYE_LINE = 50.0
_LEAST_PX = 320
_ROOM = 0.35
_MIN_SCORE = 0.5
_MIN_PRESENCE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """A face in a picture.

    Attributes:
        person: whose, as its folder or file says.
        path: of the picture.
        image: uint8 (h, w, 3) BGR that the mesh belongs to: the picture, or one with more room.
        mesh: float32 (468, 2), pixels of `image`.
        crop: uint8 (CROP, CROP, 3) BGR, the eyes level and in place.
    """

    person: str
    path: Path
    image: Image
    mesh: FloatArray
    crop: Image


@dataclass(frozen=True, slots=True)
class FaceSet:
    """Faces of a set, and how many pictures show none that vision finds."""

    faces: Sequence[FoundFace]
    pictures: int

    @property
    def missed(self) -> int:
        """Pictures without a face that vision finds."""
        return self.pictures - len(self.faces)

    @property
    def people(self) -> npt.NDArray[np.str_]:
        """Whose each is."""
        return np.array([face.person for face in self.faces])


class FaceSeeker:
    """Finds the largest face of a still picture with the networks of the camera."""

    def __init__(self) -> None:
        self._finder = FaceDetector.load()
        self._reader = FaceLandmarker.load()

    def seek(self, image: Image) -> tuple[Image, FaceReading] | None:
        """The face, and the picture that its mesh belongs to; None without one.

        Pictures that a face fills are tried again with room round it: the detector has learnt
        faces with surroundings.
        """
        for picture in (image, _with_room(image)):
            height, width = picture.shape[:2]
            parts: list[Box | None] = [None, *tiles(width, height)]
            found = [reading for part in parts for reading in self._read(picture, part)]
            if found:
                return picture, max(found, key=lambda reading: reading.box.area)
        return None

    def _read(self, image: Image, part: Box | None) -> Iterable[FaceReading]:
        for detection in self._finder.detect(image, _MIN_SCORE, part)[:2]:
            reading = self._reader.look(image, face_region(detection))
            # As in film, where the face of one frame says where to look in the next.
            reading = self._reader.look(image, from_face(reading.mesh))
            if reading.presence >= _MIN_PRESENCE:
                yield reading


def read_set(folder: Path, seeker: FaceSeeker, limit: int | None = None) -> FaceSet:
    """The faces of a folder of folders, one for each person; or of a folder of pictures.

    Raises:
        TrainingError: there is no picture in it.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)[:limit]
    if not paths:
        raise TrainingError(f"There is no picture in {folder}", "name the folder of the data")
    faces = []
    for path in counted(paths, f"faces of {folder.name}"):
        image = cv2.imread(str(path))
        found = seeker.seek(np.asarray(image, np.uint8)) if image is not None else None
        if found is not None:
            picture, reading = found
            crop = aligned(picture, reading.marks)
            faces.append(FoundFace(path.parent.name, path, picture, reading.mesh, crop))
    return FaceSet(faces, len(paths))


def aligned(image: Image, marks: FloatArray) -> Image:
    """The face turned and scaled so that the eyes are in place: uint8 (CROP, CROP, 3).

    Args:
        image: uint8 (h, w, 3) BGR.
        marks: the eyes first, as of `FaceReading.marks`.
    """
    left, right = marks[0].astype(float), marks[1].astype(float)
    along = right - left
    apart = max(float(np.hypot(*along)), 1e-6)
    scale = _EYES_APART / apart
    cos, sin = scale * along[0] / apart, scale * along[1] / apart
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = np.array([CROP / 2, _EYE_LINE]) - turn @ ((left + right) / 2)
    if scale < 0.5:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 / scale), np.uint8)
    matrix: Any = np.column_stack([turn, shift])
    crop = cv2.warpAffine(
        image, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)


def _with_room(image: Image) -> Image:
    scale = max(1.0, _LEAST_PX / max(image.shape[:2]))
    large = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    room = int(max(large.shape[:2]) * _ROOM)
    padded = cv2.copyMakeBorder(large, room, room, room, room, cv2.BORDER_REPLICATE)
    return np.asarray(padded, np.uint8)
