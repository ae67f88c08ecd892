"""The stage: which effects are live now, and until when."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vcam.core.events import EventKind, GestureEvent, LiveEffect, ReactionRule
from vcam.reactions.rules import RuleBook

MAX_LIVE = 8
"""More effects than this at once are a mess on screen and a load on the compositor: the oldest
one makes room."""

MANUAL_GESTURE = "manual"
"""`LiveEffect.gesture` of effects that a person or a program played by hand."""

MANUAL_MS = 2500
"""An effect played by hand stays at least this long: no gesture's end takes it away, and the
`min_ms` of a rule that holds may be a blink."""

MANUAL_LEAVE_MS = 300
"""Leave animation of an effect played by hand that no rule knows."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A live effect, and what decides when it leaves.

    Attributes:
        effect: as told to the compositor, but for `leaving_at`.
        holders: gestures that hold it now, each with its linger in ms.
        until: it does not leave before this, seconds.
        leave_ms: length of its leave animation.
    """

    effect: LiveEffect
    until: float
    leave_ms: int
    holders: Mapping[str, int] = field(default_factory=dict)

    @property
    def leaving_at(self) -> float | None:
        return None if self.holders else self.until

    def is_over(self, now: float) -> bool:
        return not self.holders and now >= self.until + self.leave_ms / 1000


class Stage:
    """Turns gesture events into the set of live effects. Pure: time comes in as an argument.

    An effect is on the stage once at most. Called again while it is live, even in its leave
    animation, it stays on for the new call instead of coming in a second time.

    Written to from one thread; `live` may be called from any other: the entries are replaced as
    a whole, never changed.

    Args:
        rules: in the order in which effects of one gesture are laid over each other.
        seed: the same seed and the same calls give the same `LiveEffect.seed`s.

    Raises:
        PackError: the rules contradict themselves.
    """

    def __init__(self, rules: Iterable[ReactionRule] = (), seed: int = 0) -> None:
        self._rules = RuleBook(rules)
        self._seed = seed
        self._last_key = 0
        self._latest = float("-inf")
        self._entries: tuple[_Entry, ...] = ()

    def answers(self, gesture: str) -> Sequence[ReactionRule]:
        """The rules that `gesture` starts; any thread."""
        return self._rules.answers(gesture)

    def handle(self, events: Iterable[GestureEvent]) -> None:
        """Plays what the gestures that started call for, and lets go of what ended ones held.

        What answered one that is undone goes at once.
        """
        for event in events:
            if event.kind is EventKind.START:
                self._begin(event.at)
                for rule in self._rules.answers(event.gesture):
                    self._call(rule, event.at, event.gesture, event.track_ids)
            elif event.kind is EventKind.END:
                self._begin(event.at)
                self._entries = tuple(
                    _let_go(entry, event.gesture, event.at) for entry in self._entries
                )
            elif event.kind is EventKind.UNDONE:
                self._begin(event.at)
                self._entries = tuple(
                    _send_off(entry, event.at) if entry.effect.gesture == event.gesture else entry
                    for entry in self._entries
                )

    def play(
        self,
        pack: str,
        effect: str,
        at: float,
        *,
        track_ids: tuple[int, ...] = (),
        gesture: str = MANUAL_GESTURE,
        min_ms: int | None = None,
    ) -> None:
        """Plays an effect by hand: it comes in, stays, and leaves by itself.

        Args:
            pack: name of the pack.
            effect: name of the effect; need not be bound to any gesture.
            at: seconds.
            track_ids: hands for stickers that are anchored to one.
            gesture: what to give as the caller.
            min_ms: how long it stays; None takes `min_ms` of the first rule that plays it, and
                `MANUAL_MS` if that is longer.
        """
        known = self._rules.plays(pack, effect)
        stays_ms = min_ms
        if stays_ms is None:
            stays_ms = max(known.min_ms, MANUAL_MS) if known else MANUAL_MS
        leave_ms = known.leave_ms if known else MANUAL_LEAVE_MS
        self._begin(at)
        rule = ReactionRule(gesture, pack, effect, "once", stays_ms, 0, leave_ms)
        self._call(rule, at, gesture, track_ids)

    def follow(self, holders: Mapping[str, tuple[int, ...]]) -> None:
        """Tells which hands show the active gestures now: tracks change while a gesture lasts.

        Args:
            holders: hands by gesture; gestures that are missing keep what they had.
        """
        entries = []
        for entry in self._entries:
            tracks = next((holders[name] for name in entry.holders if holders.get(name)), ())
            if tracks and tracks != entry.effect.track_ids:
                entry = replace(entry, effect=replace(entry.effect, track_ids=tracks))
            entries.append(entry)
        self._entries = tuple(entries)

    def clear(self, at: float) -> None:
        """Everything begins to leave at `at` seconds, whoever holds it."""
        self._begin(at)
        self._entries = tuple(_send_off(entry, at) for entry in self._entries)

    def set_rules(self, rules: Iterable[ReactionRule], at: float | None = None) -> None:
        """Takes over new rules (packs switched on or off); effects of packs that are gone leave.

        Args:
            rules: all rules that hold from now on.
            at: seconds; None takes the latest time that the stage has heard of.

        Raises:
            PackError: the rules contradict themselves; the old ones stay.
        """
        self._rules = RuleBook(rules)
        now = self._latest if at is None else at
        self._entries = tuple(
            entry if entry.effect.pack in self._rules.packs else _send_off(entry, now)
            for entry in self._entries
        )

    def live(self, now: float) -> tuple[LiveEffect, ...]:
        """What to draw at `now` seconds, the lowest first: in the order in which they started."""
        self._latest = max(self._latest, now)
        return tuple(
            replace(entry.effect, leaving_at=entry.leaving_at)
            for entry in self._entries
            if entry.effect.started_at <= now and not entry.is_over(now)
        )

    def newest(self, now: float) -> str | None:
        """What called the newest effect, of those that stay if there are any; None without one."""
        live = self.live(now)
        staying = [effect for effect in live if effect.leaving_at is None]
        newest = max(staying or live, key=lambda effect: effect.started_at, default=None)
        return newest.gesture if newest is not None else None

    def _begin(self, at: float) -> None:
        self._latest = max(self._latest, at)
        self._entries = tuple(entry for entry in self._entries if not entry.is_over(at))

    def _call(
        self, rule: ReactionRule, at: float, gesture: str, track_ids: tuple[int, ...]
    ) -> None:
        holders = {gesture: rule.linger_ms} if rule.mode == "hold" else {}
        until = at + rule.min_ms / 1000
        for place, entry in enumerate(self._entries):
            if (entry.effect.pack, entry.effect.effect) == (rule.pack, rule.effect):
                longer = replace(
                    entry,
                    effect=replace(
                        entry.effect,
                        gesture=gesture,
                        track_ids=track_ids or entry.effect.track_ids,
                    ),
                    until=max(entry.until, until),
                    holders={**entry.holders, **holders},
                )
                self._entries = (*self._entries[:place], longer, *self._entries[place + 1 :])
                return
        self._last_key += 1
        effect = LiveEffect(
            key=self._last_key,
            pack=rule.pack,
            effect=rule.effect,
            gesture=gesture,
            started_at=at,
            leaving_at=None,
            track_ids=track_ids,
            seed=random.Random(
                f"{self._seed}/{self._last_key}/{rule.pack}/{rule.effect}"
            ).getrandbits(32),
        )
        entries = list(self._entries)
        if len(entries) >= MAX_LIVE:
            entries.remove(_least_missed(entries))
        entries.append(_Entry(effect, until, rule.leave_ms, holders))
        entries.sort(key=lambda entry: (entry.effect.started_at, entry.effect.key))
        self._entries = tuple(entries)


def _let_go(entry: _Entry, gesture: str, at: float) -> _Entry:
    if gesture not in entry.holders:
        return entry
    others = {name: linger for name, linger in entry.holders.items() if name != gesture}
    until = max(entry.until, at + entry.holders[gesture] / 1000)
    return replace(entry, holders=others, until=until)


def _send_off(entry: _Entry, at: float) -> _Entry:
    until = max(entry.effect.started_at, at)
    return replace(entry, holders={}, until=until if entry.holders else min(entry.until, until))


def _least_missed(entries: list[_Entry]) -> _Entry:
    """The oldest effect that nobody holds, else the oldest."""
    return next((entry for entry in entries if not entry.holders), entries[0])
