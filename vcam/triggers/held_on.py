"""Two-handed gestures with one hand: a pose that is held on stands for both hands.

For people who have one hand free, or one hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vcam.core.events import EventKind, GestureEvent
from vcam.core.gestures import ONE_HANDED
from vcam.triggers.guards import Reason
from vcam.triggers.machine import GestureMachine
from vcam.triggers.meters import Candidate


@dataclass(slots=True)
class _Going:
    """A hold that goes on: who holds it, since when, and the event that it started with."""

    since: float
    pose: str
    start: GestureEvent | None = None


class HeldOn:
    """Watches the active poses of one hand, and lets their two-handed gestures start. Pure."""

    def __init__(self) -> None:
        self._going: dict[str, _Going] = {}

    def see(
        self,
        at: float,
        machines: Mapping[str, GestureMachine],
        gestures: Iterable[str],
        held_s: float,
    ) -> list[GestureEvent]:
        """What has started and ended by `at` seconds.

        Args:
            at: seconds.
            machines: of the one-handed poses.
            gestures: the two-handed gestures that may start so.
            held_s: how long a pose must be held, from the begin of its hold.
        """
        allowed = set(gestures)
        events: list[GestureEvent] = []
        for gesture, going in list(self._going.items()):
            machine = machines.get(going.pose)
            if machine is None or machine.active_since != going.since or gesture not in allowed:
                events += self._stop(gesture, at)
        for gesture in sorted(allowed):
            pose = ONE_HANDED[gesture]
            machine = machines.get(pose)
            since = machine.active_since if machine else None
            if machine is None or since is None:
                continue
            going = self._going.setdefault(gesture, _Going(since, pose))
            if going.start is None and at - since >= held_s and machine.holders:
                going.start = GestureEvent(
                    kind=EventKind.START,
                    gesture=gesture,
                    at=at,
                    track_ids=machine.holders,
                    candidate_at=since,
                    progress=1.0,
                    score=machine.active_score,
                )
                events.append(going.start)
        return events

    def progress(
        self, at: float, machines: Mapping[str, GestureMachine], held_s: float
    ) -> tuple[Candidate, ...]:
        """The holds that go on but have not started their gesture, from the pose's own start on."""
        return tuple(
            Candidate(gesture, machines[going.pose].holders, min(1.0, (at - going.since) / held_s))
            for gesture, going in self._going.items()
            if going.start is None and going.pose in machines
        )

    def holders(self, machines: Mapping[str, GestureMachine]) -> dict[str, tuple[int, ...]]:
        """The hands that show each gesture that has started so."""
        return {
            gesture: machines[going.pose].holders
            for gesture, going in self._going.items()
            if going.start is not None and going.pose in machines
        }

    def _stop(self, gesture: str, at: float) -> list[GestureEvent]:
        start = self._going.pop(gesture).start
        if start is None:
            return []
        return [
            GestureEvent(
                kind=EventKind.END,
                gesture=gesture,
                at=max(at, start.at),
                track_ids=start.track_ids,
                candidate_at=start.candidate_at,
                progress=1.0,
                score=start.score,
                reason=str(Reason.RELEASED),
            )
        ]
