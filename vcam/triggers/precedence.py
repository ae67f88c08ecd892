"""Two-handed gestures win over the one-handed ones that they contain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vcam.core.gestures import PAIRS
from vcam.settings.schema import Thresholds
from vcam.triggers.evidence import is_clear
from vcam.triggers.machine import GestureMachine, Phase
from vcam.triggers.pairs import TrackedPair


@dataclass(slots=True)
class Precedence:
    """What one-handed gestures must leave alone in one observation.

    Attributes:
        shown: poses that are shown with both hands by a gesture that is active.
        busy: hands that are part of an active two-handed gesture.
        taken: hands that hold one, or show one that rests: their own holds are given up.
        passed_over: hands that look like it, but perhaps by a single wrong reading: their own
            holds wait.
    """

    shown: set[str] = field(default_factory=set)
    busy: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    passed_over: set[int] = field(default_factory=set)

    def ends(self, machine: GestureMachine) -> bool:
        """Whether this one-handed gesture must rest, whatever it does."""
        return machine.gesture in self.shown or not self.busy.isdisjoint(machine.hands)


def precedence(
    machines: Iterable[GestureMachine],
    pairs: Iterable[TrackedPair],
    thresholds: Mapping[str, Thresholds],
) -> Precedence:
    """What the two-handed gestures claim.

    Args:
        machines: of the two-handed gestures, after they saw this observation.
        pairs: the pairs that were read in it.
        thresholds: of each gesture.
    """
    claims = Precedence()
    seen = list(pairs)
    for machine in machines:
        limits = thresholds[machine.gesture]
        if not limits.enabled:
            continue
        held = {hand for key in machine.hands if isinstance(key, tuple) for hand in key}
        claims.taken |= held
        if machine.phase is Phase.ACTIVE:
            claims.busy |= held
            claims.shown.add(PAIRS[machine.gesture])
        for pair in seen:
            newest = pair.history.newest
            if newest is not None and is_clear(newest, machine.gesture, limits):
                rests = machine.phase is Phase.COOLDOWN
                (claims.taken if rests else claims.passed_over).update(pair.key)
    return claims
