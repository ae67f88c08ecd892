"""Follows faces from frame to frame, in true time."""

from __future__ import annotations

from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.core.observation import Face, FaceShape
from vcam.vision.faces import FaceFinder, FaceReader, FaceReading, face_region
from vcam.vision.parts import tiles
from vcam.vision.region import from_face

_MIN_SCORE = 0.5
_MIN_PRESENCE = 0.5
_SAME_FACE = 0.4
_BRIDGE_S = 0.3
"""A face that is missed for so long (a hand before it, a blur) stays where it was."""


class FaceTrack:
    """One face, from when it was found until it is lost.

    Args:
        track_id: its number.
        reading: what was seen first.
        at: when, seconds.
    """

    def __init__(self, track_id: int, reading: FaceReading, at: float) -> None:
        self.track_id = track_id
        self.update(reading, at)

    def update(self, reading: FaceReading, at: float) -> None:
        """The face was seen again, later."""
        self.reading = reading
        self.seen_at = at
        self.face = _as_face(self.track_id, reading)


class FaceTracker:
    """Follows up to so many faces.

    `follow` looks where the faces were, `search` looks for faces that are not followed yet; the
    caller decides when to do which. Times must rise from call to call.

    Args:
        finder: the detector.
        reader: the landmark network.
        most: how many to follow.
    """

    def __init__(self, finder: FaceFinder, reader: FaceReader, most: int) -> None:
        self._finder = finder
        self._reader = reader
        self._most = most
        self._tracks: list[FaceTrack] = []
        self._next_id = 1
        self._searches = 0

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces as last seen, largest first.

        Not smoothed: whoever draws on them has to anyway, and twice is too late.
        """
        faces = [track.face for track in self._tracks]
        return tuple(sorted(faces, key=lambda face: -face.box.area))

    @property
    def is_full(self) -> bool:
        """Whether as many are followed as may be."""
        return len(self._tracks) >= self._most

    def reset(self) -> None:
        """Forgets all faces; their numbers are not used again."""
        self._tracks.clear()

    def follow(self, image: Image, at: float) -> bool:
        """Looks again at every face that is followed; True if one was missed."""
        height, width = image.shape[:2]
        kept: list[FaceTrack] = []
        missed = False
        for track in self._tracks:
            region = from_face(track.reading.mesh)
            reading = None
            if region.touches(width, height):
                reading = self._reader.look(image, region)
            if reading is None or reading.presence < _MIN_PRESENCE:
                missed = True
                if at - track.seen_at <= _BRIDGE_S:
                    kept.append(track)
            elif not _is_among(reading.box, [other.reading.box for other in kept]):
                track.update(reading, at)
                kept.append(track)
        self._tracks = kept
        return missed

    def search(self, image: Image, at: float) -> bool:
        """Looks for faces that are not followed; True if one was found or found again.

        Every other time it looks into one half of a wide picture, for small and far faces.
        """
        height, width = image.shape[:2]
        parts: list[Box | None] = [None]
        for tile in tiles(width, height):
            parts += [tile, None]
        part = parts[self._searches % len(parts)]
        self._searches += 1
        found = False
        for reading in self._read_new(image, part, at):
            found = True
            track = self._stale_near(reading, at)
            if track is not None:
                track.update(reading, at)
            elif len(self._tracks) < self._most:
                self._tracks.append(FaceTrack(self._next_id, reading, at))
                self._next_id += 1
        return found

    def find(self, image: Image) -> tuple[Face, ...]:
        """The faces in a picture that nothing is known of, largest first; follows none."""
        height, width = image.shape[:2]
        readings: list[FaceReading] = []
        for part in (None, *tiles(width, height)):
            for reading in self._read(image, part, [other.box for other in readings]):
                readings.append(reading)
        faces = [_as_face(number, reading) for number, reading in enumerate(readings, 1)]
        return tuple(sorted(faces, key=lambda face: -face.box.area))[: self._most]

    def _read_new(self, image: Image, part: Box | None, at: float) -> list[FaceReading]:
        """Faces that are not followed, or that were followed and missed just now."""
        seen = [track.reading.box for track in self._tracks if track.seen_at >= at]
        return self._read(image, part, seen)

    def _read(self, image: Image, part: Box | None, known: list[Box]) -> list[FaceReading]:
        readings: list[FaceReading] = []
        for detection in self._finder.detect(image, _MIN_SCORE, part)[: self._most]:
            if _is_among(detection.box, known):
                continue
            reading = self._reader.look(image, face_region(detection))
            boxes = known + [other.box for other in readings]
            if reading.presence >= _MIN_PRESENCE and not _is_among(reading.box, boxes):
                readings.append(reading)
        return readings

    def _stale_near(self, reading: FaceReading, at: float) -> FaceTrack | None:
        """The track that missed its face just now and whose face this is."""
        for track in self._tracks:
            if track.seen_at < at and _is_among(reading.box, [track.reading.box]):
                return track
        return None


def _is_among(box: Box, others: list[Box]) -> bool:
    return any(box.iou(other) > _SAME_FACE for other in others)


def _as_face(track_id: int, reading: FaceReading) -> Face:
    marks = reading.marks
    return Face(
        track_id=track_id,
        box=reading.box,
        eyes=marks[:2],
        nose=marks[2],
        mouth=marks[3],
        presence=reading.presence,
        shape=FaceShape(marks[4], marks[5], marks[6:8], *reading.turn),
    )
