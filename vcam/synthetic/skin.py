"""Colour of the hand's skin: palm and back, creases, knuckles, nails, mottling; compiled."""

from __future__ import annotations

from math import exp, sin, sqrt
from typing import NamedTuple

from vcam.synthetic.hand_distance import cone_distance
from vcam.synthetic.hand_shape import FIRST_ARM_CONE, PHALANGES, Shape
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.vectors import (
    Vec3,
    compiled,
    dot,
    mix,
    scaled,
    smoothstep,
    sub,
    value_noise,
    vec,
    vec2,
)


class Material(NamedTuple):
    """Linear colours and lights (3,), directions in the hand frame.

    A NamedTuple of arrays, which numba takes as an argument; `creases` are (n, 4) segments
    x0 y0 x1 y1 in the plane of the palm, cm; `specular` is the strength of the shine.
    """

    skin: FloatArray
    palm: FloatArray
    nail: FloatArray
    cloth: FloatArray
    light: FloatArray
    light_colour: FloatArray
    ambient: FloatArray
    fill: FloatArray
    fill_colour: FloatArray
    specular: float
    creases: FloatArray


@compiled
def skin_colour(
    shape: Shape, material: Material, p: Vec3, n: Vec3, part: int, best: float
) -> tuple[Vec3, float]:
    """Linear colour and strength of the shine of the skin at p with normal n on cone `part`."""
    palm = _palm_side(shape, p, n, best)
    nail = 0.0
    if part >= shape.palm_cones:
        dark, red, nail = finger_detail(shape, p, n, part)
    else:
        dark, red = palm_detail(shape, material.creases, p, n)
    colour = mix(vec(material.skin), vec(material.palm), palm)
    coarse = value_noise((p[0] * 0.9 + 7, p[1] * 0.9, p[2] * 0.9)) - 0.5
    fine = value_noise(scaled(p, 3.1, 2.9, 3.3)) - 0.5
    red = min(1.0, red) + coarse * 0.5
    colour = scaled(colour, 1, 1 - 0.22 * red, 1 - 0.20 * red)
    k = (1 - min(0.6, dark)) * (1 + 0.10 * fine + 0.10 * coarse)
    colour = scaled(colour, k**0.8, k**1.15, k**1.2)
    specular = material.specular
    if nail > 0:
        colour = mix(colour, vec(material.nail), nail * 0.7)
        specular += nail * 0.35
    return colour, specular


@compiled
def cloth_colour(cloth: FloatArray, p: Vec3) -> Vec3:
    """Linear colour of the sleeve."""
    k = 1 - 0.12 * value_noise(scaled(p, 2, 1.2, 2))
    return (cloth[0] * k, cloth[1] * k, cloth[2] * k)


