"""Lays another room behind the person: copies where it can, blends only along the person's edge."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.effects.zones import Alpha, Rectangle, Zones, zones_of


class Matte:
    """Puts a room behind a person. Keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._mix = _Mixer()

    def lay(self, canvas: Image, room: Image, alpha: Alpha | None) -> None:
        """`canvas` becomes canvas * alpha + room * (1 - alpha), in place.

        Only where person and room meet is anything blended: blending all pixels takes three times
        as long.

        Args:
            canvas: uint8 (h, w, 3), contiguous.
            room: the same size; is not changed.
            alpha: uint8 (h, w), the person's share; None hides everything, for nobody knows where
                the person is.
        """
        if alpha is None:
            np.copyto(canvas, room)
            return
        zones = zones_of(alpha)
        for left, top, right, bottom in zones.room:
            canvas[top:bottom, left:right] = room[top:bottom, left:right]
        for left, top, right, bottom in zones.edge:
            part = np.s_[top:bottom, left:right]
            there = canvas[part]
            self._mix.mix(there, room[part], alpha[part], there)


class Shade:
    """The person's share of one picture, for what is drawn behind piece by piece.

    Args:
        full: makes it, uint8 (h, w), 255 for the person.
        half: makes the same at half the size, rounded up: enough for what is soft.
    """

    def __init__(self, full: Callable[[], Alpha], half: Callable[[], Alpha]) -> None:
        self._make_full = full
        self._make_half = half

    @cached_property
    def _full(self) -> tuple[Alpha, Zones]:
        alpha = self._make_full()
        return alpha, zones_of(alpha)

    @cached_property
    def _half_room(self) -> Image:
        """How much of the room shows, uint8 (h, w, 3)."""
        room = cv2.bitwise_not(self._make_half())
        return np.asarray(cv2.cvtColor(room, cv2.COLOR_GRAY2BGR), np.uint8)

    def hide(self, light: Image, left: int, top: int, half: bool = False) -> None:
        """Takes away, in place, what the person hides.

        Args:
            light: uint8 (rows, columns, channels): light, or a picture that is premultiplied.
            left: where it lies on the picture, or on half of it, pixels.
            top: the same, downwards.
            half: its pixels are two of the picture's wide.
        """
        rows, columns, channels = light.shape
        if half and channels == 3:
            # So few bytes are faster done with than looked through.
            room = self._half_room[top : top + rows, left : left + columns]
            cv2.multiply(light, room, dst=light, scale=1 / 255)
            return
        if half:
            alpha = np.asarray(self._make_half(), np.uint8)
            zones = Zones([], [(0, 0, alpha.shape[1], alpha.shape[0])], [])
        else:
            alpha, zones = self._full
        window = left, top, left + columns, top + rows
        for x0, y0, x1, y1 in _within(zones.person, window):
            light[y0 - top : y1 - top, x0 - left : x1 - left] = 0
        for x0, y0, x1, y1 in _within(zones.edge, window):
            bare = cv2.bitwise_not(alpha[y0:y1, x0:x1])
            lit = light[y0 - top : y1 - top, x0 - left : x1 - left]
            cv2.multiply(lit, cv2.merge([bare] * channels), dst=lit, scale=1 / 255)


class Cutout:
    """Keeps a person's pixels while something is drawn all over the picture, and puts them back.

    What is drawn thereby passes behind the person. Keeps its scratch memory, so one per thread.
    """

    def __init__(self) -> None:
        self._kept = np.empty((0, 0, 3), np.uint8)
        self._alpha = np.empty((0, 0), np.uint8)
        self._zones = Zones([], [], [])
        self._mix = _Mixer()

    def keep(self, canvas: Image, alpha: Alpha) -> None:
        """Copies the person's pixels.

        Args:
            canvas: uint8 (h, w, 3); is not changed.
            alpha: uint8 (h, w), the person's share; is not to change until they are back.
        """
        self._alpha, self._zones = alpha, zones_of(alpha)
        if self._kept.shape != canvas.shape:
            self._kept = np.empty_like(canvas)
        for zone in (self._zones.edge, self._zones.person):
            for left, top, right, bottom in zone:
                self._kept[top:bottom, left:right] = canvas[top:bottom, left:right]

    def put_back(self, canvas: Image) -> None:
        """Lays the person over `canvas`, uint8 (h, w, 3), in place."""
        for left, top, right, bottom in self._zones.person:
            canvas[top:bottom, left:right] = self._kept[top:bottom, left:right]
        for left, top, right, bottom in self._zones.edge:
            part = np.s_[top:bottom, left:right]
            there = canvas[part]
            self._mix.mix(self._kept[part], there, self._alpha[part], there)


class _Mixer:
    """Blends small pictures without taking memory for each."""

    def __init__(self) -> None:
        self._scratch = np.empty((3, 0), np.uint8)

    def mix(self, person: Image, room: Image, alpha: Alpha, target: Image) -> None:
        """`target` becomes person * alpha + room * (1 - alpha); it may be either of them."""
        rows, columns = alpha.shape
        size = 3 * rows * columns
        if self._scratch.shape[1] < size:
            self._scratch = np.empty((3, size), np.uint8)
        cover, front, back = self._scratch[:, :size].reshape(3, rows, columns, 3)
        cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR, cover)
        cv2.multiply(person, cover, front, 1 / 255)
        cv2.bitwise_not(cover, cover)
        cv2.multiply(room, cover, back, 1 / 255)
        cv2.add(front, back, target)


def _within(zone: list[Rectangle], window: Rectangle) -> list[Rectangle]:
    """What of these rectangles lies in the window."""
    left, top, right, bottom = window
    return [
        (max(left, x0), max(top, y0), min(right, x1), min(bottom, y1))
        for x0, y0, x1, y1 in zone
        if x0 < right and x1 > left and y0 < bottom and y1 > top
    ]
