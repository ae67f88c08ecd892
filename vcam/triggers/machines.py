"""The machine that fits each gesture."""

from __future__ import annotations

from collections.abc import Iterable

from vcam.core.gestures import MOVEMENTS
from vcam.core.observation import NONE_POSE
from vcam.triggers.machine import GestureMachine
from vcam.triggers.movement import MovementMachine

Machine = GestureMachine | MovementMachine


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
