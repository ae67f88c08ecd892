"""Which effects answer a gesture, and which sets of rules contradict themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from vcam.core.errors import PackError
from vcam.core.events import ReactionRule
from vcam.core.observation import NONE_POSE


class RuleBook:
    """The rules of all packs that are on, ready to be asked.

    Args:
        rules: in the order in which their effects are laid over each other, the top one last.

    Raises:
        PackError: the rules contradict themselves (`find_conflicts`).
    """

    def __init__(self, rules: Iterable[ReactionRule]) -> None:
        self._rules = tuple(rules)
        conflicts = find_conflicts(self._rules)
        if conflicts:
            raise PackError(conflicts[0], "correct the reactions in its pack.yaml")
        self.packs = frozenset(rule.pack for rule in self._rules)
        self.gestures = frozenset(rule.gesture for rule in self._rules)
        self._by_gesture: dict[str, list[ReactionRule]] = {}
        for rule in self._rules:
            self._by_gesture.setdefault(rule.gesture, []).append(rule)

    def __iter__(self) -> Iterator[ReactionRule]:
        return iter(self._rules)

    def answers(self, gesture: str) -> Sequence[ReactionRule]:
        """The rules that `gesture` starts; several packs may answer the same one."""
        return tuple(self._by_gesture.get(gesture, ()))

    def plays(self, pack: str, effect: str) -> ReactionRule | None:
        """The first rule that plays this effect, None if no gesture does."""
        for rule in self._rules:
            if rule.pack == pack and rule.effect == effect:
                return rule
        return None


def find_conflicts(rules: Iterable[ReactionRule]) -> list[str]:
    """What is wrong with a set of rules, one line each; empty if nothing is.

    One gesture may play several effects, of one pack or of several, and one effect may be played
    by several gestures. Wrong are: the same effect twice for the same gesture (which of the two
    would hold?), an effect with leave animations of different lengths (it has one animation), a
    time below zero, and a rule for `none`, which no hand ever starts.
    """
    problems: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    leave_ms: dict[tuple[str, str], int] = {}
    for rule in rules:
        place = f"pack {rule.pack}, effect {rule.effect}"
        if rule.gesture == NONE_POSE:
            problems.append(f"{place}: {NONE_POSE} is the absence of a pose and starts nothing")
        for name in ("min_ms", "linger_ms", "leave_ms"):
            if getattr(rule, name) < 0:
                problems.append(f"{place}: {name} is {getattr(rule, name)}, below zero")
        key = (rule.gesture, rule.pack, rule.effect)
        if key in seen:
            problems.append(f"{place}: gesture {rule.gesture} plays it twice")
        seen.add(key)
        first = leave_ms.setdefault((rule.pack, rule.effect), rule.leave_ms)
        if first != rule.leave_ms:
            problems.append(f"{place}: leave_ms is {first} in one rule, {rule.leave_ms} in another")
    return problems
