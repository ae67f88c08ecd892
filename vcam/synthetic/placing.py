"""Where in the picture a gesture has room: whole, and beside or below the face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np

from vcam.core.geometry import Box
from vcam.core.observation import Side
from vcam.synthetic.kinematics import FloatArray

PALM_CENTRE: Final[FloatArray] = np.array([0.0, 6.0, 0.0])
"""Middle of the palm in the hand frame, cm."""

_FORWARD_CM = 26.0
_FORWARD_SHARE = 0.25
_LOWEST_CM, _HIGHEST_CM = -45.0, 25.0

_FACE_CM = (8.5, 8.0, 12.5)
_TRIES = 24
_GOOD = 0.05

Place = TypeVar("Place")


@dataclass(frozen=True)
class Frame:
    """What the camera takes in.

    Attributes:
        size: width and height of the picture, pixels.
        focal: pixels.
        head: (3,) the middle of the head in the camera frame, cm.
    """

    size: tuple[int, int]
    focal: float
    head: FloatArray

    @property
    def forward_cm(self) -> float:
        """How far before the head hands are held, more or less."""
        return min(_FORWARD_CM, -_FORWARD_SHARE * float(self.head[2]))

    def seen(self, place: FloatArray) -> tuple[float, float, float]:
        """Column and row of a place (3,) in the camera frame, and the pixels of a cm there."""
        scale = self.focal / -float(place[2])
        width, height = self.size
        return width / 2 + float(place[0]) * scale, height / 2 - float(place[1]) * scale, scale

    def of_side(self, place: FloatArray, side: Side) -> FloatArray:
        """A place (3,) in the camera frame as `Key.place` of that hand has it."""
        from_head: FloatArray = place - self.head
        return from_head * [-1, 1, 1] if side == "left" else from_head


class Extent(NamedTuple):
    """How far something reaches in the picture from its place, cm."""

    aside: float
    up: float
    down: float

    def box(self, frame: Frame, place: FloatArray) -> Box:
        """The box that it covers, pixels."""
        column, row, scale = frame.seen(place)
        return Box(
            column - self.aside * scale,
            row - self.up * scale,
            2 * self.aside * scale,
            (self.up + self.down) * scale,
        )


def somewhere(
    rng: np.random.Generator, frame: Frame, extent: Extent, low_cm: float, high_cm: float
) -> FloatArray:
    """A random place (3,) in the camera frame, within reach of the arms, and in the picture.

    Args:
        rng: all chance.
        frame: what the camera takes in.
        extent: of what is to be in the picture, as far as there is room.
        low_cm: the least column, from the middle of the head.
        high_cm: the greatest.
    """
    forward = frame.forward_cm * rng.uniform(0.3, 1.1)
    away = -float(frame.head[2]) - float(forward)
    reach = 0.5 * np.array(frame.size) * away / frame.focal
    x, y = float(frame.head[0]), float(frame.head[1])
    columns = max(x + low_cm, extent.aside - reach[0]), min(x + high_cm, reach[0] - extent.aside)
    rows = max(y + _LOWEST_CM, extent.down - reach[1]), min(y + _HIGHEST_CM, reach[1] - extent.up)
    return np.array([_between(rng, *columns), _between(rng, *rows), -away])


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Chance between two ends, or their middle if there is no room."""
    share = float(rng.random())
    return low + share * (high - low) if high > low else (low + high) / 2


def best_place(
    rng: np.random.Generator,
    frame: Frame,
    extent: Extent,
    draw: Callable[[np.random.Generator], Place],
    ends: Callable[[Place], Iterable[FloatArray]],
) -> Place:
    """The first of some random places that is in the picture and off the face; else the best.

    Whoever shows something on purpose sees it in the preview, and moves it to where it is seen.

    Args:
        rng: all chance.
        frame: what the camera takes in.
        extent: of what is shown.
        draw: one random place, or way.
        ends: where, in the camera frame, it rests.
    """
    best, least = draw(rng), np.inf
    for number in range(_TRIES):
        place = best if number == 0 else draw(rng)
        hidden = sum(_hidden(frame, extent.box(frame, end)) for end in ends(place))
        if hidden < least:
            best, least = place, hidden
        if hidden <= _GOOD:
            break
    return best


def _hidden(frame: Frame, box: Box) -> float:
    """Share of a box that is out of the picture, or before the face."""
    picture = Box(0, 0, *frame.size)
    face = Extent(*_FACE_CM).box(frame, frame.head)
    return 1 - box.overlap(picture) / box.area + box.overlap(face) / box.area
