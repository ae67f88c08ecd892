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

_TUBE = 0.8
"""Light of what is round a beam's core."""
_CORE, _CORE_WHITE = 0.5, 0.75
"""Width of the core as a share of the beam's, and how far it is from the colour to white."""
_GLOW_REACH, _GLOW, _GLOW_FAR = 1.6, 2.0, 0.0
"""How far a beam glows, in its widths; how brightly; and how brightly three times as far."""
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
    layer: LightLayer, fans: Sequence[tuple[Sequence[Beam], float, float]], spec: LasersSpec
) -> None:
    """Draws beams, a glow round them, and their hot cores.

    Args:
        layer: drawn on; what else lies on it glows as well.
        fans: of each the beams, the unit in pixels, and a factor on their light, 0..1.
        spec: width, colours and opacity.
    """
    if not fans:
        return
    cores: list[tuple[Numbers, Numbers]] = []
    for beams, unit, share in fans:
        light = share * spec.opacity
        colours = palette(spec.colours)[[beam.colour for beam in beams]] * light
        width = max(1.5, spec.width * unit)
        layer.polygons(_corners(beams, width, 0.97), (colours * _TUBE).tolist())
        white = colours * (1 - _CORE_WHITE) + 255 * light * _CORE_WHITE
        cores.append((_corners(beams, width * _CORE, 1.0), white))
    layer.bloom(_GLOW_REACH * max(1.5, spec.width * fans[0][1]), _GLOW, _GLOW_FAR)
    for corners, white in cores:
        layer.polygons(corners, white.tolist())
    layer.smooth()


def _corners(beams: Sequence[Beam], width: float, reach: float) -> Numbers:
    """The corners of beams, float64 (n, 4, 2).

    Args:
        beams: n of them.
        width: where they start, pixels.
        reach: share of their length.
    """
    x, y, angle, length = np.array([(beam.x, beam.y, beam.angle, beam.length) for beam in beams]).T
    start = np.stack([x, y], axis=1)
    way = np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    end = start + way * (length * reach)[:, np.newaxis]
    near, far = across * width / 2, across * (width / 2 * _WIDENING)
    return np.stack([start + near, start - near, end - far, end + far], axis=1)
