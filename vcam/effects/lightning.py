"""Bolts that branch and crawl, as in a plasma globe: they change their way, but do not flicker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vcam.effects.chance import Indices, Numbers, chance
from vcam.effects.light import LightLayer
from vcam.effects.schema import LightningSpec

_OCTAVES = 5
_POINTS = 2**_OCTAVES + 1
_BRANCH_POINTS = 2 ** (_OCTAVES - 2) + 1
_ROUGHNESS = 0.56
"""Of each halving of the distance the deviation is this share of that before."""

_GLOW_REACH, _GLOW, _GLOW_FAR = 1.2, 1.5, 0.6
"""How far a bolt glows, in its widths; how brightly; and how brightly three times as far."""
_CORE = 0.24
"""Width of the line that is drawn, in widths of the bolt: its glow is the rest."""
_PARTS = ((0.5, 0.6), (1.0, 1.0))
"""Width and light of branches and of trunks."""

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
    fate = _fate(seed, count, spec.branches)
    drift = fate.at(turns)
    starts, ends = _ends(spec, strike, drift)
    trunks = _jagged(starts, ends, spec.wildness, _OCTAVES, drift.trunk_knots)
    origin = starts[:, np.newaxis]
    from_trunk = origin[fate.trunk]
    forks = _forks(trunks, spec, fate, drift)
    return Bolts(origin + (trunks - origin) * grown, from_trunk + (forks - from_trunk) * grown)


def draw_bolts(
    layer: LightLayer, strikes: Sequence[tuple[Bolts, float, float]], spec: LightningSpec
) -> None:
    """Draws bolts and their glow.

    Args:
        layer: drawn on, in shades of grey; what else lies on it glows as well.
        strikes: of each the bolts, the unit in pixels, and a factor on their light, 0..1.
        spec: width and opacity.
    """
    if not strikes:
        return
    for bolts, unit, share in strikes:
        light, width = 255 * share * spec.opacity, max(1.5, spec.width * unit)
        for lines, (thick, bright) in zip((bolts.branches, bolts.trunks), _PARTS, strict=True):
            layer.lines(lines, (light * bright,) * 3, max(1.5, _CORE * width * thick))
    layer.bloom(_GLOW_REACH * max(1.5, spec.width * strikes[0][1]), _GLOW, _GLOW_FAR)


@dataclass(frozen=True, slots=True, eq=False)
class _Drift:
    """Where all that crawls stands at one moment, each 0..1; n bolts, k branches.

    Attributes:
        place: (n,) of the start round the anchor.
        way: (n,) within the bolt's sector.
        reach: (n,).
        trunk_knots: (n, knots).
        fork_place: (k,) along the trunk.
        fork_side: (k,).
        fork_length: (k,).
        fork_knots: (k, knots).
    """

    place: Numbers
    way: Numbers
    reach: Numbers
    trunk_knots: Numbers
    fork_place: Numbers
    fork_side: Numbers
    fork_length: Numbers
    fork_knots: Numbers


class _Fate:
    """What chance decides of bolts for good, and the names of what it decides anew and anew.

    All that crawls is drawn from chance in one go: by the call it would cost more than to draw it.

    Args:
        seed: of the bolts.
        count: how many.
        branches: of each.

    Attributes:
        trunk: (k,) which bolt each branch is of.
        side: (k,) -1 or 1, to which side it leaves.
    """

    def __init__(self, seed: int, count: int, branches: int) -> None:
        bolt = np.arange(count)
        self.trunk = np.repeat(bolt, branches)
        fork = 100 * self.trunk + np.tile(np.arange(branches), count) + 1
        self.side = np.where(chance(seed, fork, 0, _SIDE) < 0.5, 1, -1)
        trunk_knots, fork_knots = _steps(_OCTAVES)[0], _steps(_OCTAVES - 2)[0]
        parts = [
            (bolt, _PLACE, 0.5, bolt),
            (bolt, _WAY, 0.4, bolt),
            (bolt, _REACH, 1.0, bolt),
            (_named(100 * bolt, trunk_knots), _NOISE, 1.0, np.repeat(bolt, len(trunk_knots))),
            (fork, _PLACE, 0.3, self.trunk),
            (fork, _SIDE, 0.3, self.trunk),
            (fork, _LENGTH, 0.5, self.trunk),
            (_named(fork, fork_knots), _NOISE, 1.0, np.repeat(self.trunk, len(fork_knots))),
        ]
        self._seed = seed
        self._name = np.concatenate([name for name, _, _, _ in parts])
        self._what = np.concatenate([np.full(len(name), what) for name, what, _, _ in parts])
        # Each takes another way at a moment of its own.
        since = chance(seed, bolt, 0, _START)
        self._pace = np.concatenate([np.full(len(name), pace) for name, _, pace, _ in parts])
        self._since = np.concatenate([since[of] for _, _, _, of in parts]) * self._pace
        self._ends = np.cumsum([len(name) for name, _, _, _ in parts])[:-1]

    def at(self, turns: float) -> _Drift:
        """Goes smoothly from one choice of chance to the next, one a turn."""
        clock = self._since + turns * self._pace
        cycle = np.floor(clock)
        left = clock - cycle
        turn = cycle.astype(np.int64)
        now, following = chance(self._seed, self._name, np.stack([turn, turn + 1]), self._what)
        values = now + (following - now) * (left * left * (3 - 2 * left))
        place, way, reach, knots, *forks = np.split(values, self._ends)
        fork_place, fork_side, fork_length, fork_knots = forks
        bolts, branches = len(place), len(self.trunk)
        return _Drift(
            place,
            way,
            reach,
            knots.reshape(bolts, -1),
            fork_place,
            fork_side,
            fork_length,
            fork_knots.reshape(branches, fork_knots.size // max(1, branches)),
        )


_fate = lru_cache(maxsize=16)(_Fate)


def _named(names: Indices, knots: Indices) -> Indices:
    return (names[:, np.newaxis] * 1000 + knots[np.newaxis]).ravel()


def _ends(spec: LightningSpec, strike: Strike, drift: _Drift) -> tuple[Numbers, Numbers]:
    """Where bolts begin and end, float64 (n, 2) each."""
    count = len(drift.place)
    start = np.tile(np.array(strike.start, np.float64), (count, 1))
    if spec.spread > 0:
        start += spec.spread * strike.unit * _ways(2 * math.pi * drift.place)
    if strike.end is not None:
        return start, np.tile(np.array(strike.end, np.float64), (count, 1))
    # Spread evenly round, each drifting to and fro within its own sector.
    sector = (np.arange(count) + drift.way) / max(1, count)
    reach = spec.reach * strike.unit * (0.65 + 0.35 * drift.reach)
    return start, start + reach[:, np.newaxis] * _ways(2 * math.pi * sector)


def _forks(trunks: Numbers, spec: LightningSpec, fate: _Fate, drift: _Drift) -> Numbers:
    """Branches of bolts, float64 (k, points, 2)."""
    trunk = fate.trunk
    if not len(trunk):
        return np.zeros((0, _BRANCH_POINTS, 2))
    place = 0.15 + 0.65 * drift.fork_place
    at = place * (_POINTS - 1)
    index = np.minimum(_POINTS - 2, at.astype(np.intp))
    before, after = trunks[trunk, index], trunks[trunk, index + 1]
    start = before + (after - before) * (at - index)[:, np.newaxis]
    whole = trunks[trunk, -1] - trunks[trunk, 0]
    turn = fate.side * (0.4 + 0.6 * drift.fork_side)
    length = (1 - place) * (0.35 + 0.4 * drift.fork_length)
    cos, sin = np.cos(turn) * length, np.sin(turn) * length
    reach = np.stack(
        [whole[:, 0] * cos - whole[:, 1] * sin, whole[:, 0] * sin + whole[:, 1] * cos], axis=1
    )
    return _jagged(start, start + reach, spec.wildness, _OCTAVES - 2, drift.fork_knots)


def _jagged(start: Numbers, end: Numbers, wildness: float, octaves: int, knots: Numbers) -> Numbers:
    """From starts to ends, displaced sideways by noise of ever finer steps.

    Returns:
        float64 (n, points, 2).
    """
    weights = _steps(octaves)[1]
    aside = wildness * ((2 * knots - 1) @ weights)
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


def _ways(angle: Numbers) -> Numbers:
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
