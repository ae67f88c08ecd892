"""The flight of many small pieces, as a closed form of time.

Where every piece is follows from what chance gave it and its age alone: no state, so the same
show looks the same at 15 and 60 frames a second, and late frames lose nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vcam.effects.chance import Numbers
from vcam.effects.lives import REMEMBERED_SWARMS, Fate, Lives, Thing, between
from vcam.effects.schema import ParticlesSpec

_LEAST_DRAG = 1e-3
"""Less air than this is none: its formula would divide by almost nothing."""

_FAR_SIZE, _FAR_LIGHT = 0.75, 0.7
"""How much smaller and fainter the farthest pieces are at a depth of 1."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where pieces start from.

    Attributes:
        x: left end of the line they start from, canvas pixels; the point itself for a point.
        y: its height, canvas pixels.
        width: length of the line, pixels; 0 for a point.
        unit: pixels of one unit of sizes and speeds.
        corners: they start at both ends of the line in turn, the right half mirrored.
        height: of the area above the line, pixels; 0 for a line or a point.
    """

    x: float
    y: float
    width: float
    unit: float
    corners: bool = False
    height: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """The ways of some pieces; arrays of one length.

    Attributes:
        start_x: where each starts, canvas pixels.
        start_y: the same, downwards.
        across: speed to the right at the start, pixels a second.
        rising: speed upwards at the start, pixels a second.
        gravity: pixels a second squared, downwards.
        drag: share of the speed lost, per second.
        sway: how far each swings to the sides, pixels.
        sway_hz: how often.
        phase: where its swing begins, 0..1.
    """

    start_x: Numbers
    start_y: Numbers
    across: Numbers
    rising: Numbers
    gravity: Numbers
    drag: float
    sway: Numbers
    sway_hz: float
    phase: Numbers

    def at(self, age: Numbers) -> tuple[Numbers, Numbers]:
        """Where each is when it is `age` seconds old, canvas pixels."""
        travelled, fallen = travel(age, self.drag)
        swing = 2 * math.pi * (self.sway_hz * age + self.phase)
        x = self.start_x + self.across * travelled + self.sway * np.sin(swing)
        y = self.start_y - self.rising * travelled + self.gravity * fallen
        return x, y

    def of(self, pieces: npt.NDArray[np.intp]) -> Flight:
        """The ways of these alone."""
        return Flight(
            self.start_x[pieces],
            self.start_y[pieces],
            self.across[pieces],
            self.rising[pieces],
            self.gravity[pieces],
            self.drag,
            self.sway[pieces],
            self.sway_hz,
            self.phase[pieces],
        )


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
        age: seconds.
        flight: how they came there, and perhaps others.
        order: which of the flight's ways are theirs, one after the other; None for just these.
    """

    x: Numbers
    y: Numbers
    size: Numbers
    angle: Numbers
    tumble: Numbers
    opacity: Numbers
    look: Numbers
    age: Numbers
    flight: Flight
    order: npt.NDArray[np.intp] | None = None

    def way(self, age: Numbers) -> tuple[Numbers, Numbers]:
        """Where each was, or will be, when it is `age` seconds old, canvas pixels."""
        flight = self.flight if self.order is None else self.flight.of(self.order)
        return flight.at(age)


def flight_of(spec: ParticlesSpec, area: Area, lives: Lives) -> tuple[Flight, Numbers]:
    """The ways of all pieces, and how near each is: 1 is nearest."""
    return _flight(spec, area, lives.fate)


@lru_cache(maxsize=REMEMBERED_SWARMS)
def _flight(spec: ParticlesSpec, area: Area, fated: Fate) -> tuple[Flight, Numbers]:
    fate = fated.chances
    near = 1 - spec.depth * fate[Thing.DEPTH]
    unit = area.unit * near
    mirrored = (fated.number % 2 == 1) & area.corners
    way = np.radians(spec.direction_deg + spec.fan_deg * (fate[Thing.WAY] - 0.5))
    speed = unit * between(spec.speed, fate[Thing.SPEED])
    radius = spec.spread * np.sqrt(fate[Thing.Y])
    round_angle = 2 * math.pi * fate[Thing.X]
    along = mirrored.astype(np.float64) if area.corners else fate[Thing.X]
    # Of the chances only that for the height above the line is free for an area.
    above = area.height * fate[Thing.Y] if area.height else 0.0
    flight = Flight(
        area.x + area.width * along + area.unit * radius * np.cos(round_angle),
        area.y - above + area.unit * radius * np.sin(round_angle),
        np.where(mirrored, -1, 1) * np.cos(way) * speed,
        np.sin(way) * speed,
        spec.gravity * unit,
        spec.drag,
        spec.sway * unit,
        spec.sway_hz,
        fate[Thing.PHASE],
    )
    return flight, near


def swarm_of(spec: ParticlesSpec, area: Area, lives: Lives) -> Swarm:
    """The pieces that live, of these lives."""
    flight, near = flight_of(spec, area, lives)
    fate = lives.fate.chances
    done = lives.age / lives.life
    alive = lives.born & (done < 1)
    age = np.clip(lives.age, 0, lives.life)
    x, y = flight.at(age)
    grown = spec.grow[0] + (spec.grow[1] - spec.grow[0]) * np.clip(done, 0, 1)
    far = 1 - near
    size = area.unit * between(spec.size, fate[Thing.SIZE]) * grown * (1 - _FAR_SIZE * far)
    swing = 2 * math.pi * (spec.sway_hz * age + flight.phase)
    tilt = 0.15 * np.cos(swing) if spec.sway > 0 else 0.0
    turned = np.radians(between(spec.spin_deg, fate[Thing.SPIN])) * age + tilt
    if spec.spin_deg.least != spec.spin_deg.most:
        turned += 2 * math.pi * fate[Thing.ANGLE]
    tumble = 2 * math.pi * (fate[Thing.TUMBLE] + age * (0.8 + 1.6 * fate[Thing.ANGLE]))
    opacity = np.clip((1 - done) / spec.fade, 0, 1) if spec.fade > 0 else np.ones(len(done))
    opacity = opacity * (1 - _FAR_LIGHT * far)
    order = np.argsort(size, kind="stable")
    order = order[alive[order]]
    return Swarm(
        x[order],
        y[order],
        size[order],
        turned[order],
        tumble[order],
        opacity[order],
        fate[Thing.LOOK][order],
        age[order],
        flight,
        order,
    )


def travel(age: Numbers, drag: float) -> tuple[Numbers, Numbers]:
    """How far a speed of 1 takes in `age` seconds, and how far a gravity of 1 lets fall."""
    if drag <= _LEAST_DRAG:
        return age, age**2 / 2
    travelled = -np.expm1(-drag * age) / drag
    return travelled, (age - travelled) / drag
