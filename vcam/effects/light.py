"""Light that is drawn on black first and then added to the picture, only where there is any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.chance import Choices, Numbers
from vcam.effects.matting import Shade

if TYPE_CHECKING:
    from vcam.effects.glow import Dots

SHIFT = 4
"""Fraction bits of OpenCV's corners: a sixteenth of a pixel."""

_BAND = 64
"""Rows of the layer that are brought to the picture together."""

_CELL = 32
"""Columns of the layer that are told apart; their bytes are a whole number of 64-bit words."""

_SOFT = 4
"""So far, in its own pixels, light reaches out that is put out of focus."""

_THIN = 3
"""Lines up to so many pixels wide are drawn as so many beside each other."""

Colour = Sequence[float]
"""Blue, green, red, 0..255."""


class LightLayer:
    """A black plane over the picture to draw light on. Keeps its memory, so one per thread.

    Where two lights of one layer cross, the later one shows: draw the faint ones first.

    Args:
        coarse: how many pixels of the picture one of the layer's is wide: 1 for thin and sharp
            lights, 2 for soft ones, which cost a quarter, 3 for what is smoothed by `smooth`.
    """

    def __init__(self, coarse: int = 1) -> None:
        self._coarse = coarse
        self._whole = np.zeros((0, 0, 3), np.uint8)
        self._plane = self._whole
        self._large = np.empty(0, np.uint8)
        self._box: tuple[int, int, int, int] | None = None

    @property
    def plane(self) -> Image:
        """The plane, uint8 (h, w, 3), as far as `begin` made it."""
        return self._plane

    @property
    def box(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom in the plane of all that was drawn; None for nothing."""
        return self._box

    def begin(self, canvas: Image) -> None:
        """Takes the picture's size; what was drawn and not brought there yet is kept."""
        height, width = (-(-side // self._coarse) for side in canvas.shape[:2])
        if self._plane.shape[:2] != (height, width):
            rows, columns = -(-height // _BAND) * _BAND, -(-width // _CELL) * _CELL
            self._whole = np.zeros((rows, columns, 3), np.uint8)
            self._plane = self._whole[:height, :width]
            self._large = np.empty(3 * (_BAND + 2) * (width + 2) * 4 * self._coarse, np.uint8)
            self._box = None

    def lines(self, points: Numbers, colour: Colour, width: float) -> None:
        """Draws lines of one colour.

        Args:
            points: float64 (n, m, 2), canvas pixels: n lines through m points each.
            colour: of all of them.
            width: canvas pixels; below the layer's own pixel it gets fainter instead of thinner.
        """
        self.strokes(points, np.zeros(len(points), np.intp), [(colour, width)])

    def strokes(
        self, points: Numbers, styles: Choices, looks: Sequence[tuple[Colour, float]]
    ) -> None:
        """Draws lines of several looks, those of the first look first.

        Args:
            points: float64 (n, m, 2), canvas pixels: n lines through m points each.
            styles: (n,) which look each has.
            looks: colour and width, as for `lines`.
        """
        if not points.size:
            return
        order = np.argsort(styles, kind="stable")
        fixed = self._fixed(points[order])
        used = styles[order]
        self._mark(points, max(width for _, width in looks) / self._coarse)
        starts = [0, *(np.flatnonzero(np.diff(used)) + 1).tolist(), len(used)]
        for start, end in pairwise(starts):
            colour, width = looks[int(used[start])]
            width /= self._coarse
            shade = [value * min(1.0, max(0.0, width)) for value in colour]
            thickness = max(1, round(width))
            lines = fixed[start:end]
            if thickness <= _THIN:
                # OpenCV draws a smooth line that is two pixels wide five times as slowly as one.
                lines, thickness = _side_by_side(lines, thickness), 1
            cv2.polylines(self._plane, list(lines), False, shade, thickness, cv2.LINE_AA, SHIFT)

    def polygons(self, points: Numbers, colours: Sequence[Colour], smooth: bool = True) -> None:
        """Fills convex polygons, float64 (n, m, 2) canvas pixels, each in its colour.

        With hard edges they cost half; `soften` smooths those of all.
        """
        if not points.size:
            return
        self._mark(points, 1)
        edge = cv2.LINE_AA if smooth else cv2.LINE_8
        for fixed, colour in zip(self._fixed(points), colours, strict=True):
            cv2.fillConvexPoly(self._plane, fixed, colour, edge, SHIFT)

    def smooth(self) -> None:
        """Smooths what was drawn by a pixel, so that the layer's own pixels do not show."""
        if self._box is None:
            return
        self._grow(1)
        left, top, right, bottom = self._box
        view = self._plane[top:bottom, left:right]
        cv2.GaussianBlur(view, (3, 3), 0, dst=view)

    def soften(self) -> None:
        """Puts what was drawn a little out of focus."""
        if self._box is None:
            return
        self._grow(_SOFT)
        left, top, right, bottom = self._box
        view = self._plane[top:bottom, left:right]
        # Two means, one after the other, are nearly a bell curve, and cheaper.
        side = _SOFT + 1
        cv2.blur(cv2.blur(view, (side, side)), (side, side), dst=view)

    def spread(self, radius: float, gain: float, again: float = 0.0) -> None:
        """Lets what was drawn shine out round itself.

        Args:
            radius: how far, canvas pixels.
            gain: how bright the glow is; a thin line's is faint.
            again: brightness of a second one, three times as far.
        """
        if self._box is None:
            return
        side = 2 * max(1, round(radius / self._coarse)) + 1
        self._grow(2 * side + (3 * side if again else 0))
        left, top, right, bottom = self._box
        view = self._plane[top:bottom, left:right]
        near = cv2.convertScaleAbs(cv2.blur(cv2.blur(view, (side, side)), (side, side)), alpha=gain)
        if again:
            wide = (3 * side, 3 * side)
            far = cv2.blur(cv2.blur(near, wide), wide)
            cv2.add(near, cv2.convertScaleAbs(far, alpha=again), dst=near)
        cv2.add(view, near, dst=view)

    def pour(self, finer: LightLayer) -> None:
        """Adds all that was drawn to a finer layer of the same picture, and leaves this one black.

        So what lies on both is enlarged to the picture's size but once.

        Args:
            finer: has twice the resolution.
        """
        if self._box is None:
            return
        for left, top, right, bottom in self._lit():
            finer._take(2 * left, 2 * top, 2 * right, 2 * bottom)
            target = finer._plane[2 * top : 2 * bottom, 2 * left : 2 * right]
            rows, columns = target.shape[:2]
            light = self._enlarged(left, top, right, bottom, 2, 2)[:rows, :columns]
            cv2.add(target, light, dst=target)
        self._clear()

    def dots(
        self, dots: Dots, x: Numbers, y: Numbers, size: Numbers, light: Numbers, colour: Numbers
    ) -> None:
        """Draws points of light on it; see `Dots.draw`."""
        if not len(x):
            return
        fine = np.isfinite(x) & np.isfinite(y)
        x, y = np.where(fine, x, -1e6), np.where(fine, y, -1e6)
        self._mark(np.stack([x, y], axis=1), 2 * float(size.max()) / self._coarse + 2)
        share = 1 / self._coarse
        dots.draw(self._plane, x * share, y * share, size * share, light, colour)

    def bring(
        self,
        canvas: Image,
        screen: bool = False,
        person: Shade | None = None,
    ) -> None:
        """Adds all that was drawn to `canvas`, uint8 (H, W, 3), and leaves the plane black.

        Args:
            canvas: written in place.
            screen: as if projected over it, so that what is bright stays below white.
            person: the light passes behind; for layers one to four pixels coarse.
        """
        if self._box is None:
            return
        left, top, right, bottom = self._box
        coarse = self._coarse
        if person is not None:
            lit = self._plane[top:bottom, left:right]
            person.hide(lit, left, top, coarse)
        if coarse == 1:
            for left, top, right, bottom in self._lit():
                part = np.s_[top:bottom, left:right]
                _shine(canvas[part], self._plane[part], screen)
        else:
            for left, top, right, bottom in self._lit():
                # Rows of the picture share one: it costs less, and light has no edges to show.
                alike = 2 if coarse % 2 == 0 else coarse
                light = self._enlarged(left, top, right, bottom, coarse, coarse // alike)
                target = canvas[top * coarse : bottom * coarse, left * coarse : right * coarse]
                for first in range(alike):
                    lines = target[first::alike]
                    rows, columns = lines.shape[:2]
                    _shine(lines, light[:rows, :columns], screen)
        self._clear()

    def _clear(self) -> None:
        if self._box is not None:
            left, top, right, bottom = self._box
            self._plane[top:bottom, left:right] = 0
            self._box = None

    def _lit(self) -> list[tuple[int, int, int, int]]:
        """Left, top, right, bottom of rectangles of the plane that hold all of its light."""
        if self._box is None:
            return []
        left, top, right, bottom = self._box
        first, last = left // _CELL, -(-right // _CELL)
        upper, lower = top // _BAND, -(-bottom // _BAND)
        part = self._whole[upper * _BAND : lower * _BAND, first * _CELL : last * _CELL]
        bands = part.reshape(lower - upper, _BAND, -1).max(axis=1)
        words = bands.view(np.uint64).reshape(lower - upper, last - first, -1)
        lit = np.zeros((lower - upper, last - first + 2), np.int8)
        lit[:, 1:-1] = words.any(axis=2)
        # A call costs as much as a cell: what is dark between two lit ones goes along with them.
        lit[:, 1:-1] |= lit[:, :-2] & lit[:, 2:]
        steps = np.diff(lit, axis=1)
        rows, begins = np.nonzero(steps > 0)
        ends = np.nonzero(steps < 0)[1]
        return [
            (
                max(left, (first + begin) * _CELL),
                max(top, (upper + row) * _BAND),
                min(right, (first + end) * _CELL),
                min(bottom, (upper + row + 1) * _BAND),
            )
            for row, begin, end in zip(rows.tolist(), begins.tolist(), ends.tolist(), strict=True)
        ]

    def _enlarged(
        self, left: int, top: int, right: int, bottom: int, across: int, down: int
    ) -> Image:
        """A part of the plane so many times as wide and high; the next call overwrites it."""
        height, width = self._plane.shape[:2]
        # One more pixel on each side, so that it fits what is beside it.
        x0, x1 = max(0, left - 1), min(width, right + 1)
        y0, y1 = max(0, top - 1), min(height, bottom + 1)
        size = (x1 - x0) * across, (y1 - y0) * down
        # Fresh memory of this size would cost as much as what is done with it.
        large = self._large[: 3 * size[0] * size[1]].reshape(size[1], size[0], 3)
        cv2.resize(self._plane[y0:y1, x0:x1], size, large, interpolation=cv2.INTER_LINEAR)
        from_x, from_y = (left - x0) * across, (top - y0) * down
        return large[from_y : from_y + (bottom - top) * down, from_x:]

    def _fixed(self, points: Numbers) -> npt.NDArray[np.int32]:
        fixed = ((points / self._coarse - 0.5) * (1 << SHIFT)).round()
        return np.clip(fixed, -(2**20), 2**20).astype(np.int32)

    def _mark(self, points: Numbers, thickness: float) -> None:
        """Takes a box round these points into the box of what was drawn."""
        flat = points.reshape(-1, 2) / self._coarse
        margin = math.ceil(thickness) + 2
        left, top = np.clip(flat.min(axis=0), -1e6, 1e6).tolist()
        right, bottom = np.clip(flat.max(axis=0), -1e6, 1e6).tolist()
        self._take(int(left) - margin, int(top) - margin, int(right) + margin, int(bottom) + margin)

    def _take(self, left: int, top: int, right: int, bottom: int) -> None:
        height, width = self._plane.shape[:2]
        left, top = max(0, left), max(0, top)
        right, bottom = min(width, right), min(height, bottom)
        if left >= right or top >= bottom:
            return
        if self._box is not None:
            left, top = min(left, self._box[0]), min(top, self._box[1])
            right, bottom = max(right, self._box[2]), max(bottom, self._box[3])
        self._box = left, top, right, bottom

    def _grow(self, margin: int) -> None:
        if self._box is not None:
            left, top, right, bottom = self._box
            self._take(left - margin, top - margin, right + margin, bottom + margin)


def _side_by_side(lines: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    """Each line as so many that lie a pixel apart; by their ends, for they are nearly straight."""
    if count == 1:
        return lines
    way = (lines[:, -1] - lines[:, 0]).astype(np.float64)
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1) / length[:, np.newaxis]
    pixel = 1 << SHIFT
    return np.concatenate(
        [
            lines + (across * (pixel * (number - (count - 1) / 2))).astype(np.int32)[:, np.newaxis]
            for number in range(count)
        ]
    )


def _shine(target: Image, light: Image, screen: bool) -> None:
    if screen:
        # target + light - target * light
        cv2.multiply(target, cv2.bitwise_not(light), dst=target, scale=1 / 255)
    cv2.add(target, light, dst=target)
