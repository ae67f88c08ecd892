"""Taking a start back: a fist, shown soon after an effect has come, says that it was not meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vcam.core.events import EventKind, GestureEvent
from vcam.settings.schema import Thresholds
from vcam.triggers.evidence import LONGEST_CREDIT_S, HandKey, weigh
from vcam.triggers.guards import Reason
from vcam.triggers.hands import TrackedHand

DWELL_S = 0.25
"""The pose must be held so long: the usual dwell of a fist would be half of the time there is."""


class TakeBack:
    """Watches for the pose while something can be taken back, and at no other time. Pure.

    Args:
        pose: that takes back; None for none.
        within_s: the hold must begin so soon after the start.
    """

    def __init__(self, pose: str | None = None, within_s: float = 0.0) -> None:
        self.pose = pose
        self._within_s = within_s
        self._start: GestureEvent | None = None
        self._holds: dict[HandKey, float] = {}
        self._seen_at = float("-inf")

    @property
    def is_armed(self) -> bool:
        """Whether there is a start that can be taken back."""
        return self._start is not None

    def note(self, events: Iterable[GestureEvent]) -> None:
        """Takes what has started; the last start is the one that can be taken back."""
        for event in events:
            if event.kind is EventKind.START and event.gesture != self.pose:
                self._start = event
                self._holds.clear()

    def see(self, at: float, hands: Sequence[TrackedHand], thresholds: Thresholds) -> str | None:
        """The gesture whose start is taken back now, if a hand says so.

        Args:
            at: time of the observation, seconds.
            hands: those that were read in it.
            thresholds: of the pose.
        """
        start = self._start
        if start is None or self.pose is None:
            return None
        if at > start.at + self._within_s + 2 * DWELL_S:
            self._start = None
            return None
        for hand in hands:
            case = weigh(hand.key, hand.track_ids, hand.history, self.pose, thresholds)
            if not case.enters or at - self._seen_at > LONGEST_CREDIT_S:
                self._holds.pop(hand.key, None)
            if case.clear and case.enters:
                since = self._holds.setdefault(hand.key, case.run.since)
                soon = start.at <= since <= start.at + self._within_s
                if soon and at - since >= DWELL_S - 1e-6:
                    return start.gesture
        self._seen_at = at
        return None

    def undone(self, gesture: str, at: float) -> GestureEvent:
        """The event that takes a start of `gesture` back at `at` seconds, however it came."""
        start, self._start = self._start, None
        known = start if start is not None and start.gesture == gesture else None
        return GestureEvent(
            kind=EventKind.UNDONE,
            gesture=gesture,
            at=at,
            track_ids=known.track_ids if known else (),
            candidate_at=known.candidate_at if known else at,
            progress=1.0,
            score=known.score if known else 0.0,
            reason=str(Reason.UNDONE),
        )
