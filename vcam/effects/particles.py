"""Many small pieces in flight, as a closed form of time.

Where every piece is follows from the seed, its number and the time alone: no state, so the same
show looks the same at 15 and 60 frames a second, and late frames lose nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.blend import Blender, Pose2D
from vcam.effects.schema import ParticlesSpec, Range
from vcam.effects.sprite import Sprite

_Numbers = npt.NDArray[np.float64]

_PAPER_RATIO = 0.62
_LEAST_DRAG = 1e-3
"""Less air than this is none: its formula would divide by almost nothing."""

_SHIFT = 4
"""Fraction bits of OpenCV's polygon corners: a sixteenth of a pixel."""

# One name for each thing that chance decides.
_BIRTH, _LIFE, _SIZE, _SPEED, _WAY, _SPIN, _ANGLE, _PHASE, _LOOK, _X, _Y, _TUMBLE = range(12)


@dataclass(frozen=True, slots=True)
class Area:
    """Where pieces start from.

    Attributes:
        x: left end of the line they start from, canvas pixels; the point itself for a point.
        y: its height, canvas pixels.
        width: length of the line, pixels; 0 for a point.
        unit: pixels of one unit of sizes and speeds.
        corners: they start at both ends of the line in turn, the right half mirrored.
    """

    x: float
    y: float
    width: float
    unit: float
    corners: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Swarm:
    """All living pieces at one moment; arrays of one length, small pieces first.

    Attributes:
        x: canvas pixels.
        y: canvas pixels.
        size: width, pixels.
        angle: radians clockwise.
        tumble: phase of a slip of paper that turns over, radians.
        opacity: 0..1.
        look: 0..1; chooses the picture or colour.
    """

    x: _Numbers
    y: _Numbers
    size: _Numbers
    angle: _Numbers
    tumble: _Numbers
    opacity: _Numbers
    look: _Numbers


def swarm_at(
    spec: ParticlesSpec, area: Area, seed: int, elapsed_s: float, born_until_s: float = math.inf
) -> Swarm:
    """The pieces that live `elapsed_s` after the start.

    Args:
        spec: how they fly.
        area: where they start from.
        seed: the same seed gives the same flight.
        elapsed_s: seconds since the effect started.
        born_until_s: pieces that would start later than this do not.
    """
    number = np.arange(spec.count)
    first = _chance(seed, number, 0, _BIRTH) * spec.over_ms / 1000
    since = elapsed_s - first
    round_s = max(spec.over_ms / 1000, spec.life_s.most, 1e-3)
    rounds = np.floor(since / round_s) if spec.repeat else np.zeros(spec.count)
    cycle = np.clip(rounds, 0, 2**31).astype(np.int64)

    def chance(what: int) -> _Numbers:
        return _chance(seed, number, cycle, what)

    def between(limits: Range, what: int) -> _Numbers:
        return limits.least + (limits.most - limits.least) * chance(what)

    age = since - cycle * round_s
    life = np.maximum(between(spec.life_s, _LIFE), 1e-3)
    done = age / life
    alive = (age >= 0) & (done < 1) & (elapsed_s - age <= born_until_s)
    age = np.clip(age, 0, life)
    mirrored = (number % 2 == 1) & area.corners
    way = np.radians(spec.direction_deg + spec.fan_deg * (chance(_WAY) - 0.5))
    speed = between(spec.speed, _SPEED)
    across = np.where(mirrored, -1, 1) * np.cos(way) * speed
    if spec.drag > _LEAST_DRAG:
        travelled = -np.expm1(-spec.drag * age) / spec.drag
        fallen = spec.gravity / spec.drag * (age - travelled)
    else:
        travelled, fallen = age, spec.gravity * age**2 / 2
    phase = 2 * math.pi * (spec.sway_hz * age + chance(_PHASE))
    radius = spec.spread * np.sqrt(chance(_Y))
    round_angle = 2 * math.pi * chance(_X)
    near_x, near_y = radius * np.cos(round_angle), radius * np.sin(round_angle)
    along = mirrored.astype(np.float64) if area.corners else chance(_X)
    x = area.x + area.width * along
    x += area.unit * (near_x + across * travelled + spec.sway * np.sin(phase))
    y = area.y + area.unit * (near_y - np.sin(way) * speed * travelled + fallen)
    grown = spec.grow[0] + (spec.grow[1] - spec.grow[0]) * np.clip(done, 0, 1)
    size = area.unit * between(spec.size, _SIZE) * grown
    tilt = 0.15 * np.cos(phase) if spec.sway > 0 else 0.0
    turned = np.radians(between(spec.spin_deg, _SPIN)) * age + tilt
    if spec.spin_deg.least != spec.spin_deg.most:
        turned += 2 * math.pi * chance(_ANGLE)
    tumble = 2 * math.pi * (chance(_TUMBLE) + age * (0.8 + 1.6 * chance(_ANGLE)))
    opacity = np.clip((1 - done) / spec.fade, 0, 1) if spec.fade > 0 else np.ones(spec.count)
    order = np.argsort(size)
    order = order[alive[order]]
    fields = (x, y, size, turned, tumble, opacity, chance(_LOOK))
    return Swarm(*(values[order] for values in fields))


