"""What stickers hold on to: eyes, the top of the head, hands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vcam.core.geometry import Box, FloatArray, Placement
from vcam.core.observation import Face, Hand, Landmark, Observation
from vcam.effects.follow import Follower

AnchorName = Literal["face.eyes", "face.top", "hand", "screen"]

HOLD_S = 0.3
"""A thing out of sight keeps its sticker in place so long."""

FADE_S = 0.25
"""Then the sticker fades within this time; one found again or anew comes as fast."""

_TOP_OF_HEAD = 1.45
"""Eye line to where a hat's brim sits, in eye distances, along the face's own up."""

_FRONTAL_MOUTH = 1.05
"""Eye line to mouth of a face seen from the front, in eye distances."""

_STALE_S = 1.0


@dataclass(frozen=True, slots=True)
class AnchorPose:
    """An anchor on the canvas at one moment.

    Attributes:
        track_id: whose it is.
        x: canvas pixels.
        y: canvas pixels.
        unit: what offsets and sizes are measured in, canvas pixels: the distance of the eyes, the
            length of the palm, the width of the picture.
        roll: radians, clockwise as seen.
        squash: width of what lies flat on the anchor, as a share of its width seen from the front;
            below 1 for a face that is turned aside.
        visibility: 0..1; falls when the thing is lost.
        bounds: of a hand: the box round all of it, canvas pixels.
    """

    track_id: int
    x: float
    y: float
    unit: float
    roll: float = 0.0
    squash: float = 1.0
    visibility: float = 1.0
    bounds: Box | None = None


class _Track:
    """One face or hand: where it is, how it is shaped, and when it was seen."""

    def __init__(self, appears_at: float | None) -> None:
        self.place = Follower(min_cutoff_hz=1.0, beta=4.0)
        self.shape = Follower(min_cutoff_hz=0.5, beta=2.0)
        self.seen_at = -math.inf
        self.appears_at = appears_at
        self.source: Face | Hand | None = None

    def see(self, place: FloatArray, shape: FloatArray, seen_at: float, now: float) -> None:
        """Takes a sighting; the first two numbers of `shape` span the unit."""
        unit = float(np.hypot(shape[0], shape[1]))
        self.place.see(place, seen_at, unit, now)
        self.shape.see(shape, seen_at, unit, now)
        self.seen_at = seen_at

    def visibility(self, now: float) -> float:
        """1 while it is seen and shortly after, then falling to 0."""
        lost = (now - self.seen_at - HOLD_S) / FADE_S
        come = 1.0 if self.appears_at is None else (now - self.appears_at) / FADE_S
        return min(1.0, max(0.0, min(come, 1.0 - max(0.0, lost))))


class AnchorTracker:
    """Follows every face and hand between observations."""

    def __init__(self) -> None:
        self._faces: dict[int, _Track] = {}
        self._hands: dict[int, _Track] = {}
        self._observed_at = -math.inf
        self._frame_index: int | None = None

    def update(self, observation: Observation | None, now: float) -> None:
        """Takes the newest observation; the same one may come many times.

        Args:
            observation: what was seen, or None for nothing new.
            now: the time at which the picture being drawn was taken, seconds.
        """
        if observation is not None and observation.frame_index != self._frame_index:
            if observation.at < self._observed_at - _STALE_S:
                self._faces.clear()
                self._hands.clear()
                self._observed_at = -math.inf
            self._take(observation, now)
        for tracks in (self._faces, self._hands):
            for track_id in [key for key, track in tracks.items() if _gone(track, now)]:
                del tracks[track_id]

    def _take(self, observation: Observation, now: float) -> None:
        # Whatever is there when drawing begins is no newcomer: its sticker has its own entrance.
        running = observation.at - self._observed_at < _STALE_S
        appears_at = now if running else None
        self._frame_index, self._observed_at = observation.frame_index, observation.at
        for face in observation.faces:
            measured = _face_numbers(face)
            if measured is not None:
                self._see(self._faces, face, measured, observation, now, appears_at)
        for hand in observation.hands:
            measured = _hand_numbers(hand)
            if measured is not None:
                self._see(self._hands, hand, measured, observation, now, appears_at)

    def _see(
        self,
        tracks: dict[int, _Track],
        thing: Face | Hand,
        measured: tuple[FloatArray, FloatArray],
        observation: Observation,
        now: float,
        appears_at: float | None,
    ) -> None:
        place, shape = measured
        track = tracks.get(thing.track_id)
        if track is None:
            track = _inherit(tracks, place, shape, observation.at)
        if track is None or observation.at - track.seen_at > HOLD_S:
            track = _Track(appears_at)
        tracks[thing.track_id] = track
        if track.source is thing:
            # Vision looks for faces less often than for hands and passes the last ones on: seen
            # again, but not measured again.
            track.seen_at = observation.at
            return
        track.see(place, shape, observation.at, now)
        track.source = thing

    def faces(self, anchor: AnchorName, now: float, place: Placement) -> list[AnchorPose]:
        """The anchor `face.eyes` or `face.top` of every face in view."""
        poses = []
        for track_id, track in self._faces.items():
            x, y = track.place.at(now).tolist()
            across, down, mouth = track.shape.at(now).tolist()
            eyes = math.hypot(across, down)
            if eyes <= 0 or not _is_usable(place):
                continue
            # A face turned aside brings its eyes together but not its mouth up: the longer of the
            # two tells how large the head is.
            unit = max(eyes, 0.85 * mouth / _FRONTAL_MOUTH)
            if anchor == "face.top":
                x += down / eyes * _TOP_OF_HEAD * unit
                y -= across / eyes * _TOP_OF_HEAD * unit
            roll = math.atan2(down, across)
            squash = min(1.0, max(0.7, eyes / unit))
            poses.append(
                AnchorPose(
                    track_id,
                    place.left + place.scale * x,
                    place.top + place.scale * y,
                    unit * place.scale,
                    roll,
                    squash,
                    track.visibility(now),
                )
            )
        return poses

    def hands(self, track_ids: Sequence[int], now: float, place: Placement) -> list[AnchorPose]:
        """The middles of the palms of these hands, as far as they are known; of all, if of none.

        An effect that was called by a click and not by a hand goes to whatever hands there are.
        """
        poses = []
        for track_id in track_ids or self._hands:
            track = self._hands.get(track_id)
            if track is None or not _is_usable(place):
                continue
            x, y = track.place.at(now).tolist()
            unit, _, left, top, right, bottom = (track.shape.at(now) * place.scale).tolist()
            x, y = place.left + place.scale * x, place.top + place.scale * y
            bounds = Box(x + left, y + top, right - left, bottom - top)
            visibility = track.visibility(now)
            poses.append(AnchorPose(track_id, x, y, unit, 0.0, 1.0, visibility, bounds))
        return poses


def _is_usable(place: Placement) -> bool:
    return all(map(math.isfinite, place)) and place.scale > 0


def _gone(track: _Track, now: float) -> bool:
    return now - track.seen_at > HOLD_S + FADE_S + _STALE_S


def _face_numbers(face: Face) -> tuple[FloatArray, FloatArray] | None:
    """Middle of the eyes; the way from eye to eye and the distance to the mouth."""
    left, right = np.asarray(face.eyes, np.float32)
    middle, way = (left + right) / 2, right - left
    mouth = float(np.hypot(*(np.asarray(face.mouth, np.float32) - middle)))
    shape = np.array([way[0], way[1], mouth], np.float32)
    if not (np.isfinite(middle).all() and np.isfinite(shape).all()) or np.hypot(*way) < 1:
        return None
    return middle, shape


def _hand_numbers(hand: Hand) -> tuple[FloatArray, FloatArray] | None:
    """Middle of the palm; its length, and left, top, right, bottom of the hand, seen from there."""
    points = np.asarray(hand.points, np.float32)
    if not np.isfinite(points).all():
        return None
    wrist, index = points[Landmark.WRIST], points[Landmark.INDEX_MCP]
    middle, pinky = points[Landmark.MIDDLE_MCP], points[Landmark.PINKY_MCP]
    # A palm is about 1.3 times as long as its knuckles are wide; of the two, foreshortening leaves
    # at least one alone.
    length = max(float(np.hypot(*(middle - wrist))), 1.3 * float(np.hypot(*(index - pinky))))
    if length < 1:
        return None
    centre = np.asarray((wrist + index + pinky) / 3, np.float32)
    corners = np.concatenate([points.min(axis=0) - centre, points.max(axis=0) - centre])
    return centre, np.concatenate([[length, 0.0], corners]).astype(np.float32)


def _inherit(
    tracks: dict[int, _Track], place: FloatArray, shape: FloatArray, seen_at: float
) -> _Track | None:
    """The track of something just lost in the same place: the same thing under a new number."""
    unit = float(np.hypot(shape[0], shape[1]))
    for track_id, track in tracks.items():
        lost = track.seen_at < seen_at - 1e-6 and seen_at - track.seen_at <= HOLD_S
        if lost and float(np.hypot(*(track.place.at(seen_at) - place))) < unit:
            return tracks.pop(track_id)
    return None
