"""Pose readings over time to gesture events, for all gestures of one person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from vcam.core.events import GestureEvent
from vcam.core.observation import NONE_POSE, Observation, PoseReading
from vcam.settings.schema import Thresholds, TriggerSettings
from vcam.triggers.evidence import Evidence, is_clear, weigh
from vcam.triggers.guards import Reason, blocked_by
from vcam.triggers.hands import HandRegister, TrackedHand
from vcam.triggers.machine import GestureMachine, Phase
from vcam.triggers.smoothing import Sample


class Candidate(NamedTuple):
    """A gesture that is being held but has not started: what the ring shows.

    Attributes:
        gesture: its name.
        track_ids: the hands that show it.
        progress: share of the dwell that is done, 0..1.
    """

    gesture: str
    track_ids: tuple[int, ...]
    progress: float


class GestureMeter(NamedTuple):
    """How near a gesture is to starting.

    Attributes:
        gesture: its name.
        score: smoothed score of the hand that shows it most, 0..1.
        progress: share of the dwell that is done; 0 unless it is held.
        active: whether it has started and not ended.
        reason: why it does not count now, in one or two words; empty otherwise.
    """

    gesture: str
    score: float
    progress: float
    active: bool
    reason: str


class TriggerEngine:
    """Turns pose readings into gesture events. Pure: time comes in with the observations.

    Used from one thread. All times are seconds on the clock of the frames; `tick` and `restart`
    must be given that same clock.

    Args:
        settings: thresholds, guards, times.
        gestures: pose names that may trigger.
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
        _check(gestures)
        self._machines = {gesture: GestureMachine(gesture) for gesture in gestures}
        self._card = card
        self._hands = HandRegister()
        self._opened_at: float | None = None
        self._observed_at: float | None = None
        self.apply(settings)

    def apply(self, settings: TriggerSettings) -> None:
        """Takes new settings over at once. Nothing that is held or active is lost by it.

        A gesture that they switch off is cancelled or ended at the next observation.
        """
        self._settings = settings
        self._thresholds: dict[str, Thresholds] = {
            gesture: settings.thresholds(gesture, self._card) for gesture in self._machines
        }

    def watch(self, gestures: Sequence[str]) -> tuple[GestureEvent, ...]:
        """Watches for these gestures from now on.

        What goes on with gestures that stay is not touched. One that is new starts from what is
        seen from now on.

        Args:
            gestures: pose names that may trigger.

        Returns:
            The `cancelled` and `end` events of those that go.

        Raises:
            ValueError: `none` is among the gestures; nothing has changed.
        """
        _check(gestures)
        at = self._observed_at if self._observed_at is not None else float("-inf")
        gone = [machine for name, machine in self._machines.items() if name not in gestures]
        self._machines = {
            gesture: self._machines.get(gesture) or GestureMachine(gesture, armed_at=at)
            for gesture in gestures
        }
        self.apply(self._settings)
        return tuple(event for machine in gone for event in machine.stop(at, Reason.SWITCHED_OFF))

    def restart(self, at: float) -> tuple[GestureEvent, ...]:
        """The camera was opened again or the pipeline resumed: everything ends, warm-up begins.

        Times may start over here (another camera, a clip that begins again).

        Returns:
            The `cancelled` and `end` events of what was going on.
        """
        self._hands.clear()
        self._observed_at = None
        self._opened_at = at
        return tuple(event for machine in self._machines.values() for event in machine.restart(at))

    def update(
        self, observation: Observation, readings: Sequence[PoseReading]
    ) -> tuple[GestureEvent, ...]:
        """One observation and what the classifier makes of its hands.

        An observation that is not later than the last one is ignored. A reading without a hand in
        the observation is ignored; a hand without a reading counts as not seen.
        """
        at = observation.at
        if not math.isfinite(at) or (self._observed_at is not None and at <= self._observed_at):
            return ()
        if self._opened_at is None:
            self._opened_at = at
        lost_after_s = self._settings.lost_after_ms / 1000
        was_blind = self._observed_at is None or at - self._observed_at > lost_after_s
        events = self._expire(at, Reason.NO_PICTURE if was_blind else Reason.HAND_LOST)
        self._observed_at = at
        hands = self._read(observation, readings)
        not_before = self._opened_at + self._settings.guards.warm_up_ms / 1000
        for gesture, machine in self._machines.items():
            events += machine.see(
                at,
                self._evidence(machine, hands),
                self._thresholds[gesture],
                not_before=not_before,
                lost_after_s=lost_after_s,
            )
        return tuple(events)

    def tick(self, now: float) -> tuple[GestureEvent, ...]:
        """Time has passed without an observation: gives up what has not been seen for too long.

        Nothing ever starts here: what is not seen is not held.
        """
        if self._observed_at is None or not math.isfinite(now):
            return ()
        blind = now - self._observed_at > self._settings.lost_after_ms / 1000
        return tuple(self._expire(now, Reason.NO_PICTURE if blind else Reason.HAND_LOST))

    @property
    def gestures(self) -> tuple[str, ...]:
        """What it watches for."""
        return tuple(self._machines)

    def progress(self) -> tuple[Candidate, ...]:
        """The gestures that are being held but have not started."""
        return tuple(
            Candidate(gesture, *machine.lead)
            for gesture, machine in self._machines.items()
            if machine.lead is not None
        )

    def holders(self) -> dict[str, tuple[int, ...]]:
        """The hands that show each active gesture now; the tracks may differ from `start`'s."""
        return {
            gesture: machine.holders
            for gesture, machine in self._machines.items()
            if machine.phase is Phase.ACTIVE
        }

    def meters(self) -> tuple[GestureMeter, ...]:
        """How near each gesture is to starting, as of the last observation."""
        return tuple(self._meter(machine) for machine in self._machines.values())

    def _meter(self, machine: GestureMachine) -> GestureMeter:
        gesture, thresholds = machine.gesture, self._thresholds[machine.gesture]
        cases = (
            weigh(hand.key, hand.track_id, hand.history, gesture, thresholds)
            for hand in self._hands
            if hand.seen_at == self._observed_at
        )
        best = max(cases, key=lambda case: case.score, default=None)
        score = best.score if best else 0.0
        reason = ""
        if not thresholds.enabled:
            reason = str(Reason.SWITCHED_OFF)
        elif machine.phase is Phase.COOLDOWN:
            reason = "resting"
        elif best is not None and best.shows:
            reason = self._warming_up(best.at) or ("" if best.stays else str(best.reason))
        progress = machine.lead[1] if machine.lead else 0.0
        return GestureMeter(gesture, score, progress, machine.phase is Phase.ACTIVE, reason)

    def _warming_up(self, at: float) -> str:
        if self._opened_at is None:
            return ""
        warm_at = self._opened_at + self._settings.guards.warm_up_ms / 1000
        return "warming up" if at < warm_at else ""

    def _expire(self, at: float, reason: Reason) -> list[GestureEvent]:
        gone = self._hands.drop_unseen_since(at - self._settings.lost_after_ms / 1000)
        if not gone:
            return []
        keys = {hand.key for hand in gone}
        return [
            event for machine in self._machines.values() for event in machine.lose(at, keys, reason)
        ]

    def _read(self, observation: Observation, readings: Sequence[PoseReading]) -> list[TrackedHand]:
        """Notes one reading for each hand that has one; returns those hands."""
        by_track = {reading.track_id: reading for reading in readings}
        seen = [hand for hand in observation.hands if hand.track_id in by_track]
        in_view = {hand.track_id for hand in observation.hands}
        found = self._hands.find(observation.at, seen, in_view)
        for tracked, hand in found:
            speed = tracked.speedometer.speed(observation.at, tracked.centre, tracked.width)
            reason = blocked_by(
                hand, observation.faces, min(observation.size), speed, self._settings.guards
            )
            sample = Sample.of(observation.at, by_track[hand.track_id], reason or "")
            tracked.history.add(sample, self._settings.smoothing_ms)
        return [tracked for tracked, _ in found]

    def _evidence(self, machine: GestureMachine, hands: Sequence[TrackedHand]) -> list[Evidence]:
        thresholds = self._thresholds[machine.gesture]
        return [
            weigh(hand.key, hand.track_id, hand.history, machine.gesture, thresholds)
            for hand in hands
            # Most gestures are idle most of the time; only a clear reading can change that.
            if machine.phase is not Phase.IDLE
            or (
                hand.history.newest is not None
                and is_clear(hand.history.newest, machine.gesture, thresholds)
            )
        ]


def _check(gestures: Sequence[str]) -> None:
    if NONE_POSE in gestures:
        raise ValueError(f"{NONE_POSE!r} is the absence of a pose and can start nothing")
