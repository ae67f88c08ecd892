"""What recognising people needs of vision: the mesh of a face, in a frame and in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.observation import Face
from vcam.recognizers.people_gallery import UNKNOWN, Gallery
from vcam.recognizers.people_gates import RECOGNISING, fault_of
from vcam.recognizers.people_model import FaceModel, load_card, load_model
from vcam.recognizers.people_reader import MOST_FACES, Likenesses, MeshFinder
from vcam.recognizers.people_votes import opinion
from vcam.settings.schema import PeopleSettings
from vcam.vision.faces import FaceLandmarker, FaceReader
from vcam.vision.region import from_face, from_face_box

_MIN_PRESENCE: Final = 0.5
_MIN_OVERLAP: Final = 0.3
"""A face that has moved further since vision saw it may be another one."""


def mesh_finder(reader: FaceReader) -> MeshFinder:
    """Finds the mesh of a face that vision has seen in this frame or shortly before.

    Args:
        reader: networks of its own: those of the vision thread belong to that.
    """

    def find(image: Image, face: Face) -> FloatArray | None:
        reading = reader.look(image, from_face_box(face.box, face.eyes))
        if reading.presence >= _MIN_PRESENCE:
            reading = reader.look(image, from_face(reading.mesh))
        is_there = reading.presence >= _MIN_PRESENCE and face.box.iou(reading.box) > _MIN_OVERLAP
        return reading.mesh if is_there else None

    return find


def measured_likenesses() -> Likenesses:
    """The thresholds on the model's card.

    Raises:
        ModelError: it is missing or broken.
    """
    card = load_card()
    return Likenesses(card.sure, card.unknown)


def load_people() -> tuple[FaceModel, MeshFinder, Likenesses]:
    """All that a reader of people needs.

    Raises:
        ModelError: the model is missing or broken.
        WeightsError: the networks of vision are missing.
    """
    return load_model(), mesh_finder(FaceLandmarker.load()), measured_likenesses()


def people_in(
    image: Image, faces: Sequence[Face], gallery: Gallery, settings: PeopleSettings
) -> dict[str, float]:
    """How much somebody in one picture looks like each person who is enrolled.

    Networks are loaded for it.

    Args:
        image: the picture, uint8 (h, w, 3) BGR.
        faces: in it.
        gallery: who is enrolled; somebody.
        settings: thresholds.

    Returns:
        The highest likeness to each of them, 0..1, and 1 for `UNKNOWN` where a face is nobody's,
        else 0; empty where no face is good enough.

    Raises:
        ModelError: the model is missing or broken.
        WeightsError: the networks of vision are missing.
    """
    model, find_mesh, measured = load_people()
    limits = Likenesses.of(settings, measured)
    likenesses: dict[str, float] = {}
    for face in faces[:MOST_FACES]:
        mesh = find_mesh(image, face)
        if mesh is None:
            continue
        texture = model.warp.straighten(image, mesh)
        if fault_of(face, texture, RECOGNISING) is not None:
            continue
        numbers = model.embed(texture)
        row = gallery.likeness(numbers[np.newaxis])[0]
        said = opinion(gallery.match(numbers), limits.sure, limits.unknown)
        seen = dict(zip(gallery.names, row.clip(0.0, 1.0).tolist(), strict=True))
        seen[UNKNOWN] = float(said == UNKNOWN)
        likenesses = {name: max(each, likenesses.get(name, 0.0)) for name, each in seen.items()}
    return likenesses
