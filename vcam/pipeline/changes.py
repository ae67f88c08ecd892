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


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be taken over; None where nothing has changed.

    Attributes:
        triggers: thresholds, guards, times.
        packs: those that are on.
        rules: their answers.
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
        self._packs: tuple[Pack, ...] | None = None
        self._gestures: tuple[str, ...] | None = None

    def to(self, settings: Settings, packs: Sequence[Pack]) -> Change:
        """What changes with these settings and packs, which hold from now on.

        A pack that was read again is another one, whatever is in it.

        Raises:
            PackError: the packs' rules contradict themselves; the old ones hold on.
        """
        on = tuple(packs) if settings.reactions.enabled else ()
        rules = tuple(rule for pack in on for rule in pack.rules)
        RuleBook(rules)
        old, self.settings = self.settings, settings
        old_packs, self._packs = self._packs, on
        packs_differ = on != old_packs
        gestures = watched_gestures(rules, settings)
        old_gestures, self._gestures = self._gestures, gestures
        return Change(
            triggers=settings.triggers if settings.triggers != old.triggers else None,
            packs=on if packs_differ else None,
            rules=rules if packs_differ else None,
            gestures=gestures if packs_differ or gestures != old_gestures else None,
            undo=_undo(settings) if _undo(settings) != _undo(old) else None,
        )


def watched_gestures(rules: Iterable[ReactionRule], settings: Settings | None) -> tuple[str, ...]:
    """The gestures that start something: these rules, or a selfie. No other is watched for."""
    answered = {rule.gesture for rule in rules}
    if settings is not None and settings.reactions.enabled and settings.selfie.gesture is not None:
        answered.add(settings.selfie.gesture)
    return tuple(gesture for gesture in GESTURES if gesture in answered)


def _undo(settings: Settings) -> tuple[str | None, int]:
    return settings.reactions.undo_gesture, settings.reactions.undo_within_ms
