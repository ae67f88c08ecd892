"""Points of light with tails, and streaks of rain."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.atlas import Stamp, lay
from vcam.effects.chance import Choices, Numbers, chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Swarm
from vcam.effects.light import LightLayer

Share = npt.NDArray[np.float32]

MAX_STAMPS = 1024
MAX_DOT = 64
"""Width of the largest point of light, pixels; its halo is three times as wide."""

_LEVELS = 8
_SIZES_PER_OCTAVE = 4
_TAIL_PARTS = 2
_TAIL_LEVELS = 3
_TAIL_LIGHT = 0.75
_STREAK_LEVELS = 3
_STREAK_LIGHT = 0.42
"""Water lets through what is behind it."""


class Dots:
    """Draws points of light: white in the middle, coloured round it."""

    def __init__(self) -> None:
        self._stamps: OrderedDict[tuple[int, ...], Stamp] = OrderedDict()

    def draw(
        self, canvas: Image, x: Numbers, y: Numbers, size: Numbers, light: Numbers, colour: Numbers
    ) -> None:
        """Adds points of light to `canvas`, in place.

        Args:
            canvas: uint8 (H, W, 3).
            x: (n,) canvas pixels.
            y: (n,) canvas pixels.
            size: (n,) width of their bright part, pixels.
            light: (n,) 0..1.
            colour: (n, 3) blue, green, red, 0..255.
        """
        height, width = canvas.shape[:2]
        size = np.clip(size, 0, MAX_DOT)
        seen = (light * _LEVELS >= 0.5) & (size >= 0.5)
        seen &= (x > -2 * size) & (x < width + 2 * size)
        seen &= (y > -2 * size) & (y < height + 2 * size)
        if not seen.any():
            return
        steps = np.round(_SIZES_PER_OCTAVE * np.log2(np.maximum(size[seen], 0.5))).astype(int)
        levels = np.clip(np.round(light[seen] * _LEVELS), 1, _LEVELS).astype(int)
        halves_x, halves_y = np.floor(2 * x[seen]).astype(int), np.floor(2 * y[seen]).astype(int)
        shades = colour[seen].astype(int)
        packed = (shades[:, 0] << 16) + (shades[:, 1] << 8) + shades[:, 2]
        fields = (steps, levels, halves_x, halves_y, packed)
        for step, level, half_x, half_y, shade in zip(
            *(values.tolist() for values in fields), strict=True
        ):
            key = (step, level, half_x & 1, half_y & 1, shade)
            stamp = self._stamps.get(key)
            if stamp is None:
                stamp = self._stamps[key] = _dot(*key)
                if len(self._stamps) > MAX_STAMPS:
                    self._stamps.popitem(last=False)
            else:
                self._stamps.move_to_end(key)
            lay(canvas, stamp, half_x >> 1, half_y >> 1)


def _dot(step: int, level: int, half_x: int, half_y: int, shade: int) -> Stamp:
    halo, core = _masks(step, half_x, half_y)
    colour = np.array([shade >> 16, shade >> 8 & 255, shade & 255], np.float32)
    bright = 0.35 * colour + 0.65 * 255
    light = halo * (colour * (level / _LEVELS)) + core * (bright * (level / _LEVELS))
    reach = halo.shape[0] // 2
    return Stamp(np.minimum(light + 0.5, 255).astype(np.uint8), None, -reach, -reach)


@lru_cache(maxsize=256)
def _masks(step: int, half_x: int, half_y: int) -> tuple[Share, Share]:
    """Of a point of light: its halo and its core, float32 (h, w, 1) in 0..1."""
    width = 2 ** (step / _SIZES_PER_OCTAVE)
    reach = max(2, math.ceil(1.5 * width))
    along = np.arange(-reach, reach + 1, dtype=np.float32) + 0.5
    x, y = along - (0.25 + half_x / 2), along - (0.25 + half_y / 2)
    distance = (y**2)[:, np.newaxis] + (x**2)[np.newaxis]
    core = np.exp(-distance / (0.30 * width) ** 2)
    halo = 0.55 * np.exp(-distance / (0.62 * width) ** 2)
    # Straight down to nothing at the edge, so that no square shows.
    edge = np.clip(1.6 * (1 - np.sqrt(distance) / (reach + 0.5)), 0, 1)
    masks = [(each * edge)[..., np.newaxis].astype(np.float32) for each in (halo, core)]
    return masks[0], masks[1]


def draw_tails(
    layer: LightLayer,
    ways: Sequence[tuple[Numbers, Numbers]],
    size: Numbers,
    light: Numbers,
    looks: Choices,
    colours: Numbers,
) -> None:
    """Draws the way that points of light have come, fainter towards its beginning.

    Args:
        layer: drawn on.
        ways: x and y, (n,) each, canvas pixels: first where they are, then where they were.
        size: (n,) pixels.
        light: (n,) 0..1.
        looks: (n,) which of `colours` each has.
        colours: (m, 3) blue, green, red.
    """
    points = np.stack([np.stack(way, axis=-1) for way in ways], axis=1)
    usable = np.isfinite(points).all(axis=(1, 2)) & (light > 0.04)
    if not usable.any():
        return
    points, light, looks = points[usable], light[usable], looks[usable]
    width = min(2.0, max(1.0, 0.45 * float(size[usable].mean())))
    level = np.ceil(np.clip(light, 0, 1) * _TAIL_LEVELS).astype(np.intp) - 1
    parts, kinds = len(ways) - 1, len(colours)
    segments: list[Numbers] = []
    styles: list[Choices] = []
    drawn: list[tuple[list[float], float]] = []
    for part in range(parts - 1, -1, -1):
        segments.append(points[:, part : part + 2])
        styles.append(len(drawn) + level * kinds + looks)
        faded = _TAIL_LIGHT * (1 - part / parts)
        wide = width if part == 0 else 1.0
        for strength in range(1, _TAIL_LEVELS + 1):
            shades = colours * (faded * strength / _TAIL_LEVELS)
            drawn += [(shade, wide) for shade in shades.tolist()]
    layer.strokes(np.concatenate(segments), np.concatenate(styles), drawn)


def tail_ages(age: Numbers, trail_s: float) -> list[Numbers]:
    """The ages of points of light, now and at the joints of their tails."""
    return [np.maximum(age - trail_s * part / _TAIL_PARTS, 0) for part in range(_TAIL_PARTS + 1)]


def draw_streaks(
    layer: LightLayer, swarm: Swarm, streak_s: float, colours: tuple[str, ...], share: float
) -> None:
    """Draws lines along the pieces' ways: rain, hail, meteors.

    Args:
        layer: drawn on.
        swarm: the pieces; their size is how wide they are.
        streak_s: each line is the way of so many seconds.
        colours: `#rrggbb` each.
        share: factor on their light, 0..1.
    """
    before = swarm.flight.at(swarm.age - streak_s)
    points = np.stack([np.stack(before, -1), np.stack((swarm.x, swarm.y), -1)], axis=1)
    light = np.clip(swarm.opacity * share, 0, 1)
    usable = np.isfinite(points).all(axis=(1, 2)) & (light * _STREAK_LEVELS >= 0.5)
    if not usable.any():
        return
    points, light = points[usable], light[usable]
    looks = chosen(swarm.look[usable], len(colours))
    level = np.clip(np.round(light * _STREAK_LEVELS), 1, _STREAK_LEVELS).astype(np.intp) - 1
    size = swarm.size[usable]
    widths = np.quantile(size, (0.2, 0.5, 0.8))
    wide = np.searchsorted((widths[:-1] + widths[1:]) / 2, size)
    style = (level * len(widths) + wide) * len(colours) + looks
    drawn: list[tuple[list[float], float]] = []
    for strength in range(1, _STREAK_LEVELS + 1):
        shades = palette(colours) * (_STREAK_LIGHT * strength / _STREAK_LEVELS)
        drawn += [(shade, width) for width in widths.tolist() for shade in shades.tolist()]
    layer.strokes(points, style, drawn)


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


def draw_dots(canvas: Image, dots: Dots, swarm: Swarm, colours: Numbers, light: Numbers) -> None:
    """Draws a swarm of points of light; see `Dots.draw`."""
    looks = chosen(swarm.look, len(colours))
    dots.draw(canvas, swarm.x, swarm.y, swarm.size, light, colours[looks])
