"""Which hand is which: a hand that the tracker loses and finds again stays the same hand."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from vcam.core.observation import Hand, Observation, PoseReading
from vcam.settings.schema import TriggerSettings
from vcam.triggers.fingers import FingerMeter
from vcam.triggers.guards import Reason, Speedometer, blocked_by
from vcam.triggers.smoothing import History, Sample
from vcam.triggers.trail import Place, Trail

RELINK_WIDTHS = 1.5
"""A new track this near to where a hand went out of sight, in hand widths, is that hand. At the
fastest speed that counts for a pose (half a width per 100 ms) a hand goes 1.5 widths in 300 ms."""


@dataclass(slots=True, eq=False)
class TrackedHand:
    """One hand of a person, over all the tracks that it had.

    Attributes:
        key: its number here; never used again.
        track_id: the vision stage's number for it now.
        seen_at: when it was last read, seconds.
        centre: of its palm then, pixels.
        width: its size then, pixels.
        history: its newest readings.
        speedometer: where it was.
        fingers: what shape it had.
        trail: where it went; empty while no movement is watched for.
    """

    key: int
    track_id: int
    seen_at: float
    centre: tuple[float, float]
    width: float
    history: History = field(default_factory=History)
    speedometer: Speedometer = field(default_factory=Speedometer)
    fingers: FingerMeter = field(default_factory=FingerMeter)
    trail: Trail = field(default_factory=Trail)

    @property
    def track_ids(self) -> tuple[int]:
        """`track_id`, as events have it."""
        return (self.track_id,)


class HandRegister:
    """Knows the hands that are in view, or were a moment ago."""

    def __init__(self) -> None:
        self._hands: dict[int, TrackedHand] = {}
        self._last_key = 0

    def __iter__(self) -> Iterator[TrackedHand]:
        return iter(self._hands.values())

    def find(
        self, at: float, hands: Iterable[Hand], in_view: Collection[int]
    ) -> list[tuple[TrackedHand, Hand]]:
        """Notes the hands that were read in one observation, and says who each of them is.

        A track that is known is the same hand, of course. A new track is the known hand that is
        missing from this observation and was last seen nearest to it, no further away than
        `RELINK_WIDTHS`; else it is a new hand.

        Args:
            at: seconds.
            hands: the hands that were read.
            in_view: tracks of all hands in the observation, read or not.
        """
        now = {hand.track_id: hand for hand in hands}
        known = {hand.track_id: hand for hand in self._hands.values()}
        missing = [hand for hand in self._hands.values() if hand.track_id not in in_view]
        found: list[tuple[TrackedHand, Hand]] = []
        for track_id, hand in now.items():
            centre, width = hand.palm_centre, hand.width
            tracked = known.get(track_id)
            if tracked is None:
                tracked = _nearest(missing, centre, width)
                if tracked is not None:
                    missing.remove(tracked)
            if tracked is None:
                self._last_key += 1
                tracked = TrackedHand(self._last_key, track_id, at, centre, width)
                self._hands[tracked.key] = tracked
            tracked.track_id, tracked.seen_at = track_id, at
            tracked.centre, tracked.width = centre, width
            found.append((tracked, hand))
        return found

    def drop_unseen_since(self, at: float) -> list[TrackedHand]:
        """Forgets, and returns, the hands that were last read before `at`."""
        gone = [hand for hand in self._hands.values() if hand.seen_at < at]
        for hand in gone:
            del self._hands[hand.key]
        return gone

    def clear(self) -> None:
        """Forgets all hands."""
        self._hands.clear()


def _nearest(
    missing: Iterable[TrackedHand], centre: tuple[float, float], width: float
) -> TrackedHand | None:
    best, best_distance = None, RELINK_WIDTHS
    for hand in missing:
        apart = math.hypot(hand.centre[0] - centre[0], hand.centre[1] - centre[1])
        distance = apart / max(hand.width, width, 1e-6)
        if distance <= best_distance:
            best, best_distance = hand, distance
    return best


def read_hands(
    register: HandRegister,
    observation: Observation,
    readings: Sequence[PoseReading],
    settings: TriggerSettings,
    *,
    trails: bool,
) -> list[TrackedHand]:
    """Notes one reading for each hand that has one; returns those hands.

    Args:
        register: knows the hands.
        observation: what was seen.
        readings: of each hand.
        settings: guards and smoothing.
        trails: whether to note where hands go.
    """
    by_track = {reading.track_id: reading for reading in readings}
    seen = [hand for hand in observation.hands if hand.track_id in by_track]
    in_view = {hand.track_id for hand in observation.hands}
    found = register.find(observation.at, seen, in_view)
    for tracked, hand in found:
        speed = tracked.speedometer.speed(observation.at, tracked.centre, tracked.width)
        reason = blocked_by(hand, observation.faces, min(observation.size), speed, settings.guards)
        restless = tracked.fingers.is_restless(observation.at, hand)
        sample = Sample.of(observation.at, by_track[hand.track_id], reason or "", restless)
        tracked.history.add(sample, settings.smoothing_ms)
        if trails:
            _follow(tracked, hand, sample)
    return [tracked for tracked, _ in found]


def _follow(tracked: TrackedHand, hand: Hand, sample: Sample) -> None:
    """Notes the hand's place; one that is too small leaves no trail.

    What is made of places at full speed, and over a face, is up to each movement.
    """
    if sample.blocked in ("", Reason.TOO_FAST, Reason.OVER_FACE):
        tracked.trail.add(Place.of(hand, sample))
    else:
        tracked.trail.clear()
