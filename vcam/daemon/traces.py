"""What vision saw in the last seconds: for the traces of starts, and the hands that made them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from vcam.core.events import GestureEvent
from vcam.core.observation import Hand, PairReading, PoseReading
from vcam.pipeline.looking import Look

BEFORE_S = 2.0
AFTER_S = 2.0
"""A trace reaches from so long before a start until its end, or so long after it."""

MOST_POINTS = 40
"""Of a trace; at most ten a second show every change that matters."""

Trace = tuple[tuple[float, float], ...]

Each = TypeVar("Each")


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One look: scores of gestures, and the hands that show some pose, by track."""

    at: float
    scores: Mapping[str, float]
    hands: Mapping[int, tuple[str, Hand]]


@dataclass(slots=True)
class _Open:
    """A trace that still grows."""

    start: int
    gesture: str
    at: float
    points: list[tuple[float, float]] = field(default_factory=list)


class RecentLooks:
    """Remembers the last looks. Used from the vision thread alone."""

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque()
        self._open: list[_Open] = []

    def look(self, look: Look, gestures: Collection[str]) -> Sequence[tuple[int, Trace]]:
        """Remembers a look; told before its events.

        Args:
            look: what was seen.
            gestures: those that are watched for.

        Returns:
            The traces that are complete now, each with its start's number.
        """
        at = look.observation.at
        if self._seen and at <= self._seen[-1].at:
            # Another camera, or a clip that began again: nothing of before goes on.
            self._seen.clear()
        seen = _Seen(at, _scores(look, gestures), _hands(look))
        self._seen.append(seen)
        while self._seen[0].at < at - BEFORE_S:
            self._seen.popleft()
        complete = []
        for trace in list(self._open):
            if trace.at <= at <= trace.at + AFTER_S:
                trace.points.append((at, seen.scores.get(trace.gesture, 0.0)))
            else:
                complete.append(self._close(trace))
        return complete

    def begin(self, start: int, event: GestureEvent) -> Trace:
        """A gesture starts, in the newest look.

        Args:
            start: its number in the history.
            event: of kind `start`.

        Returns:
            The trace until now.
        """
        gesture = event.gesture
        points = [(seen.at, seen.scores.get(gesture, 0.0)) for seen in self._seen]
        trace = _Open(start, gesture, event.at, points)
        self._open.append(trace)
        return _told(trace)

    def end(self, event: GestureEvent) -> Sequence[tuple[int, Trace]]:
        """A gesture ends; returns its trace, if that had not ended before."""
        ended = [trace for trace in self._open if trace.gesture == event.gesture]
        return [self._close(trace) for trace in ended]

    def hands_of(self, event: GestureEvent, most: int) -> Sequence[Hand]:
        """Looks at the hand that made a gesture start, spread over the hold.

        Args:
            event: of kind `start`, in the newest look.
            most: how many at most.
        """
        looks = [
            hand
            for seen in self._seen
            if event.candidate_at <= seen.at <= event.at
            for track_id, (pose, hand) in seen.hands.items()
            if pose == event.gesture and track_id in event.track_ids
        ]
        return spread(looks, most)

    def _close(self, trace: _Open) -> tuple[int, Trace]:
        self._open.remove(trace)
        return trace.start, _told(trace)


def spread(values: Sequence[Each], most: int) -> Sequence[Each]:
    """At most so many of them, first and last among them, evenly in between."""
    if len(values) <= most:
        return values
    step = (len(values) - 1) / (most - 1)
    return [values[round(number * step)] for number in range(most)]


def _told(trace: _Open) -> Trace:
    points = ((round(at - trace.at, 2), round(score, 2)) for at, score in trace.points)
    return tuple(spread(list(points), MOST_POINTS))


def _scores(look: Look, gestures: Collection[str]) -> dict[str, float]:
    """The highest score of each gesture over all hands and pairs."""
    scores = dict.fromkeys(gestures, 0.0)
    readings: list[PoseReading | PairReading] = [*look.readings, *look.pairs]
    told = [reading.scores for reading in readings if reading.known]
    told += [reading.taught for reading in look.readings if reading.taught]
    for each in told:
        for gesture in scores:
            scores[gesture] = max(scores[gesture], min(1.0, each.get(gesture, 0.0)))
    return scores


def _hands(look: Look) -> dict[int, tuple[str, Hand]]:
    poses = {reading.track_id: reading.best[0] for reading in look.readings}
    return {
        hand.track_id: (poses[hand.track_id], hand)
        for hand in look.observation.hands
        if hand.track_id in poses
    }
