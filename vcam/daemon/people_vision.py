"""What recognising people needs of vision: the mesh of a face, in a frame and in a picture."""

from __future__ import annotations

from typing import Final

from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.observation import Face
from vcam.recognizers.people_model import FaceModel, load_card, load_model
from vcam.recognizers.people_reader import Likenesses, MeshFinder
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
