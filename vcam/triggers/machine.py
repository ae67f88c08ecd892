"""The life of one gesture: idle, candidate, active, cooldown.

The machine knows neither pictures nor scores: it gets evidence and time. Times are seconds on the
clock of the frames; frames are never counted towards the hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from vcam.core.events import EventKind, GestureEvent
from vcam.settings.schema import Thresholds
from vcam.triggers.evidence import Evidence, HandKey
from vcam.triggers.guards import Reason
from vcam.triggers.hold import TOLERANCE_S, Hold


class Phase(StrEnum):
    """Where a gesture is in its life."""

    IDLE = "idle"
    CANDIDATE = "candidate"
    ACTIVE = "active"
    COOLDOWN = "cooldown"


class GestureMachine:
    """The state machine of one gesture of one person, whichever hand, or pair of hands, shows it.

    Each hand that comes into the pose opens a hold of its own; the oldest hold leads, is told in
    events, and is the one that may start the gesture.

    Args:
        gesture: its name.
        armed_at: what was held before does not count, seconds.
    """

    def __init__(self, gesture: str, armed_at: float = float("-inf")) -> None:
        self.gesture = gesture
        self.phase = Phase.IDLE
        self._holds: dict[HandKey, Hold] = {}
        self._leader: Hold | None = None
        self._showing: dict[HandKey, tuple[int, ...]] = {}
        self._active: Hold | None = None
        self._armed_at = armed_at
        self._ended_at = float("-inf")
        self._away_since: float | None = None
        self._released_at: float | None = None
        self._told_at = float("-inf")

    @property
    def lead(self) -> tuple[tuple[int, ...], float] | None:
        """Tracks and progress of the candidate, None without one."""
        return (self._leader.track_ids, self._leader.progress) if self._leader else None

    @property
    def holders(self) -> tuple[int, ...]:
        """Tracks that show the gesture while it is active, the longest-holding hand first."""
        if self.phase is not Phase.ACTIVE:
            return ()
        return tuple(track for tracks in self._showing.values() for track in tracks)

    @property
    def active_since(self) -> float | None:
        """When the hold of the gesture that is active now began, seconds; None while none is."""
        return self._active.since if self._active is not None else None

    @property
    def active_score(self) -> float:
        """The newest smoothed score of the gesture that is active now; 0 while none is."""
        return self._active.score if self._active is not None else 0.0

    @property
    def hands(self) -> tuple[HandKey, ...]:
        """The hands or pairs that hold the gesture, or show it while it is active."""
        if self.phase is Phase.ACTIVE:
            return tuple(self._showing)
        return tuple(self._holds)

    def see(
        self,
        at: float,
        evidence: Sequence[Evidence],
        thresholds: Thresholds,
        *,
        not_before: float,
        lost_after_s: float,
    ) -> list[GestureEvent]:
        """One observation.

        Args:
            at: its time, seconds; later than that of the one before.
            evidence: of the hands that were read in it.
            thresholds: of this gesture.
            not_before: no hold counts before this time (warm-up), seconds.
            lost_after_s: clear readings further apart than this belong to different holds.
        """
        if not thresholds.enabled:
            return self.stop(at, Reason.SWITCHED_OFF)
        if self.phase is Phase.ACTIVE:
            return self._keep(at, evidence)
        if self.phase is Phase.COOLDOWN:
            self._cool(at, evidence, thresholds)
        if self.phase is Phase.COOLDOWN:
            return []
        reason = self._collect(evidence, max(not_before, self._armed_at), lost_after_s)
        return self._advance(at, thresholds, reason)

    def lose(self, at: float, hands: Collection[HandKey], reason: str) -> list[GestureEvent]:
        """These hands are gone for good, as known at `at` seconds."""
        for hand in hands:
            self._holds.pop(hand, None)
            self._showing.pop(hand, None)
        if self._leader is not None and self._leader.hand in hands:
            return [self._cancel(at, reason)]
        if self.phase is Phase.ACTIVE and not self._showing:
            return [self._end(at, reason)]
        return []

    def stop(self, at: float, reason: str) -> list[GestureEvent]:
        """Gives up whatever is going on, at `at` seconds; a cooldown in progress goes on."""
        self._holds.clear()
        self._showing.clear()
        if self._leader is not None:
            return [self._cancel(at, reason)]
        if self.phase is Phase.ACTIVE:
            return [self._end(at, reason)]
        return []

    def hold_back(self, at: float, hands: Collection[HandKey]) -> list[GestureEvent]:
        """These hands' holds are given up: they are about to show, or show, something together."""
        for hand in hands:
            self._holds.pop(hand, None)
        if self._leader is not None and self._leader.hand in hands:
            return [self._cancel(at, Reason.TWO_HANDED)]
        return []

    def rest(self, at: float, reason: str = Reason.TWO_HANDED) -> list[GestureEvent]:
        """Gives way to something else: whatever goes on is over, and a cooldown begins.

        So the gesture starts again only after the cooldown, and after the pose was seen to be gone.
        """
        events = self.stop(at, reason)
        self.phase = Phase.COOLDOWN
        self._ended_at = max(at, events[-1].at if events else at)
        self._away_since = self._released_at = None
        return events

    def restart(self, at: float) -> list[GestureEvent]:
        """As `stop`, and forgets all times before `at`: the clock may be another one.

        Where the new clock is behind, the events are still told on the old one.
        """
        events = self.stop(at, Reason.RESTARTED)
        self._told_at = at
        self._armed_at = float("-inf")
        if self.phase is Phase.COOLDOWN:
            self._ended_at, self._away_since, self._released_at = at, None, None
        return events

    def _collect(self, evidence: Sequence[Evidence], not_before: float, lost_after_s: float) -> str:
        """Opens, feeds and drops holds; returns why the leader's was dropped, else nothing."""
        dropped = ""
        for case in evidence:
            hold = self._holds.get(case.hand)
            if hold is None:
                self._open(case, not_before)
                continue
            reason = hold.feed(case, lost_after_s)
            if reason:
                del self._holds[case.hand]
                dropped = reason if hold is self._leader else dropped
        return dropped

    def _open(self, case: Evidence, not_before: float) -> None:
        if not (case.clear and case.enters) or case.at < not_before:
            return
        self._holds[case.hand] = Hold.begun(case, not_before)

    def _advance(self, at: float, thresholds: Thresholds, dropped: str) -> list[GestureEvent]:
        events: list[GestureEvent] = []
        if dropped:
            events.append(self._cancel(at, dropped))
        if self._leader is None and self._holds:
            self._leader = min(self._holds.values(), key=lambda hold: hold.since)
            self.phase = Phase.CANDIDATE
        leader = self._leader
        if leader is None:
            return events
        dwell_s = thresholds.dwell_ms / 1000
        leader.progress = max(leader.progress, min(1.0, leader.held_s / dwell_s))
        held_long_enough = leader.held_s >= dwell_s - TOLERANCE_S
        if held_long_enough and leader.is_sound and leader.steady and leader.clear_at == at:
            events.append(self._start(at, leader))
        elif leader.progress > leader.told:
            leader.told = leader.progress
            events.append(self._event(EventKind.PROGRESS, at, leader))
        return events

    def _start(self, at: float, leader: Hold) -> GestureEvent:
        self.phase, self._active, self._leader = Phase.ACTIVE, leader, None
        leader.progress = 1.0
        self._showing = {leader.hand: leader.track_ids}
        self._holds.clear()
        return self._event(EventKind.START, at, leader)

    def _keep(self, at: float, evidence: Sequence[Evidence]) -> list[GestureEvent]:
        reason = ""
        for case in evidence:
            if case.hand in self._showing and not case.shows:
                del self._showing[case.hand]
                reason = case.reason or Reason.RELEASED
            elif case.hand in self._showing or (case.clear and case.enters):
                self._showing[case.hand] = case.track_ids
                if self._active is not None:
                    self._active.score = case.score
        return [] if self._showing else [self._end(at, reason)]

    def _cool(self, at: float, evidence: Sequence[Evidence], thresholds: Thresholds) -> None:
        """Waits for the end of the cooldown, and for the pose to be gone for long enough."""
        for case in evidence:
            if case.shows:
                self._showing[case.hand] = case.track_ids
            else:
                self._showing.pop(case.hand, None)
        if self._showing:
            self._away_since = None
        elif self._away_since is None:
            # A tick may have told the end at a later time than that of this picture.
            self._away_since = max(at, self._ended_at)
        if self._released_at is None and self._away_since is not None:
            released_at = self._away_since + thresholds.release_ms / 1000
            self._released_at = released_at if at >= released_at - TOLERANCE_S else None
        cooled_at = self._ended_at + thresholds.cooldown_ms / 1000
        if self._released_at is not None and at >= cooled_at:
            self.phase = Phase.IDLE
            self._armed_at = max(cooled_at, self._released_at)
            self._showing.clear()

    def _cancel(self, at: float, reason: str) -> GestureEvent:
        assert self._leader is not None
        leader, self._leader = self._leader, None
        self.phase = Phase.IDLE
        return self._event(EventKind.CANCELLED, at, leader, reason)

    def _end(self, at: float, reason: str) -> GestureEvent:
        assert self._active is not None
        held, self._active = self._active, None
        self.phase = Phase.COOLDOWN
        event = self._event(EventKind.END, at, held, reason)
        self._ended_at = event.at
        # Only an observation can tell that the hand is out of the pose.
        self._away_since = self._released_at = None
        return event

    def _event(self, kind: EventKind, at: float, hold: Hold, reason: str = "") -> GestureEvent:
        # A tick may run ahead of the observations, which are told by when they were captured.
        self._told_at = max(self._told_at, at)
        return GestureEvent(
            kind=kind,
            gesture=self.gesture,
            at=self._told_at,
            track_ids=hold.track_ids,
            candidate_at=hold.since,
            progress=hold.progress,
            score=hold.score,
            reason=str(reason),
        )
