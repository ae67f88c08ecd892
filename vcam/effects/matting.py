"""Lays another room behind the person: copies where it can, blends only along the person's edge."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.outline import Outline


class Matte:
    """Puts a room behind a person."""

    def lay(self, canvas: Image, room: Image, outline: Outline | None) -> None:
        """`canvas` becomes canvas * alpha + room * (1 - alpha), in place.

        Only a few hundredths of the pixels are neither person nor room. They are gathered, blended
        in a row and put back; blending all pixels takes three times as long.

        Args:
            canvas: uint8 (h, w, 3), contiguous.
            room: the same size; is not changed.
            outline: where the person is; None hides everything, for nobody knows.
        """
        if outline is None:
            np.copyto(canvas, room)
            return
        outline.lay(canvas, canvas, room)
        cv2.copyTo(room, outline.room, canvas)


class Shade:
    """The person's share of one picture, for what is drawn behind piece by piece.

    Args:
        full: makes its outline.
        half: makes that of half the size, rounded up: enough for what is soft.
    """

    def __init__(self, full: Callable[[], Outline], half: Callable[[], Outline]) -> None:
        self._make_full = full
        self._make_half = half

    @cached_property
    def outline(self) -> Outline:
        """The person at full size."""
        return self._make_full()

    @cached_property
    def _half(self) -> Outline:
        return self._make_half()

    def touches(self, light: Image, left: int, top: int) -> bool:
        """Whether anything of it would be hidden; see `hide`."""
        rows, columns = light.shape[:2]
        return bool(self.outline.alpha[top : top + rows, left : left + columns].any())

    def hides(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which points of the picture the person is before.

        Args:
            points: (n, 2), x and y of the picture's pixels; of those beside it, the nearest counts.
        """
        alpha = self._half.alpha
        columns, rows = (points.T * 0.5).astype(np.intp)
        columns = np.minimum(np.maximum(columns, 0), alpha.shape[1] - 1)
        rows = np.minimum(np.maximum(rows, 0), alpha.shape[0] - 1)
        return np.asarray(alpha[rows, columns] > 127, np.bool_)

    def hide(self, light: Image, left: int, top: int, step: int = 1) -> None:
        """Takes away, in place, what the person hides.

        Args:
            light: uint8 (rows, columns, channels): light, or a picture that is premultiplied.
            left: where it lies on the picture, in its own pixels.
            top: the same, downwards.
            step: how many of the picture's pixels one of its is wide: 1, 2 or 4; 3 for light.
        """
        rows, columns, channels = light.shape
        if step == 3 or (step == 2 and channels == 3):
            # So few bytes are faster done with than looked through.
            whole_room = self._half.bare if step == 2 else self._half.bare_at_two_thirds
            room = whole_room[top : top + rows, left : left + columns]
            if channels == 1:
                room = np.asarray(cv2.extractChannel(room, 0), np.uint8)
            cv2.multiply(light, room, dst=light, scale=1 / 255)
            return
        if step == 4:
            whole = self._half.halved
        else:
            whole = (self._half if step == 2 else self.outline).alpha
        alpha = whole[top : top + rows, left : left + columns]
        x, y, across, down = cv2.boundingRect(alpha)
        if not across:
            return
        bare = cv2.bitwise_not(alpha[y : y + down, x : x + across])
        lit = light[y : y + down, x : x + across]
        cv2.multiply(lit, cv2.merge([bare] * channels), dst=lit, scale=1 / 255)


class Cutout:
    """Keeps a person's pixels while something is drawn all over the picture, and puts them back.

    What is drawn thereby passes behind the person. Keeps its scratch memory, so one per thread.
    """

    def __init__(self) -> None:
        self._kept = np.empty((0, 0, 3), np.uint8)
        self._outline: Outline | None = None

    def keep(self, canvas: Image, outline: Outline) -> None:
        """Copies the person's pixels.

        Args:
            canvas: uint8 (h, w, 3); is not changed.
            outline: where the person is; is not to change until they are back.
        """
        self._outline = outline
        if self._kept.shape != canvas.shape:
            self._kept = np.zeros_like(canvas)
        left, top, right, bottom = outline.box
        self._kept[top:bottom, left:right] = canvas[top:bottom, left:right]

    def put_back(self, canvas: Image) -> None:
        """Lays the person over `canvas`, uint8 (h, w, 3), contiguous, in place."""
        outline = self._outline
        if outline is None:
            return
        left, top, right, bottom = outline.box
        if left >= right or top >= bottom:
            return
        outline.lay(canvas, self._kept, canvas)
        part = np.s_[top:bottom, left:right]
        cv2.copyTo(self._kept[part], outline.person, canvas[part])
