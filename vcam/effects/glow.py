"""Points of light with tails, and streaks of rain."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.atlas import Stamp, lay
from vcam.effects.chance import Choices, Indices, Numbers, chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Swarm
from vcam.effects.light import LightLayer

Share = npt.NDArray[np.float32]

Spots = Callable[[Numbers, Numbers, Numbers, Numbers, Numbers], None]
"""Draws points of light somewhere: what `Dots.draw` takes after the canvas."""

MAX_STAMP_BYTES = 8 * 1024 * 1024
MAX_DOT = 64
"""Width of the largest point of light, pixels; its halo is three times as wide."""
MAX_STREAK = 160
"""Longer streaks, in pixels across or down, are drawn as lines: they are few."""

_LEVELS = 8
_SIZES_PER_OCTAVE = 4
_TAIL_PARTS = 2
_TAIL_LEVELS = 3
_TAIL_LIGHT = 0.75
_STREAK_LIGHT = 0.5
"""Water lets through what is behind it."""
_STREAK_START = 0.35
"""Light of a streak's beginning, as a share of that of its end."""

# What keys of stamps are made of.
_STEP_OFFSET = 16
_STREAK_LEVELS = 6
_STREAK_TURNS = 240
_LENGTHS_PER_OCTAVE = 4
_MOST_STEPS = 64
_MOST_WIDE = 24
"""Half pixels."""


class Dots:
    """Draws points of light, white in the middle, coloured round it, and streaks of light."""

    def __init__(self) -> None:
        self._stamps = Stamps()

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
        key = ((steps + _STEP_OFFSET) * (_LEVELS + 1) + levels) * 4
        key = (key + 2 * (halves_x & 1) + (halves_y & 1)) << 24
        key += (shades[:, 0] << 16) + (shades[:, 1] << 8) + shades[:, 2]
        self._stamps.lay_all(canvas, key, halves_x >> 1, halves_y >> 1, _dot)

    def streaks(
        self,
        canvas: Image,
        points: Numbers,
        width: Numbers,
        light: Numbers,
        colour: Numbers,
    ) -> None:
        """Adds short straight streaks of light to `canvas`, in place, fainter where they began.

        Args:
            canvas: uint8 (H, W, 3).
            points: (n, 2, 2), where each begins and ends, canvas pixels.
            width: (n,) pixels.
            light: (n,) 0..1.
            colour: (n, 3) blue, green, red, 0..255.
        """
        levels = np.round(light * _STREAK_LEVELS).astype(int)
        seen = levels >= 1
        if not seen.any():
            return
        way = points[seen, 1] - points[seen, 0]
        middle = np.floor(points[seen].mean(axis=1)).astype(int)
        length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1.0)
        turn = np.round(np.arctan2(way[:, 1], way[:, 0]) / (2 * math.pi) * _STREAK_TURNS)
        step = np.round(_LENGTHS_PER_OCTAVE * np.log2(length)).astype(int)
        wide = np.clip(np.round(2 * width[seen]), 2, _MOST_WIDE).astype(int)
        shades = colour[seen].astype(int)
        key = (turn.astype(int) % _STREAK_TURNS) * _MOST_STEPS + step
        key = (key * (_MOST_WIDE + 1) + wide) * (_STREAK_LEVELS + 1)
        key = (key + np.minimum(levels[seen], _STREAK_LEVELS)) << 24
        # Below 0, apart from the points of light.
        key = -(key + (shades[:, 0] << 16) + (shades[:, 1] << 8) + shades[:, 2])
        self._stamps.lay_all(canvas, key, middle[:, 0], middle[:, 1], _streak)


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
        make: Callable[[int], Stamp],
    ) -> None:
        """Adds a stamp for each key, its middle in the pixel of that column and row."""
        height, width = canvas.shape[:2]
        stamps, add = self._stamps, cv2.add
        for key, column, row in zip(keys.tolist(), columns.tolist(), rows.tolist(), strict=True):
            stamp = stamps.get(key) or self._made(key, make)
            left, top = column + stamp.left, row + stamp.top
            right, bottom = left + stamp.width, top + stamp.height
            if left < 0 or top < 0 or right > width or bottom > height:
                lay(canvas, stamp, column, row)
                continue
            target = canvas[top:bottom, left:right]
            add(target, stamp.light, target)

    def _made(self, key: int, make: Callable[[int], Stamp]) -> Stamp:
        stamp = self._stamps[key] = make(key)
        self.used_bytes += stamp.nbytes
        while self.used_bytes > self._max_bytes and len(self._stamps) > 1:
            oldest = next(iter(self._stamps))
            self.used_bytes -= self._stamps.pop(oldest).nbytes
        return stamp


