"""The second stage: holds back hands that look like starts which the user has called wrong.

A hand is a point: its embedding, and its joints in its own frame. Each hand of a wrong start has a
reach, within which hands that are read as the same pose are held back. The reach is the shorter,
the nearer that hand lies to the middle of the pose as the model knows it: what cannot be told from
the pose itself is held back only where it comes again almost exactly. A hand that lies nearer to
one of a start that was not called wrong is not held back.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE, Hand, PoseReading
from vcam.poses.classifier import HandDescription
from vcam.poses.negatives import LearntHand

logger = logging.getLogger(__name__)

SHAPE_VARIANCE = 0.044
"""Mean variance of a joint's coordinate over all hands of the landmark table, in hand lengths
squared: it brings the distance of shapes to the scale of the distance of embeddings."""

LEAST_REACH = 0.08
MOST_REACH = 0.80
REACH_SHARE = 0.07
"""Squared reach: the first, and the third times the square of what the model's card has as the
distance from the pose's centre; at most the second. Chosen on the landmark table, see
docs/privacy.md."""

WINDOW_S = 0.5
"""Looks that are judged together; half of them decide. The usual dwell is as long."""

PASSED_S = 1.0
"""A pose that looked right for so long has started by now, and is not ended by later looks."""

RELEASE_S = 0.3
"""A pose that was gone for so long is judged anew."""

_LONGEST_STEP_S = 0.25


class _Places:
    """Many places, to which the distances of one are soon known."""

    def __init__(self, places: Sequence[FloatArray]) -> None:
        self._places = np.array(places, np.float32)
        self._lengths = np.einsum("ij,ij->i", self._places, self._places)

    def squared(self, place: FloatArray) -> FloatArray:
        """Squared distance of each to `place`.

        One product of a matrix takes a fifth of the time that differences take; what it loses in
        digits is a hundred-thousandth of what is near.
        """
        squared: FloatArray = self._lengths + place @ place - 2 * (self._places @ place)
        return squared


@dataclass(frozen=True, slots=True, eq=False)
class _Taught:
    """What is known of one gesture: places and squared reaches of wrong hands, places of right."""

    wrong: _Places
    reach: FloatArray
    right: _Places | None

    def is_mistake(self, place: FloatArray) -> bool:
        distance = self.wrong.squared(place)
        near = distance[distance < self.reach]
        if not near.size:
            return False
        return self.right is None or bool(near.min() < self.right.squared(place).min())


@dataclass(slots=True)
class _Hold:
    """One hand in one pose."""

    pose: str
    seen_at: float
    fine_s: float = 0.0
    told: bool = False
    looks: deque[tuple[float, bool]] = field(default_factory=deque)


class PoseVerifier:
    """Takes the pose from readings of hands that look like mistakes.

    Used from one thread.

    Args:
        describe: the pose head, for hands that were learnt.
        learnt: the hands that were judged, a new tuple whenever they change; any thread may change
            them.
    """

    def __init__(
        self,
        describe: Callable[[Hand], HandDescription],
        learnt: Callable[[], tuple[LearntHand, ...]],
    ) -> None:
        self._describe = describe
        self._learnt = learnt
        self._known: tuple[LearntHand, ...] = ()
        self._places: dict[LearntHand, tuple[FloatArray, float]] = {}
        self._taught: Mapping[str, _Taught] = {}
        self._holds: dict[int, _Hold] = {}

    def reset(self) -> None:
        """Forgets the hands in view."""
        self._holds.clear()

    def judge(self, at: float, descriptions: Sequence[HandDescription]) -> tuple[PoseReading, ...]:
        """The readings of these hands, without the pose where it is held back.

        Args:
            at: time of the look, seconds.
            descriptions: of all hands in view.
        """
        learnt = self._learnt()
        if learnt is not self._known:
            self._learn(learnt)
        if not self._taught:
            return tuple(each.reading for each in descriptions)
        for track_id, hold in list(self._holds.items()):
            # Also where time went back: another clip, another camera.
            if not 0 <= at - hold.seen_at <= RELEASE_S:
                del self._holds[track_id]
        return tuple(self._judged(at, each) for each in descriptions)

    def _judged(self, at: float, description: HandDescription) -> PoseReading:
        reading = description.reading
        pose = reading.best[0]
        taught = self._taught.get(pose)
        if taught is None:
            return reading
        hold = self._holds.get(reading.track_id)
        if hold is None or hold.pose != pose:
            hold = self._holds[reading.track_id] = _Hold(pose, at)
        elapsed_s = min(at - hold.seen_at, _LONGEST_STEP_S)
        hold.seen_at = at
        if hold.fine_s >= PASSED_S:
            return reading
        hold.looks.append((at, taught.is_mistake(place_of(description))))
        while hold.looks[0][0] < at - WINDOW_S:
            hold.looks.popleft()
        mistakes = sum(mistake for _, mistake in hold.looks)
        if 2 * mistakes < len(hold.looks):
            hold.fine_s += elapsed_s
            return reading
        hold.fine_s = 0.0
        if not hold.told:
            hold.told = True
            logger.info("%s held back: it looks like a start that was called wrong", pose)
        return _without(reading, pose)

    def _learn(self, learnt: tuple[LearntHand, ...]) -> None:
        places = {hand: self._places.get(hand) or self._placed(hand) for hand in learnt}
        self._known, self._places = learnt, places
        taught = {}
        for gesture in {hand.gesture for hand in learnt if hand.wrong}:
            own = [hand for hand in learnt if hand.gesture == gesture]
            wrong = [places[hand] for hand in own if hand.wrong and _counts(places[hand])]
            if not wrong:
                continue
            spots = np.array([place for place, _ in wrong])
            # What looks just like a mistake was one too, and not called so.
            right = [
                place
                for place, distance in (places[hand] for hand in own if not hand.wrong)
                if math.isfinite(distance) and _squared(spots, place).min() > LEAST_REACH
            ]
            reach = [squared_reach(distance) for _, distance in wrong]
            taught[gesture] = _Taught(
                _Places(list(spots)),
                np.array(reach, np.float32),
                _Places(right) if right else None,
            )
        self._taught = taught

    def _placed(self, hand: LearntHand) -> tuple[FloatArray, float]:
        """Where a learnt hand lies, and how far from the middle of its gesture's pose."""
        description = self._describe(hand.hand())
        return place_of(description), description.distances.get(hand.gesture, math.nan)


