"""What people are shown of gestures that have not started: the ring, and the meters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from vcam.settings.schema import Thresholds
from vcam.triggers.evidence import Evidence
from vcam.triggers.guards import Reason
from vcam.triggers.machine import GestureMachine, Phase
from vcam.triggers.movement import MovementMachine


class Candidate(NamedTuple):
    """A gesture that is being held but has not started: what the ring shows.

    Attributes:
        gesture: its name.
        track_ids: the hands that show it.
        progress: share of the dwell that is done, 0..1.
    """

    gesture: str
    track_ids: tuple[int, ...]
    progress: float


class GestureMeter(NamedTuple):
    """How near a gesture is to starting.

    Attributes:
        gesture: its name.
        score: smoothed score of the hand or pair that shows it most, 0..1; 0 for a movement.
        progress: share of the dwell that is done; 0 unless it is held.
        active: whether it has started and not ended.
        reason: why it does not count now, in one or two words; empty otherwise.
    """

    gesture: str
    score: float
    progress: float
    active: bool
    reason: str


def measure(
    machine: GestureMachine | MovementMachine,
    thresholds: Thresholds,
    cases: Iterable[Evidence],
    warming_up: bool,
) -> GestureMeter:
    """How near a gesture is to starting.

    Args:
        machine: of the gesture.
        thresholds: of the gesture.
        cases: of the hands or pairs that were seen just now.
        warming_up: nothing counts yet.
    """
    best = max(cases, key=lambda case: case.score, default=None)
    reason = ""
    if not thresholds.enabled:
        reason = str(Reason.SWITCHED_OFF)
    elif machine.phase is Phase.COOLDOWN:
        reason = "resting"
    elif best is not None and best.shows:
        reason = "warming up" if warming_up else str(best.reason)
    progress = machine.lead[1] if machine.lead else 0.0
    active = machine.phase is Phase.ACTIVE
    return GestureMeter(machine.gesture, best.score if best else 0.0, progress, active, reason)
