"""The flight of many small pieces, as a closed form of time.

Where every piece is follows from the seed, its number and the time alone: no state, so the same
show looks the same at 15 and 60 frames a second, and late frames lose nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vcam.effects.chance import Indices, Numbers, chance, chances
from vcam.effects.schema import ParticlesSpec, Range

_LEAST_DRAG = 1e-3
"""Less air than this is none: its formula would divide by almost nothing."""

_GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples, without their whole parts, are spread more evenly than those of any number."""

_FAR_SIZE, _FAR_LIGHT = 0.75, 0.7
"""How much smaller and fainter the farthest pieces are at a depth of 1."""

_REMEMBERED = 16
"""Swarms of which it is remembered what chance decided."""

# One name for each thing that chance decides.
_THINGS = 13
_BIRTH, _LIFE, _SIZE, _SPEED, _WAY, _SPIN, _ANGLE, _PHASE, _LOOK, _X, _Y, _TUMBLE, _DEPTH = range(
    _THINGS
)


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


@dataclass(frozen=True, slots=True, eq=False)
class Fate:
    """What chance decided for some pieces; told apart by which object it is.

    Attributes:
        number: of the piece.
        chances: (things, n), each 0..1; not to be written to.
    """

    number: Indices
    chances: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """How far the lives of all pieces are; arrays of one length.

    Attributes:
        number: of the piece.
        cycle: which of its lives.
        age: since this life began, seconds; goes on after its end.
        life: its length, seconds.
        born: whether it began, and not after pieces had ceased to come.
        fate: all that chance decides for it.
    """

    number: Indices
    cycle: Indices
    age: Numbers
    life: Numbers
    born: npt.NDArray[np.bool_]
    fate: Fate


def lives_at(
    spec: ParticlesSpec,
    seed: int,
    elapsed_s: float,
    born_until_s: float = math.inf,
    count: int | None = None,
) -> Lives:
    """The lives that pieces are in `elapsed_s` after the start.

    Args:
        spec: how they fly.
        seed: the same seed gives the same flight.
        elapsed_s: seconds since the effect started.
        born_until_s: pieces that would start later than this do not.
        count: how many there are; None for as many as `spec` says.
    """
    several = spec.count if count is None else count
    number, birth = _births(seed, several, spec.count)
    since = elapsed_s - birth * spec.over_ms / 1000
    life_s = spec.life_s.most + (spec.burst.life_s.most if spec.burst is not None else 0.0)
    round_s = max(spec.over_ms / 1000, life_s, 1e-3)
    if spec.repeat:
        cycle = np.clip(np.floor(since / round_s), 0, 2**31).astype(np.int64)
        age = since - cycle * round_s
    else:
        cycle, age = np.zeros(several, np.int64), since
    fate = _fates(seed, several).of(cycle)
    life = np.maximum(_between(spec.life_s, fate.chances[_LIFE]), 1e-3)
    born = age >= 0
    if born_until_s < elapsed_s:
        born &= elapsed_s - age <= born_until_s
    return Lives(number, cycle, age, life, born, fate)


@lru_cache(maxsize=_REMEMBERED)
def _births(seed: int, several: int, count: int) -> tuple[Indices, Numbers]:
    """The numbers of pieces, and when in a round each comes, 0..1."""
    number = np.arange(several)
    # Spread evenly, each by chance within a time of its own: so there are never many at once, nor
    # none; and however many take part, the first ones come at the same times.
    by_chance = chance(seed, number, 0, _BIRTH) / count
    birth = (number * _GOLDEN + by_chance) % 1.0
    number.flags.writeable = birth.flags.writeable = False
    return number, birth


class _Fates:
    """What chance decides for pieces; worked out anew only for those that begin another life."""

    def __init__(self, seed: int, several: int) -> None:
        self._seed = seed
        self._number = np.arange(several)
        # Told in one go, for several threads may ask.
        self._known: tuple[Indices, Fate] | None = None

    def of(self, cycle: Indices) -> Fate:
        """All that is decided for the pieces in these lives."""
        known = self._known
        if known is None:
            decided = chances(self._seed, self._number, cycle, _THINGS)
        else:
            others = np.flatnonzero(known[0] != cycle)
            if not len(others):
                return known[1]
            decided = known[1].chances.copy()
            decided[:, others] = chances(self._seed, others, cycle[others], _THINGS)
        decided.flags.writeable = False
        fate = Fate(self._number, decided)
        self._known = cycle, fate
        return fate


_fates = lru_cache(maxsize=_REMEMBERED)(_Fates)


def flight_of(spec: ParticlesSpec, area: Area, lives: Lives) -> tuple[Flight, Numbers]:
    """The ways of all pieces, and how near each is: 1 is nearest."""
    return _flight(spec, area, lives.fate)


@lru_cache(maxsize=_REMEMBERED)
def _flight(spec: ParticlesSpec, area: Area, fated: Fate) -> tuple[Flight, Numbers]:
    fate = fated.chances
    near = 1 - spec.depth * fate[_DEPTH]
    unit = area.unit * near
    mirrored = (fated.number % 2 == 1) & area.corners
    way = np.radians(spec.direction_deg + spec.fan_deg * (fate[_WAY] - 0.5))
    speed = unit * _between(spec.speed, fate[_SPEED])
    radius = spec.spread * np.sqrt(fate[_Y])
    round_angle = 2 * math.pi * fate[_X]
    along = mirrored.astype(np.float64) if area.corners else fate[_X]
    # Of the chances only that for the height above the line is free for an area.
    above = area.height * fate[_Y] if area.height else 0.0
    flight = Flight(
        area.x + area.width * along + area.unit * radius * np.cos(round_angle),
        area.y - above + area.unit * radius * np.sin(round_angle),
        np.where(mirrored, -1, 1) * np.cos(way) * speed,
        np.sin(way) * speed,
        spec.gravity * unit,
        spec.drag,
        spec.sway * unit,
        spec.sway_hz,
        fate[_PHASE],
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
    size = area.unit * _between(spec.size, fate[_SIZE]) * grown * (1 - _FAR_SIZE * far)
    swing = 2 * math.pi * (spec.sway_hz * age + flight.phase)
    tilt = 0.15 * np.cos(swing) if spec.sway > 0 else 0.0
    turned = np.radians(_between(spec.spin_deg, fate[_SPIN])) * age + tilt
    if spec.spin_deg.least != spec.spin_deg.most:
        turned += 2 * math.pi * fate[_ANGLE]
    tumble = 2 * math.pi * (fate[_TUMBLE] + age * (0.8 + 1.6 * fate[_ANGLE]))
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
        fate[_LOOK][order],
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


def _between(limits: Range, share: Numbers) -> Numbers:
    return limits.least + (limits.most - limits.least) * share
