"""The drawn hand at a tenth of the cost, for hours of film; compiled.

The same rounded cones as in `hand_light`, by other means: each cone is drawn into a depth map
instead of marching rays through all of them, normals are blended over the cones near by instead of
blending the cones, and shade and shadow are read from the depth map.
"""

from __future__ import annotations

from math import ceil, cos, exp, floor, sin, sqrt

import numpy as np
import numpy.typing as npt

from vcam.synthetic.hand_light import View, lit_colour, ray_direction, ray_origin
from vcam.synthetic.hand_shape import FIRST_ARM_CONE, PHALANGES, Shape
from vcam.synthetic.skin import Material, finger_detail, palm_detail
from vcam.synthetic.vectors import (
    Vec3,
    along,
    compiled,
    mix,
    scaled,
    smoothstep,
    vec,
    vec2,
)

Plane = npt.NDArray[np.float32]

_NEAREST_CM = 3.0
_FAR = 1e9

# Shade: so many places round a pixel are looked at, at two distances on the hand.
_LOOKS = 8
_CLOSE_CM, _WIDE_CM = 0.5, 1.4


@compiled
def _end_in_picture(view: View, x: float, y: float, z: float, radius: float) -> tuple[float, ...]:
    """Column, row and radius in pixels of a sphere, its distance last; behind the camera: 0."""
    r, t = view.rotation, view.translation
    cx = r[0, 0] * x + r[0, 1] * y + r[0, 2] * z + t[0]
    cy = r[1, 0] * x + r[1, 1] * y + r[1, 2] * z + t[1]
    away = -(r[2, 0] * x + r[2, 1] * y + r[2, 2] * z + t[2])
    if away < _NEAREST_CM:
        return 0.0, 0.0, 0.0, 0.0
    scale = view.focal / away
    column = view.centre_x + scale * cx - view.left
    row = view.centre_y - scale * cy - view.top
    return column, row, scale * radius * 1.15 + 1.5, away


@compiled
def _meet(cones: npt.NDArray[np.float64], i: int, origin: Vec3, d: Vec3, soft_cm: float) -> float:
    """Distance along the ray to cone i, grown by `soft_cm`; -1 where it passes it by."""
    ax, ay, az = cones[i, 3], cones[i, 4], cones[i, 5]
    ox, oy, oz = origin[0] - cones[i, 0], origin[1] - cones[i, 1], origin[2] - cones[i, 2]
    # The nearest places of the two lines, the cone's end at the most.
    inverse = cones[i, 8]
    b = (ax * d[0] + ay * d[1] + az * d[2]) * inverse
    e = (ax * ox + ay * oy + az * oz) * inverse
    f = d[0] * ox + d[1] * oy + d[2] * oz
    slant = 1 - b * b / inverse
    t = -f if slant < 1e-6 else (b * e / inverse - f) / slant
    t_hit = -1.0
    # The widest place moves towards the camera on a slanted cone: twice is close enough.
    for _ in range(3):
        h = min(1.0, max(0.0, e + b * t))
        radius = cones[i, 6] + cones[i, 7] * h + soft_cm
        px, py, pz = ox - h * ax, oy - h * ay, oz - h * az
        middle = -(px * d[0] + py * d[1] + pz * d[2])
        apart = px * px + py * py + pz * pz - middle * middle
        inside = radius * radius - apart
        if inside < 0:
            return t_hit
        t_hit = middle - sqrt(inside)
        t = t_hit
    return t_hit


