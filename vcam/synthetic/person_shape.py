"""Head, hair and shirt of the drawn person as signed distances; compiled.

The person's frame is in centimetres: head centre at the origin, +y up, +z towards the camera.
"""

from __future__ import annotations

from math import sin, sqrt
from typing import Final

from vcam.synthetic.vectors import (
    Vec3,
    along,
    capsule,
    compiled,
    normalised,
    smooth_min,
    sub,
    value_noise,
)

ALL: Final = 0
HEAD: Final = 1
SHIRT: Final = 2
"""Layers: the whole person, head with hair and neck, or the shirt alone."""


@compiled
def _ellipsoid(p: Vec3, centre: Vec3, radii: Vec3) -> float:
    """Approximate signed distance to an ellipsoid."""
    q = sub(p, centre)
    a = sqrt((q[0] / radii[0]) ** 2 + (q[1] / radii[1]) ** 2 + (q[2] / radii[2]) ** 2)
    b = sqrt(
        (q[0] / (radii[0] * radii[0])) ** 2
        + (q[1] / (radii[1] * radii[1])) ** 2
        + (q[2] / (radii[2] * radii[2])) ** 2
    )
    return a * (a - 1) / (b + 1e-9)


@compiled
def _smooth_max(a: float, b: float, k: float) -> float:
    return -smooth_min(-a, -b, k)


@compiled
def head_distance(p: Vec3) -> float:
    """Signed distance from head and neck."""
    # Mirrored, for both cheeks, brows and ears at once; rounded, or the forehead shows a crease.
    m = (sqrt(p[0] * p[0] + 0.25), p[1], p[2])
    d = _ellipsoid(p, (0.0, 2.0, -1.0), (7.5, 9.6, 9.2))
    d = smooth_min(d, _ellipsoid(p, (0.0, -5.6, 1.4), (5.8, 5.3, 6.6)), 4.0)  # jaw
    d = smooth_min(d, _ellipsoid(p, (0.0, -9.6, 5.0), (2.3, 1.7, 2.0)), 2.5)  # chin
    d = smooth_min(d, _ellipsoid(m, (4.3, -2.0, 4.4), (2.2, 2.0, 2.2)), 2.5)  # cheeks
    d = smooth_min(d, capsule(m, (1.6, 3.3, 7.3), (5.0, 3.1, 5.4), 0.95, 0.85), 1.8)  # brows
    d = _smooth_max(d, -_ellipsoid(m, (3.2, 1.25, 9.3), (1.9, 1.15, 1.9)), 1.1)  # eye sockets
    d = smooth_min(d, _ellipsoid(m, (3.2, 1.15, 6.15), (1.5, 1.15, 1.35)), 0.25)  # eyes
    d = smooth_min(d, capsule(p, (0.0, 2.2, 7.6), (0.0, -1.9, 9.2), 0.55, 0.95), 1.3)  # nose
    d = smooth_min(d, _ellipsoid(m, (1.15, -2.5, 8.1), (0.75, 0.62, 0.85)), 0.7)  # nostrils
    d = smooth_min(d, _ellipsoid(m, (0.75, -5.15, 7.35), (1.5, 0.42, 0.8)), 0.5)  # upper lip
    d = smooth_min(d, _ellipsoid(p, (0.0, -6.15, 7.2), (1.9, 0.58, 0.9)), 0.5)  # lower lip
    d = smooth_min(d, _ellipsoid(m, (7.7, 0.6, -1.4), (0.8, 2.7, 1.7)), 0.6)  # ears
    d = _smooth_max(d, -_ellipsoid(m, (8.4, 0.8, -0.6), (0.5, 1.7, 0.8)), 0.5)
    return smooth_min(d, capsule(p, (0.0, -7.0, -2.6), (0.0, -20.0, -3.4), 4.6, 5.8), 2.0)  # neck


@compiled
def hair_distance(p: Vec3) -> float:
    """Signed distance from the hair: short at the sides, swept over from a parting."""
    d = _ellipsoid(p, (0.0, 3.6, -2.6), (8.3, 9.3, 9.4))
    d = smooth_min(d, _ellipsoid(p, (1.2, 8.6, 2.2), (7.0, 4.6, 6.8)), 2.5)  # the swept top
    face = _ellipsoid(p, (0.0, -3.0, 8.6), (7.0, 9.6 - 0.16 * p[0], 8.6))  # cut out the face
    d = _smooth_max(d, -face, 0.6)
    d = _smooth_max(d, -(p[1] + 3.0 + 0.25 * p[2]), 1.0)
    # Locks: stripes that follow the sweep, bent by noise so that no two are alike.
    bend = 1.6 * value_noise((p[0] * 0.35, p[1] * 0.35 + 9, p[2] * 0.35))
    stripes = sin(p[0] * 1.9 + p[1] * 0.7 + 5.0 * bend) * 0.5 + 0.5
    fine = sin(p[0] * 6.3 + p[1] * 2.0 + 9.0 * bend) * 0.5 + 0.5
    return d - 0.32 * stripes - 0.07 * fine


@compiled
def shirt_distance(p: Vec3) -> float:
    """Signed distance from shoulders, arms and body, with a round collar."""
    m = (abs(p[0]), p[1], p[2])
    d = capsule(m, (3.0, -19.0, -4.0), (17.5, -24.0, -4.5), 5.3, 6.4)  # shoulders
    d = smooth_min(d, capsule(m, (18.0, -24.5, -4.5), (22.5, -52.0, -3.0), 6.4, 5.5), 4.0)  # arms
    d = smooth_min(d, _ellipsoid(p, (0.0, -42.0, -4.0), (19.0, 26.0, 11.5)), 5.0)
    folds = value_noise((p[0] * 0.22 + p[1] * 0.10, p[1] * 0.09, 3.0))
    d -= 0.7 * (folds - 0.5)
    collar = capsule(p, (0.0, -12.0, -2.5), (0.0, -17.4, 1.6), 6.6, 5.6)
    return max(d, -collar)


@compiled
def person_distance(p: Vec3, layer: int) -> float:
    """Signed distance from a layer of the person."""
    if layer == SHIRT:
        return shirt_distance(p)
    d = min(head_distance(p), hair_distance(p))
    return d if layer == HEAD else min(d, shirt_distance(p))


@compiled
def person_normal(p: Vec3, layer: int) -> Vec3:
    """Gradient of the distance from four points of a tetrahedron."""
    e = 0.03
    a = person_distance((p[0] + e, p[1] - e, p[2] - e), layer)
    b = person_distance((p[0] - e, p[1] - e, p[2] + e), layer)
    c = person_distance((p[0] - e, p[1] + e, p[2] - e), layer)
    d = person_distance((p[0] + e, p[1] + e, p[2] + e), layer)
    return normalised((a - b - c + d, -a - b + c + d, -a + b - c + d))


@compiled
def person_trace(origin: Vec3, direction: Vec3, t_start: float, t_end: float, layer: int) -> float:
    """Distance along the ray to a layer of the person, or -1."""
    t = t_start
    for _ in range(110):
        d = person_distance(along(origin, t, direction), layer)
        if d < 0.02:
            return t
        t += d * 0.75  # the field is not an exact distance
        if t > t_end:
            break
    return -1.0