def draw_paper(canvas: Image, swarm: Swarm, colours: tuple[str, ...], share: float = 1.0) -> None:
    """Draws slips of paper that turn over in the air.

    Args:
        canvas: uint8 (H, W, 3), written in place.
        swarm: the pieces; those that vanish shrink.
        colours: `#rrggbb` each.
        share: factor on all sizes, 0..1.
    """
    height, width = canvas.shape[:2]
    palette = np.array([[int(c[i : i + 2], 16) for i in (5, 3, 1)] for c in colours], np.float64)
    size = swarm.size * swarm.opacity * share
    seen = (size >= 1) & (size < 4096) & (np.abs(swarm.x - width / 2) < width / 2 + size)
    seen &= np.abs(swarm.y - height / 2) < height / 2 + size
    turned_over = np.cos(swarm.tumble)
    half_long, half_wide = size / 2, size / 2 * _PAPER_RATIO * np.maximum(np.abs(turned_over), 0.12)
    cos, sin = np.cos(swarm.angle), np.sin(swarm.angle)
    # A slip that catches the light flashes: the look of confetti is in this.
    light = np.where(turned_over > 0, 0.86 + 0.26 * turned_over**8, 0.74 - 0.10 * turned_over)
    shade = np.clip(palette[_choice(swarm.look, len(colours))] * light[:, None], 0, 255)
    corners = np.empty((len(size), 4, 2))
    for corner, (along, aside) in enumerate(((1, 1), (1, -1), (-1, -1), (-1, 1))):
        corners[:, corner, 0] = swarm.x + along * half_long * cos - aside * half_wide * sin
        corners[:, corner, 1] = swarm.y + along * half_long * sin + aside * half_wide * cos
    finite = np.isfinite(corners).all(axis=(1, 2))
    fixed = np.where(np.isfinite(corners), (corners - 0.5) * (1 << _SHIFT), 0).round()
    fixed = np.clip(fixed, -(2**20), 2**20).astype(np.int32)
    for piece in np.flatnonzero(seen & finite):
        cv2.fillConvexPoly(canvas, fixed[piece], shade[piece].tolist(), cv2.LINE_AA, _SHIFT)


def draw_pictures(
    canvas: Image,
    swarm: Swarm,
    sprites: tuple[Sprite, ...],
    blender: Blender,
    elapsed_s: float,
    share: float = 1.0,
) -> None:
    """Draws pieces that are pictures.

    Args:
        canvas: uint8 (H, W, 3), written in place.
        swarm: the pieces.
        sprites: the pictures to choose from.
        blender: draws them.
        elapsed_s: for animated pictures, seconds since the start.
        share: factor on all opacities, 0..1.
    """
    looks = _choice(swarm.look, len(sprites))
    for piece in range(len(swarm.x)):
        sprite = sprites[looks[piece]]
        size = float(swarm.size[piece])
        pose = Pose2D(
            float(swarm.x[piece]),
            float(swarm.y[piece]),
            size,
            size * sprite.height / sprite.width,
            float(swarm.angle[piece]),
            float(swarm.opacity[piece]) * share,
        )
        blender.draw(canvas, sprite, sprite.frame_index(elapsed_s), pose)


def _choice(look: _Numbers, count: int) -> npt.NDArray[np.intp]:
    return np.minimum((look * count).astype(np.intp), count - 1)


def _chance(
    seed: int, number: npt.NDArray[np.int64], cycle: npt.NDArray[np.int64] | int, what: int
) -> _Numbers:
    """Even chance in 0..1 from four numbers: the finaliser of SplitMix64 (Steele et al., 2014)."""
    with np.errstate(over="ignore"):
        state = number.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
        state = state + np.uint64(seed & 0xFFFFFFFFFFFFFFFF) * np.uint64(0x9E3779B97F4A7C15)
        state = state + np.asarray(cycle).astype(np.uint64) * np.uint64(0x8CB92BA72F3D8DD7)
        state = state + np.uint64(what + 1) * np.uint64(0xABC98388FB8FAC03)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
        state = state ^ (state >> np.uint64(31))
    return np.asarray((state >> np.uint64(11)).astype(np.float64) / 2**53)