@compiled
def _draw_depths(shape: Shape, view: View, origin: Vec3, depth: Plane, cover: Plane) -> None:
    """Distance along each pixel's ray to the hand, and how much of the pixel it covers."""
    height, width = depth.shape
    for i in range(shape.cones.shape[0]):
        c = shape.cones[i]
        radius = max(c[6], c[6] + c[7])
        u0, v0, r0, z0 = _end_in_picture(view, c[0], c[1], c[2], radius)
        u1, v1, r1, z1 = _end_in_picture(view, c[0] + c[3], c[1] + c[4], c[2] + c[5], radius)
        if z0 == 0.0 and z1 == 0.0:
            continue
        left, right, top, bottom = 0, width, 0, height
        if z0 > 0.0 and z1 > 0.0:
            left = max(0, floor(min(u0 - r0, u1 - r1)))
            right = min(width, ceil(max(u0 + r0, u1 + r1)))
            top = max(0, floor(min(v0 - r0, v1 - r1)))
            bottom = min(height, ceil(max(v0 + r0, v1 + r1)))
        half_pixel_cm = 0.5 * max(z0, z1) / view.focal
        for row in range(top, bottom):
            for column in range(left, right):
                d = ray_direction(view, column + 0.5, row + 0.5)
                t = _meet(shape.cones, i, origin, d, 0.0)
                covered = 1.0
                if t < 0:
                    if cover[row, column] >= 0.5:
                        continue
                    t = _meet(shape.cones, i, origin, d, half_pixel_cm)
                    covered = 0.5
                if t < 1.0:
                    continue
                if covered > cover[row, column]:
                    cover[row, column] = covered
                    depth[row, column] = t
                elif covered == cover[row, column] and t < depth[row, column]:
                    depth[row, column] = t


