"""Pose readings over time to gesture events, for all gestures of one person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from vcam.core.events import GestureEvent
from vcam.core.gestures import MOVEMENTS, PAIRS
from vcam.core.observation import Observation, PairReading, PoseReading
from vcam.settings.schema import TriggerSettings
from vcam.triggers.evidence import HandKey
from vcam.triggers.guards import Reason
from vcam.triggers.hands import HandRegister, TrackedHand, read_hands
from vcam.triggers.held_on import HeldOn
from vcam.triggers.machine import GestureMachine, Phase
from vcam.triggers.machines import Watched, check_gestures
from vcam.triggers.meters import Candidate, GestureMeter, measure
from vcam.triggers.movement import see_movements
from vcam.triggers.pairs import PairRegister, TrackedPair
from vcam.triggers.precedence import Precedence, precedence
from vcam.triggers.take_back import TakeBack

__all__ = ["Candidate", "GestureMeter", "TriggerEngine"]


class TriggerEngine:
    """Turns pose readings into gesture events. Pure: time comes in with the observations.

    Used from one thread. All times are seconds on the clock of the frames; `tick` and `restart`
    must be given that same clock.

    Args:
        settings: thresholds, guards, times.
        gestures: poses, two-handed gestures and movements that may trigger.
        card: `enter` of each pose as the pose model's card gives it.

    Raises:
        ValueError: `none` is among the gestures.
    """

    def __init__(
        self,
        settings: TriggerSettings,
        gestures: Sequence[str],
        card: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        check_gestures(gestures)
        self._settings, self._card = settings, card
        self._watched = Watched.of(gestures, settings, card)
        self._held_on = HeldOn()
        self._take_back = TakeBack()
        self._hands = HandRegister()
        self._pairs = PairRegister()
        self._opened_at: float | None = None
        self._observed_at: float | None = None

    def apply(self, settings: TriggerSettings, card: Mapping[str, float] | None = None) -> None:
        """Takes new settings over at once, and `card`. Nothing that goes on is lost by it.

        A gesture that they switch off is cancelled or ended at the next observation.
        """
        self._settings, self._card = settings, self._card if card is None else card
        self._follow(self._watched.gestures)

    def watch(self, gestures: Sequence[str]) -> tuple[GestureEvent, ...]:
        """Watches for these gestures from now on.

        What goes on with gestures that stay is not touched. One that is new starts from what is
        seen from now on.

        Args:
            gestures: poses, two-handed gestures and movements that may trigger.

        Returns:
            The `cancelled` and `end` events of those that go.

        Raises:
            ValueError: `none` is among the gestures; nothing has changed.
        """
        check_gestures(gestures)
        at, old = self._last_at, self._watched
        self._follow(gestures)
        gone = [old.machines[name] for name in old.gestures if name not in gestures]
        events = [event for machine in gone for event in machine.stop(at, Reason.SWITCHED_OFF)]
        return tuple(events + self._hold_on(at))

    def undo_by(self, pose: str | None, within_ms: int) -> None:
        """Lets `pose` take a start back, shown within `within_ms` after it; None for none."""
        self._take_back = TakeBack(pose, within_ms / 1000)

    def undo(self, gesture: str, at: float) -> tuple[GestureEvent, ...]:
        """Takes back what `gesture` has started: it is over, and rests as after an end."""
        return (*self._rested(gesture, at), self._take_back.undone(gesture, at))

    def restart(self, at: float) -> tuple[GestureEvent, ...]:
        """The camera was opened again or the pipeline resumed: everything ends, warm-up begins.

        Times may start over here (another camera, a clip that begins again).

        Returns:
            The `cancelled` and `end` events of what was going on.
        """
        self._hands.clear()
        self._pairs.clear()
        self._observed_at = None
        self._opened_at = at
        machines = self._watched.machines.values()
        events = [event for machine in machines for event in machine.restart(at)]
        return self._told(events + self._hold_on(at))

    def update(
        self,
        observation: Observation,
        readings: Sequence[PoseReading],
        pairs: Sequence[PairReading] = (),
    ) -> tuple[GestureEvent, ...]:
        """One observation and what the classifier makes of its hands.

        An observation that is not later than the last one is ignored. A reading without a hand in
        the observation is ignored; a hand without a reading counts as not seen.

        Args:
            observation: what was seen.
            readings: of each hand.
            pairs: of every two hands; needed where `wants_pairs`.
        """
        at = observation.at
        if not math.isfinite(at) or (self._observed_at is not None and at <= self._observed_at):
            return ()
        if self._opened_at is None:
            self._opened_at = at
        was_blind = at - self._last_at > self._lost_after_s
        events = self._expire(at, Reason.NO_PICTURE if was_blind else Reason.HAND_LOST)
        self._observed_at = at
        hands = read_hands(
            self._hands, observation, readings, self._settings, trails=self._watched.wants_trails
        )
        not_before = self._opened_at + self._settings.guards.warm_up_ms / 1000
        two_handed, claims = self._see_pairs(at, hands, pairs, not_before)
        for machine in self._watched.poses.values():
            events += self._see(machine, at, hands, claims, not_before)
        # What the two-handed gesture takes the place of is over before it starts.
        events += self._hold_on(at) + two_handed
        movements, thresholds = self._watched.movements, self._watched.thresholds
        events += see_movements(movements, at, hands, thresholds, not_before)
        self._take_back.note(told := self._told(events))
        return told + self._undo(at, hands)

    def tick(self, now: float) -> tuple[GestureEvent, ...]:
        """Time has passed without an observation: gives up what has not been seen for too long.

        Nothing ever starts here: what is not seen is not held.
        """
        if self._observed_at is None or not math.isfinite(now):
            return ()
        blind = now - self._observed_at > self._lost_after_s
        events = self._expire(now, Reason.NO_PICTURE if blind else Reason.HAND_LOST)
        for machine in self._watched.movements:
            events += machine.tick(now)
        return self._told(events + self._hold_on(now))

    @property
    def wants_pairs(self) -> bool:
        """Whether it watches for a two-handed gesture: `update` needs readings of pairs then."""
        return self._watched.wants_pairs

    @property
    def gestures(self) -> tuple[str, ...]:
        """What it watches for."""
        return self._watched.gestures

    def progress(self) -> tuple[Candidate, ...]:
        """The gestures that are being held but have not started."""
        leads = {gesture: machine.lead for gesture, machine in self._watched.machines.items()}
        candidates = tuple(Candidate(gesture, *lead) for gesture, lead in leads.items() if lead)
        if self._observed_at is None:
            return candidates
        held_s = self._settings.one_handed_ms / 1000
        return candidates + self._held_on.progress(self._observed_at, self._watched.poses, held_s)

    def holders(self) -> dict[str, tuple[int, ...]]:
        """The hands that show each active gesture now; the tracks may differ from `start`'s."""
        watched = self._watched
        return self._held_on.holders(watched.poses) | {
            gesture: watched.machines[gesture].holders
            for gesture in watched.gestures
            if watched.machines[gesture].phase is Phase.ACTIVE
        }

    def meters(self) -> tuple[GestureMeter, ...]:
        """How near each gesture is to starting, as of the last observation."""
        return tuple(
            measure(
                machine,
                self._watched.thresholds[gesture],
                self._watched.cases(gesture, self._seen_now(gesture)),
                self._warming_up(),
            )
            for gesture, machine in self._watched.machines.items()
            if gesture in self._watched.gestures
        )

    @property
    def _last_at(self) -> float:
        """When something was observed last, seconds."""
        return self._observed_at if self._observed_at is not None else float("-inf")

    @property
    def _lost_after_s(self) -> float:
        return self._settings.lost_after_ms / 1000

    def _follow(self, gestures: Sequence[str]) -> None:
        """Watches for these with what is set; the machines of those that stay go on."""
        self._watched = Watched.of(
            gestures, self._settings, self._card, self._watched.machines, self._last_at
        )
        if not self._watched.wants_trails:
            for hand in self._hands:
                hand.trail.clear()

    def _hold_on(self, at: float) -> list[GestureEvent]:
        held_s = self._settings.one_handed_ms / 1000
        return self._held_on.see(at, self._watched.poses, self._watched.one_handed, held_s)

    def _undo(self, at: float, hands: Sequence[TrackedHand]) -> tuple[GestureEvent, ...]:
        pose = self._take_back.pose
        if pose is None or not self._take_back.is_armed:
            return ()
        limits = self._settings.thresholds(pose, self._card)
        if (gesture := self._take_back.see(at, hands, limits)) is None:
            return ()
        # The hand that took something back is no fist that wants an answer.
        return self._rested(pose, at) + self.undo(gesture, at)

    def _rested(self, gesture: str, at: float) -> tuple[GestureEvent, ...]:
        machine = self._watched.machines.get(gesture)
        over = machine.rest(at, Reason.UNDONE) if isinstance(machine, GestureMachine) else []
        return self._told(over)

    def _told(self, events: Sequence[GestureEvent]) -> tuple[GestureEvent, ...]:
        return tuple(each for each in events if each.gesture in self._watched.gestures)

    def _warming_up(self) -> bool:
        if self._opened_at is None or self._observed_at is None:
            return False
        return self._observed_at < self._opened_at + self._settings.guards.warm_up_ms / 1000

    def _expire(self, at: float, reason: Reason) -> list[GestureEvent]:
        gone = self._hands.drop_unseen_since(at - self._lost_after_s)
        if not gone:
            return []
        keys: set[HandKey] = {hand.key for hand in gone}
        keys.update(self._pairs.drop({hand.key for hand in gone}))
        machines = self._watched.machines.values()
        return [event for machine in machines for event in machine.lose(at, keys, reason)]

    def _see(
        self,
        machine: GestureMachine,
        at: float,
        hands: Sequence[TrackedHand],
        claims: Precedence,
        not_before: float,
    ) -> list[GestureEvent]:
        """A one-handed gesture sees the hands that no two-handed one claims."""
        if claims.ends(machine):
            return machine.rest(at)
        events = machine.hold_back(at, claims.taken)
        if machine.phase in (Phase.IDLE, Phase.CANDIDATE):
            claimed = claims.taken | claims.passed_over
            hands = [hand for hand in hands if hand.key not in claimed]
        return events + self._watched.see(machine, at, hands, not_before, self._lost_after_s)

    def _see_pairs(
        self,
        at: float,
        hands: Sequence[TrackedHand],
        readings: Sequence[PairReading],
        not_before: float,
    ) -> tuple[list[GestureEvent], Precedence]:
        """The two-handed gestures see all pairs; what they say, and which hands they claim."""
        pairs: list[TrackedPair] = []
        if self._watched.wants_pairs:
            by_tracks = {frozenset(reading.track_ids): reading for reading in readings}
            pairs = self._pairs.read(at, hands, by_tracks, self._settings.smoothing_ms)
        events: list[GestureEvent] = []
        for machine in self._watched.two_handed:
            events += self._watched.see(machine, at, pairs, not_before, self._lost_after_s)
        return events, precedence(self._watched.two_handed, pairs, self._watched.thresholds)

    def _seen_now(self, gesture: str) -> Sequence[TrackedHand | TrackedPair]:
        if gesture in MOVEMENTS:
            return []
        register = self._pairs if gesture in PAIRS else self._hands
        return [each for each in register if each.seen_at == self._observed_at]
