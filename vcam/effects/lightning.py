"""Bolts that branch and crawl, as in a plasma globe: they change their way, but do not flicker."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vcam.effects.chance import Numbers, chance
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
    trunks, branches = [], []
    for number in range(count):
        # Each takes another way at a moment of its own.
        clock = turns + float(chance(seed, number, 0, _START))
        start, end = _ends(spec, strike, seed, number, clock)
        line = _jagged(start, end, spec.wildness, _OCTAVES, seed, 100 * number, clock)
        trunks.append(start + (line - start) * grown)
        for branch in range(spec.branches):
            name = 100 * number + branch + 1
            fork = _fork(line, spec.wildness, seed, name, clock)
            branches.append(start + (fork - start) * grown)
    return Bolts(
        np.array(trunks).reshape(-1, _POINTS, 2),
        np.array(branches).reshape(-1, _BRANCH_POINTS, 2),
    )


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
    spec: LightningSpec, strike: Strike, seed: int, number: int, clock: float
) -> tuple[Numbers, Numbers]:
    start = np.array(strike.start, np.float64)
    if spec.spread > 0:
        around = 2 * math.pi * _drifting(seed, number, _START, clock * 0.5)
        start = start + spec.spread * strike.unit * np.array([math.cos(around), math.sin(around)])
    if strike.end is not None:
        return start, np.array(strike.end, np.float64)
    # Spread evenly round, each drifting to and fro within its own sector.
    sector = (number + _drifting(seed, number, _WAY, clock * 0.4)) / max(1, spec.count)
    way = 2 * math.pi * sector
    reach = spec.reach * strike.unit * (0.65 + 0.35 * _drifting(seed, number, _REACH, clock))
    return start, start + reach * np.array([math.cos(way), math.sin(way)])


def _fork(line: Numbers, wildness: float, seed: int, name: int, clock: float) -> Numbers:
    """A branch of a bolt."""
    place = 0.15 + 0.65 * _drifting(seed, name, _PLACE, clock * 0.3)
    at = place * (len(line) - 1)
    index = min(len(line) - 2, int(at))
    start = line[index] + (line[index + 1] - line[index]) * (at - index)
    whole = line[-1] - line[0]
    side = 1 if float(chance(seed, name, 0, _SIDE)) < 0.5 else -1
    turn = side * (0.4 + 0.6 * _drifting(seed, name, _SIDE, clock * 0.3))
    length = (1 - place) * (0.35 + 0.4 * _drifting(seed, name, _LENGTH, clock * 0.5))
    cos, sin = math.cos(turn) * length, math.sin(turn) * length
    end = start + np.array([whole[0] * cos - whole[1] * sin, whole[0] * sin + whole[1] * cos])
    return _jagged(start, end, wildness, _OCTAVES - 2, seed, name, clock)


def _jagged(
    start: Numbers, end: Numbers, wildness: float, octaves: int, seed: int, name: int, clock: float
) -> Numbers:
    """From start to end, displaced sideways by noise of ever finer steps; float64 (n, 2)."""
    points = 2**octaves + 1
    along = np.linspace(0, 1, points)
    aside = np.zeros(points)
    strength = wildness
    for octave in range(1, octaves + 1):
        knots = 2**octave + 1
        values = _drifting_noise(seed, name, octave, knots, clock)
        values[0] = values[-1] = 0
        aside += strength * np.interp(along, np.linspace(0, 1, knots), values)
        strength *= _ROUGHNESS
    way = end - start
    across = np.array([-way[1], way[0]])
    line = start + along[:, np.newaxis] * way + aside[:, np.newaxis] * across
    return np.asarray(line, np.float64)


def _drifting_noise(seed: int, name: int, octave: int, knots: int, clock: float) -> Numbers:
    """(knots,) numbers in -1..1 that go smoothly from one choice to the next, one a turn."""
    cycle = math.floor(clock)
    left = clock - cycle
    eased = left * left * (3 - 2 * left)
    index = name * 1000 + octave * 100 + np.arange(knots)
    now = chance(seed, index, cycle, _NOISE)
    following = chance(seed, index, cycle + 1, _NOISE)
    return 2 * (now + (following - now) * eased) - 1


def _drifting(seed: int, name: int, what: int, clock: float) -> float:
    """One number in 0..1 that goes smoothly from one choice to the next."""
    cycle = math.floor(clock)
    left = clock - cycle
    now, following = (float(chance(seed, name, cycle + step, what)) for step in (0, 1))
    return now + (following - now) * left * left * (3 - 2 * left)
