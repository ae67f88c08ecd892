"""Follows hands from frame to frame, in true time."""

from __future__ import annotations

import math

import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray, OneEuroFilter
from vcam.core.observation import Hand
from vcam.vision.hands import HandFinder, Trust, hand_size, same_hand
from vcam.vision.landmarks import HandReading
from vcam.vision.region import Region, from_hand

# Speeds are in hand sizes a second: at rest 1.5 Hz takes the tremor of the landmarks away, and a
# hand that crosses its own size in a second is already followed at 6 Hz and more.
_MIN_CUTOFF_HZ, _BETA, _DERIVATIVE_CUTOFF_HZ = 1.5, 5.0, 3.0
_WORLD_SIZE_M = 0.1
_SIDE_TIME_S = 0.3
_SIDE_HYSTERESIS = 0.15
_REVIVE_S = 0.4
_MAX_LEAP = 0.5
# A hand that is found again is looked for with a detector, not at one place: it may have gone on
# for longer.
_MAX_LOST_LEAP = 1.5


class HandTrack:
    """One hand, from when it was found until it is lost.

    Args:
        track_id: its number.
        reading: what was seen first.
        at: when, seconds.
    """

    def __init__(self, track_id: int, reading: HandReading, at: float) -> None:
        self.track_id = track_id
        self._image_filter = OneEuroFilter(_MIN_CUTOFF_HZ, _BETA, _DERIVATIVE_CUTOFF_HZ)
        self._world_filter = OneEuroFilter(_MIN_CUTOFF_HZ, _BETA, _DERIVATIVE_CUTOFF_HZ)
        self._right_share = reading.right_share
        self._side = reading.side
        self._velocity = np.zeros(2, np.float32)
        self._start(reading, at)

    def _start(self, reading: HandReading, at: float) -> None:
        self.reading = reading
        self.seen_at = at
        self.hand = self._smoothed(reading, at)

    def region_at(self, at: float) -> Region:
        """Where the hand should be at a time: its last movement goes on, for half its size."""
        leap = self._leap(at, _MAX_LEAP)
        return from_hand(self.reading.points).moved(float(leap[0]), float(leap[1]))

    def points_at(self, at: float) -> FloatArray:
        """Where the landmarks of a lost hand should be at a time, (21, 2), pixels."""
        return self.reading.points + self._leap(at, _MAX_LOST_LEAP)

    def _leap(self, at: float, most_sizes: float) -> FloatArray:
        leap = self._velocity * np.float32(max(0.0, at - self.seen_at))
        length = float(np.hypot(leap[0], leap[1]))
        most = most_sizes * hand_size(self.reading.points)
        return leap * np.float32(most / length) if length > most else leap

    def update(self, reading: HandReading, at: float) -> None:
        """The hand was seen again, later."""
        elapsed_s = at - self.seen_at
        if elapsed_s > 0:
            step = reading.points.mean(axis=0) - self.reading.points.mean(axis=0)
            self._velocity = np.asarray(step / elapsed_s, np.float32)
            gain = 1 - math.exp(-elapsed_s / _SIDE_TIME_S)
            self._right_share += gain * (reading.right_share - self._right_share)
            if abs(self._right_share - 0.5) > _SIDE_HYSTERESIS:
                self._side = "right" if self._right_share > 0.5 else "left"
        self._start(reading, at)

    def revive(self, reading: HandReading, at: float) -> None:
        """The hand was found again after it had been lost for a moment."""
        self._image_filter.reset()
        self._world_filter.reset()
        self._velocity[:] = 0
        self._start(reading, at)

    def _smoothed(self, reading: HandReading, at: float) -> Hand:
        size = hand_size(reading.points)
        screen = np.column_stack([reading.points, reading.depth])
        screen = self._image_filter.update(screen, at, size)
        return Hand(
            track_id=self.track_id,
            points=np.ascontiguousarray(screen[:, :2]),
            depth=np.ascontiguousarray(screen[:, 2]),
            world=self._world_filter.update(reading.world, at, _WORLD_SIZE_M),
            side=self._side,
            presence=reading.presence,
        )


class HandTracker:
    """Follows up to so many hands.

    `follow` looks where the hands should be, `search` looks for hands that are not followed yet;
    the caller decides when to do which. Times must rise from call to call.

    Args:
        finder: finds hands that are not followed.
        most: how many to follow.
    """

    def __init__(self, finder: HandFinder, most: int) -> None:
        self._finder = finder
        self._most = most
        self._tracks: list[HandTrack] = []
        self._lost: list[HandTrack] = []
        self._next_id = 1

    @property
    def hands(self) -> tuple[Hand, ...]:
        """The hands as last seen, smoothed; those that have been followed longest come first."""
        return tuple(track.hand for track in self._tracks)

    @property
    def is_full(self) -> bool:
        """Whether as many are followed as may be."""
        return len(self._tracks) >= self._most

    def reset(self) -> None:
        """Forgets all hands; their numbers are not used again."""
        self._tracks.clear()
        self._lost.clear()

    def follow(self, image: Image, at: float) -> bool:
        """Looks again at every hand that is followed; True if one was lost."""
        height, width = image.shape[:2]
        kept: list[HandTrack] = []
        lost = False
        for track in self._tracks:
            region = track.region_at(at)
            reading = None
            if region.touches(width, height):
                reading = self._finder.reader.look(image, region)
            if reading is None or reading.presence < self._finder.min_presence:
                self._lost.append(track)
                lost = True
            elif not any(same_hand(reading.points, other.reading.points) for other in kept):
                track.update(reading, at)
                kept.append(track)
        self._tracks = kept
        return lost

    def lost(self, at: float) -> list[HandTrack]:
        """The hands that were lost a moment ago and may yet be found again."""
        self._lost = [track for track in self._lost if at - track.seen_at <= _REVIVE_S]
        return list(self._lost)

    def search(
        self, image: Image, at: float, part: Box | None = None, trust: Trust | None = None
    ) -> bool:
        """Looks for new hands, in the picture or in a part of it; True if one was found.

        Args:
            image: BGR.
            at: its time, seconds.
            part: look for palms in this part of the picture only.
            trust: see `HandFinder.find`.
        """
        wanted = self._most - len(self._tracks)
        if wanted <= 0:
            return False
        known = [track.reading.points for track in self._tracks]
        found = self._finder.find(image, wanted, known, part, trust)
        for reading in found:
            self._tracks.append(self._track_for(reading, at))
        self._tracks.sort(key=lambda track: track.track_id)
        return bool(found)

    def _track_for(self, reading: HandReading, at: float) -> HandTrack:
        """The track that was lost a moment ago near here, or a new one."""
        size = hand_size(reading.points)
        centre = reading.points.mean(axis=0)
        for track in self.lost(at):
            gap = min(
                np.linalg.norm(points.mean(axis=0) - centre)
                for points in (track.reading.points, track.points_at(at))
            )
            if gap < 1.5 * size and track.reading.side == reading.side:
                self._lost.remove(track)
                track.revive(reading, at)
                return track
        track = HandTrack(self._next_id, reading, at)
        self._next_id += 1
        return track
