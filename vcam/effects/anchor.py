"""What stickers hold on to: faces, shoulders, hands and their fingers, followed all the time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

from vcam.core.geometry import Placement
from vcam.core.observation import Face, Hand, Observation
from vcam.effects.anchor_pose import (
    FACE_ANCHORS,
    AnchorName,
    AnchorPose,
    FaceAnchorName,
    FingerName,
    is_usable,
)
from vcam.effects.grip import Grip, between
from vcam.effects.head import Head
from vcam.effects.sighting import FADE_S, FORGET_S, HOLD_S, Sighting

__all__ = ["FADE_S", "HOLD_S", "AnchorName", "AnchorPose", "AnchorTracker"]


class _Followed(Protocol):
    """A head or a grip."""

    sighting: Sighting

    def see(self, thing: Any, at: float, now: float, /) -> bool: ...

    def is_near(self, thing: Any, at: float, /) -> bool: ...

    def has_leapt(self, thing: Any, at: float, /) -> bool: ...


_Track = TypeVar("_Track", bound=_Followed)


class AnchorTracker:
    """Follows every face and hand between observations."""

    def __init__(self) -> None:
        self._heads: dict[int, Head] = {}
        self._grips: dict[int, Grip] = {}
        self._observed_at = -math.inf
        self._frame_index: int | None = None

    def update(self, observation: Observation | None, now: float) -> None:
        """Takes the newest observation; the same one may come many times.

        Args:
            observation: what was seen, or None for nothing new.
            now: the time at which the picture being drawn was taken, seconds.
        """
        if observation is not None and observation.frame_index != self._frame_index:
            if observation.at < self._observed_at - FORGET_S:
                self._heads.clear()
                self._grips.clear()
                self._observed_at = -math.inf
            self._take(observation, now)
        for heads in [key for key, head in self._heads.items() if head.sighting.is_over(now)]:
            del self._heads[heads]
        for grips in [key for key, grip in self._grips.items() if grip.sighting.is_over(now)]:
            del self._grips[grips]

    def poses(
        self, anchor: AnchorName, track_ids: Sequence[int], now: float, place: Placement
    ) -> list[AnchorPose]:
        """Where an anchor is: once for each face or hand that has it.

        Args:
            anchor: which.
            track_ids: the hands that are meant, for the anchors of hands; all hands if there are
                none, since an effect that was called by a click has no hand of its own. Faces are
                meant all, whatever stands here.
            now: when the picture to draw on was taken, seconds.
            place: how the observed frame lies on the canvas.

        Returns:
            None of them for `screen`, which needs no following; at most one for `hands.between`.
        """
        if not is_usable(place) or anchor == "screen":
            return []
        if anchor in FACE_ANCHORS:
            name = cast(FaceAnchorName, anchor)
            return [head.pose(key, name, now, place) for key, head in self._heads.items()]
        grips = [(key, self._grips[key]) for key in track_ids or self._grips if key in self._grips]
        if anchor == "hand":
            return [grip.palm(key, now, place) for key, grip in grips]
        if anchor == "hands.between":
            return self._between(track_ids, now, place)
        finger = cast(FingerName, anchor)
        return [grip.fingertip(key, finger, now, place) for key, grip in grips]

    def _between(self, track_ids: Sequence[int], now: float, place: Placement) -> list[AnchorPose]:
        """Between the hands that are meant, or one of them and the other that is in view."""
        meant = [key for key in track_ids if key in self._grips]
        rest = [key for key in self._grips if key not in meant]
        pair = (meant + rest)[:2]
        if len(pair) < 2:
            return []
        first, second = (self._grips[key].palm(key, now, place) for key in pair)
        pose = between(first, second)
        return [] if pose is None else [pose]

    def _take(self, observation: Observation, now: float) -> None:
        # Whatever is there when drawing begins is no newcomer: its sticker has its own entrance.
        running = observation.at - self._observed_at < FORGET_S
        appears_at = now if running else None
        self._frame_index, self._observed_at = observation.frame_index, observation.at
        for face in observation.faces:
            _see(self._heads, face, observation.at, now, lambda: Head(appears_at))
        for hand in observation.hands:
            _see(self._grips, hand, observation.at, now, lambda: Grip(appears_at))


def _see(
    tracks: dict[int, _Track],
    thing: Face | Hand,
    at: float,
    now: float,
    make: Callable[[], _Track],
) -> None:
    track = tracks.get(thing.track_id)
    if track is None:
        track = _inherited(tracks, thing, at)
    if track is None or at - track.sighting.seen_at > HOLD_S or track.has_leapt(thing, at):
        # What is drawn on one person must not slide over to another who got the number.
        track = make()
    if track.see(thing, at, now):
        tracks[thing.track_id] = track


def _inherited(tracks: dict[int, _Track], thing: Face | Hand, at: float) -> _Track | None:
    """The track of something just lost in the same place: the same thing under a new number."""
    for track_id, track in tracks.items():
        seen_at = track.sighting.seen_at
        if seen_at < at - 1e-6 and at - seen_at <= HOLD_S and track.is_near(thing, at):
            return tracks.pop(track_id)
    return None
