"""The gestures that are more than one pose of one hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEART_HANDS: Final = "heart_hands"

PAIRS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "two_v_signs": "v_sign",
        "two_thumbs_up": "thumb_up",
        "two_thumbs_down": "thumb_down",
        "two_metals": "metal",
        HEART_HANDS: "",
    }
)
"""Two-handed gestures, each with the pose that both hands show; empty where the hands make one
figure together."""

ONE_HANDED: Final[Mapping[str, str]] = MappingProxyType(
    {gesture: pose or "ily" for gesture, pose in PAIRS.items()}
)
"""Two-handed gestures, each with the pose that stands for it where one hand must do."""

SWIPE_LEFT: Final = "swipe_left"
SWIPE_RIGHT: Final = "swipe_right"
WAVE: Final = "wave"

MOVEMENTS: Final = (SWIPE_LEFT, SWIPE_RIGHT, WAVE)
"""Gestures that a hand makes by moving. Left and right are the person's own."""

_OF = ":"


def of_class(recogniser: str, label: str, hold_ms: int | None = None) -> str:
    """Name of the gesture that a class of an image model starts, such as `smoking:smoking`.

    Args:
        recogniser: name of the model, or `people`.
        label: the class.
        hold_ms: how long it is held, where there are several rules for one class; None for the
            one that starts first.
    """
    held = "" if hold_ms is None else f"{_OF}{hold_ms}ms"
    return f"{recogniser}{_OF}{label}{held}"


def is_of_class(gesture: str) -> bool:
    """Whether an image model, or people, started it, and no hand."""
    return _OF in gesture
