"""Light that is drawn small, on black, and then added to the picture, only where there is any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.chance import Choices, Numbers
from vcam.effects.colour import palette
from vcam.effects.matting import Shade
from vcam.effects.widening import MOST, Widener

SHIFT = 4
"""Fraction bits of OpenCV's corners: a sixteenth of a pixel."""

COARSEST = MOST
"""Pixels of the picture that one of the plane's is wide at most."""

_BAND = 64
"""Rows of the plane that are brought to the picture together, as far as they are lit."""

_STEP = 16
"""Sides of the plane's memory are multiples of it, so that it can be made smaller evenly."""

_SMALLER = 4
"""Bloom is made so many times smaller than the plane."""

_FAR = 3
"""So many times as far as the near one reaches the far bloom, which is what makes it look hot."""

_BARELY = 2
"""Light of so many 255ths is left out of a bloom: nobody sees it, and it would be enlarged too."""

_MOST_GAIN = 16
"""White by so much, in sixteenths, fits 16 bits."""

_HEAT, _LEAST_TINT = 0.9, 96.0
"""What the weakest of a hot colour's three parts becomes; and how weak it may be at least."""

_THIN = 3
"""Lines up to so many pixels wide are drawn as so many beside each other."""

Colour = Sequence[float]
"""Blue, green, red, 0..255."""