@compiled
def _palm_side(shape: Shape, p: Vec3, n: Vec3, best: float) -> float:
    """How much of the palm's colour to use, 0..1, blended over the parts near p."""
    weights = 0.0
    total = 0.0
    for i in range(shape.palm_cones + PHALANGES):
        d = cone_distance(shape.cones, i, p) - best
        if d < 0.5:
            weight = exp(-d * 9)
            if i < shape.palm_cones:
                side = smoothstep(-0.35, 0.45, n[2]) * (0.5 if i >= FIRST_ARM_CONE else 1.0)
            else:
                phalanx = i - shape.palm_cones
                normal = vec2(shape.normals, phalanx // 3, phalanx % 3)
                side = smoothstep(-0.35, 0.45, -dot(n, normal))
            weights += weight
            total += weight * side
    return total / weights


@compiled
def finger_detail(shape: Shape, p: Vec3, n: Vec3, part: int) -> tuple[float, float, float]:
    """Dark, red and nail of a point on a phalanx."""
    digit = (part - shape.palm_cones) // 3
    j = (part - shape.palm_cones) % 3
    palmar = -dot(n, vec2(shape.normals, digit, j))
    dark, red = _near_joint_detail(shape, p, digit, j, palmar)
    if j < 2:
        d, r = _far_joint_detail(shape, p, digit, j, palmar)
        return dark + d, red + r, 0.0
    tip_radius = shape.cones[part, 6] + shape.cones[part, 7]
    d, r, nail = _fingertip_detail(shape, p, digit, tip_radius, palmar)
    return dark + d, red + r, nail


@compiled
def _crease_across(u: float, palmar: float) -> float:
    """Darkness of a flexion crease at distance u along the phalanx, seen from the palm side."""
    return 0.20 * exp(-u * u / 0.012) * smoothstep(0.1, 0.7, palmar)


@compiled
def _near_joint_detail(
    shape: Shape, p: Vec3, digit: int, j: int, palmar: float
) -> tuple[float, float]:
    """Creases (palm side) or reddish wrinkles (back) at the phalanx's near joint: dark, red."""
    u = dot(sub(p, vec2(shape.starts, digit, j)), vec2(shape.directions, digit, j))
    if abs(u) >= 0.8:
        return 0.0, 0.0
    if palmar > 0:
        second = 0.08 * exp(-((u - 0.28) ** 2) / 0.008) * smoothstep(0.1, 0.7, palmar)
        return _crease_across(u, palmar) + second, 0.0
    knuckle = exp(-u * u / 0.16)
    wrinkles = 0.5 + 0.5 * sin(u * 26 + 2 * value_noise(scaled(p, 3, 3, 3)))
    return 0.16 * knuckle * wrinkles * smoothstep(0.0, 0.5, -palmar), 0.35 * knuckle


@compiled
def _far_joint_detail(
    shape: Shape, p: Vec3, digit: int, j: int, palmar: float
) -> tuple[float, float]:
    """The same at the phalanx's far joint."""
    u = dot(sub(p, vec2(shape.starts, digit, j + 1)), vec2(shape.directions, digit, j))
    if abs(u) >= 0.8:
        return 0.0, 0.0
    if palmar > 0:
        return _crease_across(u, palmar), 0.0
    return 0.0, 0.35 * exp(-u * u / 0.16)


@compiled
def _fingertip_detail(
    shape: Shape, p: Vec3, digit: int, tip_radius: float, palmar: float
) -> tuple[float, float, float]:
    """Nail (a superellipse on the dorsal side) with its dark rim, and the reddish pad."""
    q = sub(p, vec2(shape.starts, digit, 2))
    u = dot(q, vec2(shape.directions, digit, 2))
    height = dot(q, vec2(shape.normals, digit, 2))
    length = shape.last_lengths[digit]
    sideways = max(0.0, dot(q, q) - u * u - height * height)
    dark = 0.0
    nail = 0.0
    if height > 0:
        e = ((u - (length - 0.02)) / (tip_radius * 1.15)) ** 4
        e += (sqrt(sideways) / (tip_radius * 0.86)) ** 4
        nail = 1 - smoothstep(0.8, 1.05, e)
        dark = 0.28 * exp(-((e - 1.0) ** 2) / 0.03) * smoothstep(-0.2, 0.3, -palmar)
    red = 0.35 * smoothstep(length * 0.3, length + 0.4, u) * smoothstep(-0.3, 0.5, palmar)
    return dark, red, nail


@compiled
def _crease_distance_squared(creases: FloatArray, p: Vec3) -> float:
    nearest = 1e9
    for i in range(creases.shape[0]):
        ax, ay = creases[i, 0], creases[i, 1]
        bx, by = creases[i, 2] - ax, creases[i, 3] - ay
        h = ((p[0] - ax) * bx + (p[1] - ay) * by) / (bx * bx + by * by)
        h = min(1.0, max(0.0, h))
        dx = p[0] - ax - bx * h
        dy = p[1] - ay - by * h
        nearest = min(nearest, dx * dx + dy * dy)
    return nearest


@compiled
def palm_detail(shape: Shape, creases: FloatArray, p: Vec3, n: Vec3) -> tuple[float, float]:
    """Dark and red of a point on the palm, its back or the arm."""
    if n[2] > 0.1:
        d = _crease_distance_squared(creases, p)
        return 0.26 * exp(-d / 0.010) + 0.10 * exp(-d / 0.10), 0.0
    red = 0.0
    for digit in range(1, 5):  # knuckles
        x = p[0] - shape.starts[digit, 0, 0]
        y = p[1] - shape.starts[digit, 0, 1]
        red += 0.5 * exp(-(x * x + y * y) / 0.5)
    return 0.05 * value_noise(scaled(p, 1.2, 0.4, 1)), red
