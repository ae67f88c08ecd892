"""Bolts that branch and crawl, as in a plasma globe: they change their way, but do not flicker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vcam.effects.chance import Indices, Numbers, chance
from vcam.effects.colour import palette
from vcam.effects.light import LightLayer
from vcam.effects.schema import LightningSpec

_OCTAVES = 5
_POINTS = 2**_OCTAVES + 1
_BRANCH_POINTS = 2 ** (_OCTAVES - 2) + 1
_ROUGHNESS = 0.56
"""Of each halving of the distance the deviation is this share of that before."""

_WHITE = 0.8
_TUBE, _GLOW, _GLOW_AROUND = 0.5, 1.5, 1.1
"""Brightness of what is round the core, of the glow by it as a share of that, and of the wide glow
as a share of the other."""

_WAY, _REACH, _START, _PLACE, _SIDE, _LENGTH, _NOISE = range(7)


@dataclass(frozen=True, slots=True)
class Strike:
    """From where to where a bolt goes, canvas pixels; `end` None plays round the start."""

    start: tuple[float, float]
    end: tuple[float, float] | None
    unit: float


@dataclass(frozen=True, slots=True, eq=False)
class Bolts:
    """Lines to draw: trunks, float64 (n, m, 2), and branches, (k, l, 2), canvas pixels."""

    trunks: Numbers
    branches: Numbers


def bolts_at(
    spec: LightningSpec, strike: Strike, seed: int, elapsed_s: float, still: bool, count: int
) -> Bolts:
    """The bolts of one strike `elapsed_s` after the start.

    Args:
        spec: how they go.
        strike: from where to where.
        seed: the same seed gives the same bolts.
        elapsed_s: seconds.
        still: they keep their way.
        count: how many.
    """
    turns = 0.0 if still else spec.crawl_hz * elapsed_s
    grown = 1.0
    if spec.enter_ms and not still:
        grown = min(1.0, max(0.0, elapsed_s * 1000 / spec.enter_ms))
    name = np.arange(count)
    # Each takes another way at a moment of its own.
    clock = turns + chance(seed, name, 0, _START)
    starts, ends = _ends(spec, strike, seed, name, clock)
    trunks = _jagged(starts, ends, spec.wildness, _OCTAVES, seed, 100 * name, clock)
    origin = starts[:, np.newaxis]
    branch = np.repeat(np.arange(count), spec.branches)
    forks = _forks(trunks, branch, spec, seed, clock)
    from_trunk = origin[branch]
    return Bolts(origin + (trunks - origin) * grown, from_trunk + (forks - from_trunk) * grown)


def draw_bolts(
    soft: LightLayer,
    sharp: LightLayer,
    bolts: Bolts,
    spec: LightningSpec,
    unit: float,
    share: float,
) -> None:
    """Draws bolts and their glow.

    Args:
        soft: the glow is drawn on it; what else lies on it glows as well.
        sharp: the bolts are drawn on it.
        bolts: the lines.
        spec: width, colour, opacity.
        unit: pixels.
        share: factor on their light, 0..1.
    """
    colour = palette([spec.colour])[0]
    core = colour * (1 - _WHITE) + 255 * _WHITE
    light = share * spec.opacity
    width = max(1.5, spec.width * unit)
    for lines, thick, bright in ((bolts.branches, 0.5, 0.55), (bolts.trunks, 1.0, 1.0)):
        soft.lines(lines, colour * (_TUBE * light * bright), max(2.0, 0.8 * width * thick))
        sharp.lines(lines, core * (light * bright), max(1.0, 0.24 * width * thick))
    soft.spread(max(2.0, 1.4 * width), _GLOW, _GLOW_AROUND)


def _ends(
    spec: LightningSpec, strike: Strike, seed: int, name: Indices, clock: Numbers
) -> tuple[Numbers, Numbers]:
    """Where bolts begin and end, float64 (n, 2) each."""
    start = np.tile(np.array(strike.start, np.float64), (len(name), 1))
    if spec.spread > 0:
        around = 2 * math.pi * _drifting(seed, name, _PLACE, clock * 0.5)
        start += spec.spread * strike.unit * _ways(around)
    if strike.end is not None:
        return start, np.tile(np.array(strike.end, np.float64), (len(name), 1))
    # Spread evenly round, each drifting to and fro within its own sector.
    sector = (name + _drifting(seed, name, _WAY, clock * 0.4)) / max(1, len(name))
    reach = spec.reach * strike.unit * (0.65 + 0.35 * _drifting(seed, name, _REACH, clock))
    return start, start + reach[:, np.newaxis] * _ways(2 * math.pi * sector)


def _forks(
    trunks: Numbers, trunk: Indices, spec: LightningSpec, seed: int, clocks: Numbers
) -> Numbers:
    """Branches of bolts, float64 (n, points, 2); `trunk` says which bolt each is of."""
    if not len(trunk):
        return np.zeros((0, _BRANCH_POINTS, 2))
    name = 100 * trunk + np.arange(len(trunk)) % spec.branches + 1
    clock = clocks[trunk]
    place = 0.15 + 0.65 * _drifting(seed, name, _PLACE, clock * 0.3)
    at = place * (_POINTS - 1)
    index = np.minimum(_POINTS - 2, at.astype(np.intp))
    before, after = trunks[trunk, index], trunks[trunk, index + 1]
    start = before + (after - before) * (at - index)[:, np.newaxis]
    whole = trunks[trunk, -1] - trunks[trunk, 0]
    side = np.where(chance(seed, name, 0, _SIDE) < 0.5, 1, -1)
    turn = side * (0.4 + 0.6 * _drifting(seed, name, _SIDE, clock * 0.3))
    length = (1 - place) * (0.35 + 0.4 * _drifting(seed, name, _LENGTH, clock * 0.5))
    cos, sin = np.cos(turn) * length, np.sin(turn) * length
    reach = np.stack(
        [whole[:, 0] * cos - whole[:, 1] * sin, whole[:, 0] * sin + whole[:, 1] * cos], axis=1
    )
    return _jagged(start, start + reach, spec.wildness, _OCTAVES - 2, seed, name, clock)


def _jagged(
    start: Numbers,
    end: Numbers,
    wildness: float,
    octaves: int,
    seed: int,
    name: Indices,
    clock: Numbers,
) -> Numbers:
    """From starts to ends, displaced sideways by noise of ever finer steps.

    Returns:
        float64 (n, points, 2).
    """
    knots, weights = _steps(octaves)
    index = name[:, np.newaxis] * 1000 + knots[np.newaxis]
    values = 2 * _drifting(seed, index, _NOISE, clock[:, np.newaxis]) - 1
    aside = wildness * (values @ weights)
    along = np.linspace(0, 1, weights.shape[1])
    way = end - start
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    line = start[:, np.newaxis] + along[np.newaxis, :, np.newaxis] * way[:, np.newaxis]
    return np.asarray(line + aside[..., np.newaxis] * across[:, np.newaxis], np.float64)


@lru_cache(maxsize=2)
def _steps(octaves: int) -> tuple[Indices, Numbers]:
    """Numbers of the knots of all octaves, and what each adds to each point: (knots, points)."""
    along = np.linspace(0, 1, 2**octaves + 1)
    names, rows = [], []
    for octave in range(1, octaves + 1):
        places = np.linspace(0, 1, 2**octave + 1)
        # Those at the ends stay where they are.
        for knot in range(1, len(places) - 1):
            names.append(100 * octave + knot)
            rise = np.zeros(len(places))
            rise[knot] = _ROUGHNESS ** (octave - 1)
            rows.append(np.interp(along, places, rise))
    return np.array(names), np.array(rows)


def _drifting(seed: int, name: Indices, what: int, clock: Numbers) -> Numbers:
    """Numbers in 0..1 that go smoothly from one choice to the next, one a turn of their clocks."""
    cycle = np.floor(clock)
    left = clock - cycle
    eased = left * left * (3 - 2 * left)
    turn = cycle.astype(np.int64)
    now, following = chance(seed, name, np.stack([turn, turn + 1]), what)
    return np.asarray(now + (following - now) * eased, np.float64)


def _ways(angle: Numbers) -> Numbers:
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
