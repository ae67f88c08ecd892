"""Settings of the triggers: when a gesture starts and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import Field

from vcam.core.gestures import HEART_HANDS, MOVEMENTS, PAIRS
from vcam.settings.schema.section import Dwell, Milliseconds, Section, Share


class GestureThresholds(Section):
    """When a gesture starts and ends; None takes the value from `triggers.defaults`."""

    enabled: bool | None = Field(
        None, description="False: this gesture never starts; a movement starts only with true"
    )
    dwell_ms: Dwell | None = Field(None, description="How long the pose must be held")
    enter: Share | None = Field(None, description="Smoothed score from which the hold counts")
    leave: Share | None = Field(
        None, description="Smoothed score below which the gesture ends; never above enter"
    )
    margin: Share | None = Field(None, description="Least lead over the second-best pose")
    cooldown_ms: Milliseconds | None = Field(None, description="Rest after the gesture has ended")
    release_ms: Milliseconds | None = Field(
        None, description="How long the pose must be gone before the gesture can start again"
    )


class TriggerDefaults(Section):
    """When gestures start and end, unless a gesture says otherwise."""

    enabled: bool = Field(True, description="False: no gesture starts")
    dwell_ms: Dwell = Field(500, description="How long the pose must be held")
    enter: Share | None = Field(
        None,
        description="Smoothed score from which the hold counts; null takes each pose's own, from "
        "the card of the pose model",
    )
    leave: Share = Field(
        0.60, description="Smoothed score below which the gesture ends; never above enter"
    )
    margin: Share = Field(0.25, description="Least lead over the second-best pose")
    cooldown_ms: Milliseconds = Field(2000, description="Rest after the gesture has ended")
    release_ms: Milliseconds = Field(
        300, description="How long the pose must be gone before the gesture can start again"
    )


ENTER = 0.90
"""`enter` of a pose for which neither the settings nor the model's card give one."""

MOVEMENT_ENTER = 0.70
"""As `ENTER`, for movements: the way that the hand goes says more than the pose, which a moving
hand shows less clearly."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What holds for one gesture in the end; see `TriggerDefaults` for the meanings."""

    enabled: bool
    dwell_ms: int
    enter: float
    leave: float
    margin: float
    cooldown_ms: int
    release_ms: int


class GuardSettings(Section):
    """What keeps a pose from counting, however clear it is."""

    min_hand_height: Share = Field(
        0.06, description="Least size of the hand (longer side), as a share of the picture's height"
    )
    max_face_overlap: Share = Field(
        0.20, description="Most of the hand's box that may lie over a face"
    )
    max_speed: float = Field(
        0.5, ge=0, le=10, description="Fastest movement of the hand, in hand widths per 100 ms"
    )
    warm_up_ms: Milliseconds = Field(
        500, description="Nothing counts this soon after the camera opens or resumes"
    )


FLOORS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        # A hand round a cup is the usual false thumb-up, so it asks for the most.
        "thumb_up": {"dwell_ms": 700, "margin": 0.35},
        "thumb_down": {"dwell_ms": 600},
        # These are what a hand does anyway while its owner talks.
        "fist": {"dwell_ms": 700},
        "palm": {"dwell_ms": 700},
        "one": {"dwell_ms": 700},
        # Two hands that show a pose at once hardly do so by accident; but they are answered all
        # over the picture, and must have time to come up one after the other.
        "two_v_signs": {"dwell_ms": 600},
        "two_metals": {"dwell_ms": 600},
        "two_thumbs_up": {"dwell_ms": 700, "margin": 0.35},
        "two_thumbs_down": {"dwell_ms": 700},
        # Hands that fold or clap pass through something like it.
        HEART_HANDS: {"dwell_ms": 800},
    }
)
"""Least thresholds of everyday poses: `triggers.defaults` cannot go below them for these, only a
gesture's own entry in `triggers.gestures` can."""


_NO_CARD: Mapping[str, float] = MappingProxyType({})


class TriggerSettings(Section):
    """From pose scores to gesture events."""

    defaults: TriggerDefaults = Field(
        default_factory=lambda: TriggerDefaults(),
        description="Thresholds of every gesture that says nothing else",
    )
    gestures: dict[str, GestureThresholds] = Field(
        default_factory=dict,
        description="Thresholds of single gestures, by name; what is left out or null is as in "
        "triggers.defaults, or stricter where a pose is an everyday one (docs/triggers.md)",
    )
    guards: GuardSettings = Field(
        default_factory=lambda: GuardSettings(),
        description="What keeps a pose from counting, however clear it is",
    )
    one_handed: bool = Field(
        False,
        description="A pose of one hand that is held on counts as the gesture of two hands: V as "
        "two V signs, and so on; the I-love-you sign as heart hands",
    )
    one_handed_ms: Dwell = Field(
        1500, description="one_handed only: how long the pose must be held for that"
    )
    smoothing_ms: int = Field(
        200, ge=0, le=1000, description="Window of the median over pose scores"
    )
    lost_after_ms: int = Field(
        500, ge=100, le=5000, description="A hand that is out of sight this long has gone"
    )

    def thresholds(self, gesture: str, card: Mapping[str, float] = _NO_CARD) -> Thresholds:
        """What holds for `gesture`: its own values, else the defaults, raised to `FLOORS`.

        Args:
            gesture: its name.
            card: `enter` of each pose as the pose model's card gives it, for where the settings
                say nothing.
        """
        values = self.defaults.model_dump()
        for name, floor in FLOORS.get(gesture, {}).items():
            values[name] = max(values[name], floor)
        if values["enter"] is None:
            usual = MOVEMENT_ENTER if gesture in MOVEMENTS else ENTER
            values["enter"] = card.get(PAIRS.get(gesture) or gesture, usual)
        # Hands move while their owner talks: only who asks for movements gets them.
        values["enabled"] = values["enabled"] and gesture not in MOVEMENTS
        own = self.gestures.get(gesture)
        if own is not None:
            values |= own.model_dump(exclude_none=True)
        # A gesture that is told a low `enter` alone must still be able to start.
        values["leave"] = min(values["leave"], values["enter"])
        return Thresholds(**values)
