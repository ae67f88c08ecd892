"""The life of a movement: it starts when it was made, and is over a moment later."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vcam.core.events import EventKind, GestureEvent
from vcam.core.gestures import SWIPE_LEFT, WAVE
from vcam.settings.schema import Thresholds
from vcam.triggers.evidence import HandKey
from vcam.triggers.guards import Reason
from vcam.triggers.hands import TrackedHand
from vcam.triggers.machine import Phase
from vcam.triggers.trail import Movement, swipe, wave

SHOWN_S = 0.5
"""A movement counts as active for so long: it has no hold that could end."""


@dataclass(slots=True)
class _Made:
    hand: int
    track_ids: tuple[int, ...]
    movement: Movement


class MovementMachine:
    """The state machine of one movement: idle, active, cooldown.

    Args:
        gesture: its name.
        armed_at: what began before does not count, seconds.
    """

    lead = None
    """A movement is made or not: there is no progress to show."""

    def __init__(self, gesture: str, armed_at: float = float("-inf")) -> None:
        self.gesture = gesture
        self.phase = Phase.IDLE
        self._armed_at = armed_at
        self._made: _Made | None = None
        self._ends_at = float("-inf")
        self._told_at = float("-inf")

    @property
    def holders(self) -> tuple[int, ...]:
        """The track that made the movement while it is active."""
        return self._made.track_ids if self._made else ()

    def see(
        self,
        at: float,
        hands: Iterable[TrackedHand],
        thresholds: Thresholds,
        *,
        not_before: float,
    ) -> list[GestureEvent]:
        """One observation.

        Args:
            at: its time, seconds; later than that of the one before.
            hands: that were read in it.
            thresholds: of this gesture; the times of a movement are its own.
            not_before: no movement that began before this time counts, seconds.
        """
        if not thresholds.enabled:
            return self.stop(at, Reason.SWITCHED_OFF)
        events = self.tick(at)
        if self._made is not None:
            return events
        self.phase = Phase.IDLE if at >= self._armed_at else Phase.COOLDOWN
        for hand in hands:
            movement = self._read(hand)
            if (
                movement is not None
                and movement.score >= thresholds.enter
                and movement.since >= max(not_before, self._armed_at)
            ):
                self._made = _Made(hand.key, (hand.track_id,), movement)
                self.phase = Phase.ACTIVE
                self._ends_at = at + SHOWN_S
                self._armed_at = at + thresholds.cooldown_ms / 1000
                return [*events, self._event(EventKind.START, at, self._made)]
        return events

    def tick(self, at: float) -> list[GestureEvent]:
        """Ends the movement when it was shown long enough, at `at` seconds."""
        return self._end(at, Reason.OVER) if at >= self._ends_at else []

    def lose(self, at: float, hands: Collection[HandKey], reason: str) -> list[GestureEvent]:
        """These hands are gone for good, as known at `at` seconds."""
        gone = self._made is not None and self._made.hand in hands
        return self._end(at, reason) if gone else []

    def stop(self, at: float, reason: str) -> list[GestureEvent]:
        """Gives up whatever is going on, at `at` seconds."""
        return self._end(at, reason)

    def restart(self, at: float) -> list[GestureEvent]:
        """As `stop`, and forgets all times before `at`: the clock may be another one."""
        events = self.stop(at, Reason.RESTARTED)
        self._told_at, self._armed_at = at, float("-inf")
        self.phase = Phase.IDLE
        return events

    def rest_until(self, at: float) -> None:
        """Another movement was made: its return stroke is none."""
        self._armed_at = max(self._armed_at, at)

    def _read(self, hand: TrackedHand) -> Movement | None:
        places = list(hand.trail)
        if self.gesture == WAVE:
            return wave(places)
        # The picture is not mirrored: the person's left is on its right.
        return swipe(places, 1 if self.gesture == SWIPE_LEFT else -1)

    def _end(self, at: float, reason: str) -> list[GestureEvent]:
        if self._made is None:
            return []
        made, self._made = self._made, None
        self.phase = Phase.COOLDOWN
        return [self._event(EventKind.END, at, made, reason)]

    def _event(self, kind: EventKind, at: float, made: _Made, reason: str = "") -> GestureEvent:
        self._told_at = max(self._told_at, at)
        return GestureEvent(
            kind=kind,
            gesture=self.gesture,
            at=self._told_at,
            track_ids=made.track_ids,
            candidate_at=made.movement.since,
            progress=1.0,
            score=made.movement.score,
            reason=str(reason),
        )


def see_movements(
    machines: Sequence[MovementMachine],
    at: float,
    hands: Sequence[TrackedHand],
    thresholds: Mapping[str, Thresholds],
    not_before: float,
) -> list[GestureEvent]:
    """One observation, for all movements: where one is made, the others rest.

    Args:
        machines: of the movements.
        at: its time, seconds.
        hands: those that were read in it.
        thresholds: of each gesture.
        not_before: nothing counts before this time, seconds.
    """
    events: list[GestureEvent] = []
    for machine in machines:
        limits = thresholds[machine.gesture]
        said = machine.see(at, hands, limits, not_before=not_before)
        if any(event.kind is EventKind.START for event in said):
            for other in machines:
                other.rest_until(at + limits.cooldown_ms / 1000)
        events += said
    return events