class LightLayer:
    """A small black plane over the picture to draw light on. Keeps its memory, so one per thread.

    Where two lights of one layer cross, the later one shows: draw the faint ones first.

    Args:
        rows: the plane has at least so many, where the picture has: more for thin and sharp lights.
            What is drawn costs by the plane's size, whatever that of the picture.
        grey: it holds one colour, which costs a third, and is told as it is brought.
    """

    def __init__(self, rows: int, grey: bool = False) -> None:
        self._rows = rows
        self._channels = 1 if grey else 3
        self._coarse = 0
        self._widener = Widener()
        self._whole = np.zeros((0, 0, self._channels), np.uint8)
        self._plane = self._whole
        self._box: tuple[int, int, int, int] | None = None

    @property
    def plane(self) -> Image:
        """The plane, uint8 (h, w, 3), or (h, w, 1) if it is grey, as far as `begin` made it."""
        return self._plane

    @property
    def coarse(self) -> int:
        """How many pixels of the picture one of the plane's is wide, as `begin` chose it."""
        return self._coarse

    def begin(self, canvas: Image) -> None:
        """Takes the picture's size; what was drawn and not brought there yet is kept."""
        coarse = min(COARSEST, max(1, canvas.shape[0] // self._rows))
        height, width = (-(-side // coarse) for side in canvas.shape[:2])
        if self._plane.shape[:2] != (height, width) or coarse != self._coarse:
            rows, columns = -(-height // _STEP) * _STEP, -(-width // _STEP) * _STEP
            self._whole = np.zeros((rows, columns, self._channels), np.uint8)
            self._plane = self._whole[:height, :width]
            self._coarse = coarse
            self._box = None

    def lines(self, points: Numbers, colour: Colour, width: float) -> None:
        """Draws lines of one colour.

        Args:
            points: float64 (n, m, 2), canvas pixels: n lines through m points each.
            colour: of all of them.
            width: canvas pixels; below the layer's own pixel it gets fainter instead of thinner.
        """
        self.strokes(points, np.zeros(len(points), np.intp), [colour], width)

    def strokes(
        self, points: Numbers, styles: Choices, colours: Sequence[Colour], width: float
    ) -> None:
        """Draws lines of several colours, those of the first colour first.

        Args:
            points: float64 (n, m, 2), canvas pixels: n lines through m points each.
            styles: (n,) which colour each has.
            colours: to choose from.
            width: as for `lines`.
        """
        if not points.size:
            return
        width /= self._coarse
        self._mark(points, width)
        order = np.argsort(styles, kind="stable")
        fixed, used = self._fixed(points[order]), styles[order]
        starts = [0, *(np.flatnonzero(np.diff(used)) + 1).tolist(), len(used)]
        faint, thickness = min(1.0, max(0.0, width)), max(1, round(width))
        for start, end in pairwise(starts):
            shade = [value * faint for value in colours[int(used[start])]]
            lines, thick = fixed[start:end], thickness
            if thickness <= _THIN:
                # OpenCV draws a smooth line that is two pixels wide five times as slowly as one.
                lines, thick = _side_by_side(lines, thickness), 1
            # All of one colour in one call: a call for each takes as long as to draw it.
            cv2.polylines(self._plane, list(lines), False, shade, thick, cv2.LINE_AA, SHIFT)

    def polygons(self, points: Numbers, colours: Sequence[Colour]) -> None:
        """Fills convex polygons, float64 (n, m, 2) canvas pixels, each in its colour."""
        if not points.size:
            return
        self._mark(points, 1)
        for fixed, colour in zip(self._fixed(points), colours, strict=True):
            cv2.fillConvexPoly(self._plane, fixed, colour, cv2.LINE_AA, SHIFT)

    def smooth(self) -> None:
        """Smooths what was drawn by a pixel, so that the layer's own pixels do not show."""
        if self._box is None:
            return
        self._grow(1)
        left, top, right, bottom = self._box
        view = self._plane[top:bottom, left:right]
        cv2.GaussianBlur(view, (3, 3), 0, dst=view)

    def bloom(self, radius: float, gain: float, far: float = 0.0) -> None:
        """Lets what was drawn shine out round itself; what is drawn later does not.

        Args:
            radius: how far, canvas pixels.
            gain: how bright the glow is; a thin line's is faint.
            far: brightness of a second one, three times as far, as a share of that.
        """
        if self._box is None:
            return
        side = 2 * max(1, round(radius / self._coarse / _SMALLER)) + 1
        reach = _SMALLER * side * (_FAR if far else 1)
        self._grow(reach)
        self._align()
        left, top, right, bottom = self._box
        view = self._whole[top:bottom, left:right]
        rows, columns = view.shape[0] // _SMALLER, view.shape[1] // _SMALLER
        small = cv2.resize(view, (2 * columns, 2 * rows), interpolation=cv2.INTER_AREA)
        small = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_AREA)
        # With 16 bits, since faint light that is made brighter would show its steps.
        light = small * np.uint16(round(min(gain, _MOST_GAIN) * 16))
        near = cv2.blur(cv2.blur(light, (side, side)), (side, side))
        if far:
            wide = (_FAR * side, _FAR * side)
            near = cv2.addWeighted(near, 1.0, cv2.blur(cv2.blur(near, wide), wide), far, 0)
        glow = cv2.convertScaleAbs(near, alpha=1 / 16)
        _, glow = cv2.threshold(glow, _BARELY, 0, cv2.THRESH_TOZERO)
        cv2.add(view, cv2.resize(glow, (view.shape[1], view.shape[0])), dst=view)

    def bring(
        self,
        canvas: Image,
        screen: bool = False,
        person: Shade | None = None,
        colour: Colour = (1.0, 1.0, 1.0),
    ) -> None:
        """Adds all that was drawn to `canvas`, uint8 (H, W, 3), and leaves the plane black.

        Args:
            canvas: written in place.
            screen: as if projected over it, so that what is bright stays below white.
            person: the light passes behind.
            colour: of a grey layer: blue, green, red that its white becomes, in units of white;
                above 1 they are cut off, so what is bright turns white.
        """
        if self._box is None:
            return
        left, top, right, bottom = self._clipped(self._box)
        coarse = self._coarse
        if person is not None:
            person.hide(self._plane[top:bottom, left:right], left, top, coarse)
        for left, top, right, bottom in self._lit():
            target = canvas[top * coarse : bottom * coarse, left * coarse : right * coarse]
            light = self._widener.widen(self._plane[top:bottom, left:right], coarse)
            if self._channels == 1:
                parts = [cv2.convertScaleAbs(light, alpha=each) for each in colour]
                light = np.asarray(cv2.merge(parts), np.uint8)
            # Rows of the picture share one: it costs less, and light has no edges to show.
            for first in range(coarse):
                lines = target[first::coarse]
                rows, columns = lines.shape[:2]
                _shine(lines, light[:rows, :columns], screen)
        left, top, right, bottom = self._box
        self._whole[top:bottom, left:right] = 0
        self._box = None

    def _lit(self) -> list[tuple[int, int, int, int]]:
        """Left, top, right, bottom of rectangles of the plane that hold all of its light."""
        if self._box is None:
            return []
        left, top, right, bottom = self._clipped(self._box)
        found, width = [], self._plane.shape[1]
        for upper in range(top, bottom, _BAND):
            band = self._plane[upper : min(upper + _BAND, bottom), left:right]
            x, y, across, down = cv2.boundingRect(band.reshape(band.shape[0], -1))
            if across:
                first, last = x // self._channels, -(-(x + across) // self._channels)
                # One more pixel on each side: light is spread between the pixels.
                first, last = max(0, left + first - 1), min(width, left + last + 1)
                found.append((first, upper + y, last, upper + y + down))
        return found

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
        left, top, right, bottom = self._clipped((left, top, right, bottom))
        if left >= right or top >= bottom:
            return
        if self._box is not None:
            left, top = min(left, self._box[0]), min(top, self._box[1])
            right, bottom = max(right, self._box[2]), max(bottom, self._box[3])
        self._box = left, top, right, bottom

    def _clipped(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        height, width = self._plane.shape[:2]
        left, top, right, bottom = box
        return max(0, left), max(0, top), min(width, right), min(height, bottom)

    def _grow(self, margin: int) -> None:
        if self._box is not None:
            left, top, right, bottom = self._box
            self._take(left - margin, top - margin, right + margin, bottom + margin)

    def _align(self) -> None:
        """Makes the box's sides divisible; it may reach over the edge, where there is memory."""
        if self._box is not None:
            left, top, right, bottom = self._box
            step = _SMALLER
            self._box = (
                left // step * step, top // step * step,
                -(-right // step) * step, -(-bottom // step) * step,
            )  # fmt: skip


def hot(colour: str) -> Colour:
    """What `bring` makes of grey light so that it glows in a colour, `#rrggbb`, white where hot."""
    shade = palette([colour])[0]
    least = max(_LEAST_TINT, float(shade.min()))
    return tuple((shade * (_HEAT / least)).tolist())


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
