"""Inverse kinematics of the thumb: lays its pad on the fingers, the palm or a fingertip.

`python -m vcam.synthetic.thumb_ik` solves the thumbs of all poses, which takes a few minutes,
and writes `thumb_solutions.json`; it is needed again only when a pose or the skeleton changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from vcam.synthetic.kinematics import (
    FINGER_RADII,
    THUMB_RADII,
    Chain,
    FloatArray,
    Proportions,
    finger_chain,
    thumb_chain,
)
from vcam.synthetic.poses import thumb_rules_to_solve
from vcam.synthetic.thumb_rules import (
    SOLUTIONS_PATH,
    VARIANTS,
    AtPoint,
    OverFingers,
    Pinch,
    Target,
    variant_proportions,
)

# Comfortable range of the five thumb angles, degrees.
_LIMITS = ((-25, 75), (-15, 65), (-50, 95), (-15, 70), (-20, 80))
_STARTS = ((25, 40, 50, 25, 25), (5, 35, 75, 40, 40), (45, 45, 60, 15, 15))
_COMFORT = np.array([25.0, 40.0, 50.0, 25.0, 25.0])


def pad_position(thumb: Chain) -> FloatArray:
    """Middle of the thumb's pad, (3,) in cm."""
    pad: FloatArray = thumb.points[3] - thumb.normals[2] * THUMB_RADII[3] * 0.75
    return pad


def target_position(target: Target, fingers: Sequence[Chain]) -> FloatArray:
    """Where the thumb's pad should be, (3,) in cm, given the chains of the four fingers."""
    match target:
        case OverFingers(weights):
            total = sum(weight for _, weight in weights)
            spots = [
                (weight / total)
                * (
                    fingers[i].points[1] * 0.45
                    + fingers[i].points[2] * 0.55
                    + fingers[i].normals[1] * (FINGER_RADII[i][1] + 0.62)
                )
                for i, weight in weights
            ]
            where: FloatArray = np.sum(spots, axis=0)
            return where
        case AtPoint(point):
            return np.array(point)
        case Pinch(i):
            finger = fingers[i]
            below = finger.normals[2] * (FINGER_RADII[i][3] * 0.85)
            pad: FloatArray = finger.points[3] - below + finger.directions[2] * 0.2
            return pad


def solve_thumb(
    target: Target, flexion: FloatArray, spread: FloatArray, person: Proportions
) -> FloatArray:
    """Thumb angles (5,) that lay the pad on `target` without passing through the fingers.

    Args:
        target: what the pad touches.
        flexion: (4, 3) angles of the fingers, degrees.
        spread: (4,) spread of the fingers, degrees.
        person: bone lengths.
    """
    fingers = [finger_chain(i, flexion[i], float(spread[i]), person) for i in range(4)]
    goal = target_position(target, fingers)
    results = [
        minimize(
            _cost,
            start,
            args=(target, fingers, goal, person),
            method="Powell",
            options={"maxiter": 12, "xtol": 0.2, "ftol": 1e-3},
        )
        for start in _STARTS
    ]
    best: FloatArray = min(results, key=lambda result: float(result.fun)).x
    return best


def _cost(
    thumb: FloatArray,
    target: Target,
    fingers: Sequence[Chain],
    goal: FloatArray,
    person: Proportions,
) -> float:
    chain = thumb_chain(thumb, person)
    cost = float(((pad_position(chain) - goal) ** 2).sum()) * 2
    if isinstance(target, Pinch):  # the pads face each other
        cost += float(chain.normals[2] @ fingers[target.finger].normals[2] + 0.6) ** 2 * 0.5
    else:  # the nail faces out of the palm
        cost += max(0.0, 0.3 - float(chain.normals[2][2])) ** 2
    steps = np.linspace(0, 1, 5)[:, None]
    points = chain.points
    spheres = np.concatenate(
        [points[1] + steps * (points[2] - points[1]), points[2] + steps * (points[3] - points[2])]
    )
    radii = 0.9 * np.concatenate(
        [
            np.linspace(THUMB_RADII[1], THUMB_RADII[2], 5),
            np.linspace(THUMB_RADII[2], THUMB_RADII[3], 5),
        ]
    )
    cost += _penetration(spheres, radii, fingers) * 3
    palm_depth = np.maximum(0, radii * 0.9 + 0.9 - spheres[:, 2])
    cost += float((palm_depth**2).sum()) * 0.3
    low, high = np.array(_LIMITS, np.float64).T
    beyond = np.maximum(0, low - thumb) ** 2 + np.maximum(0, thumb - high) ** 2
    return cost + float(beyond.sum()) * 0.02 + float(((thumb - _COMFORT) ** 2).sum()) * 1e-5


def _penetration(spheres: FloatArray, radii: FloatArray, fingers: Sequence[Chain]) -> float:
    """Summed squared depth (cm²) to which spheres (the thumb) enter the phalanges."""
    total = 0.0
    for i, finger in enumerate(fingers):
        for j in range(3):
            start, axis = finger.points[j], finger.points[j + 1] - finger.points[j]
            along = np.clip(((spheres - start) @ axis) / (axis @ axis), 0, 1)
            offset = spheres - start - along[:, None] * axis
            distance = np.sqrt((offset**2).sum(axis=1))
            near, far = FINGER_RADII[i][j], FINGER_RADII[i][j + 1]
            depth = np.maximum(0, radii + (near + (far - near) * along) * 0.9 - distance)
            total += float((depth**2).sum())
    return total


def main() -> None:
    """Solves every thumb rule of every pose and writes `thumb_solutions.json`."""
    solutions = {
        name: [
            np.round(solve_thumb(target, flexion, spread, variant_proportions(k)), 2).tolist()
            for k in range(VARIANTS)
        ]
        for name, target, flexion, spread in thumb_rules_to_solve()
    }
    text = json.dumps(solutions, indent=1, sort_keys=True) + "\n"
    SOLUTIONS_PATH.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
