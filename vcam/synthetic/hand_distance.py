"""Signed distance field of the drawn hand, and rays through it; compiled, in cm."""

from __future__ import annotations

from math import sqrt

from vcam.synthetic.hand_shape import FIRST_ARM_CONE, PHALANGES, Shape
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.vectors import (
    Vec3,
    along,
    compiled,
    dot,
    normalised,
    smooth_min,
    sub,
)

# Radii of the smooth unions, cm. Fingers are joined to one another by a hard union, or webs
# appear between them.
_BLEND_PALM, _BLEND_ROOT, _BLEND_PIP, _BLEND_DIP, _BLEND_SLEEVE = 0.75, 0.45, 0.25, 0.22, 2.2


@compiled
def cone_distance(cones: FloatArray, i: int, p: Vec3) -> float:
    """Distance of p from cone number i of `Shape.cones`."""
    qx, qy, qz = p[0] - cones[i, 0], p[1] - cones[i, 1], p[2] - cones[i, 2]
    ax, ay, az = cones[i, 3], cones[i, 4], cones[i, 5]
    h = min(1.0, max(0.0, (qx * ax + qy * ay + qz * az) * cones[i, 8]))
    qx, qy, qz = qx - h * ax, qy - h * ay, qz - h * az
    radius = float(cones[i, 6] + cones[i, 7] * h)
    return sqrt(qx * qx + qy * qy + qz * qz) - radius


@compiled
def _to_sphere(sphere: FloatArray, p: Vec3) -> float:
    offset = (p[0] - sphere[0], p[1] - sphere[1], p[2] - sphere[2])
    return sqrt(dot(offset, offset)) - float(sphere[3])


@compiled
def _palm_and_arm(shape: Shape, p: Vec3, to_palm: float, to_arm: float) -> float:
    """Distance from palm and arm; a group that is too far to matter is not looked at.

    Each group is united by itself, since a smooth union depends on the order of its parts.
    """
    palm = 1e9
    arm = 1e9
    palm_first = to_palm <= to_arm
    for turn in range(2):
        if (turn == 0) == palm_first:
            if to_palm <= arm + _BLEND_PALM:
                for i in range(FIRST_ARM_CONE):
                    palm = smooth_min(palm, cone_distance(shape.cones, i, p), _BLEND_PALM)
        elif to_arm <= palm + _BLEND_PALM:
            for i in range(FIRST_ARM_CONE, shape.palm_cones):
                arm = smooth_min(arm, cone_distance(shape.cones, i, p), _BLEND_PALM)
    return smooth_min(palm, arm, _BLEND_PALM)


@compiled
def hand_distance(shape: Shape, p: Vec3) -> float:
    """Signed distance from the hand, arm and sleeve.

    Bounds of palm, arm and digits decide what need not be evaluated: most of the time goes here.
    """
    cones = shape.cones
    to_palm = _to_sphere(shape.palm_sphere, p)
    to_arm = cone_distance(shape.arm_bound, 0, p)
    body_bound = min(to_palm, to_arm)
    palm = 1e9
    if body_bound < 0.5:
        palm = _palm_and_arm(shape, p, to_palm, to_arm)
    d = palm
    for digit in range(5):
        bound = _to_sphere(shape.finger_spheres[digit], p)
        if bound > d + _BLEND_ROOT:
            continue
        if bound > 3.0:  # nearer, the sphere itself would cast a false half-shadow
            d = min(d, bound)
            continue
        first = shape.palm_cones + 3 * digit
        a = cone_distance(cones, first, p)
        b = cone_distance(cones, first + 1, p)
        c = cone_distance(cones, first + 2, p)
        d = min(d, smooth_min(palm, a, _BLEND_ROOT))
        d = min(d, smooth_min(smooth_min(a, b, _BLEND_PIP), c, _BLEND_DIP))
    if body_bound >= 0.5 and body_bound <= d + _BLEND_ROOT:
        palm = _palm_and_arm(shape, p, to_palm, to_arm)
        d = min(d, palm)
        for digit in range(5):
            if _to_sphere(shape.finger_spheres[digit], p) < d + _BLEND_ROOT:
                root = cone_distance(cones, shape.palm_cones + 3 * digit, p)
                d = min(d, smooth_min(palm, root, _BLEND_ROOT))
    sleeve = shape.palm_cones + PHALANGES
    if cones.shape[0] > sleeve and to_arm < d + _BLEND_SLEEVE:
        a = cone_distance(cones, sleeve, p)
        b = cone_distance(cones, sleeve + 1, p)
        d = min(d, smooth_min(a, b, _BLEND_SLEEVE))
    return d


