"""Scores of classes over time to events: what a model says for a while starts something. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vcam.core.events import EventKind, GestureEvent
from vcam.core.gestures import of_class

LEAVE_SHARE = 0.75
"""A class that has started ends below so much of its threshold: a score that plays round the
threshold must not switch anything on and off."""

COOLDOWN_S = 2.0
"""From an end to the next start of the same class, at least."""

BLIND_S = 3.0
"""After so long without a look (and three looks that are missing), nothing that was held counts,
and what has started ends."""


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What starts one gesture.

    Attributes:
        recogniser: name of the reader.
        label: its class.
        hold_ms: how long it must say so.
        gesture: name of the event.
        does: what follows, in any words: a rule that does something else from now on is another
            one, and starts anew, also while its class is seen.
    """

    recogniser: str
    label: str
    hold_ms: int
    gesture: str
    does: tuple[str, ...] = ()


def class_rules(wanted: Iterable[tuple[str, str, int, str]]) -> tuple[ClassRule, ...]:
    """Rules for (recogniser, class, hold_ms, what follows); those of the same hold are one.

    Where one class is held for different times, the shortest has the plain name, the others tell
    their time.
    """
    shortest: dict[tuple[str, str], int] = {}
    every: dict[tuple[str, str, int], list[str]] = {}
    for recogniser, label, hold_ms, does in wanted:
        key = recogniser, label
        shortest[key] = min(shortest.get(key, hold_ms), hold_ms)
        every.setdefault((recogniser, label, hold_ms), []).append(does)
    return tuple(
        ClassRule(
            recogniser,
            label,
            hold_ms,
            of_class(recogniser, label, hold_ms if hold_ms > shortest[recogniser, label] else None),
            tuple(does),
        )
        for (recogniser, label, hold_ms), does in every.items()
    )


class _Machine:
    """One rule: since when it is held, and whether it has started."""

    def __init__(self, rule: ClassRule) -> None:
        self.rule = rule
        self.held_since: float | None = None
        self.active_since: float | None = None
        self.ended_at = float("-inf")

    def see(
        self, at: float, score: float, threshold: float, tracks: tuple[int, ...]
    ) -> list[GestureEvent]:
        if self.active_since is not None:
            if score < threshold * LEAVE_SHARE:
                return self.end(at, score, "released")
            return []
        if score < threshold or at < self.ended_at + COOLDOWN_S:
            self.held_since = None
            return []
        if self.held_since is None:
            self.held_since = at
        if (at - self.held_since) * 1000 < self.rule.hold_ms:
            return []
        self.active_since, since = self.held_since, self.held_since
        self.held_since = None
        return [self._event(EventKind.START, at, tracks, since, score)]

    def end(self, at: float, score: float, reason: str) -> list[GestureEvent]:
        self.held_since = None
        since, self.active_since = self.active_since, None
        if since is None:
            return []
        self.ended_at = at
        return [self._event(EventKind.END, at, (), since, score, reason)]

    def _event(
        self,
        kind: EventKind,
        at: float,
        tracks: tuple[int, ...],
        since: float,
        score: float,
        reason: str = "",
    ) -> GestureEvent:
        return GestureEvent(kind, self.rule.gesture, at, tracks, since, 1.0, score, reason)


class ClassTriggers:
    """Follows the classes of one reader. Times are seconds on the clock of the frames.

    Args:
        smoothing_ms: over how long scores are averaged.
    """

    def __init__(self, smoothing_ms: float) -> None:
        self.smoothing_ms = smoothing_ms
        self._looks: deque[tuple[float, Mapping[str, float]]] = deque()
        self._machines: dict[str, _Machine] = {}
        self._scores: dict[str, float] = {}

    @property
    def scores(self) -> Mapping[str, float]:
        """Smoothed score of each class as of the last look."""
        return self._scores

    @property
    def active(self) -> tuple[str, ...]:
        """The gestures that have started and not ended."""
        return tuple(name for name, each in self._machines.items() if each.active_since is not None)

    def watch(self, rules: Sequence[ClassRule], at: float) -> list[GestureEvent]:
        """Follows these rules from now on; what goes on with those that stay is not touched.

        Returns:
            The ends of those that go.
        """
        old = self._machines
        self._machines = {
            rule.gesture: machine
            if (machine := old.get(rule.gesture)) is not None and machine.rule == rule
            else _Machine(rule)
            for rule in rules
        }
        kept = set(map(id, self._machines.values()))
        gone = [machine for machine in old.values() if id(machine) not in kept]
        return [event for machine in gone for event in machine.end(at, 0.0, "switched off")]

    def see(
        self,
        at: float,
        scores: Mapping[str, float],
        thresholds: Mapping[str, float],
        tracks: Mapping[str, tuple[int, ...]],
        patience_s: float = BLIND_S,
    ) -> list[GestureEvent]:
        """One look.

        Args:
            at: seconds; a look that is not later than the last one is ignored, one that is more
                than `patience_s` earlier begins afresh (another source, a clip from its start).
            scores: of each class, 0..1.
            thresholds: of the classes that rules name.
            tracks: the hands that show each class.
            patience_s: a gap longer than this loses what was held.
        """
        events: list[GestureEvent] = []
        if self._looks:
            gap_s = at - self._looks[-1][0]
            if -patience_s <= gap_s <= 0:
                return []
            if abs(gap_s) > patience_s:
                events = self.lose(at, "not seen")
        self._looks.append((at, scores))
        while at - self._looks[0][0] > self.smoothing_ms / 1000:
            self._looks.popleft()
        labels = {label for _, each in self._looks for label in each}
        self._scores = {
            label: sum(each.get(label, 0.0) for _, each in self._looks) / len(self._looks)
            for label in labels
        }
        for machine in self._machines.values():
            label = machine.rule.label
            events += machine.see(
                at, self._scores.get(label, 0.0), thresholds.get(label, 1.0), tracks.get(label, ())
            )
        return events

    def lose(self, at: float, reason: str) -> list[GestureEvent]:
        """Nothing is looked at any more: everything ends, and is forgotten."""
        self._looks.clear()
        self._scores = {}
        events = [
            event for machine in self._machines.values() for event in machine.end(at, 0.0, reason)
        ]
        for machine in self._machines.values():
            # Times may start over with the next picture.
            machine.ended_at = float("-inf")
        return events
