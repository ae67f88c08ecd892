"""People as the recogniser thread looks for them: faces in, names out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vcam.core.frame import Frame, Image
from vcam.core.geometry import FloatArray
from vcam.core.observation import Face, Observation
from vcam.recognizers.contracts import PEOPLE, ClassReading
from vcam.recognizers.people_gallery import ANYBODY, UNKNOWN, Gallery
from vcam.recognizers.people_gates import ENROLLING, RECOGNISING, Fault, fault_of
from vcam.recognizers.people_model import FaceModel
from vcam.recognizers.people_votes import UNDECIDED, VoteBox, opinion
from vcam.settings.schema import PeopleSettings

MOST_FACES: Final = 4
"""Faces that are looked at, the largest first."""

ENROLLING_HZ: Final = 5.0
"""How often somebody who is being enrolled is looked at."""

_KEEP_S = 3.0
"""A face that is lost for so long has to be recognised anew."""

MeshFinder = Callable[[Image, Face], FloatArray | None]
"""The mesh of a face, float32 (468, 2), pixels of the picture; None if it is not there now."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """What one look makes of one face.

    Attributes:
        face: as vision saw it.
        name: whose face it is by all votes: a name, `UNKNOWN`, or empty while it is not decided.
        numbers: its embedding, float32 (size,); None where the look is no good.
        fault: why this look is not good enough to enrol somebody; None if it is.
    """

    face: Face
    name: str
    numbers: FloatArray | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Likenesses:
    """The two thresholds.

    Attributes:
        sure: likeness from which a look counts for a person.
        unknown: likeness below which it counts for nobody.
    """

    sure: float
    unknown: float

    @classmethod
    def of(cls, settings: PeopleSettings, measured: Likenesses) -> Likenesses:
        """The settings', or the measured ones; `unknown` is never above `sure`."""
        sure = measured.sure if settings.sure is None else settings.sure
        unknown = measured.unknown if settings.unknown is None else settings.unknown
        return cls(sure, min(unknown, sure))


class PeopleReader:
    """Looks for enrolled people; implements `vcam.recognizers.contracts.ClassReader`.

    `read` and `prepare` belong to the recogniser thread; everything else may be called from any.

    Attributes:
        name: `people`.
        smoothing_ms: none; looks vote.
        thresholds: none; likeness has thresholds of its own.
        looks_at: faces.

    Args:
        settings: how people are looked for.
        gallery: who is enrolled.
        load: loads model, mesh finder and measured thresholds.
        told: told what each look saw, with the time of the frame, on the recogniser thread.
    """

    name = PEOPLE
    smoothing_ms = 0.0
    thresholds: Mapping[str, float] = {}
    looks_at = frozenset({"faces"})

    def __init__(
        self,
        settings: PeopleSettings,
        gallery: Gallery,
        load: Callable[[], tuple[FaceModel, MeshFinder, Likenesses]],
        told: Callable[[Sequence[SeenFace], float], None],
    ) -> None:
        self._settings = settings
        self._gallery = gallery
        self._load = load
        self._told = told
        self._loaded: tuple[FaceModel, MeshFinder, Likenesses] | None = None
        self._votes = VoteBox(settings.votes)
        self._known = frozenset(gallery.names)
        self._enrolling = False

    def apply(self, settings: PeopleSettings, gallery: Gallery, *, enrolling: bool) -> None:
        """Takes over settings, who is enrolled, and whether somebody is being enrolled."""
        self._settings, self._gallery, self._enrolling = settings, gallery, enrolling

    @property
    def classes(self) -> Sequence[str]:
        """All who are enrolled, and those who are not."""
        return (*self._gallery.names, ANYBODY, UNKNOWN)

    @property
    def rate_hz(self) -> float:
        """How often it looks."""
        return max(self._settings.rate_hz, ENROLLING_HZ if self._enrolling else 0.0)

    @property
    def always(self) -> bool:
        """While a tag, the attendance or an enrolment needs it."""
        tells = self._settings.name_tag or self._settings.attendance
        return self._enrolling or (self._settings.enabled and tells and len(self._gallery) > 0)

    def prepare(self) -> None:
        """Loads model and networks.

        Raises:
            ModelError: the model is broken.
            WeightsError: the networks of vision are missing.
        """
        if self._loaded is None:
            self._loaded = self._load()

    def read(self, frame: Frame, observation: Observation | None) -> Sequence[ClassReading]:
        """Whose face each is, as far as it is decided."""
        self.prepare()
        settings, gallery = self._settings, self._gallery
        self._follow(settings, gallery)
        faces = observation.faces if observation is not None else ()
        if observation is not None and observation.size != frame.size:
            faces = ()
        seen = [self._look(frame, face, settings, gallery) for face in faces[:MOST_FACES]]
        self._votes.keep([each.face.track_id for each in seen], frame.captured_at - _KEEP_S)
        self._told(seen, frame.captured_at)
        return [
            ClassReading(each.face.track_id, _scores(each.name))
            for each in seen
            if settings.enabled and each.name != UNDECIDED
        ]

    def _follow(self, settings: PeopleSettings, gallery: Gallery) -> None:
        """What was voted before somebody came or went must not outlive that."""
        if settings.votes != self._votes.most:
            self._votes = VoteBox(settings.votes)
        known = frozenset(gallery.names)
        if known != self._known:
            self._known = known
            self._votes.forget(known)

    def _look(
        self, frame: Frame, face: Face, settings: PeopleSettings, gallery: Gallery
    ) -> SeenFace:
        assert self._loaded is not None
        model, find_mesh, measured = self._loaded
        before = self._votes.decided(face.track_id)
        mesh = find_mesh(frame.image, face)
        if mesh is None:
            return SeenFace(face, before, None, Fault.TURNED)
        texture = model.warp.straighten(frame.image, mesh)
        if fault_of(face, texture, RECOGNISING) is not None:
            return SeenFace(face, before, None, fault_of(face, texture, ENROLLING))
        numbers = model.embed(texture)
        likenesses = Likenesses.of(settings, measured)
        said = opinion(gallery.match(numbers), likenesses.sure, likenesses.unknown)
        name = self._votes.cast(face.track_id, said, frame.captured_at)
        return SeenFace(face, name, numbers, fault_of(face, texture, ENROLLING))


def _scores(name: str) -> Mapping[str, float]:
    return {UNKNOWN: 1.0} if name == UNKNOWN else {name: 1.0, ANYBODY: 1.0}
