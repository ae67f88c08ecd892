"""What the user has asked for, and what the outputs show."""

from __future__ import annotations

from enum import Enum, StrEnum, auto


class Mode(StrEnum):
    """What the user has asked for."""

    LIVE = "live"
    """The camera's picture, with effects."""
    PAUSED = "paused"
    """The pause picture; the camera is closed."""
    FROZEN = "frozen"
    """The picture of that moment, held; the camera stays open, nothing is recognised."""


class Showing(Enum):
    """What goes out."""

    CAMERA = auto()
    """The camera's picture, or the placeholder that says why there is none."""
    HELD = auto()
    """What went out last, again and again."""
    PAUSE = auto()
    """The pause picture."""
    ASLEEP = auto()
    """The card that says that nobody is watching."""