def _counts(placed: tuple[FloatArray, float]) -> bool:
    place, distance = placed
    return math.isfinite(distance) and bool(np.isfinite(place).all())


def squared_reach(distance: float) -> float:
    """How far a mistake reaches, squared.

    Args:
        distance: squared, of its hand from the centre of its pose (`HandDescription.distances`).
    """
    return min(MOST_REACH, LEAST_REACH + REACH_SHARE * distance**2)


def place_of(description: HandDescription) -> FloatArray:
    """A point whose squared distance to another is that of embeddings plus that of shapes.

    Returns:
        float32 (card.embedding_size + SHAPE_COUNT,).
    """
    embedding, shape = description.embedding, description.shape
    return np.concatenate(
        [
            embedding / math.sqrt(embedding.size),
            shape / math.sqrt(shape.size * SHAPE_VARIANCE),
        ]
    )


def _squared(places: FloatArray, place: FloatArray) -> FloatArray:
    """Squared distance of each of (n, k) to (k,)."""
    away = places - place
    squared: FloatArray = np.einsum("ij,ij->i", away, away)
    return squared


def _without(reading: PoseReading, pose: str) -> PoseReading:
    scores = dict(reading.scores)
    scores[NONE_POSE] = scores.get(NONE_POSE, 0.0) + scores[pose]
    scores[pose] = 0.0
    return PoseReading(reading.track_id, scores, reading.known, reading.taught)
