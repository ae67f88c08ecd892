"""How a drawn hand gets from one place and shape to the next."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vcam.synthetic.camera import axis_rotation, rotation_matrix
from vcam.synthetic.kinematics import Angles, FloatArray


class Key(NamedTuple):
    """Where a hand is at one time, as if it were a right hand.

    Attributes:
        time_s: media time.
        angles: its shape.
        place: (3,) middle of the palm relative to the middle of the head, cm; x away from the
            person's middle is negative, y up, z towards the camera.
        rotation: (3, 3), hand frame to camera frame.
        prop: what it holds, a key of `PROPS`; empty for nothing.
    """

    time_s: float
    angles: Angles
    place: FloatArray
    rotation: FloatArray
    prop: str = ""


class HandPose(NamedTuple):
    """A hand at one time; see `Key`."""

    angles: Angles
    place: FloatArray
    rotation: FloatArray
    prop: str


@dataclass(frozen=True)
class Restlessness:
    """How a hand moves that is held still: nobody's is.

    Attributes:
        sway_cm: of the place.
        sway_deg: of the rotation.
        phase: where in its course it begins.
    """

    sway_cm: float = 0.3
    sway_deg: float = 1.6
    phase: float = 0.0


def turned(roll: float = 0.0, yaw: float = 0.0, pitch: float = 0.0) -> FloatArray:
    """Rotation (3, 3) of a hand, degrees.

    Args:
        roll: in the picture plane, first.
        yaw: about the upright axis, then; at 180 the back of the hand is seen.
        pitch: fingers towards the camera, last.
    """
    return rotation_matrix("x", pitch) @ rotation_matrix("y", yaw) @ rotation_matrix("z", roll)


def hand_between(keys: list[Key], t: float, unrest: Restlessness) -> HandPose:
    """The hand at media time `t`; the first key before them all, the last one after.

    Args:
        keys: in the order of time.
        t: seconds.
        unrest: how still it is.
    """
    at = bisect_right(keys, t, key=lambda key: key.time_s)
    start, end = keys[max(0, at - 1)], keys[min(at, len(keys) - 1)]
    span = end.time_s - start.time_s
    u = ease((t - start.time_s) / span) if span > 0 else 1.0
    p = unrest.phase
    sway = np.array([np.sin(2.1 * t + p), np.sin(2.9 * t + 1 + p), np.sin(1.7 * t + 2 * p)])
    tilt = np.array([np.sin(1.3 * t + p), np.sin(1.9 * t + 2 * p), np.sin(2.3 * t + p)])
    rotation = rotation_between(start.rotation, end.rotation, u)
    rotation = rotation_by(np.radians(unrest.sway_deg) * tilt) @ rotation
    place = start.place * (1 - u) + end.place * u + unrest.sway_cm * sway
    angles = blended(start.angles, end.angles, u)
    tremble = 1.2 * np.sin(1.5 * t + np.arange(4)[:, None] + p)
    prop = start.prop if u < 0.5 else end.prop
    return HandPose(angles._replace(flexion=angles.flexion + tremble), place, rotation, prop)


def ease(t: float) -> float:
    """Smooth step from 0 to 1, constant outside."""
    clipped = min(1.0, max(0.0, t))
    return clipped * clipped * (3 - 2 * clipped)


def blended(a: Angles, b: Angles, u: float) -> Angles:
    """Angles between two shapes, 0..1.

    The thumb moves out of the fingers' way first when they open, and last when they close.
    """
    if a is b:
        return a
    if a.flexion.sum() > b.flexion.sum():
        fingers, thumb = ease((u - 0.15) / 0.85), ease(u / 0.7)
    else:
        fingers, thumb = ease(u / 0.75), ease((u - 0.3) / 0.7)
    return Angles(
        (1 - fingers) * a.flexion + fingers * b.flexion,
        (1 - fingers) * a.spread + fingers * b.spread,
        (1 - thumb) * a.thumb + thumb * b.thumb,
    )


def rotation_by(vector: FloatArray) -> FloatArray:
    """Rotation (3, 3) about a vector (3,), by its length in radians."""
    angle = float(np.sqrt(vector @ vector))
    return axis_rotation(vector / angle, np.degrees(angle)) if angle > 1e-9 else np.eye(3)


def rotation_between(a: FloatArray, b: FloatArray, u: float) -> FloatArray:
    """The rotation a share `u` of the shortest way from `a` to `b`, all (3, 3)."""
    turn = b @ a.T
    angle = float(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    if angle < 1e-6:
        return b
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    size = float(np.sqrt(axis @ axis))
    # Half a turn has no shortest way; upright hands turn about the arm.
    axis = axis / size if size > 1e-6 else np.array([0.0, 1.0, 0.0])
    return axis_rotation(axis, np.degrees(u * angle)) @ a
