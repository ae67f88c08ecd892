"""Makes the model that vcam ships: the mean face, and how the features of faces differ."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from training.common.files import writing
from training.errors import TrainingError
from training.people.faces import FaceSet
from vcam.core.geometry import FloatArray
from vcam.recognizers.people_features import describe
from vcam.recognizers.people_model import FaceModel, PeopleCard, PeopleSource, card_file
from vcam.recognizers.people_warp import HEIGHT, WIDTH, FaceWarp

SIZE: Final = 256
_FLOOR = 0.01
"""Directions of less than this share of the largest spread are not blown up further: noise."""

_MARGIN_PX = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class MadeModel:
    """A model, and the bytes of its file."""

    model: FaceModel
    content: bytes


def mean_face(faces: FaceSet) -> FloatArray:
    """The mean of their meshes, symmetric, filling the texture: float32 (468, 2)."""
    shapes = []
    for face in faces.faces:
        mesh = face.mesh - face.mesh.mean(axis=0)
        left, right = mesh[[33, 133]].mean(axis=0), mesh[[362, 263]].mean(axis=0)
        angle = np.arctan2(*(right - left)[::-1])
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        shapes.append(mesh @ turn.T / np.linalg.norm(mesh))
    mean = np.median(shapes, axis=0)
    low, high = mean.min(axis=0), mean.max(axis=0)
    room = np.array([WIDTH - 1, HEIGHT - 1]) - 2 * _MARGIN_PX
    return np.asarray((mean - low) / (high - low) * room + _MARGIN_PX, np.float32)


def warp_map(
    mean: FloatArray,
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint16]], FloatArray]:
    """Corners and weights of each pixel of the texture, as `FaceWarp` takes them."""
    from scipy.spatial import Delaunay

    mesh = Delaunay(mean)
    pixels = np.stack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), axis=-1).reshape(-1, 2)
    triangle = mesh.find_simplex(pixels)
    transform = mesh.transform[triangle]
    first = np.einsum("nij,nj->ni", transform[:, :2], pixels - transform[:, 2])
    weights = np.column_stack([first, 1 - first.sum(axis=1)])
    weights[triangle < 0] = 0
    shape = (HEIGHT, WIDTH, 3)
    corners = mesh.simplices[triangle].astype(np.uint16).reshape(shape)
    return corners, weights.astype(np.float32).reshape(shape)


def whitening(features: FloatArray, size: int = SIZE) -> tuple[FloatArray, FloatArray]:
    """Mean, and a projection under which the features of different faces differ all alike.

    Args:
        features: float32 (n, features).
        size: directions that are kept.

    Raises:
        TrainingError: there are fewer faces than that.
    """
    if len(features) <= size:
        raise TrainingError(
            f"{len(features)} faces are too few for {size} directions", "name a larger set"
        )
    mean = features.mean(axis=0)
    _, spread, directions = np.linalg.svd(features - mean, full_matrices=False)
    deviation = spread[:size] / np.sqrt(len(features))
    scale = 1 / (deviation + _FLOOR * deviation[0])
    return mean, np.asarray(directions[:size].T * scale, np.float32)


def make_model(faces: FaceSet, size: int = SIZE) -> MadeModel:
    """A model of these faces.

    Raises:
        TrainingError: there are too few.
    """
    corners, weights = warp_map(mean_face(faces))
    stored_weights = weights.astype(np.float16)
    warp = FaceWarp(corners, stored_weights.astype(np.float32))
    rows = []
    for face in faces.faces:
        texture = warp.straighten(face.image, face.mesh)
        rows.append((describe(texture) + describe(np.ascontiguousarray(texture[:, ::-1]))) / 2)
    mean, projection = whitening(np.array(rows, np.float32), size)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        corners=corners,
        weights=stored_weights,
        mean=mean.astype(np.float16),
        projection=projection.astype(np.float16),
    )
    content = buffer.getvalue()
    return MadeModel(FaceModel.of(content), content)


def write_model(
    made: MadeModel,
    path: Path,
    sources: tuple[PeopleSource, ...],
    thresholds: tuple[float, float],
    figures: dict[str, object],
) -> None:
    """Writes the model, and its card beside it.

    Args:
        made: the model.
        path: of the `.npz` file.
        sources: what it was made of.
        thresholds: sure and unknown.
        figures: for the card.
    """
    card = PeopleCard.model_validate(
        {
            "model_sha256": hashlib.sha256(made.content).hexdigest(),
            "sure": round(thresholds[0], 3),
            "unknown": round(thresholds[1], 3),
            "data": sources,
            "figures": figures,
            "licence": "; ".join(sorted({each.licence for each in sources})),
            "intended_use": "name tags and attendance among a few people who have agreed, in front "
            "of a webcam",
            "not_for": "locks, proof of identity, watching people who have not agreed, or any "
            "decision about a person",
        }
    )
    for place, content in (
        (path, made.content),
        (card_file(path), card.model_dump_json(indent=2).encode() + b"\n"),
    ):
        with writing(place) as unfinished:
            unfinished.write_bytes(content)
