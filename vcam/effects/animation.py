"""How stickers come, stay and go: closed forms in time, so every frame rate looks the same."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

Entrance = Literal["none", "fade", "pop", "drop", "rise"]
Idle = Literal["none", "bob", "wobble", "pulse", "spin"]
Exit = Literal["none", "fade", "pop", "drop", "rise"]

_OVERSHOOT = 1.70158
"""Penner's constant: the curve overshoots its end by a tenth."""


class Motion(NamedTuple):
    """What an animation adds to a sticker that rests.

    Attributes:
        right: shift to its right, in its own heights.
        down: shift downwards, in its own heights.
        scale: factor on its size.
        angle: added turn, radians clockwise.
        opacity: 0..1.
    """

    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0
    angle: float = 0.0
    opacity: float = 1.0

    def then(self, other: Motion) -> Motion:
        """Both together."""
        return Motion(
            self.right + other.right,
            self.down + other.down,
            self.scale * other.scale,
            self.angle + other.angle,
            self.opacity * other.opacity,
        )

    def in_place(self) -> Motion:
        """The same without its shift."""
        return self._replace(right=0.0, down=0.0)


def ease_out(share: float) -> float:
    """Cubic: quick at first, then settling; 0..1 to 0..1."""
    return 1 - (1 - share) ** 3


def ease_out_back(share: float) -> float:
    """As `ease_out`, but swings over the end by a tenth before it settles."""
    left = share - 1
    return 1 + (_OVERSHOOT + 1) * left**3 + _OVERSHOOT * left**2


def ease_in_back(share: float) -> float:
    """Winds up backwards by a tenth, then goes; 0..1 to 0..1."""
    return (_OVERSHOOT + 1) * share**3 - _OVERSHOOT * share**2


def entering(style: Entrance, share: float) -> Motion:
    """The entrance, `share` of it done."""
    share = min(1.0, max(0.0, share))
    if style == "none" or share >= 1:
        return Motion()
    clear = min(1.0, share * 2.5)
    if style == "fade":
        return Motion(opacity=share)
    if style == "pop":
        return Motion(scale=max(0.0, ease_out_back(share)), opacity=clear)
    way = 1 - ease_out_back(share)
    return Motion(down=-way if style == "drop" else way, opacity=clear)


def leaving(style: Exit, share: float) -> Motion:
    """The exit, `share` of it done; with all of it done nothing is left."""
    share = min(1.0, max(0.0, share))
    if share >= 1:
        return Motion(scale=0.0, opacity=0.0)
    if style == "none":
        return Motion()
    if style == "fade":
        return Motion(opacity=1 - ease_out(share))
    if style == "pop":
        return Motion(scale=max(0.0, 1 - ease_in_back(share)), opacity=min(1.0, (1 - share) * 3))
    way = ease_in_back(share)
    return Motion(down=way if style == "drop" else -way, opacity=1 - share**2)


def idling(style: Idle, elapsed_s: float, period_s: float, amount: float) -> Motion:
    """What it does while it stays; starts from rest.

    Args:
        style: `bob` moves up and down by `amount` of its height; `wobble` turns to and fro by
            `amount` degrees; `pulse` swells by `amount` of its size; `spin` turns clockwise, once
            a period.
        elapsed_s: seconds since it began.
        period_s: seconds of one round.
        amount: see `style`; `spin` takes none.
    """
    if style == "none" or period_s <= 0 or elapsed_s <= 0:
        return Motion()
    phase = 2 * math.pi * elapsed_s / period_s
    if style == "spin":
        return Motion(angle=phase % (2 * math.pi))
    if style == "pulse":
        return Motion(scale=1 + amount * (1 - math.cos(phase)) / 2)
    # Swings grow over the first period: a sticker that has just settled is not jerked on.
    swing = amount * math.sin(phase) * min(1.0, elapsed_s / period_s)
    if style == "bob":
        return Motion(down=-swing)
    return Motion(angle=math.radians(swing))
