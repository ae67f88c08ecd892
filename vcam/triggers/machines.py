"""The gestures that are watched for: a machine for each, its limits, and what it sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vcam.core.events import GestureEvent
from vcam.core.gestures import MOVEMENTS, ONE_HANDED, PAIRS
from vcam.core.observation import NONE_POSE
from vcam.settings.schema import Thresholds, TriggerSettings
from vcam.triggers.evidence import Evidence, is_clear, weigh
from vcam.triggers.hands import TrackedHand
from vcam.triggers.machine import GestureMachine, Phase
from vcam.triggers.movement import MovementMachine
from vcam.triggers.pairs import TrackedPair

Machine = GestureMachine | MovementMachine


@dataclass(frozen=True, slots=True)
class Watched:
    """The machines of all gestures that are watched for, and those that stand in for them.

    Attributes:
        gestures: what is watched for.
        machines: of each gesture, and of each pose that stands in for a two-handed one.
        poses: those of one-handed poses.
        two_handed: those of two-handed gestures.
        movements: those of movements.
        thresholds: of each gesture that has a machine.
        one_handed: the gestures of two hands that one hand may start.
        wants_pairs: a two-handed gesture may start, and needs readings of pairs.
        wants_trails: a movement may start, and needs the ways of hands.
    """

    gestures: tuple[str, ...]
    machines: Mapping[str, Machine]
    poses: Mapping[str, GestureMachine]
    two_handed: Sequence[GestureMachine]
    movements: Sequence[MovementMachine]
    thresholds: Mapping[str, Thresholds]
    one_handed: Sequence[str]
    wants_pairs: bool
    wants_trails: bool

    @classmethod
    def of(
        cls,
        gestures: Sequence[str],
        settings: TriggerSettings,
        card: Mapping[str, float],
        old: Mapping[str, Machine] = MappingProxyType({}),
        armed_at: float = float("-inf"),
    ) -> Watched:
        """What is watched for with these settings.

        Args:
            gestures: poses, two-handed gestures and movements that may trigger.
            settings: thresholds, and whether one hand may start what is of two.
            card: `enter` of each pose as the pose model's card gives it.
            old: machines that go on where they are still needed.
            armed_at: for a new machine, what was shown before does not count, seconds.
        """
        one_handed = [
            gesture
            for gesture in gestures
            if settings.one_handed
            and gesture in ONE_HANDED
            and settings.thresholds(gesture, card).enabled
        ]
        stand_ins = [ONE_HANDED[gesture] for gesture in one_handed]
        machines = {
            gesture: old.get(gesture) or make_machine(gesture, armed_at)
            for gesture in dict.fromkeys([*gestures, *stand_ins])
        }
        of_hands = [each for each in machines.values() if isinstance(each, GestureMachine)]
        thresholds = {gesture: settings.thresholds(gesture, card) for gesture in machines}
        enabled = [gesture for gesture, limits in thresholds.items() if limits.enabled]
        return cls(
            gestures=tuple(gestures),
            machines=machines,
            poses={each.gesture: each for each in of_hands if each.gesture not in PAIRS},
            two_handed=[each for each in of_hands if each.gesture in PAIRS],
            movements=[each for each in machines.values() if isinstance(each, MovementMachine)],
            thresholds=thresholds,
            one_handed=one_handed,
            wants_pairs=any(gesture in PAIRS for gesture in enabled),
            wants_trails=any(gesture in MOVEMENTS for gesture in enabled),
        )

    def see(
        self,
        machine: GestureMachine,
        at: float,
        seen: Sequence[TrackedHand | TrackedPair],
        not_before: float,
        lost_after_s: float,
    ) -> list[GestureEvent]:
        """One observation, for one of the machines.

        Args:
            machine: of a pose or a two-handed gesture.
            at: seconds.
            seen: the hands or pairs that were read.
            not_before: no hold that began before this time counts, seconds.
            lost_after_s: a hand that was not read for so long is lost.
        """
        thresholds = self.thresholds[machine.gesture]
        # Most gestures are idle most of the time; only a clear reading can change that.
        worth = [
            each
            for each in seen
            if machine.phase is not Phase.IDLE
            or (
                each.history.newest is not None
                and is_clear(each.history.newest, machine.gesture, thresholds)
            )
        ]
        cases = self.cases(machine.gesture, worth)
        return machine.see(at, cases, thresholds, not_before=not_before, lost_after_s=lost_after_s)

    def cases(self, gesture: str, seen: Sequence[TrackedHand | TrackedPair]) -> list[Evidence]:
        """What each of these hands or pairs says about a gesture."""
        thresholds = self.thresholds[gesture]
        return [weigh(each.key, each.track_ids, each.history, gesture, thresholds) for each in seen]


def make_machine(gesture: str, armed_at: float = float("-inf")) -> Machine:
    """A machine for `gesture`; what was shown before `armed_at` seconds does not count."""
    if gesture in MOVEMENTS:
        return MovementMachine(gesture, armed_at)
    return GestureMachine(gesture, armed_at)


def check_gestures(gestures: Iterable[str]) -> None:
    """Refuses what can start nothing.

    Raises:
        ValueError: `none` is among the gestures.
    """
    if NONE_POSE in gestures:
        raise ValueError(f"{NONE_POSE!r} is the absence of a pose and can start nothing")
