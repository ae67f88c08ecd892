"""What is new in settings and packs that are to be applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vcam.core.events import ReactionRule
from vcam.poses.vocabulary import GESTURES
from vcam.reactions.rules import RuleBook
from vcam.settings.schema import Settings, TriggerSettings

if TYPE_CHECKING:
    from vcam.effects.pack import Pack


MIN_MS = 1500
LINGER_MS = 500
"""Of an effect that no rule of its pack plays: what most rules of the shipped packs have."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Effects that answer gestures besides those of the packs that are on.

    Attributes:
        effects: gesture, pack, effect.
        packs: those that the effects are of; they need not be on.
        gestures: what can be seen besides vcam's own gestures: poses that were taught.
    """

    effects: tuple[tuple[str, str, str], ...] = ()
    packs: tuple[Pack, ...] = ()
    gestures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be taken over; None where nothing has changed.

    Attributes:
        triggers: thresholds, guards, times.
        packs: those that are drawn from: they are on, or hold an effect that answers something.
        rules: all answers.
        gestures: what is watched for.
        undo: the pose that takes a start back, and within how many ms.
    """

    triggers: TriggerSettings | None
    packs: Sequence[Pack] | None
    rules: Sequence[ReactionRule] | None
    gestures: Sequence[str] | None = None
    undo: tuple[str | None, int] | None = None


class Changes:
    """Compares what is asked for with what was asked for last. One call at a time.

    Attributes:
        settings: those that hold.

    Args:
        settings: those that hold at first; which packs do is not known until `to` is called.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._asked: tuple[Pack, ...] = ()
        self._answers: dict[str, Answers] = {}
        self._packs: tuple[Pack, ...] | None = None
        self._rules: tuple[ReactionRule, ...] = ()
        self._gestures: tuple[str, ...] | None = None

    @property
    def taught(self) -> tuple[str, ...]:
        """What can be seen besides vcam's own gestures, answered or not."""
        return tuple(gesture for each in self._answers.values() for gesture in each.gestures)

    def to(self, settings: Settings, packs: Sequence[Pack]) -> Change:
        """What changes with these settings and packs, which hold from now on.

        A pack that was read again is another one, whatever is in it.

        Raises:
            PackError: the packs' rules contradict themselves; the old ones hold on.
        """
        return self._to(settings, tuple(packs), self._answers)

    def answer(self, by: str, answers: Answers) -> Change:
        """What changes with these answers in place of those that `by` has given before.

        Nothing before `to` was called: without the packs, it is not known what else answers.
        """
        every = {**self._answers, by: answers}
        if self._packs is None:
            self._answers = every
            return Change(None, None, None)
        return self._to(self.settings, self._asked, every)

    def _to(
        self, settings: Settings, packs: tuple[Pack, ...], answers: dict[str, Answers]
    ) -> Change:
        is_on = settings.reactions.enabled
        drawn, rules = _with_answers(packs, list(answers.values())) if is_on else ((), ())
        RuleBook(rules)
        old, self.settings = self.settings, settings
        self._asked, self._answers = packs, answers
        old_drawn, self._packs = self._packs, drawn
        old_rules, self._rules = self._rules, rules
        packs_differ = drawn != old_drawn
        rules_differ = packs_differ or rules != old_rules
        gestures = watched_gestures(rules, settings, self.taught)
        old_gestures, self._gestures = self._gestures, gestures
        return Change(
            triggers=settings.triggers if settings.triggers != old.triggers else None,
            packs=drawn if packs_differ else None,
            rules=rules if rules_differ else None,
            gestures=gestures if rules_differ or gestures != old_gestures else None,
            undo=_undo(settings) if _undo(settings) != _undo(old) else None,
        )


def _with_answers(
    on: Sequence[Pack], answers: Sequence[Answers]
) -> tuple[tuple[Pack, ...], tuple[ReactionRule, ...]]:
    """The packs to draw from, and all rules; what is in no pack any more is left out."""
    packs = {pack.name: pack for each in answers for pack in each.packs}
    # One that is on stays where it is, lent or not.
    packs = {pack.name: pack for pack in on} | {
        name: pack for name, pack in packs.items() if name not in {pack.name for pack in on}
    }
    rules = [rule for pack in on for rule in pack.rules]
    taken = {(rule.gesture, rule.pack, rule.effect) for rule in rules}
    for each in answers:
        for key in each.effects:
            gesture, name, effect = key
            if key in taken or name not in packs or effect not in packs[name].effects:
                continue
            taken.add(key)
            own = next((rule for rule in packs[name].rules if rule.effect == effect), None)
            min_ms, linger_ms = (own.min_ms, own.linger_ms) if own else (MIN_MS, LINGER_MS)
            leave_ms = packs[name].effects[effect].leave_ms
            rules.append(ReactionRule(gesture, name, effect, "hold", min_ms, linger_ms, leave_ms))
    return tuple(packs.values()), tuple(rules)


def watched_gestures(
    rules: Iterable[ReactionRule], settings: Settings | None, taught: Iterable[str] = ()
) -> tuple[str, ...]:
    """The gestures that start something: these rules, or a selfie. No other is watched for.

    Args:
        rules: all answers.
        settings: tell what starts a selfie; None for nothing.
        taught: what can be seen besides vcam's own gestures.
    """
    answered = {rule.gesture for rule in rules}
    if settings is not None and settings.reactions.enabled and settings.selfie.gesture is not None:
        answered.add(settings.selfie.gesture)
    known = dict.fromkeys((*GESTURES, *taught))
    return tuple(gesture for gesture in known if gesture in answered)


def _undo(settings: Settings) -> tuple[str | None, int]:
    return settings.reactions.undo_gesture, settings.reactions.undo_within_ms