@compiled
def ray_span(shape: Shape, origin: Vec3, direction: Vec3) -> tuple[float, float]:
    """Where the ray may meet the hand: (nearest, farthest) distance; nearest > farthest: nowhere.

    Each cone is bounded by an endless cylinder cut to its bounding sphere; most rays of the
    picture miss all of them and need no tracing.
    """
    nearest = 1e9
    farthest = -1.0
    for i in range(shape.cones.shape[0]):
        c = shape.cones[i]
        start = (c[0], c[1], c[2])
        axis = (c[3], c[4], c[5])
        # Smooth unions bulge beyond the cones by a quarter of their radius at the most.
        radius = max(c[6], c[6] + c[7]) + 0.6
        length = sqrt(dot(axis, axis))
        centre = along(start, 0.5, axis)
        middle = dot(sub(centre, origin), direction)
        reach = 0.5 * length + radius
        offset = sub(along(origin, middle, direction), centre)
        inside = reach * reach - dot(offset, offset)
        if inside <= 0:
            continue
        # Distance between the ray's line and the cone's axis.
        cross = (
            axis[1] * direction[2] - axis[2] * direction[1],
            axis[2] * direction[0] - axis[0] * direction[2],
            axis[0] * direction[1] - axis[1] * direction[0],
        )
        size = dot(cross, cross)
        apart = dot(sub(origin, start), cross)
        if size > 1e-6 and apart * apart > radius * radius * size:
            continue
        half = sqrt(inside)
        nearest = min(nearest, middle - half)
        farthest = max(farthest, middle + half)
    return nearest, farthest


@compiled
def trace(shape: Shape, origin: Vec3, direction: Vec3) -> float:
    """Distance along the ray to the hand, or -1."""
    nearest, farthest = ray_span(shape, origin, direction)
    t = max(1.0, nearest)
    for _ in range(90):
        if t > farthest:
            break
        d = hand_distance(shape, along(origin, t, direction))
        if d < 0.002:
            return t + d
        t += d * 0.92  # the field is not an exact distance
    return -1.0


@compiled
def surface_normal(shape: Shape, p: Vec3) -> Vec3:
    """Gradient of the distance from four points of a tetrahedron."""
    e = 0.02
    a = hand_distance(shape, (p[0] + e, p[1] - e, p[2] - e))
    b = hand_distance(shape, (p[0] - e, p[1] - e, p[2] + e))
    c = hand_distance(shape, (p[0] - e, p[1] + e, p[2] - e))
    d = hand_distance(shape, (p[0] + e, p[1] + e, p[2] + e))
    return normalised((a - b - c + d, -a - b + c + d, -a + b - c + d))


@compiled
def nearest_part(shape: Shape, p: Vec3) -> tuple[int, float]:
    """Index of the cone nearest to p and its distance; phalanges win ties against the palm."""
    best = 1e9
    part = -1
    for i in range(shape.cones.shape[0]):
        d = cone_distance(shape.cones, i, p)
        if i >= shape.palm_cones and i < shape.palm_cones + PHALANGES:
            d -= 0.05
        if d < best:
            best = d
            part = i
    return part, best
