"""What pieces burst into at the end of their life: fireworks."""

from __future__ import annotations

import math

import numpy as np

from vcam.core.frame import Image
from vcam.effects.chance import Choices, Indices, Numbers, chance, chances, chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Area, flight_of, travel
from vcam.effects.glow import Glow, ages, twinkling
from vcam.effects.lives import Lives
from vcam.effects.matting import Shade
from vcam.effects.schema import BurstSpec, ParticlesSpec

_SEED = 0x5EED
_THINGS = 7
_ANGLE, _HEIGHT, _SPEED, _LIFE, _SIZE, _COLOUR, _TURN = range(_THINGS)

_POP_S = 0.22
_POP_SIZE = 0.07
"""How long the burst itself lights up, and how wide that is, units."""

_HEART_HEIGHT = 1.15


def draw_bursts(
    glow: Glow,
    canvas: Image,
    spec: ParticlesSpec,
    burst: BurstSpec,
    area: Area,
    seed: int,
    lives: Lives,
    share: float,
    larger: float,
    person: Shade | None,
) -> None:
    """Draws the sparks of all pieces whose life has just ended.

    Args:
        glow: draws the sparks.
        canvas: uint8 (H, W, 3), written in place.
        spec: of the pieces.
        burst: of the sparks.
        area: where the pieces started.
        seed: the same as theirs.
        lives: of the pieces.
        share: factor on all light, 0..1.
        larger: factor on how far sparks fly, and on their size.
        person: they pass behind.
    """
    after_s = lives.age - lives.life
    going = np.flatnonzero(lives.born & (after_s >= 0) & (after_s < burst.life_s.most))
    if not len(going):
        return
    flight, near = flight_of(spec, area, lives)
    x, y = flight.of(going).at(lives.life[going])
    unit = area.unit * near[going] * larger
    colours = palette(burst.colours or spec.glow or spec.streaks or spec.paper or ("#ffd27f",))
    looks = chosen(_shell_chance(seed, lives, going, _COLOUR), len(colours))
    pop = np.clip(1 - after_s[going] / _POP_S, 0, 1)
    _draw_sparks(
        glow, canvas, burst, seed, lives, going, after_s[going], x, y, unit, share, looks, colours,
        person,
    )  # fmt: skip
    if pop.any():
        glow.draw(canvas, [(x, y)], _POP_SIZE * unit, share * pop**2, looks, colours, person)


def _draw_sparks(
    glow: Glow,
    canvas: Image,
    burst: BurstSpec,
    seed: int,
    lives: Lives,
    going: Indices,
    after_s: Numbers,
    x: Numbers,
    y: Numbers,
    unit: Numbers,
    share: float,
    looks: Choices,
    colours: Numbers,
    person: Shade | None,
) -> None:
    """One row of arrays for each burst, one column for each of its sparks; then all in one."""
    number = going[:, np.newaxis] * burst.count + np.arange(burst.count)[np.newaxis]
    cycle = lives.cycle[going][:, np.newaxis]
    fate = chances(seed ^ _SEED, number, cycle, _THINGS)
    turn = 2 * math.pi * _shell_chance(seed, lives, going, _TURN)[:, np.newaxis]
    way_x, way_y = _ways(burst, fate[_ANGLE], fate[_HEIGHT], turn)
    speed = burst.speed.least + (burst.speed.most - burst.speed.least) * fate[_SPEED]
    if burst.shape in ("heart", "star"):
        # A shape is only seen if all keep to it.
        speed = np.full_like(speed, burst.speed.most)
    life = burst.life_s.least + (burst.life_s.most - burst.life_s.least) * fate[_LIFE]
    age = np.broadcast_to(after_s[:, np.newaxis], life.shape)
    done = age / np.maximum(life, 1e-3)
    alive = (done < 1).ravel()
    fade = np.clip((1 - done) / burst.fade, 0, 1) if burst.fade > 0 else np.ones_like(done)
    light = twinkling(fade, age, fate[_SIZE], burst.twinkle) * share
    size = burst.size.least + (burst.size.most - burst.size.least) * fate[_SIZE]
    size = size * unit[:, np.newaxis] * (0.55 + 0.45 * fade)
    centre_x, centre_y, reach = x[:, np.newaxis], y[:, np.newaxis], unit[:, np.newaxis]

    def place(old: Numbers) -> tuple[Numbers, Numbers]:
        travelled, fallen = travel(old, burst.drag)
        at_x = centre_x + reach * speed * way_x * travelled
        at_y = centre_y + reach * (speed * way_y * travelled + burst.gravity * fallen)
        return at_x.ravel()[alive], at_y.ravel()[alive]

    ways = [place(old) for old in ages(age, burst.trail_s)]
    look = np.repeat(looks, burst.count)[alive]
    size, light = size.ravel()[alive], light.ravel()[alive]
    glow.draw(canvas, ways, size, light, look, colours, person)


def _ways(
    burst: BurstSpec, angle: Numbers, height: Numbers, turn: Numbers
) -> tuple[Numbers, Numbers]:
    """Way of each spark, to the right and downwards; 1 long at most."""
    round_angle = 2 * math.pi * angle
    if burst.shape == "ball":
        # Even over a sphere, as seen from far away.
        radius = np.sqrt(1 - (2 * height - 1) ** 2)
        return radius * np.cos(round_angle), radius * np.sin(round_angle)
    if burst.shape == "ring":
        x, y = np.cos(round_angle), 0.4 * np.sin(round_angle)
        return x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    if burst.shape == "heart":
        x = np.sin(round_angle) ** 3
        y = 13 * np.cos(round_angle) - 5 * np.cos(2 * round_angle)
        y = (y - 2 * np.cos(3 * round_angle) - np.cos(4 * round_angle)) / 16
        return x, -_HEART_HEIGHT * y
    # Along the ten edges of a star, evenly.
    edge = np.floor(10 * angle)
    along = 10 * angle - edge
    start = np.where(edge % 2 == 0, 1.0, 0.42)
    end = np.where(edge % 2 == 0, 0.42, 1.0)
    a, b = edge * math.pi / 5 + turn, (edge + 1) * math.pi / 5 + turn
    x = start * np.cos(a) * (1 - along) + end * np.cos(b) * along
    y = start * np.sin(a) * (1 - along) + end * np.sin(b) * along
    return x, y


def _shell_chance(seed: int, lives: Lives, going: Indices, what: int) -> Numbers:
    return chance(seed ^ (_SEED << 1), lives.number[going], lives.cycle[going], what)
