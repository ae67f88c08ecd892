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
