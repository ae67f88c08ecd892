"""What stickers hold on to: faces, shoulders, hands and their fingers, followed all the time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

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
_Thing = TypeVar("_Thing", Face, Hand)

_PENDING = 4
"""So many of the last observations are kept of what nothing holds on to: enough to know how fast
it moves when something does."""


class _Tracks(Generic[_Track, _Thing]):
    """All faces, or all hands. They are measured only when somebody asks where they are.

    Args:
        make: begins a track, told when it came into view.
    """

    def __init__(self, make: Callable[[float | None], _Track]) -> None:
        self._make = make
        self._tracks: dict[int, _Track] = {}
        self._pending: deque[tuple[float, float, Sequence[_Thing]]] = deque(maxlen=_PENDING)
        self._observed_at = -math.inf
        self._now = -math.inf

    def note(self, at: float, now: float, things: Sequence[_Thing]) -> None:
        """Takes what was seen at one time, for a picture that was taken `now`."""
        self._pending.append((at, now, things))

    def at(self, now: float) -> None:
        """Says when the picture that is drawn on was taken."""
        self._now = now

    @property
    def followed(self) -> dict[int, _Track]:
        """The tracks by their numbers."""
        while self._pending:
            at, now, things = self._pending.popleft()
            self._forget(now)
            self._take(at, now, things)
        self._forget(self._now)
        return self._tracks

    def _take(self, at: float, now: float, things: Sequence[_Thing]) -> None:
        if at < self._observed_at - FORGET_S:
            self._tracks.clear()
            self._observed_at = -math.inf
        # Whatever is there when drawing begins is no newcomer: its sticker has its own entrance.
        appears_at = now if at - self._observed_at < FORGET_S else None
        self._observed_at = at
        for thing in things:
            self._see(thing, at, now, appears_at)

    def _see(self, thing: _Thing, at: float, now: float, appears_at: float | None) -> None:
        track = self._tracks.get(thing.track_id)
        if track is None:
            track = self._inherited(thing, at)
        if track is None or at - track.sighting.seen_at > HOLD_S or track.has_leapt(thing, at):
            # What is drawn on one person must not slide over to another who got the number.
            track = self._make(appears_at)
        if track.see(thing, at, now):
            self._tracks[thing.track_id] = track

    def _inherited(self, thing: _Thing, at: float) -> _Track | None:
        """The track of something just lost in the same place: it, under a new number."""
        for track_id, track in self._tracks.items():
            seen_at = track.sighting.seen_at
            if seen_at < at - 1e-6 and at - seen_at <= HOLD_S and track.is_near(thing, at):
                return self._tracks.pop(track_id)
        return None

    def _forget(self, now: float) -> None:
        for key in [key for key, track in self._tracks.items() if track.sighting.is_over(now)]:
            del self._tracks[key]


class AnchorTracker:
    """Follows every face and hand between observations, as far as something holds on to them."""

    def __init__(self) -> None:
        self._heads: _Tracks[Head, Face] = _Tracks(Head)
        self._grips: _Tracks[Grip, Hand] = _Tracks(Grip)
        self._frame_index: int | None = None

    def update(self, observation: Observation | None, now: float) -> None:
        """Takes the newest observation; the same one may come many times.

        Args:
            observation: what was seen, or None for nothing new.
            now: the time at which the picture being drawn was taken, seconds.
        """
        if observation is not None and observation.frame_index != self._frame_index:
            self._frame_index = observation.frame_index
            self._heads.note(observation.at, now, observation.faces)
            self._grips.note(observation.at, now, observation.hands)
        self._heads.at(now)
        self._grips.at(now)

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
            return [head.pose(key, name, now, place) for key, head in self._heads.followed.items()]
        seen = self._grips.followed
        grips = [(key, seen[key]) for key in track_ids or seen if key in seen]
        if anchor == "hand":
            return [grip.palm(key, now, place) for key, grip in grips]
        if anchor == "hands.between":
            return self._between(track_ids, now, place)
        finger = cast(FingerName, anchor)
        return [grip.fingertip(key, finger, now, place) for key, grip in grips]

    def _between(self, track_ids: Sequence[int], now: float, place: Placement) -> list[AnchorPose]:
        """Between the hands that are meant, or one of them and the other that is in view."""
        seen = self._grips.followed
        meant = [key for key in track_ids if key in seen]
        rest = [key for key in seen if key not in meant]
        pair = (meant + rest)[:2]
        if len(pair) < 2:
            return []
        first, second = (seen[key].palm(key, now, place) for key in pair)
        pose = between(first, second)
        return [] if pose is None else [pose]