@compiled
def _surface(shape: Shape, p: Vec3) -> tuple[Vec3, int, float]:
    """Normal at p, the part it belongs to, and how much of the palm's colour it has, 0..1."""
    best = 1e9
    part = 0
    cones = shape.cones
    total = cones.shape[0]
    skin = shape.palm_cones + PHALANGES
    # Twice through the cones: what is nearest must be known before anything can be weighed.
    for i in range(total):
        qx, qy, qz = p[0] - cones[i, 0], p[1] - cones[i, 1], p[2] - cones[i, 2]
        ax, ay, az = cones[i, 3], cones[i, 4], cones[i, 5]
        h = min(1.0, max(0.0, (qx * ax + qy * ay + qz * az) * cones[i, 8]))
        qx, qy, qz = qx - h * ax, qy - h * ay, qz - h * az
        d = sqrt(qx * qx + qy * qy + qz * qz) - (cones[i, 6] + cones[i, 7] * h)
        if i >= shape.palm_cones and i < skin:
            d -= 0.05
        if d < best:
            best = d
            part = i
    nx = ny = nz = 0.0
    sides = 0.0
    weights = 1e-9
    for i in range(total):
        qx, qy, qz = p[0] - cones[i, 0], p[1] - cones[i, 1], p[2] - cones[i, 2]
        ax, ay, az = cones[i, 3], cones[i, 4], cones[i, 5]
        h = min(1.0, max(0.0, (qx * ax + qy * ay + qz * az) * cones[i, 8]))
        qx, qy, qz = qx - h * ax, qy - h * ay, qz - h * az
        size = sqrt(qx * qx + qy * qy + qz * qz)
        d = size - (cones[i, 6] + cones[i, 7] * h) - best
        if d > 0.55:
            continue
        weight = exp(-d * 8)
        gx, gy, gz = qx / size, qy / size, qz / size
        nx, ny, nz = nx + weight * gx, ny + weight * gy, nz + weight * gz
        if i < shape.palm_cones:
            side = smoothstep(-0.35, 0.45, gz) * (0.5 if i >= FIRST_ARM_CONE else 1.0)
        elif i < skin:
            phalanx = i - shape.palm_cones
            n = vec2(shape.normals, phalanx // 3, phalanx % 3)
            side = smoothstep(-0.35, 0.45, -(gx * n[0] + gy * n[1] + gz * n[2]))
        else:
            continue
        weights += weight
        sides += weight * side
    s = 1.0 / sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
    return (nx * s, ny * s, nz * s), part, sides / weights


@compiled
def _open_to(depth: Plane, row: int, column: int, pixels_per_cm: float) -> float:
    """How much of the surroundings' light reaches a pixel, by what stands out around it, 0..1."""
    height, width = depth.shape
    here = depth[row, column]
    blocked = 0.0
    for k in range(2 * _LOOKS):
        reach_cm = _CLOSE_CM if k < _LOOKS else _WIDE_CM
        angle = 6.2832 * (k + 0.5 * (k // _LOOKS)) / _LOOKS
        r = int(row + sin(angle) * reach_cm * pixels_per_cm)
        c = int(column + cos(angle) * reach_cm * pixels_per_cm)
        if 0 <= r < height and 0 <= c < width:
            rise = here - depth[r, c] - 0.25 * reach_cm
            if rise > 0:
                blocked += min(1.0, rise / reach_cm) * smoothstep(6.0, 3.0, rise)
    return max(0.2, 1 - 0.85 * blocked / _LOOKS)


@compiled
def _lit(depth: Plane, row: int, column: int, pixels_per_cm: float, towards: Vec3) -> float:
    """1 = lit, 0 = something of the hand stands between the pixel and the light."""
    height, width = depth.shape
    lit = 1.0
    for k in range(1, 8):
        cm = 0.35 * k * (1 + 0.12 * k)
        r = int(row - towards[1] * cm * pixels_per_cm)
        c = int(column + towards[0] * cm * pixels_per_cm)
        if not (0 <= r < height and 0 <= c < width):
            break
        over = depth[row, column] - towards[2] * cm - depth[r, c]
        if 0.15 < over < 4.0:
            lit = min(lit, 1 - smoothstep(0.1, 0.5, over))
    return lit


@compiled
def _shade(
    shape: Shape,
    material: Material,
    p: Vec3,
    direction: Vec3,
    occlusion: float,
    lit: float,
) -> Vec3:
    n, part, palm = _surface(shape, p)
    specular = 0.0
    if part >= shape.palm_cones + PHALANGES:
        colour = vec(material.cloth)
    else:
        nail = 0.0
        if part >= shape.palm_cones:
            dark, red, nail = finger_detail(shape, p, n, part)
        else:
            dark, red = palm_detail(shape, material.creases, p, n)
        colour = mix(vec(material.skin), vec(material.palm), palm)
        red = min(1.0, red)
        k = 1 - min(0.6, dark)
        colour = scaled(colour, k, k * (1 - 0.22 * red), k * (1 - 0.20 * red))
        specular = material.specular + nail * 0.35
        colour = mix(colour, vec(material.nail), nail * 0.7)
    return lit_colour(material, colour, specular, n, direction, occlusion, lit)


@compiled
def quick_rectangle(shape: Shape, view: View, material: Material, height: int, width: int) -> Plane:
    """Linear RGB (not premultiplied) and soft coverage of the rectangle, (height, width, 4)."""
    out = np.zeros((height, width, 4), np.float32)
    depth = np.full((height, width), _FAR, np.float32)
    cover = np.zeros((height, width), np.float32)
    origin = ray_origin(view)
    _draw_depths(shape, view, origin, depth, cover)
    m, light = view.rotation, material.light
    towards = (
        m[0, 0] * light[0] + m[0, 1] * light[1] + m[0, 2] * light[2],
        m[1, 0] * light[0] + m[1, 1] * light[1] + m[1, 2] * light[2],
        m[2, 0] * light[0] + m[2, 1] * light[1] + m[2, 2] * light[2],
    )
    for row in range(height):
        for column in range(width):
            if cover[row, column] == 0:
                continue
            direction = ray_direction(view, column + 0.5, row + 0.5)
            t = float(depth[row, column])
            pixels_per_cm = view.focal / t
            occlusion = _open_to(depth, row, column, pixels_per_cm)
            lit = _lit(depth, row, column, pixels_per_cm, towards)
            p = along(origin, t, direction)
            colour = _shade(shape, material, p, direction, occlusion, lit)
            out[row, column, 0] = colour[0]
            out[row, column, 1] = colour[1]
            out[row, column, 2] = colour[2]
            out[row, column, 3] = cover[row, column]
    return out
