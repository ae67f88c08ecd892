"""Where a hand went over the last seconds, and the movements that can be read from it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from vcam.core.observation import Hand, Landmark
from vcam.triggers.guards import Reason
from vcam.triggers.smoothing import Sample

_MEMORY_S = 2.5
_LONGEST_GAP_S = 0.4
"""A hand on its way is hard to see and may be lost for a while; nobody knows where it went in a
longer gap, and a trail begins anew after it."""

_TOLERANCE_S = 1e-6
_TIPS = [Landmark.INDEX_TIP, Landmark.MIDDLE_TIP, Landmark.RING_TIP, Landmark.PINKY_TIP]
_JOINTS = [Landmark.INDEX_PIP, Landmark.MIDDLE_PIP, Landmark.RING_PIP, Landmark.PINKY_PIP]

OPEN_POSES = ("palm", "four")
"""The flat hand; from the side it hides its thumb and looks like four."""

_OUT, _IN = 1.15, 1.0
"""A finger is out, or in, when its tip is so many times as far from the wrist as its middle joint:
straight ones have 1.2 to 1.5, folded ones 0.6 to 0.9."""


class Place(NamedTuple):
    """A hand at one time.

    Attributes:
        at: seconds.
        x, y: middle of the palm, pixels.
        tips_x, tips_y: middle of the four fingertips, pixels.
        width: of the hand, pixels.
        upright: whether the fingers point up, within 45 degrees.
        open: how much it is an open hand, 0..1.
        swipes: how much it is an open hand or two fingers, 0..1.
        over_face: whether the hand covers a face.
        track_id: the vision stage's number for it.
    """

    at: float
    x: float
    y: float
    tips_x: float
    tips_y: float
    width: float
    upright: bool
    open: float
    swipes: float
    over_face: bool = False
    track_id: int = 0

    @classmethod
    def of(cls, hand: Hand, sample: Sample) -> Place:
        """The place of a hand as it was just read."""
        open_hand = min(1.0, sum(map(sample.score, OPEN_POSES)))
        (x, y), (tips_x, tips_y) = hand.palm_centre, hand.points[_TIPS].mean(axis=0)
        return cls(
            at=sample.at,
            x=x,
            y=y,
            tips_x=float(tips_x),
            tips_y=float(tips_y),
            width=hand.width,
            upright=y - float(tips_y) > abs(x - float(tips_x)),
            open=open_hand,
            swipes=max(open_hand, float(shows_two_fingers(hand))),
            over_face=sample.blocked == Reason.OVER_FACE,
            track_id=hand.track_id,
        )

    @property
    def is_sound(self) -> bool:
        """Whether all of it is numbers, and the hand has a size."""
        return math.isfinite(sum(self)) and self.width > 0


def shows_two_fingers(hand: Hand) -> bool:
    """Whether index and middle finger alone are out, joined or apart, whichever way they point.

    The pose model knows them apart alone, and upright: the V.
    """
    away = np.linalg.norm(hand.world - hand.world[Landmark.WRIST], axis=1)
    index, middle, ring, pinky = away[_TIPS] / np.maximum(away[_JOINTS], 1e-6)
    return bool(min(index, middle) >= _OUT and max(ring, pinky) <= _IN)


class Trail:
    """The places of one hand, the oldest first."""

    def __init__(self) -> None:
        self._places: deque[Place] = deque()

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places)

    def add(self, place: Place) -> None:
        """Appends a place, later than all before it; one that is no place begins a new trail."""
        if not place.is_sound or (
            self._places and place.at - self._places[-1].at > _LONGEST_GAP_S + _TOLERANCE_S
        ):
            self._places.clear()
        if place.is_sound:
            self._places.append(place)
        while self._places and self._places[0].at < place.at - _MEMORY_S:
            self._places.popleft()

    def clear(self) -> None:
        """Begins a new trail."""
        self._places.clear()


class Movement(NamedTuple):
    """A movement that was made.

    Attributes:
        since: when it began, seconds.
        score: how clearly the hand was in the movement's pose, 0..1.
    """

    since: float
    score: float


SWIPE_WIDTHS = 2.0
"""Length of a swipe, in hand widths (about 0.1 m): a hand that is thrown about in talk moves as
far, but hardly ever from rest to rest, flat and straight."""

_SWIPE_S = (0.08, 0.7)
_REST_S = 0.25
_REST_WIDTHS = 0.5
_AFTER_S = 0.2
_AFTER_WIDTHS = 0.7
_JITTER_WIDTHS = 0.25
_MOST_SLOPE = 0.5
_LEAST_POSE_MOVING = 0.4
"""Motion blurs the picture: while the hand moves, its pose need only not be another one."""


def swipe(places: Sequence[Place], direction: int) -> Movement | None:
    """The swipe that has just come to rest, None without one.

    The hand rests in the pose, moves sideways on a straight and nearly level way, and stays where
    it arrives. On its way it may pass before a face: whoever sits near to the camera has no room
    beside it. It neither rests there nor arrives there, and is followed all the way: where hands
    fold below a chin, one goes out of sight, and the other looks as if it had come from there.

    Args:
        places: of one hand, the oldest first.
        direction: 1 towards the right of the picture, -1 towards its left.
    """
    if len(places) < 4:
        return None
    now = places[-1]
    unit = _typical([place.width for place in places])
    gone = [direction * place.x / unit for place in places]
    window = [
        number
        for number, place in enumerate(places)
        if now.at - place.at <= _AFTER_S + 2 * _LONGEST_GAP_S
    ]
    # Where it arrived: the first place that is as good as the furthest one.
    furthest = max(gone[number] for number in window)
    end = next(number for number in window if gone[number] >= furthest - _JITTER_WIDTHS)
    if now.at - places[end].at < _AFTER_S - _TOLERANCE_S:
        return None
    before = [
        number
        for number in range(end)
        if places[end].at - places[number].at <= _SWIPE_S[1] + _TOLERANCE_S
    ]
    if not before:
        return None
    # Where it set off: the last place that is as good as the one furthest back.
    least = min(gone[number] for number in before)
    start = max(number for number in before if gone[number] <= least + _JITTER_WIDTHS)
    if not _is_straight(places[start : end + 1], gone[start : end + 1], unit):
        return None
    long_ago = [
        number
        for number in range(start)
        if places[start].at - places[number].at >= _REST_S - _TOLERANCE_S
    ]
    if not long_ago:
        return None
    # Where it was before that does not matter: a hand comes up, rests for a moment, and swipes.
    rest = places[long_ago[-1] : start + 1]
    if any(place.over_face for place in (*rest, *places[end:])):
        return None
    passed_a_face = any(place.over_face for place in places[start:end])
    if passed_a_face and len({place.track_id for place in places[start:]}) > 1:
        return None
    if not _is_near(rest, places[start], _REST_WIDTHS * unit):
        return None
    if not _is_near(places[end:], places[end], _AFTER_WIDTHS * unit):
        return None
    if _mean([place.swipes for place in places[start:]]) < _LEAST_POSE_MOVING:
        return None
    return Movement(places[start].at, _typical([place.swipes for place in rest]))


def _is_straight(places: Sequence[Place], gone: Sequence[float], unit: float) -> bool:
    travel, duration_s = gone[-1] - gone[0], places[-1].at - places[0].at
    back = sum(max(0.0, earlier - later) for earlier, later in pairwise(gone))
    heights = [place.y / unit for place in places]
    return (
        travel >= SWIPE_WIDTHS - _JITTER_WIDTHS
        and _SWIPE_S[0] - _TOLERANCE_S <= duration_s <= _SWIPE_S[1] + _TOLERANCE_S
        and back <= _JITTER_WIDTHS
        and max(heights) - min(heights) <= _MOST_SLOPE * travel
    )


def _is_near(places: Sequence[Place], centre: Place, reach: float) -> bool:
    return all(math.hypot(place.x - centre.x, place.y - centre.y) <= reach for place in places)


WAVE_SWINGS = 4
"""To and fro twice: a hand that is thrown up in talk swings once."""

_SWING_WIDTHS = 0.6
_SWING_S = (0.07, 0.5)
_MOST_RISE = 0.8
_LEAST_UPRIGHT = 0.8


def wave(places: Sequence[Place]) -> Movement | None:
    """The wave that is going on, None without one.

    The fingertips of an open, upright hand swing to and fro, each time far enough and soon enough.
    The whole hand may go with them or not.
    """
    if len(places) < WAVE_SWINGS + 1:
        return None
    unit = _typical([place.width for place in places])
    turns = _turns([place.tips_x / unit for place in places], _SWING_WIDTHS)
    if len(turns) < WAVE_SWINGS + 1:
        return None
    turns = turns[-WAVE_SWINGS - 1 :]
    swings_s = [places[later].at - places[earlier].at for earlier, later in pairwise(turns)]
    if not all(_SWING_S[0] <= each <= _SWING_S[1] + _TOLERANCE_S for each in swings_s):
        return None
    if places[-1].at - places[turns[-1]].at > _SWING_S[1] / 2:
        return None
    waved = places[turns[0] :]
    if any(place.over_face for place in waved):
        return None
    across = [place.tips_x for place in waved]
    heights = [place.tips_y for place in waved]
    if max(heights) - min(heights) > _MOST_RISE * (max(across) - min(across)):
        return None
    if _mean([float(place.upright) for place in waved]) < _LEAST_UPRIGHT:
        return None
    return Movement(waved[0].at, _typical([place.open for place in waved]))


def _turns(values: Sequence[float], swing: float) -> list[int]:
    """Places of alternating lows and highs that are at least `swing` apart, the newest included."""
    turns = [0]
    low = high = 0
    rising: bool | None = None
    for number, value in enumerate(values):
        low = number if value < values[low] else low
        high = number if value > values[high] else high
        if rising is not True and value - values[low] >= swing:
            turns = [*turns, low] if rising is False else [low]
            rising, high = True, number
        elif rising is not False and values[high] - value >= swing:
            turns = [*turns, high] if rising is True else [high]
            rising, low = False, number
    if rising is None:
        return []
    return [*turns, high if rising else low]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _typical(values: Sequence[float]) -> float:
    """The middle value."""
    return sorted(values)[len(values) // 2]
