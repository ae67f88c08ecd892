"""The vision stage: a frame in, an observation out, each part of the work at its own pace."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vcam.core.frame import Frame, Image
from vcam.core.observation import Attention, Hand, Observation
from vcam.settings.schema import VisionSettings
from vcam.vision.face_tracks import FaceTracker
from vcam.vision.faces import FaceDetector, FaceFinder, FaceLandmarker, FaceReader
from vcam.vision.hand_search import HandSearch
from vcam.vision.hands import HandFinder, HandReader, PalmFinder
from vcam.vision.landmarks import HandLandmarker
from vcam.vision.pace import Pace
from vcam.vision.palms import PalmDetector
from vcam.vision.person_watch import PersonWatch
from vcam.vision.skin_light import SkinLight, still_light
from vcam.vision.tracks import HandTracker

_FORGET_S = 1.0
"""After a gap of this length, or a step back of it, nothing that was followed is trusted."""
_SECOND_HAND_SHARE = 1 / 3
_LOST_HAND_SHARE = 2.0
"""While a hand that was just lost may be found again, hands are looked for so often as usual."""
_NEW_FACE_HZ = 3.0
_WATCHING_STRETCH = 3.0
"""While nothing is drawn, faces are only needed to tell hands in front of them: so much longer
between two looks at them."""

_EARLY = 0.5
"""Share of a period that something may come too soon, to be done in the same look."""
_STARTING_STRETCH = 2.0
"""While a gesture is about to start, hands go first: so much longer between two masks."""


@dataclass(frozen=True, slots=True)
class Networks:
    """What the observer sees with.

    Attributes:
        palms: finds palms.
        hands: reads hands.
        faces: finds faces.
        meshes: reads faces.
    """

    palms: PalmFinder
    hands: HandReader
    faces: FaceFinder
    meshes: FaceReader

    @classmethod
    def load(cls, settings: VisionSettings) -> Networks:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        return cls(
            PalmDetector.load(),
            HandLandmarker.load(settings.hand_model),
            FaceDetector.load(),
            FaceLandmarker.load(),
        )


class Observer:
    """Finds and follows hands and faces. Used from one thread.

    Hands are followed at `hand_rate_hz`, new ones are looked for at `search_rate_hz`, faces are
    followed at `face_rate_hz`, all in the frames' own time. In between, the last results hold.

    Args:
        settings: rates, limits and thresholds.
        networks: what it sees with; loaded when first needed if not given.
        person: makes the person's mask; loads its network when that is first wanted.

    Attributes:
        attention: `STARTING` follows hands in every frame; `WATCHING` looks at faces less often;
            `PERSON_ONLY` looks at neither.
    """

    def __init__(
        self,
        settings: VisionSettings,
        networks: Networks | None = None,
        person: PersonWatch | None = None,
    ) -> None:
        self._settings = settings
        self._networks = networks
        self._hands: HandTracker | None = None
        self._faces: FaceTracker | None = None
        self._finder: HandFinder | None = None
        self._hand_pace = Pace(settings.hand_rate_hz)
        self._search_pace = Pace(settings.search_rate_hz)
        self._face_pace = Pace(settings.face_rate_hz)
        self._new_face_pace = Pace(min(settings.face_rate_hz, _NEW_FACE_HZ))
        self._search = HandSearch(settings.zoom_rate_hz, beside_faces=settings.max_faces > 0)
        self._person = person or PersonWatch()
        self._light = SkinLight()
        self.attention = Attention.DRAWING
        self._last_at = -math.inf
        self._size = (0, 0)
        self._told: Observation | None = None

    @classmethod
    def load(cls, settings: VisionSettings) -> Observer:
        """An observer whose networks are loaded now.

        Raises:
            WeightsError: the weights are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        observer = cls(settings, Networks.load(settings))
        observer._prepare()
        return observer

    @property
    def wants_mask_hz(self) -> float:
        """How often the person's mask is made anew; 0 for never."""
        return self._person.wanted_hz

    @wants_mask_hz.setter
    def wants_mask_hz(self, rate_hz: float) -> None:
        self._person.wanted_hz = rate_hz

    @property
    def mask_problem(self) -> str:
        """Why there is no mask though it is wanted; empty otherwise."""
        return self._person.problem

    def reset(self) -> None:
        """Forgets everything that it follows, as for a new source; numbers are not used again."""
        if self._hands is not None and self._faces is not None:
            self._hands.reset()
            self._faces.reset()
        for pace in (self._hand_pace, self._search_pace, self._face_pace, self._new_face_pace):
            pace.now()
        self._search.reset()
        self._light.reset()
        self._person.reset()
        self._told = None
        self._last_at = -math.inf

    def due(self, at: float) -> bool:
        """Whether `observe` would look at a frame of that time, rather than repeat itself."""
        if abs(at - self._last_at) > _FORGET_S:
            return True
        if at <= self._last_at:
            return False
        return self._anything_due(at) or self._person.due(at)

    def observe(self, frame: Frame) -> Observation:
        """What is in the frame.

        A frame that is no newer than the last one changes nothing; one that is a second older or
        newer starts afresh. A look for the person's mask alone gives the last observation again,
        with the new mask: what was seen of hands and faces is as old as it was.

        Raises:
            WeightsError: the networks were not loaded yet, and their weights are missing or wrong.
            ModelError: as above, and the runtime cannot run them.
        """
        hands, faces, _ = self._prepare()
        at = frame.captured_at
        if abs(at - self._last_at) > _FORGET_S or frame.size != self._size:
            self.reset()
        if at > self._last_at:
            self._last_at, self._size = at, frame.size
            mask_alone = not self._anything_due(at) and self._person.due(at)
            image = self._light.corrected(frame.image)
            self._work(hands, faces, image, at)
            self._look_for_person(hands.hands, image, at)
            if self._settings.correct_light:
                # Where a face was when faces were last looked at, there may be a wall by now.
                self._light.note(frame.image, faces.faces if self._is_looking else (), at)
            if mask_alone and self._told is not None:
                self._told = replace(
                    self._told, mask=self._person.mask, mask_at=self._person.seen_at
                )
                return self._told
        self._told = Observation(
            frame.index,
            at,
            frame.size,
            hands.hands,
            faces.faces,
            self._person.mask,
            self._person.seen_at,
        )
        return self._told

    def observe_still(self, image: Image, enlarge: bool = True) -> Observation:
        """What is in a single picture; nothing is followed, smoothed or remembered.

        Args:
            image: BGR.
            enlarge: look at parts of it enlarged if it shows no hand, which takes some tenths of
                a second.

        Raises:
            WeightsError: as for `observe`.
            ModelError: as for `observe`.
        """
        _, faces, finder = self._prepare()
        find = faces.find if self._settings.max_faces else None
        if self._settings.correct_light:
            light, found = still_light(image, find)
            image = light.corrected(image)
        else:
            found = find(image) if find else ()
        boxes = [face.box for face in found] if self._settings.max_faces else None
        readings = finder.find_anywhere(image, self._settings.max_hands, boxes, enlarge)
        hands = tuple(
            Hand(
                track_id=number,
                points=reading.points,
                depth=reading.depth,
                world=reading.world,
                side=reading.side,
                presence=reading.presence,
            )
            for number, reading in enumerate(readings, 1)
        )
        height, width = image.shape[:2]
        return Observation(0, 0.0, (width, height), hands, found)

    def _prepare(self) -> tuple[HandTracker, FaceTracker, HandFinder]:
        if self._hands is None or self._faces is None or self._finder is None:
            networks = self._networks or Networks.load(self._settings)
            self._finder = HandFinder(
                networks.palms,
                networks.hands,
                self._settings.min_palm_score,
                self._settings.min_presence,
            )
            self._hands = HandTracker(self._finder, self._settings.max_hands)
            self._faces = FaceTracker(networks.faces, networks.meshes, self._settings.max_faces)
        return self._hands, self._faces, self._finder

    def _anything_due(self, at: float) -> bool:
        return self._hands_due(at) or self._search_due(at) or self._faces_due(at)

    @property
    def _is_looking(self) -> bool:
        return self.attention is not Attention.PERSON_ONLY

    def _hands_due(self, at: float, early: float = 0.0) -> bool:
        followed = bool(self._hands and self._hands.hands)
        starting = self.attention is Attention.STARTING
        return followed and self._is_looking and (starting or self._hand_pace.due(at, early))

    def _search_due(self, at: float, early: float = 0.0) -> bool:
        full = bool(self._hands and self._hands.is_full)
        return self._is_looking and not full and self._search_pace.due(at, early)

    def _faces_due(self, at: float, early: float = 0.0) -> bool:
        wanted = self._settings.max_faces > 0 and self._is_looking
        return wanted and self._face_pace.due(at, early)

    def _work(self, hands: HandTracker, faces: FaceTracker, image: Image, at: float) -> None:
        if not self._anything_due(at):
            return
        # What is due soon goes along with what is due: an observation should be of one time, and
        # whoever waits on `due` wakes less often.
        if self._hands_due(at, _EARLY):
            self._hand_pace.done(at)
            if hands.follow(image, at):
                self._search_pace.now()
                self._search.hand_lost()
        if self._search_due(at, _EARLY / 2):
            share = _SECOND_HAND_SHARE if hands.hands else 1.0
            self._search_pace.done(at, 1 / (_LOST_HAND_SHARE if hands.lost(at) else share))
            if self._search.look(hands, [face.box for face in faces.faces], image, at):
                self._hand_pace.done(at)
        if self._faces_due(at, _EARLY):
            watching = self.attention is Attention.WATCHING
            self._face_pace.done(at, _WATCHING_STRETCH if watching else 1.0)
            missed = faces.follow(image, at)
            if not faces.is_full and (missed or not faces.faces or self._new_face_pace.due(at)):
                self._new_face_pace.done(at)
                faces.search(image, at)

    def _look_for_person(self, hands: tuple[Hand, ...], image: Image, at: float) -> None:
        starting = self.attention is Attention.STARTING
        if self._person.due(at, _EARLY / 2):
            self._person.look(image, at, hands, _STARTING_STRETCH if starting else 1.0)
