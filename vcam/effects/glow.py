"""Points of light with tails, straight on the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.atlas import Stamp, lay
from vcam.effects.chance import Choices, Indices, Numbers
from vcam.effects.light import SHIFT
from vcam.effects.matting import Shade

Share = npt.NDArray[np.float32]

MAX_STAMP_BYTES = 8 * 1024 * 1024
MAX_DOT = 64
"""Width of the largest point of light, pixels; its halo is three times as wide."""

_LEVELS = 6
_SIZES_PER_OCTAVE = 3
_HALO_REACH = 1.2
"""In widths of a point: farther out its halo would be too faint to be seen."""
_TAIL_FROM, _TAIL_LIGHT = 0.35, 0.5
"""Of a tail, what is farther away is too faint to be seen; and how bright the rest is."""
_FAINTEST_TAIL = 0.3
_ROUNDED = 20
"""Larger points of light, in pixels, lie at whole pixels."""

# What keys of stamps are made of.
_STEP_OFFSET = 16


class Glow:
    """Draws points of light, white in the middle, coloured round it. Keeps stamps of them.

    They are so many, and each so small, that a stamp of each kind, added to the picture, costs
    less than anything that is drawn small and enlarged.
    """

    def __init__(self) -> None:
        self._stamps = Stamps()

    def draw(
        self,
        canvas: Image,
        ways: Sequence[tuple[Numbers, Numbers]],
        size: Numbers,
        light: Numbers,
        looks: Choices,
        colours: Numbers,
        person: Shade | None = None,
    ) -> None:
        """Adds points of light to `canvas`, in place, and the ways that they have come.

        Args:
            canvas: uint8 (H, W, 3).
            ways: x and y, (n,) each, canvas pixels: where they are, and where their tails begin if
                they have any.
            size: (n,) width of their bright part, pixels.
            light: (n,) 0..1.
            looks: (n,) which of `colours` each has.
            colours: (m, 3) blue, green, red, 0..255.
            person: what has its middle behind it is left out.
        """
        height, width = canvas.shape[:2]
        points = np.empty((len(ways), len(size), 2))
        for number, way in enumerate(ways):
            points[number, :, 0], points[number, :, 1] = way
        size = np.clip(size, 0, MAX_DOT)
        seen = (light * _LEVELS >= 0.5) & (size >= 0.5) & np.isfinite(points).all(axis=(0, 2))
        x, y = points[0].T
        seen &= (x > -2 * size) & (x < width + 2 * size)
        seen &= (y > -2 * size) & (y < height + 2 * size)
        if not seen.any():
            return
        points, size, light, looks = points[:, seen], size[seen], light[seen], looks[seen]
        in_front = np.ones((2, len(size)), np.bool_)
        if person is not None:
            middles = (points[0] + points[-1]) / 2
            in_front = ~person.hides(np.concatenate([points[0], middles])).reshape(2, -1)
        if len(points) > 1:
            tails = in_front[1] & (light > _FAINTEST_TAIL)
            _draw_tails(canvas, points[:, tails], light[tails], colours[looks[tails]])
        points, size = points[:, in_front[0]], size[in_front[0]]
        light, looks = light[in_front[0]], looks[in_front[0]]
        steps = np.round(_SIZES_PER_OCTAVE * np.log2(np.maximum(size, 0.5))).astype(int)
        levels = np.clip(np.round(light * _LEVELS), 1, _LEVELS).astype(int)
        halves = np.floor(2 * points[0]).astype(int)
        # Nobody sees that the place of a large one is rounded; and fewer have to be made.
        halves[size > _ROUNDED] &= ~1
        shades = colours.astype(int)[looks]
        key = ((steps + _STEP_OFFSET) * (_LEVELS + 1) + levels) * 4
        key = (key + 2 * (halves[:, 0] & 1) + (halves[:, 1] & 1)) << 24
        key += (shades[:, 0] << 16) + (shades[:, 1] << 8) + shades[:, 2]
        self._stamps.lay_all(canvas, key, halves[:, 0] >> 1, halves[:, 1] >> 1)


class Stamps:
    """Stamps of light by a number that says all of them; the oldest make room.

    Args:
        max_bytes: what they may take in all.
    """

    def __init__(self, max_bytes: int = MAX_STAMP_BYTES) -> None:
        self._max_bytes = max_bytes
        self._stamps: dict[int, Stamp] = {}
        self.used_bytes = 0

    def lay_all(
        self,
        canvas: Image,
        keys: Indices,
        columns: Indices,
        rows: Indices,
    ) -> None:
        """Adds a stamp for each key, its middle in the pixel of that column and row."""
        height, width = canvas.shape[:2]
        stamps, add = self._stamps, cv2.add
        for key, column, row in zip(keys.tolist(), columns.tolist(), rows.tolist(), strict=True):
            stamp = stamps.get(key) or self._made(key)
            left, top = column + stamp.left, row + stamp.top
            right, bottom = left + stamp.width, top + stamp.height
            if left < 0 or top < 0 or right > width or bottom > height:
                lay(canvas, stamp, column, row)
                continue
            target = canvas[top:bottom, left:right]
            add(target, stamp.light, target)

    def _made(self, key: int) -> Stamp:
        stamp = self._stamps[key] = _dot(key)
        self.used_bytes += stamp.nbytes
        while self.used_bytes > self._max_bytes and len(self._stamps) > 1:
            oldest = next(iter(self._stamps))
            self.used_bytes -= self._stamps.pop(oldest).nbytes
        return stamp


def _dot(key: int) -> Stamp:
    """The point of light that a key of `Glow.draw` says."""
    step, level = divmod(key >> 26, _LEVELS + 1)
    whole = _brightest(step, key >> 25 & 1, key >> 24 & 1, key & 0xFFFFFF)
    light = np.asarray(cv2.convertScaleAbs(whole, alpha=level / _LEVELS), np.uint8)
    reach = light.shape[0] // 2
    return Stamp(light, None, -reach, -reach)


@lru_cache(maxsize=256)
def _brightest(step: int, half_x: int, half_y: int, shade: int) -> Image:
    colour = np.array([shade >> 16 & 255, shade >> 8 & 255, shade & 255], np.float32)
    halo, core = _masks(step - _STEP_OFFSET, half_x, half_y)
    bright = 0.35 * colour + 0.65 * 255
    return np.asarray(np.minimum(halo * colour + core * bright + 0.5, 255), np.uint8)


@lru_cache(maxsize=256)
def _masks(step: int, half_x: int, half_y: int) -> tuple[Share, Share]:
    """Of a point of light: its halo and its core, float32 (h, w, 1) in 0..1."""
    width = 2 ** (step / _SIZES_PER_OCTAVE)
    reach = max(2, math.ceil(_HALO_REACH * width))
    along = np.arange(-reach, reach + 1, dtype=np.float32) + 0.5
    x, y = along - (0.25 + half_x / 2), along - (0.25 + half_y / 2)
    distance = (y**2)[:, np.newaxis] + (x**2)[np.newaxis]
    core = np.exp(-distance / (0.30 * width) ** 2)
    halo = 0.55 * np.exp(-distance / (0.62 * width) ** 2)
    # Straight down to nothing at the edge, so that no square shows.
    edge = np.clip(1.6 * (1 - np.sqrt(distance) / (reach + 0.5)), 0, 1)
    masks = [(each * edge)[..., np.newaxis].astype(np.float32) for each in (halo, core)]
    return masks[0], masks[1]


def _draw_tails(canvas: Image, points: Numbers, light: Numbers, shades: Numbers) -> None:
    """Adds thin straight lines of light, (2, n, 2); each by what lies behind its middle."""
    height, width = canvas.shape[:2]
    middles = (points[0] + points[1]) / 2
    shown = ((middles >= 0) & (middles < (width, height))).all(axis=1)
    columns, rows = middles[shown].astype(np.intp).T
    behind, light = canvas[rows, columns], shades[shown] * light[shown, np.newaxis]
    now, before = points[:, shown]
    ends = np.stack([before + (now - before) * _TAIL_FROM, now])
    fixed = np.clip((ends - 0.5) * (1 << SHIFT), -(2**20), 2**20).astype(int).tolist()
    colours = np.minimum(behind + light * _TAIL_LIGHT, 255).tolist()
    for start, end, colour in zip(*fixed, colours, strict=True):
        cv2.line(canvas, start, end, colour, 1, cv2.LINE_AA, SHIFT)


def ages(age: Numbers, trail_s: float) -> list[Numbers]:
    """The ages of points of light: now, and where their tails begin, if they have any."""
    return [age, np.maximum(age - trail_s, 0)] if trail_s > 0 else [age]


def twinkling(light: Numbers, age: Numbers, number: Numbers, twinkle: float) -> Numbers:
    """Light that glimmers, each point at a pace and from a phase of its own.

    Args:
        light: (n,) 0..1.
        age: (n,) seconds.
        number: (n,) 0..1, different for each.
        twinkle: how much, 0..1.
    """
    if twinkle <= 0:
        return light
    pace = 5 + 5 * (number * 7.13 % 1)
    return light * (1 - twinkle * (0.5 + 0.5 * np.sin(2 * math.pi * (pace * age + number))))
