"""Beams of light that sweep through the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vcam.effects.chance import Numbers, chance
from vcam.effects.colour import palette
from vcam.effects.flight import Area
from vcam.effects.light import LightLayer
from vcam.effects.schema import LasersSpec

_SHELLS = ((6.6, 0.03), (4.6, 0.09), (3.1, 0.20), (2.0, 0.36))
"""Width in cores and light of what a beam's glow is drawn of, from the outside to the core: put out
of focus they come close to a bell curve."""

_TUBE = 0.55
_CORE = 0.5
_CORE_WHITE = 0.75
_WIDENING = 2.4
"""How much wider a beam is at its end than where it starts."""

_PLACE, _PACE, _PHASE = range(3)


@dataclass(frozen=True, slots=True)
class Beam:
    """One beam at one moment.

    Attributes:
        x: where it starts, canvas pixels.
        y: the same, downwards.
        angle: radians, 0 to the right, anticlockwise as seen.
        length: pixels.
        colour: which of the colours it has.
    """

    x: float
    y: float
    angle: float
    length: float
    colour: int


def beams_at(
    spec: LasersSpec, area: Area, seed: int, elapsed_s: float, still: bool, count: int
) -> list[Beam]:
    """The beams `elapsed_s` after the start.

    Args:
        spec: how they sweep.
        area: where they start from.
        seed: the same seed gives the same sweep.
        elapsed_s: seconds.
        still: they do not move.
        count: how many.
    """
    number = np.arange(count)
    pace = 0.85 + 0.3 * chance(seed, number, 0, _PACE)
    phase = chance(seed, number, 0, _PHASE)
    turned_s = 0.0 if still else elapsed_s
    swing = np.sin(2 * math.pi * (turned_s * 1000 / spec.period_ms * pace + phase))
    share = (number + 0.5) / count - 0.5
    way = np.radians(spec.direction_deg - spec.fan_deg * share + spec.sweep_deg * swing)
    if area.corners:
        right = number % 2 == 1
        along = right.astype(np.float64)
        way = np.where(right, math.pi - way, way)
    elif area.height:
        along = chance(seed, number, 0, _PLACE)
    else:
        along = share + 0.5
    above = area.height * chance(seed, number, 1, _PLACE) if area.height else np.zeros(count)
    grown = 1.0
    if spec.enter_ms and not still:
        grown = 1 - (1 - min(1.0, max(0.0, elapsed_s * 1000 / spec.enter_ms))) ** 3
    length = spec.length * area.unit * grown
    return [
        Beam(area.x + area.width * float(a), area.y - float(b), float(w), length, int(n))
        for a, b, w, n in zip(along, above, way, number % len(spec.colours), strict=True)
    ]


def draw_beams(
    soft: LightLayer,
    sharp: LightLayer,
    beams: Sequence[Beam],
    spec: LasersSpec,
    unit: float,
    share: float,
) -> None:
    """Draws the beams, the faintest of all of them first.

    Args:
        soft: their glow is drawn on it.
        sharp: their cores are drawn on it.
        beams: where they are.
        spec: width, colours and opacity.
        unit: pixels.
        share: factor on their light, 0..1.
    """
    light = share * spec.opacity
    colours = palette(spec.colours)[[beam.colour for beam in beams]] * light
    width = max(1.5, spec.width * unit)
    # The farther out, the sooner it ends: so a beam peters out instead of being cut off.
    glow = _corners(beams, [(width * wide, 1.0 - 0.03 * wide) for wide, _ in _SHELLS])
    shades = np.concatenate([colours * bright for _, bright in _SHELLS])
    soft.polygons(glow, shades.tolist(), smooth=False)
    cores = _corners(beams, [(width, 0.97), (width * _CORE, 1.0)])
    white = colours * (1 - _CORE_WHITE) + 255 * light * _CORE_WHITE
    sharp.polygons(cores, np.concatenate([colours * _TUBE, white]).tolist())


def _corners(beams: Sequence[Beam], shells: Sequence[tuple[float, float]]) -> Numbers:
    """The corners of all beams, float64 (m * n, 4, 2): of all in the first shell, and so on.

    Args:
        beams: n of them.
        shells: m of them: width, pixels, and share of the length.
    """
    x, y, angle, length = np.array([(beam.x, beam.y, beam.angle, beam.length) for beam in beams]).T
    start = np.stack([x, y], axis=1)
    way = np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    width, reach = np.array(shells).T[:, :, np.newaxis, np.newaxis]
    end = start + way * length[:, np.newaxis] * reach
    near, far = across * width / 2, across * (width / 2 * _WIDENING)
    return np.stack([start + near, start - near, end - far, end + far], axis=2).reshape(-1, 4, 2)
