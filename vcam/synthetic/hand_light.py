"""Light on the drawn hand, and the pixels of its rectangle of the picture; compiled."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import prange

from vcam.synthetic.hand_distance import (
    hand_distance,
    nearest_part,
    surface_normal,
    trace,
)
from vcam.synthetic.hand_shape import PHALANGES, Shape
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.skin import Material, cloth_colour, skin_colour
from vcam.synthetic.vectors import (
    Vec3,
    along,
    compiled,
    compiled_parallel,
    dot,
    lattice_random,
    rotate_back,
    smoothstep,
    sub,
    vec,
    wrapped,
)


class View(NamedTuple):
    """Camera and the rectangle of the picture to draw.

    A NamedTuple, which numba takes as an argument. `rotation` (3, 3) and `translation` (3,) take
    the hand frame to the camera frame, cm; `focal` and the centre are pixels; `left` and `top`
    are where the rectangle starts.
    """

    rotation: FloatArray
    translation: FloatArray
    focal: float
    centre_x: float
    centre_y: float
    left: float
    top: float


@compiled
def _ambient_occlusion(shape: Shape, p: Vec3, n: Vec3) -> float:
    blocked = 0.0
    weight = 1.0
    for i in range(1, 5):
        h = 0.02 + 0.28 * i
        blocked += weight * max(0.0, h - hand_distance(shape, along(p, h, n))) / h
        weight *= 0.75
    return max(0.0, 1 - 0.42 * blocked)


@compiled
def _soft_shadow(shape: Shape, p: Vec3, n: Vec3, light: Vec3, jitter: float) -> float:
    """1 = lit, 0 = shadow. `jitter` (0..1) moves the first step, or rings like wood grain show."""
    n_dot_l = dot(n, light)
    if n_dot_l <= -0.05:
        return 1.0
    lit = 1.0
    t = 0.2 + 0.25 * jitter
    start = along(p, 0.14, n)
    for _ in range(26):
        d = hand_distance(shape, along(start, t, light))
        if d < 0.001:
            lit = 0.0
            break
        lit = min(lit, 5.0 * d / t)
        if lit < 0.02 or t > 11.0:
            break
        t += min(2.0, max(0.08, d * 0.75))
    lit = max(0.0, lit)
    lit = lit * lit * (3 - 2 * lit)
    return 1 - smoothstep(-0.05, 0.2, n_dot_l) * (1 - lit)  # none at the terminator


@compiled
def lit_colour(
    material: Material,
    colour: Vec3,
    specular: float,
    n: Vec3,
    direction: Vec3,
    occlusion: float,
    shadow: float,
) -> Vec3:
    """Light reflected to the eye.

    The diffuse term wraps around the terminator, red furthest: a cheap stand-in for light which
    scatters below the skin.
    """
    light = vec(material.light)
    lc = material.light_colour
    amb = material.ambient
    fc = material.fill_colour
    n_dot_l = dot(n, light)
    fill = max(0.0, 0.3 + 0.7 * dot(n, vec(material.fill))) * occlusion
    half = sub(light, direction)
    n_dot_h = max(0.0, dot(n, half) / sqrt(dot(half, half) + 1e-9))
    shine = specular * n_dot_h**24 * shadow
    rim = (1 - max(0.0, -dot(n, direction))) ** 3 * 0.10 * occlusion
    direct_r = lc[0] * wrapped(n_dot_l, 0.40) * (shadow * 0.92 + 0.08)
    direct_g = lc[1] * wrapped(n_dot_l, 0.18) * shadow
    direct_b = lc[2] * wrapped(n_dot_l, 0.12) * shadow
    r = colour[0] * (direct_r + amb[0] * occlusion**0.75 + fc[0] * fill)
    g = colour[1] * (direct_g + amb[1] * occlusion + fc[1] * fill)
    b = colour[2] * (direct_b + amb[2] * occlusion + fc[2] * fill)
    return (
        r + shine * lc[0] + rim * amb[0],
        g + shine * lc[1] + rim * amb[1],
        b + shine * lc[2] + rim * amb[2],
    )


@compiled
def ray_origin(view: View) -> Vec3:
    """The camera in the hand frame."""
    t = view.translation
    back = rotate_back(view.rotation, (t[0], t[1], t[2]))
    return (-back[0], -back[1], -back[2])


@compiled
def ray_direction(view: View, column: float, row: float) -> Vec3:
    """Unit direction in the hand frame of a place in the rectangle, pixels."""
    u = (view.left + column - view.centre_x) / view.focal
    v = -(view.top + row - view.centre_y) / view.focal
    s = 1.0 / sqrt(u * u + v * v + 1)
    return rotate_back(view.rotation, (u * s, v * s, -s))


@compiled
def _shade(shape: Shape, material: Material, p: Vec3, direction: Vec3, jitter: float) -> Vec3:
    n = surface_normal(shape, p)
    part, best = nearest_part(shape, p)
    if part >= shape.palm_cones + PHALANGES:
        colour = cloth_colour(material.cloth, p)
        specular = 0.0
    else:
        colour, specular = skin_colour(shape, material, p, n, part, best)
    occlusion = _ambient_occlusion(shape, p, n)
    shadow = _soft_shadow(shape, p, n, vec(material.light), jitter)
    return lit_colour(material, colour, specular, n, direction, occlusion, shadow)


@compiled_parallel
def render_rectangle(
    shape: Shape, view: View, material: Material, height: int, width: int
) -> npt.NDArray[np.float32]:
    """Linear RGB (not premultiplied) and coverage of the rectangle, float32 (height, width, 4).

    One ray a pixel; coverage is 0 or 1.
    """
    out = np.zeros((height, width, 4), np.float32)
    origin = ray_origin(view)
    for row in prange(height):
        for column in range(width):
            direction = ray_direction(view, column + 0.5, row + 0.5)
            hit = trace(shape, origin, direction)
            if hit < 0:
                continue
            jitter = lattice_random(column * 0.37, row * 0.73, 0.0)
            colour = _shade(shape, material, along(origin, hit, direction), direction, jitter)
            out[row, column, 0] = colour[0]
            out[row, column, 1] = colour[1]
            out[row, column, 2] = colour[2]
            out[row, column, 3] = 1.0
    return out


@compiled_parallel
def outline_coverage(
    shape: Shape, view: View, hit: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Coverage (height, width) with soft edges: 3 x 3 rays for each pixel of the outline.

    `hit` is the coverage of one ray a pixel, 0 or 1.
    """
    height, width = hit.shape
    out = hit.copy()
    origin = ray_origin(view)
    for row in prange(height):
        for column in range(width):
            least = 1.0
            most = 0.0
            for y in range(max(0, row - 1), min(height, row + 2)):
                for x in range(max(0, column - 1), min(width, column + 2)):
                    least = min(least, hit[y, x])
                    most = max(most, hit[y, x])
            if least == most:
                continue
            hits = 0.0
            for k in range(9):
                u = column + (k % 3 + 0.5) / 3
                v = row + (k // 3 + 0.5) / 3
                if trace(shape, origin, ray_direction(view, u, v)) >= 0:
                    hits += 1.0
            out[row, column] = hits / 9
    return out
