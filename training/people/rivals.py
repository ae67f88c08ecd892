"""Ways to tell people apart: the one that vcam ships, and those that it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from training.people.faces import CROP, FaceSet
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.recognizers.people_gallery import Gallery, Person
from vcam.recognizers.people_model import FaceModel

Names = npt.NDArray[np.str_]

_SHRINKAGE = 1.0


class Rival(Protocol):
    """A way to tell people apart that has been given the enrolled ones.

    Called with features, (n, …), it gives likeness to each of `names`, (n, names); larger is more
    like.
    """

    names: Names

    def __call__(self, given: FloatArray) -> FloatArray:
        """See above."""
        ...


class Middles:
    """Likeness to the mean of each person, as the cosine.

    Args:
        given: features of the enrolled faces.
        people: whose they are.
    """

    def __init__(self, given: FloatArray, people: Names) -> None:
        self.names: Names = np.unique(people)
        self._middles = _unit(
            np.array([given[people == name].mean(axis=0) for name in self.names], np.float32)
        )

    def __call__(self, given: FloatArray) -> FloatArray:
        """Likeness, (n, names)."""
        return np.asarray(_unit(given) @ self._middles.T, np.float32)


class Enrolled:
    """Likeness as vcam has it.

    Args:
        given: embeddings of the enrolled faces.
        people: whose they are.
    """

    def __init__(self, given: FloatArray, people: Names) -> None:
        self._gallery = Gallery(
            Person(str(name), 0.0, given[people == name]) for name in np.unique(people)
        )
        self.names: Names = np.array(self._gallery.names)

    def __call__(self, given: FloatArray) -> FloatArray:
        """Likeness, (n, names)."""
        return self._gallery.likeness(given)


class Nearest:
    """Likeness to the nearest face of each person.

    Args:
        given: features of the enrolled faces.
        people: whose they are.
        likeness: of features (n, …) to those of the enrolled, (n, enrolled).
    """

    def __init__(
        self,
        given: FloatArray,
        people: Names,
        likeness: Callable[[FloatArray, FloatArray], FloatArray],
    ) -> None:
        self.names: Names = np.unique(people)
        self._given, self._people, self._likeness = given, people, likeness

    def __call__(self, given: FloatArray) -> FloatArray:
        """Likeness, (n, names)."""
        like = self._likeness(given, self._given)
        return np.stack([like[:, self._people == name].max(axis=1) for name in self.names], axis=1)


class Discriminant:
    """Fisher's discriminant on principal components, then the cosine to the mean of each person.

    Args:
        given: features of the enrolled faces.
        people: whose they are.
        components: principal components that are kept; None for features that are none already.
    """

    def __init__(self, given: FloatArray, people: Names, components: int | None = None) -> None:
        self._mean = given.mean(axis=0)
        centred = given - self._mean
        self._basis: FloatArray | None = None
        if components is not None:
            _, _, directions = np.linalg.svd(centred, full_matrices=False)
            self._basis = directions[: min(components, len(given) - 1)].T
            centred = centred @ self._basis
        within = np.zeros((centred.shape[1],) * 2)
        for name in np.unique(people):
            own = centred[people == name]
            within += (own - own.mean(axis=0)).T @ (own - own.mean(axis=0))
        within += _SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
        self._whitening = np.linalg.cholesky(np.linalg.inv(within)).astype(np.float32)
        self._middles = Middles(self._seen(given), people)
        self.names: Names = self._middles.names

    def _seen(self, given: FloatArray) -> FloatArray:
        centred = given - self._mean
        if self._basis is not None:
            centred = centred @ self._basis
        return np.asarray(centred @ self._whitening, np.float32)

    def __call__(self, given: FloatArray) -> FloatArray:
        """Likeness, (n, names)."""
        return self._middles(self._seen(given))


def embeddings(faces: FaceSet, model: FaceModel) -> FloatArray:
    """What vcam makes of each face, (n, size)."""
    return np.array(
        [model.embed(model.warp.straighten(face.image, face.mesh)) for face in faces.faces]
    )


def greys(faces: FaceSet) -> Sequence[Image]:
    """The middle of each aligned crop, grey, its histogram spread."""
    cut = slice(CROP // 8, CROP - CROP // 8)
    return [
        np.asarray(cv2.equalizeHist(cv2.cvtColor(face.crop, cv2.COLOR_BGR2GRAY)[:, cut]), np.uint8)
        for face in faces.faces
    ]


def pixels(faces: FaceSet) -> FloatArray:
    """Small grey pictures as rows, for eigenfaces and Fisherfaces (Belhumeur et al. 1997)."""
    rows = [
        cv2.resize(grey, (36, 48), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
        for grey in greys(faces)
    ]
    return np.array(rows, np.float32) / np.float32(255)


def binary_patterns(faces: FaceSet) -> FloatArray:
    """Uniform local binary patterns in 7 by 7 cells (Ahonen, Hadid, Pietikäinen 2006)."""
    return np.array([_patterns(grey.astype(np.int16)) for grey in greys(faces)])


def cosines(faces: FaceSet) -> FloatArray:
    """The lowest 12 by 12 coefficients of the cosine transform, without brightness."""
    rows = []
    for grey in greys(faces):
        small = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
        rows.append(cv2.dct(small)[:12, :12].ravel()[1:])
    return np.array(rows, np.float32)


def shapes(faces: FaceSet) -> FloatArray:
    """The mesh of each face without place, size and roll, less the mean of all."""
    rows = []
    for face in faces.faces:
        mesh = face.mesh - face.mesh.mean(axis=0)
        along = mesh[263] - mesh[33]
        angle = float(np.arctan2(along[1], along[0]))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        rows.append((mesh @ turn.T / np.linalg.norm(mesh)).ravel())
    return np.array(rows, np.float32)


def by_distance(first: FloatArray, second: FloatArray) -> FloatArray:
    """Likeness as the negative Euclidean distance."""
    square = (
        np.square(first).sum(axis=1)[:, np.newaxis]
        + np.square(second).sum(axis=1)
        - 2 * first @ second.T
    )
    return np.asarray(-np.sqrt(np.maximum(square, 0)), np.float32)


def by_chi_square(first: FloatArray, second: FloatArray) -> FloatArray:
    """Likeness of histograms as the negative chi-square distance."""
    return np.array(
        [-(np.square(row - second) / (row + second + 1e-6)).sum(axis=1) for row in first],
        np.float32,
    )


def _unit(given: FloatArray) -> FloatArray:
    length = np.linalg.norm(given, axis=1, keepdims=True)
    return np.asarray(given / np.maximum(length, 1e-9), np.float32)


_RING = ((-2, 0), (-1, 1), (0, 2), (1, 1), (2, 0), (1, -1), (0, -2), (-1, -1))
_CODES = np.arange(256)
_BITS = (_CODES[:, np.newaxis] >> np.arange(8)) & 1
_UNIFORM = np.not_equal(_BITS, np.roll(_BITS, 1, axis=1)).sum(axis=1) <= 2
_BIN = np.where(_UNIFORM, np.cumsum(_UNIFORM) - 1, int(_UNIFORM.sum()))


def _patterns(grey: npt.NDArray[np.int16]) -> FloatArray:
    height, width = grey.shape
    middle = grey[2:-2, 2:-2]
    code = np.zeros(middle.shape, np.intp)
    for bit, (down, across) in enumerate(_RING):
        beside = grey[2 + down : height - 2 + down, 2 + across : width - 2 + across]
        code |= (beside >= middle).astype(np.intp) << bit
    bins = _BIN[code]
    count = int(_BIN.max()) + 1
    return np.concatenate(
        [
            np.bincount(cell.ravel(), minlength=count)
            for band in np.array_split(bins, 7)
            for cell in np.array_split(band, 7, axis=1)
        ]
    ).astype(np.float32)