def _dot(key: int) -> Stamp:
    """The point of light that a key of `Dots.draw` says."""
    about, colour = key >> 24, _shade(key)
    step, level = divmod(about // 4, _LEVELS + 1)
    halo, core = _masks(step - _STEP_OFFSET, about >> 1 & 1, about & 1)
    bright = 0.35 * colour + 0.65 * 255
    light = halo * (colour * (level / _LEVELS)) + core * (bright * (level / _LEVELS))
    reach = halo.shape[0] // 2
    return Stamp(np.minimum(light + 0.5, 255).astype(np.uint8), None, -reach, -reach)


def _streak(key: int) -> Stamp:
    """The streak that a key of `Dots.streaks` says."""
    about, colour = -key >> 24, _shade(-key)
    about, level = divmod(about, _STREAK_LEVELS + 1)
    about, wide = divmod(about, _MOST_WIDE + 1)
    turn, step = divmod(about, _MOST_STEPS)
    length, angle = 2 ** (step / _LENGTHS_PER_OCTAVE), 2 * math.pi * turn / _STREAK_TURNS
    half_x, half_y = length / 2 * math.cos(angle), length / 2 * math.sin(angle)
    reach_x = math.ceil(abs(half_x) + wide / 4) + 1
    reach_y = math.ceil(abs(half_y) + wide / 4) + 1
    x = np.arange(-reach_x, reach_x + 1, dtype=np.float32)[np.newaxis]
    y = np.arange(-reach_y, reach_y + 1, dtype=np.float32)[:, np.newaxis]
    along = (x * math.cos(angle) + y * math.sin(angle)) / length + 0.5
    aside = np.abs(y * math.cos(angle) - x * math.sin(angle))
    beyond = np.maximum(np.abs(along - 0.5) - 0.5, 0) * length
    edge = np.clip(wide / 4 + 0.5 - np.hypot(aside, beyond), 0, 1)
    share = edge * (_STREAK_START + (1 - _STREAK_START) * np.clip(along, 0, 1))
    light = share[..., np.newaxis] * (colour * (level / _STREAK_LEVELS))
    return Stamp(np.minimum(light + 0.5, 255).astype(np.uint8), None, -reach_x, -reach_y)


def _shade(key: int) -> npt.NDArray[np.float32]:
    return np.array([key >> 16 & 255, key >> 8 & 255, key & 255], np.float32)


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
    canvas: Image,
    dots: Dots,
    layer: LightLayer,
    swarm: Swarm,
    streak_s: float,
    colours: tuple[str, ...],
    share: float,
    screen: bool = False,
) -> None:
    """Draws lines along the pieces' ways: rain, hail, meteors.

    Args:
        canvas: uint8 (H, W, 3), written in place.
        dots: draws the short ones.
        layer: the long ones are drawn on it.
        swarm: the pieces; their size is how wide they are.
        streak_s: each line is the way of so many seconds.
        colours: `#rrggbb` each.
        share: factor on their light, 0..1.
        screen: as if projected over the canvas.
    """
    before = swarm.flight.at(swarm.age - streak_s)
    points = np.stack([np.stack(before, -1), np.stack((swarm.x, swarm.y), -1)], axis=1)
    light = np.clip(swarm.opacity * share, 0, 1) * _STREAK_LIGHT
    height, width = canvas.shape[:2]
    usable = np.asarray(np.isfinite(points).all(axis=(1, 2)), np.bool_)
    points = np.where(usable[:, np.newaxis, np.newaxis], points, 0.0)
    usable &= (points.max(axis=1) > 0).all(axis=1)
    usable &= (points.min(axis=1) < (width, height)).all(axis=1)
    if not usable.any():
        return
    points, light, size = points[usable], light[usable], swarm.size[usable]
    shades = palette(colours)[chosen(swarm.look[usable], len(colours))]
    if screen:
        # What is projected adds the less the brighter the place is; one place tells for a streak.
        x, y = np.clip(points.mean(axis=1), 0, (width - 1, height - 1)).astype(int).T
        light = light * (1 - canvas[y, x].mean(axis=1) / 255)
    reach = np.abs(points[:, 1] - points[:, 0]).max(axis=1)
    long = np.flatnonzero((reach > MAX_STREAK) | (size > _MOST_WIDE / 2))
    short = np.flatnonzero((reach <= MAX_STREAK) & (size <= _MOST_WIDE / 2))
    dots.streaks(canvas, points[short], size[short], light[short], shades[short])
    for line, wide, bright, shade in zip(
        points[long], size[long].tolist(), light[long], shades[long], strict=True
    ):
        layer.lines(line[np.newaxis], (shade * bright).tolist(), wide)


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


def draw_dots(spots: Spots, swarm: Swarm, colours: Numbers, light: Numbers) -> None:
    """Draws a swarm of points of light."""
    looks = chosen(swarm.look, len(colours))
    spots(swarm.x, swarm.y, swarm.size, light, colours[looks])
