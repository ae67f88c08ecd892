"""Who is enrolled: numbers of faces, no pictures; and who of them a face looks like."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vcam.core.errors import VcamError
from vcam.core.geometry import FloatArray

ANYBODY: Final = "anybody"
UNKNOWN: Final = "unknown"
RESERVED: Final = frozenset({ANYBODY, UNKNOWN})
"""What rules mean by these is nobody in particular."""

MOST_PEOPLE: Final = 200
MOST_FACES: Final = 60
"""Of one person; more are thinned out."""

MOST_NAME: Final = 60
_STEPS = 127.0
_LEAST_SPREAD = 1e-9


class UnfitName(VcamError):
    """A name that nobody can be enrolled under."""


class Match(NamedTuple):
    """Who a face looks like most, and how much, 0..1; an empty name in an empty gallery."""

    name: str
    likeness: float


@dataclass(frozen=True, eq=False)
class Person:
    """An enrolled person.

    Attributes:
        name: unique in a gallery.
        since: time of day of the enrolment.
        faces: float32 (n, size), each of length 1.
    """

    name: str
    since: float
    faces: FloatArray = field(repr=False)


class Gallery:
    """All who are enrolled. Never changes; `with_person` and `without` give others.

    What differs from look to look of the same person says little of who it is, and counts less
    (Fisher's discriminant, about the mean of all faces in place of that of the enrolled: they may
    be one or two). A person is the mean of their looks; likeness is the cosine.

    Attributes:
        people: in the order of their names.

    Args:
        people: with different names.
    """

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.people: Sequence[Person] = tuple(sorted(people, key=lambda each: each.name.casefold()))
        self._weighing = _weighing(self.people)
        self._middles = _unit(
            np.array([self._weighed(each.faces).mean(axis=0) for each in self.people], np.float32)
        )

    def __len__(self) -> int:
        return len(self.people)

    @property
    def names(self) -> Sequence[str]:
        """Of all."""
        return tuple(each.name for each in self.people)

    def match(self, face: FloatArray) -> Match:
        """Who a face, float32 (size,) of length 1, looks like most."""
        if not self.people:
            return Match("", 0.0)
        likeness = self.likeness(face[np.newaxis])[0]
        best = int(likeness.argmax())
        return Match(self.people[best].name, float(np.clip(likeness[best], 0.0, 1.0)))

    def likeness(self, faces: FloatArray) -> FloatArray:
        """Of each face, (n, size), to each of `people`: (n, people), -1..1."""
        return np.asarray(self._weighed(faces) @ self._middles.T, np.float32)

    def _weighed(self, faces: FloatArray) -> FloatArray:
        return _unit(faces @ self._weighing)

    def with_person(self, person: Person) -> Gallery:
        """The same with this person, in place of who had the name."""
        return Gallery([*(each for each in self.people if each.name != person.name), person])

    def without(self, name: str) -> Gallery:
        """The same without this person."""
        return Gallery(each for each in self.people if each.name != name)


def checked_name(name: str) -> str:
    """A name to enrol somebody under.

    Raises:
        UnfitName: it is empty, too long, has characters that cannot be shown, or means something
            else in rules.
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MOST_NAME or not tidy.isprintable():
        raise UnfitName(
            f"{name!r} is no name", f"take one of 1 to {MOST_NAME} characters that can be shown"
        )
    if tidy.casefold() in RESERVED:
        raise UnfitName(f"Nobody can be called {tidy!r}", "rules mean something else by it")
    return tidy


class _StoredPerson(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    since: float = Field(ge=0, le=1e12)
    faces: tuple[Annotated[str, Field(max_length=4096)], ...] = Field(
        min_length=1, max_length=MOST_FACES
    )


class StoredGallery(BaseModel):
    """What is in the file.

    Attributes:
        format: of the file.
        model: sha256 of the model that made the numbers; those of others mean nothing.
        size: how many numbers a face has.
        people: all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    model: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=8, le=2048)
    people: tuple[_StoredPerson, ...] = Field(max_length=MOST_PEOPLE)


def to_bytes(gallery: Gallery, model: str) -> bytes:
    """The file of a gallery: a byte for each number."""
    size = gallery.people[0].faces.shape[1] if gallery.people else 8
    people = tuple(
        _StoredPerson(
            name=each.name,
            since=each.since,
            faces=tuple(base64.b64encode(_coarse(face)).decode() for face in each.faces),
        )
        for each in gallery.people
    )
    stored = StoredGallery(model=model, size=size, people=people)
    return stored.model_dump_json(indent=1).encode() + b"\n"


def from_bytes(content: bytes) -> tuple[Gallery, str]:
    """A gallery, and the model that made it, from the bytes of its file.

    Raises:
        ValueError: they are no such file.
    """
    try:
        stored = StoredGallery.model_validate_json(content)
    except ValidationError as error:
        raise ValueError(f"it holds no people: {error.error_count()} errors") from error
    people = [
        Person(each.name, each.since, np.array([_fine(face, stored.size) for face in each.faces]))
        for each in stored.people
    ]
    names = [each.name for each in people]
    if len(set(names)) != len(names):
        raise ValueError("it names somebody twice")
    for name in names:
        try:
            is_fit = checked_name(name) == name
        except UnfitName:
            is_fit = False
        if not is_fit:
            raise ValueError("it has a name that nobody can have")
    return Gallery(people), stored.model


def thinned(faces: FloatArray, most: int = MOST_FACES) -> FloatArray:
    """At most so many of them, spread over all."""
    if len(faces) <= most:
        return faces
    rows = np.linspace(0, len(faces) - 1, most).round().astype(int)
    return np.asarray(faces[rows], np.float32)


def _weighing(people: Sequence[Person]) -> FloatArray:
    """(size, size): what makes the spread of looks at one person alike in all directions."""
    if not people:
        return np.eye(1, dtype=np.float32)
    apart = np.concatenate([each.faces - each.faces.mean(axis=0) for each in people])
    spread = apart.astype(np.float64).T @ apart
    size = len(spread)
    # As much spread again, alike in all directions: a few looks do not show all that can change.
    level = float(np.trace(spread)) / size
    if level < _LEAST_SPREAD:
        return np.eye(size, dtype=np.float32)
    spread += level * np.eye(size)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(spread)), np.float32)


def _unit(faces: FloatArray) -> FloatArray:
    length = np.linalg.norm(faces, axis=-1, keepdims=True)
    return np.asarray(faces / np.maximum(length, 1e-9), np.float32)


def _coarse(face: FloatArray) -> bytes:
    most = float(np.abs(face).max()) or 1.0
    return bytes(np.rint(face / most * _STEPS).astype(np.int8).tobytes())


def _fine(text: str, size: int) -> FloatArray:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"a face is damaged: {error}") from error
    face = np.frombuffer(raw, np.int8).astype(np.float32)
    length = float(np.linalg.norm(face))
    if len(face) != size or length == 0:
        raise ValueError("a face has another size")
    return np.asarray(face / length, np.float32)
