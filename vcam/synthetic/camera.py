"""Rotations and the pinhole camera of the drawn pictures.

Camera: X_camera = rotation @ X_hand + translation, with the camera at the origin looking along -z
and +y up. A picture point is u = centre_x - f x/z, v = centre_y + f y/z (pixels, v downwards).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vcam.synthetic.kinematics import FloatArray

_PLANES = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}


def rotation_matrix(axis: Literal["x", "y", "z"], degrees: float) -> FloatArray:
    """Right-handed rotation (3, 3) about a coordinate axis."""
    angle = np.radians(degrees)
    i, j = _PLANES[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = np.cos(angle)
    matrix[i, j], matrix[j, i] = -np.sin(angle), np.sin(angle)
    return matrix


def axis_rotation(axis: FloatArray, degrees: float) -> FloatArray:
    """Right-handed rotation (3, 3) about a unit vector (3,), by Rodrigues' formula."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(degrees)
    rotation: FloatArray = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return rotation


def turn_away(rng: np.random.Generator, degrees: float) -> FloatArray:
    """Rotation (3, 3) of something that faces the camera, away from it in a random direction."""
    direction = rng.uniform(0, 2 * np.pi)
    return axis_rotation(np.array([np.cos(direction), np.sin(direction), 0.0]), degrees)


def project(
    points: FloatArray,
    rotation: FloatArray,
    translation: FloatArray,
    focal: float,
    centre: tuple[float, float],
) -> tuple[FloatArray, FloatArray]:
    """Picture points (n, 2) in pixels, and distances (n,) along the view, of points (n, 3)."""
    camera = points @ rotation.T + translation
    u = centre[0] - focal * camera[:, 0] / camera[:, 2]
    v = centre[1] + focal * camera[:, 1] / camera[:, 2]
    return np.stack([u, v], axis=1), -camera[:, 2]
