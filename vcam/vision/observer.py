"""The vision stage: a frame in, an observation out, each part of the work at its own pace."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

from vcam.core.frame import Frame, Image
from vcam.core.geometry import Box
from vcam.core.observation import Attention, Hand, Observation
from vcam.settings.schema import VisionSettings
from vcam.vision.change import ChangeGate
from vcam.vision.face_tracks import FaceTracker
from vcam.vision.faces import FaceDetector, FaceFinder, FaceLandmarker, FaceReader
from vcam.vision.hands import HandFinder, HandReader, PalmFinder, hand_size, is_sure
from vcam.vision.landmarks import HandLandmarker
from vcam.vision.pace import Pace
from vcam.vision.palms import PalmDetector
from vcam.vision.parts import in_reach
from vcam.vision.person_watch import PersonWatch
from vcam.vision.skin_light import SkinLight, still_light
from vcam.vision.tracks import HandTrack, HandTracker
from vcam.vision.zoom import ZoomRound, round_lost

_FORGET_S = 1.0
"""After a gap of this length, or a step back of it, nothing that was followed is trusted."""
_SECOND_HAND_SHARE = 1 / 3
_LOST_HAND_SHARE = 2.0
"""While a hand that was just lost may be found again, hands are looked for so often as usual."""
_NEW_FACE_HZ = 3.0
_FORCED_SEARCH_S = 1.0
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
        self._zoom_pace = Pace(settings.zoom_rate_hz)
        self._zooms = ZoomRound()
        self._person = person or PersonWatch()
        self._gate = ChangeGate()
        self._light = SkinLight()
        self.attention = Attention.DRAWING
        self._searches = 0
        self._turns_after_loss = 0
        self._searched_at = -math.inf
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
        paces = (self._hand_pace, self._search_pace, self._face_pace, self._new_face_pace)
        for pace in (*paces, self._zoom_pace):
            pace.now()
        self._gate.reset()
        self._light.reset()
        self._zooms.reset()
        self._person.reset()
        self._told = None
        self._searched_at = self._last_at = -math.inf

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
                self._gate.reset()
        if self._search_due(at, _EARLY / 2):
            share = _SECOND_HAND_SHARE if hands.hands else 1.0
            self._search_pace.done(at, 1 / (_LOST_HAND_SHARE if hands.lost(at) else share))
            self._search_hands(hands, faces, image, at)
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

    def _search_hands(
        self, hands: HandTracker, faces: FaceTracker, image: Image, at: float
    ) -> None:
        """Looks for new hands, if anything but the known faces has moved since the last time."""
        boxes: list[Box] = [face.box for face in faces.faces]
        lost = hands.lost(at)
        changed = self._gate.changed(image, boxes)
        if changed and self._gate.where is not None:
            self._zooms.note_movement(self._gate.where, at)
        if not (changed or lost or at - self._searched_at >= _FORCED_SEARCH_S):
            return
        self._searched_at = at
        sure = partial(is_sure, faces=boxes if self._settings.max_faces else None)
        part = self._part_of_lost(lost, at)
        if part is not None:
            found = hands.search(image, at, part, sure)
        else:
            found = hands.search(image, at, self._next_part(image, boxes))
        if not (found or hands.hands or lost) and self._zoom_pace.due(at):
            part = self._zooms.next_part(boxes, self._size, at)
            if part is not None:
                self._zoom_pace.done(at)
                found = hands.search(image, at, part, sure)
        if found:
            self._hand_pace.done(at)

    def _part_of_lost(self, lost: list[HandTrack], at: float) -> Box | None:
        """Where a hand that was just lost should be; every other time, after the first."""
        self._turns_after_loss = self._turns_after_loss + 1 if lost else 0
        if self._turns_after_loss % 2 == 0:
            return None
        track = lost[self._turns_after_loss // 2 % len(lost)]
        return round_lost(track.points_at(at), hand_size(track.reading.points), self._size)

    def _next_part(self, image: Image, faces: list[Box]) -> Box | None:
        """Where to look for new hands: in the whole picture and round each far person in turn."""
        height, width = image.shape[:2]
        far = [part for face in faces if (part := in_reach(face, width, height)) is not None]
        self._searches += 1
        return [None, *far][self._searches % (1 + len(far))]
