"""Enrols a person from a folder of pictures; the pictures are read, and nothing of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.observation import Face
from vcam.daemon.people_vision import load_people
from vcam.daemon.uploads import MAX_BYTES, decode_upload
from vcam.recognizers.people_gallery import thinned
from vcam.recognizers.people_gates import RECOGNISING, fault_of
from vcam.recognizers.people_model import FaceModel
from vcam.recognizers.people_reader import MeshFinder
from vcam.vision.face_tracks import FaceTracker
from vcam.vision.faces import FaceDetector, FaceLandmarker

LEAST: Final = 3
"""Good pictures that it takes; fewer show a person from one side alone."""

MOST_PICTURES: Final = 200
_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_ROOM = 0.35
_SAME_PERSON = 0.1
"""Likeness of a picture to all the others; other people have about 0."""

FaceFinder = Callable[[Image], Sequence[Face]]


@dataclass(frozen=True, slots=True, eq=False)
class FolderFaces:
    """What a folder gives.

    Attributes:
        faces: float32 (n, size).
        refused: a line for each picture that gives none: its name, and why.
    """

    faces: FloatArray
    refused: Sequence[str]


class FolderReader:
    """Reads faces out of folders.

    Args:
        model: turns faces into numbers.
        find_faces: finds the faces of a picture.
        find_mesh: finds the mesh of one.
    """

    def __init__(self, model: FaceModel, find_faces: FaceFinder, find_mesh: MeshFinder) -> None:
        self._model = model
        self._find_faces = find_faces
        self._find_mesh = find_mesh

    @classmethod
    def load(cls) -> FolderReader:
        """With the networks of vision.

        Raises:
            WeightsError: they are missing.
            ModelError: the model is broken.
        """
        model, find_mesh, _ = load_people()
        tracker = FaceTracker(FaceDetector.load(), FaceLandmarker.load(), 2)
        return cls(model, tracker.find, find_mesh)

    def read(self, folder: Path) -> FolderFaces:
        """The faces of one person.

        Raises:
            VcamError: there is no such folder, or too few pictures in it are good.
        """
        try:
            paths = sorted(each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS)
        except OSError as error:
            raise VcamError(
                f"{folder} cannot be read ({error.strerror})", "name a folder of pictures"
            ) from None
        faces: list[FloatArray] = []
        names: list[str] = []
        refused: list[str] = []
        for path in paths[:MOST_PICTURES]:
            try:
                faces.append(self._face(path))
                names.append(path.name)
            except VcamError as error:
                refused.append(f"{path.name}: {error.message}")
        kept, others = _of_one_person(faces)
        refused += [f"{names[row]}: shows somebody else than the others" for row in others]
        if len(kept) < LEAST:
            why = f"; {refused[0]}" if refused else ""
            raise VcamError(
                f"{len(kept)} of {len(paths)} pictures in {folder} are good{why}",
                f"give {LEAST} or more that show this person alone, sharp and from near",
            )
        return FolderFaces(thinned(np.array(kept, np.float32)), refused)

    def _face(self, path: Path) -> FloatArray:
        """The numbers of the face in a picture.

        Raises:
            VcamError: there is none, or more than one, or it is no good.
        """
        image = decode_upload(_content(path))
        faces = self._find_faces(image)
        if not faces:
            # Portraits that a face fills: the detector has learnt faces with surroundings.
            image = _with_room(image)
            faces = self._find_faces(image)
        if len(faces) != 1:
            raise VcamError("no face is found" if not faces else "shows more than one face")
        mesh = self._find_mesh(image, faces[0])
        if mesh is None:
            raise VcamError("no face is found")
        texture = self._model.warp.straighten(image, mesh)
        fault = fault_of(faces[0], texture, RECOGNISING)
        if fault is not None:
            raise VcamError(fault.value)
        return self._model.embed(texture)


def _of_one_person(faces: Sequence[FloatArray]) -> tuple[list[FloatArray], list[int]]:
    """Faces like the others, and the rows of those that are not."""
    if len(faces) < LEAST:
        return list(faces), []
    alike = np.array(faces) @ np.array(faces).T
    np.fill_diagonal(alike, np.nan)
    is_other = np.nanmedian(alike, axis=1) < _SAME_PERSON
    kept = [face for face, other in zip(faces, is_other, strict=True) if not other]
    return kept, np.flatnonzero(is_other).tolist()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise VcamError(f"cannot be read ({error.strerror})") from None


def _with_room(image: Image) -> Image:
    room = int(max(image.shape[:2]) * _ROOM)
    return np.asarray(
        cv2.copyMakeBorder(image, room, room, room, room, cv2.BORDER_REPLICATE), np.uint8
    )
