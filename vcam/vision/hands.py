"""Finds hands in one picture: palms, then landmarks, each hand once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray
from vcam.vision.landmarks import HandReading
from vcam.vision.palms import PALM_JOINTS, hand_region
from vcam.vision.parts import tiles, zooms
from vcam.vision.region import Region, from_hand
from vcam.vision.ssd import Detection

# Two readings are one hand if their palms lie closer than this share of the hand's size. The
# boxes' overlap, MediaPipe's measure, also merges clasped hands, whose boxes overlap wholly.
_SAME_HAND = 0.25

# Enlarged, ears, mouths and noses look like hands. These are the lowest limits at which a second
# look takes none of them for a hand that the first one did not (measured in docs/vision.md).
_SURE_PRESENCE, _SURE_PRESENCE_AT_FACE = 0.8, 0.95
_FACE_MARGIN = 0.25
# What is only enlarged is larger for the detector, but not sharper: its scores are lower.
_ENLARGED_PALM_SHARE = 0.75

Trust = Callable[["HandReading"], bool]
"""Whether what was read is a hand, beyond its being present."""


class PalmFinder(Protocol):
    """Finds palms, see `PalmDetector`."""

    def detect(self, image: Image, min_score: float, part: Box | None = None) -> list[Detection]:
        """Finds palms in the picture or in a part of it, best first."""
        ...


class HandReader(Protocol):
    """Reads the hand in a region, see `HandLandmarker`."""

    def look(self, image: Image, region: Region) -> HandReading:
        """Reads the hand in `region`; whether there is one, `presence` tells."""
        ...


def hand_size(points: FloatArray) -> float:
    """The longer side of the box round the landmarks, at least 1 pixel.

    Unlike the palm's length it does not vanish when the hand points at the camera.
    """
    box = Box.around(points)
    return max(box.width, box.height, 1.0)


def same_hand(one: FloatArray, other: FloatArray) -> bool:
    """Whether two sets of landmarks, (21, 2) each, lie on the same hand."""
    joints = list(PALM_JOINTS)
    distance = np.linalg.norm(one[joints] - other[joints], axis=1).mean()
    return bool(distance < _SAME_HAND * max(hand_size(one), hand_size(other)))


def is_sure(reading: HandReading, faces: Iterable[Box] | None) -> bool:
    """Whether something that only an enlarged part of the picture showed is a hand after all.

    Args:
        reading: what was read there.
        faces: boxes of the faces in view, brow to chin, ear to ear, pixels; None if nobody
            looked for faces.
    """
    x, y = reading.points.mean(axis=0).tolist()
    reach = 0.5 + _FACE_MARGIN
    at_face = faces is None or any(
        abs(x - face.centre[0]) <= reach * face.width
        and abs(y - face.centre[1]) <= reach * face.height
        for face in faces
    )
    return reading.presence >= (_SURE_PRESENCE_AT_FACE if at_face else _SURE_PRESENCE)


def is_palm_of(palm: Detection, points: FloatArray) -> bool:
    """Whether a detected palm belongs to the hand with these landmarks."""
    distance = np.linalg.norm(points[list(PALM_JOINTS)] - palm.keypoints, axis=1).mean()
    return bool(distance < _SAME_HAND * max(hand_size(points), palm.box.width))


@dataclass(frozen=True, slots=True)
class HandFinder:
    """Finds hands in a picture that nothing is known of.

    Attributes:
        palms: the palm detector.
        reader: the landmark network.
        min_palm_score: palms below it are dropped.
        min_presence: hands below it are dropped.
    """

    palms: PalmFinder
    reader: HandReader
    min_palm_score: float
    min_presence: float

    def find(
        self,
        image: Image,
        most: int,
        known: Sequence[FloatArray] = (),
        part: Box | None = None,
        trust: Trust | None = None,
    ) -> list[HandReading]:
        """Finds hands, those with the surest palm first.

        Each hand is read twice, in the region of its palm and then in that of its own landmarks,
        and must be present both times: the second look is centred better, and much that looks
        like a hand once does not do so twice.

        Args:
            image: BGR.
            most: how many to find.
            known: landmarks, (21, 2), of hands that need not be found again.
            part: look for palms in this part of the picture only.
            trust: hands that it does not trust are left out, and weaker palms are tried.
        """
        found: list[HandReading] = []
        taken = list(known)
        # One palm more than hands are wanted: the surest palm may turn out to be none.
        share = 1.0 if trust is None else _ENLARGED_PALM_SHARE
        palms = self.palms.detect(image, self.min_palm_score * share, part)
        for palm in _new_palms(palms, taken)[: most + 1]:
            reading = self.read(image, hand_region(palm))
            if reading is None or any(same_hand(reading.points, hand) for hand in taken):
                continue
            if trust is not None and not trust(reading):
                continue
            found.append(reading)
            taken.append(reading.points)
            if len(found) == most:
                break
        return found

    def find_anywhere(
        self,
        image: Image,
        most: int,
        faces: Sequence[Box] | None = None,
        enlarge: bool = True,
    ) -> list[HandReading]:
        """Finds hands like `find`, and looks closer, step by step, as long as there is none.

        First into both halves, then into the squares of `zooms`, where it takes only what
        `is_sure`.

        Args:
            image: BGR.
            most: how many to find.
            faces: boxes of the faces in view, pixels; None if nobody looked for faces.
            enlarge: False leaves the squares out.
        """
        height, width = image.shape[:2]
        steps: list[tuple[list[Box | None], Trust | None]] = [
            ([None], None),
            ([*tiles(width, height)], None),
            ([*zooms(width, height)] * enlarge, lambda reading: is_sure(reading, faces)),
        ]
        found: list[HandReading] = []
        for parts, trust in steps:
            for part in parts:
                if len(found) < most:
                    known = [reading.points for reading in found]
                    found += self.find(image, most - len(found), known, part, trust)
            if found:
                break
        return found

    def read(self, image: Image, region: Region) -> HandReading | None:
        """The hand in a region seen for the first time; None if there is none."""
        reading = self.reader.look(image, region)
        if reading.presence < self.min_presence:
            return None
        reading = self.reader.look(image, from_hand(reading.points))
        return reading if reading.presence >= self.min_presence else None


def _new_palms(palms: Iterable[Detection], known: Sequence[FloatArray]) -> list[Detection]:
    """Palms that belong to none of the known hands."""
    return [palm for palm in palms if not any(is_palm_of(palm, hand) for hand in known)]
