"""Small vector functions and noise for the ray tracers, compiled by numba.

Points and colours are plain 3-tuples, which numba keeps in registers.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, sin, sqrt
from typing import TypeVar, cast

from numba import njit

from vcam.synthetic.kinematics import FloatArray

Vec3 = tuple[float, float, float]
Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """`function`, compiled at its first call and cached on disk (NUMBA_CACHE_DIR)."""
    return cast(Function, njit(fastmath=True, cache=True, error_model="numpy")(function))


def compiled_parallel(function: Function) -> Function:
    """As `compiled`, with its `prange` loops spread over NUMBA_NUM_THREADS threads."""
    return cast(
        Function, njit(fastmath=True, cache=True, error_model="numpy", parallel=True)(function)
    )


@compiled
def vec(a: FloatArray) -> Vec3:
    """An array (3,) as a tuple."""
    return (a[0], a[1], a[2])


@compiled
def vec2(a: FloatArray, i: int, j: int) -> Vec3:
    """a[i, j] of an array (n, m, 3) as a tuple."""
    return (a[i, j, 0], a[i, j, 1], a[i, j, 2])


@compiled
def dot(a: Vec3, b: Vec3) -> float:
    """Inner product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def sub(a: Vec3, b: Vec3) -> Vec3:
    """Difference a - b."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


@compiled
def along(a: Vec3, t: float, b: Vec3) -> Vec3:
    """Point a + t b of a ray."""
    return (a[0] + t * b[0], a[1] + t * b[1], a[2] + t * b[2])


@compiled
def scaled(a: Vec3, x: float, y: float, z: float) -> Vec3:
    """A with its components multiplied by x, y and z."""
    return (a[0] * x, a[1] * y, a[2] * z)


@compiled
def mix(a: Vec3, b: Vec3, t: float) -> Vec3:
    """A at t = 0, b at t = 1."""
    s = 1 - t
    return (a[0] * s + b[0] * t, a[1] * s + b[1] * t, a[2] * s + b[2] * t)


@compiled
def normalised(a: Vec3) -> Vec3:
    """A at length 1."""
    s = 1.0 / sqrt(dot(a, a) + 1e-12)
    return (a[0] * s, a[1] * s, a[2] * s)


@compiled
def rotate_back(m: FloatArray, a: Vec3) -> Vec3:
    """transpose(m) @ a."""
    return (
        m[0, 0] * a[0] + m[1, 0] * a[1] + m[2, 0] * a[2],
        m[0, 1] * a[0] + m[1, 1] * a[1] + m[2, 1] * a[2],
        m[0, 2] * a[0] + m[1, 2] * a[1] + m[2, 2] * a[2],
    )


@compiled
def smoothstep(a: float, b: float, x: float) -> float:
    """0 at a, 1 at b (a may be the larger), smooth between."""
    t = min(1.0, max(0.0, (x - a) / (b - a)))
    return t * t * (3 - 2 * t)


@compiled
def smooth_min(a: float, b: float, k: float) -> float:
    """Minimum with a quadratic blend where the two differ by less than k."""
    h = max(k - abs(a - b), 0.0) / k
    return min(a, b) - h * h * k * 0.25


@compiled
def lattice_random(x: float, y: float, z: float) -> float:
    """A fixed pseudo-random number, 0..1, for each place."""
    v = sin(x * 127.1 + y * 311.7 + z * 74.7) * 43758.5453
    return v - floor(v)


@compiled
def value_noise(p: Vec3) -> float:
    """Smooth noise, 0..1, with one random value per corner of the unit cells."""
    ix, iy, iz = floor(p[0]), floor(p[1]), floor(p[2])
    fx, fy, fz = p[0] - ix, p[1] - iy, p[2] - iz
    fx = fx * fx * (3 - 2 * fx)
    fy = fy * fy * (3 - 2 * fy)
    fz = fz * fz * (3 - 2 * fz)
    total = 0.0
    for dx in range(2):
        for dy in range(2):
            for dz in range(2):
                weight = (fx if dx else 1 - fx) * (fy if dy else 1 - fy) * (fz if dz else 1 - fz)
                total += weight * lattice_random(ix + dx, iy + dy, iz + dz)
    return total


@compiled
def capsule(p: Vec3, start: Vec3, end: Vec3, radius_start: float, radius_end: float) -> float:
    """Distance to a capsule whose radius varies linearly (a close bound, not exact)."""
    axis = sub(end, start)
    q = sub(p, start)
    h = min(1.0, max(0.0, dot(q, axis) / dot(axis, axis)))
    q = along(q, -h, axis)
    return sqrt(dot(q, q)) - (radius_start + (radius_end - radius_start) * h)


@compiled
def wrapped(n_dot_l: float, wrap: float) -> float:
    """Diffuse light that reaches `wrap` beyond the terminator, like light scattered in skin."""
    return max(0.0, (n_dot_l + wrap) / (1 + wrap))
