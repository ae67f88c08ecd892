"""The hand as a set of rounded cones, built from its joint angles."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from vcam.synthetic.kinematics import (
    FINGER_RADII,
    MEAN_PROPORTIONS,
    THUMB_RADII,
    Angles,
    Chain,
    FloatArray,
    Proportions,
    skeleton,
)

PHALANGES: Final = 15
FIRST_ARM_CONE: Final = 9
"""Of the palm's cones: two of the wrist and two of the forearm stand at the end."""


class Shape(NamedTuple):
    """The hand as cones, and what the shading needs to know about each phalanx; in cm.

    A NamedTuple of arrays, which numba takes as an argument.

    Attributes:
        cones: (n, 9) start xyz, axis xyz, start radius, growth of the radius, 1/axis².
        palm_cones: cones 0.. are palm and arm, then 15 phalanges (thumb first), then the sleeve.
        palm_sphere: (4,) bounding sphere of the palm without the arm: centre, radius.
        arm_bound: (1, 9) a cone about wrist, forearm and sleeve.
        finger_spheres: (5, 4) bounding sphere of each digit.
        starts: (5, 3, 3) near joint of each phalanx.
        directions: (5, 3, 3) unit vectors along the phalanges.
        normals: (5, 3, 3) unit vectors out of their backs.
        last_lengths: (5,) length of the last phalanx.
    """

    cones: FloatArray
    palm_cones: int
    palm_sphere: FloatArray
    arm_bound: FloatArray
    finger_spheres: FloatArray
    starts: FloatArray
    directions: FloatArray
    normals: FloatArray
    last_lengths: FloatArray


def build_shape(
    angles: Angles,
    person: Proportions = MEAN_PROPORTIONS,
    thickness: float = 1.0,
    finger_thickness: float = 1.0,
    sleeve_cm: float | None = None,
) -> tuple[Shape, FloatArray]:
    """Shape and joints (21, 3) of a hand with these angles, in the hand frame.

    Args:
        angles: joint angles.
        person: bone lengths.
        thickness: of palm and arm, relative to the mean.
        finger_thickness: of the fingers, relative to the mean.
        sleeve_cm: distance from the wrist at which a sleeve begins; None for a bare arm.
    """
    joints, chains = skeleton(angles, person)
    palm = _palm_cones(chains[0].points, person)
    palm[:, 6:] *= thickness
    phalanges = _phalanx_cones(chains, finger_thickness)
    parts = [palm, phalanges]
    if sleeve_cm is not None:
        parts.append(_sleeve_cones(sleeve_cm))
    shape = Shape(
        cones=_prepared(np.vstack(parts)),
        palm_cones=len(palm),
        palm_sphere=np.array(_bounding_sphere(palm[:FIRST_ARM_CONE])),
        arm_bound=_arm_bound(palm[FIRST_ARM_CONE:], sleeve_cm is not None),
        finger_spheres=np.array([_bounding_sphere(phalanges[3 * i : 3 * i + 3]) for i in range(5)]),
        starts=np.array([chain.points[:3] for chain in chains]),
        directions=np.array([chain.directions for chain in chains]),
        normals=np.array([chain.normals for chain in chains]),
        last_lengths=np.array([person.thumb_lengths[2], *person.finger_lengths[:, 2]]),
    )
    return shape, joints


def _prepared(cones: FloatArray) -> FloatArray:
    """Rows of start, end and two radii, in the form of `Shape.cones`."""
    axes = cones[:, 3:6] - cones[:, :3]
    growth = cones[:, 7:8] - cones[:, 6:7]
    inverse = 1 / (axes**2).sum(axis=1, keepdims=True)
    return np.hstack([cones[:, :3], axes, cones[:, 6:7], growth, inverse])


def _palm_cones(thumb: FloatArray, person: Proportions) -> FloatArray:
    k = person.knuckles
    w = person.factors[0]
    return np.array(
        [
            (1.3 * w, 0.9, -0.1, *k[0] + [-0.1, -0.2, -0.1], 1.35, 0.98),  # metacarpals
            (0.45 * w, 0.9, -0.2, *k[1] + [0, -0.2, -0.1], 1.35, 1.0),
            (-0.5 * w, 0.9, -0.2, *k[2] + [0, -0.2, -0.1], 1.35, 0.96),
            (-1.3 * w, 0.9, -0.1, *k[3] + [0.1, -0.2, -0.05], 1.3, 0.88),
            (2.1 * w, 7.3, 0.45, -2.9 * w, 6.2, 0.5, 0.92, 0.9),  # pads below the fingers
            (-1.5 * w, 1.3, 0.45, -2.75 * w, 5.4, 0.35, 1.35, 1.15),  # hypothenar
            (1.0 * w, 1.4, 0.5, *(thumb[0] * 0.3 + thumb[1] * 0.7), 1.35, 1.2),  # thenar
            (*thumb[0], *thumb[1], 1.2, 1.08),  # metacarpal of the thumb
            (1.7 * w, 4.6, 0.1, *(thumb[0] * 0.45 + thumb[1] * 0.55), 0.95, 0.85),  # its web
            (1.1 * w, 0.5, -0.1, 1.2 * w, -5.0, -0.1, 1.6, 1.65),  # wrist
            (-1.1 * w, 0.5, -0.1, -1.2 * w, -5.0, -0.1, 1.6, 1.65),
            (1.2 * w, -5.0, -0.1, 1.9 * w, -26.0, -0.2, 1.65, 2.9),  # forearm
            (-1.2 * w, -5.0, -0.1, -1.9 * w, -26.0, -0.2, 1.65, 2.9),
        ],
        np.float64,
    )


def _phalanx_cones(chains: tuple[Chain, ...], thickness: float) -> FloatArray:
    rows = []
    for digit, chain in enumerate(chains):
        radii = (THUMB_RADII if digit == 0 else FINGER_RADII[digit - 1]) * thickness
        for j in range(3):
            start, end = chain.points[j], chain.points[j + 1]
            if digit == 0 and j == 0:  # most of it is inside the thenar
                start = start * 0.3 + end * 0.7
            if j == 2:  # the pad bulges to the palm side
                end = end - chain.normals[2] * 0.06
            rows.append([*start, *end, radii[j], radii[j + 1]])
    return np.array(rows, np.float64)


def _sleeve_cones(length: float) -> FloatArray:
    y = -length
    return np.array(
        [
            [1.2, y, -0.1, 2.1, -30.0, -0.2, 2.25, 3.5],
            [-1.2, y, -0.1, -2.1, -30.0, -0.2, 2.25, 3.5],
        ]
    )


def _arm_bound(cones: FloatArray, sleeve: bool) -> FloatArray:
    """A cone (1, 9) that holds wrist, forearm and sleeve."""
    near = float(np.abs(cones[:, 0]).max() + cones[:, 6].max()) + 0.2
    far = float(np.abs(cones[:, 3]).max() + cones[:, 7].max()) + 0.2
    end, far = (-30.0, max(far, 5.8)) if sleeve else (-26.0, far)
    if sleeve:
        near = max(near, 3.7)
    return _prepared(np.array([[0.0, 0.5, -0.1, 0.0, end, -0.2, near, far]]))


def _bounding_sphere(cones: FloatArray) -> list[float]:
    points = np.vstack([cones[:, :3], cones[:, 3:6]])
    centre = points.mean(axis=0)
    reach = np.linalg.norm(points - centre, axis=1).max() + cones[:, 6:].max()
    return [*map(float, centre), float(reach)]
