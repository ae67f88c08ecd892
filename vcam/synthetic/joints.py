"""True joints of random hands before a camera, without drawing them: under a millisecond each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vcam.core.observation import NONE_POSE, Landmark, Side
from vcam.synthetic.camera import axis_rotation, rotation_matrix
from vcam.synthetic.kinematics import (
    PALM_LENGTH_CM,
    FloatArray,
    random_proportions,
    skeleton,
)
from vcam.synthetic.negatives import NEGATIVES
from vcam.synthetic.pose import Pose
from vcam.synthetic.poses import SHAPES, pose_angles

# Where MediaPipe's hand network puts a landmark, other than at the joint, in palm lengths:
# medians over drawn hands, hand frame. Its wrist lies further up the hand, its thumb base
# further out.
_WRIST_UP = 0.08
_THUMB_BASE_OUT = 0.045

_KNUCKLES = [Landmark.INDEX_MCP, Landmark.MIDDLE_MCP, Landmark.RING_MCP, Landmark.PINKY_MCP]
_BACK_SHARE = 0.35  # of samples show the back of the hand
_LOOSENESS = 0.16
_METRES_PER_CM = 0.01


@dataclass(frozen=True, eq=False)
class Joints:
    """The true landmarks of one hand, in the forms of `vcam.core.observation.Hand`.

    Attributes:
        shape: key of `SHAPES` that was drawn.
        side: the person's own hand, in a picture that is not mirrored.
        back: whether the back of the hand faces the camera.
        view_deg: angle by which the hand is turned away from the way its shape is held.
        size: width and height of the picture, pixels.
        points: float64 (21, 2), pixels.
        depth: float64 (21,), in the scale of `points`, relative to the wrist; smaller is nearer.
        world: float64 (21, 3), metres about the middle of the four knuckles (where MediaPipe's
            world landmarks have their origin, within 5 mm); x right, y down, z away.
        centre: float64 (3,), that centre in the camera's frame, metres; same axes.
    """

    shape: str
    side: Side
    back: bool
    view_deg: float
    size: tuple[int, int]
    points: FloatArray
    depth: FloatArray
    world: FloatArray
    centre: FloatArray


def random_joints(
    pose: str,
    rng: np.random.Generator,
    max_view_deg: float = 60.0,
    size: tuple[int, int] = (1280, 720),
) -> Joints:
    """A random person's hand in a pose, seen by a random camera.

    Proportions, hand size, pose variation, side, palm or back, turn, place and the camera's angle
    of view (50 to 80 degrees) are random.

    Args:
        pose: a key of `SHAPES`, or "none" for a random one of the hard negatives.
        rng: source of all randomness.
        max_view_deg: how far the hand may be turned away from the way the pose is held, about
            any axis in the picture plane. Turns in the picture plane come on top.
        size: width and height of the picture, pixels.

    Raises:
        KeyError: no such pose.
    """
    shape = pose
    if pose == NONE_POSE:
        names = sorted(NEGATIVES)
        shape = names[int(rng.integers(len(names)))]
    person = random_proportions(rng)
    angles = pose_angles(shape, rng, person, _LOOSENESS)
    hand, _ = skeleton(angles, person)
    hand = _as_mediapipe_marks(hand) * rng.normal(0.95, 0.06) * _METRES_PER_CM
    back = bool(rng.random() < _BACK_SHARE)
    rotation, view_deg = random_rotation(SHAPES[shape], back, rng, max_view_deg)
    hand = hand @ rotation.T * [1.0, -1.0, -1.0]  # to x right, y down, z away
    side: Side = "left" if rng.random() < 0.5 else "right"
    if side == "left":
        hand[:, 0] = -hand[:, 0]
    world = hand - hand[_KNUCKLES].mean(axis=0)
    focal, centre = _random_place(rng, size)
    camera = world + centre
    points = focal * camera[:, :2] / camera[:, 2:] + np.array(size) / 2
    wrist_z = camera[Landmark.WRIST, 2]
    depth = (camera[:, 2] - wrist_z) * focal / wrist_z
    return Joints(shape, side, back, view_deg, size, points, depth, world, centre)


def random_rotation(
    pose: Pose, back: bool, rng: np.random.Generator, max_view_deg: float
) -> tuple[FloatArray, float]:
    """A random turn of the hand: its rotation (3, 3), hand frame to a frame with y up and z near.

    Args:
        pose: how it should be held, and how far it may turn in the picture plane.
        back: whether the back of the hand faces the camera.
        rng: source of randomness.
        max_view_deg: largest turn about an axis in the picture plane.

    Returns:
        The rotation, and the angle of the turn away from how it should be held.
    """
    held = pose_rotation(pose, back, float(rng.normal(0, 14)))
    view_deg = float(rng.uniform(0, max_view_deg))
    direction = rng.uniform(0, 2 * np.pi)
    tilt = axis_rotation(np.array([np.cos(direction), np.sin(direction), 0.0]), view_deg)
    return tilt @ held, view_deg


def pose_rotation(pose: Pose, back: bool, extra_roll_deg: float = 0.0) -> FloatArray:
    """Rotation (3, 3) of a hand that is held as its pose should be, but for a turn in the picture.

    Args:
        pose: the shape.
        back: show the back of the hand. A thumb that points up still does.
        extra_roll_deg: turn in the picture plane, limited to the pose's `max_roll_deg`.
    """
    extra_roll = float(np.clip(extra_roll_deg, -pose.max_roll_deg, pose.max_roll_deg))
    held = rotation_matrix("z", extra_roll) @ rotation_matrix("x", pose.pitch_deg)
    held = held @ rotation_matrix("y", pose.yaw_deg)
    held = held @ rotation_matrix("z", -pose.roll_deg if back else pose.roll_deg)
    return held @ rotation_matrix("y", 180) if back else held


def _as_mediapipe_marks(joints: FloatArray) -> FloatArray:
    """Joints (21, 3) of the hand frame, moved to where MediaPipe marks them."""
    marks = joints.copy()
    palm = joints[Landmark.MIDDLE_MCP] - joints[Landmark.WRIST]
    marks[Landmark.WRIST] += _WRIST_UP * palm
    marks[Landmark.THUMB_CMC, 0] += _THUMB_BASE_OUT * PALM_LENGTH_CM
    return marks


_PALM_SHARE: Final = (0.07, 0.42)  # palm length in picture heights, nearest and farthest


def _random_place(rng: np.random.Generator, size: tuple[int, int]) -> tuple[float, FloatArray]:
    """Focal length in pixels, and the hand's centre (3,) in metres: x right, y down, z away."""
    width, height = size
    focal = width / 2 / np.tan(np.radians(rng.uniform(50, 80)) / 2)
    palm_px = np.exp(rng.uniform(*np.log(_PALM_SHARE))) * height
    z = focal * PALM_LENGTH_CM * _METRES_PER_CM / palm_px
    column, row = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height
    place = np.array([(column - width / 2) / focal, (row - height / 2) / focal, 1.0])
    return float(focal), place * z
