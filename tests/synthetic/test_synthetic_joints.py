from __future__ import annotations

import numpy as np
import pytest

from vcam.core.observation import Landmark
from vcam.synthetic.camera import axis_rotation, project, rotation_matrix
from vcam.synthetic.joints import pose_rotation, random_joints, random_rotation
from vcam.synthetic.negatives import NEGATIVES
from vcam.synthetic.poses import POSES, SHAPES

FINGERS = {"index": 5, "middle": 9, "ring": 13, "pinky": 17}


def many(pose: str, count: int = 60, **options: float):
    rng = np.random.default_rng([7, len(pose), ord(pose[0])])
    return [random_joints(pose, rng, **options) for _ in range(count)]


@pytest.mark.parametrize("pose", [*SHAPES, "none"])
def test_shapes_types_and_conventions(pose: str) -> None:
    for joints in many(pose, 12):
        assert joints.points.shape == (21, 2)
        assert joints.depth.shape == (21,)
        assert joints.world.shape == (21, 3)
        assert joints.depth[Landmark.WRIST] == 0
        assert np.abs(joints.world[[5, 9, 13, 17]].mean(axis=0)).max() < 1e-9
        assert np.isfinite(joints.points).all()
        assert (joints.world + joints.centre)[:, 2].min() > 0, "behind the camera"
        assert np.ptp(joints.world, axis=0).max() < 0.30, "not a hand's size in metres"


@pytest.mark.parametrize("pose", POSES)
def test_stretched_fingers_are_those_the_pose_states(pose: str) -> None:
    for joints in many(pose):
        for (name, mcp), out in zip(FINGERS.items(), POSES[pose].extended[1:], strict=True):
            bones = np.diff(joints.world[mcp : mcp + 4], axis=0)
            bones /= np.linalg.norm(bones, axis=1)[:, None]
            bend = np.degrees(np.arccos(np.clip(bones[0] @ bones[2], -1, 1)))
            if out is not None:
                assert (bend < 45) == out, f"{name} bends by {bend:.0f} degrees"


@pytest.mark.parametrize(("pose", "sign"), [("thumb_up", -1), ("thumb_down", 1)])
def test_a_thumb_points_the_way_its_pose_says_on_both_hands_and_sides(pose, sign) -> None:
    seen = set()
    for joints in many(pose, 80, max_view_deg=20.0):
        thumb = joints.points[Landmark.THUMB_TIP] - joints.points[Landmark.THUMB_MCP]
        assert np.sign(thumb[1]) == sign
        assert abs(thumb[1]) > 0.5 * abs(thumb[0])
        seen.add((joints.side, joints.back))
    assert len(seen) == 4


def test_bones_do_not_change_with_the_view() -> None:
    lengths = []
    for _ in range(2):
        rng = np.random.default_rng(5)
        lengths.append(np.linalg.norm(np.diff(random_joints("palm", rng).world, axis=0), axis=1))
    turned = random_joints("palm", np.random.default_rng(5), max_view_deg=0.0)
    assert np.array_equal(lengths[0], lengths[1])
    assert np.allclose(
        lengths[0], np.linalg.norm(np.diff(turned.world, axis=0), axis=1), rtol=0, atol=1e-9
    )


def test_a_left_hand_has_the_chirality_of_a_mirrored_right_hand() -> None:
    signs = {"left": set(), "right": set()}
    for joints in many("palm", 60):
        wrist = joints.world[Landmark.WRIST]
        index, pinky, thumb = (
            joints.world[k] - wrist
            for k in (Landmark.INDEX_MCP, Landmark.PINKY_MCP, Landmark.THUMB_TIP)
        )
        out_of_back = np.cross(index, pinky)
        signs[joints.side].add(float(np.sign(out_of_back @ thumb)))
    assert signs["left"] == {-value for value in signs["right"]}
    assert len(signs["right"]) == 1


def test_the_palm_faces_the_camera_unless_the_back_does() -> None:
    for joints in many("palm", 60, max_view_deg=50.0):
        wrist = joints.world[Landmark.WRIST]
        index = joints.world[Landmark.INDEX_MCP] - wrist
        pinky = joints.world[Landmark.PINKY_MCP] - wrist
        normal = np.cross(index, pinky) * (1 if joints.side == "right" else -1)
        assert (normal[2] > 0) == joints.back


@pytest.mark.parametrize("limit", [0.0, 15.0, 60.0])
def test_view_limit(limit: float) -> None:
    rng = np.random.default_rng(1)
    angles = []
    for name in sorted(SHAPES):
        for back in (False, True):
            pose = SHAPES[name]
            rotation, stated = random_rotation(pose, back, rng, limit)
            held = pose_rotation(pose, back)
            cosine = float((rotation @ [0, 0, 1])[2])
            # A turn in the picture plane does not change how far the camera's axis is off.
            turned = rotation @ held.T
            angle = np.degrees(np.arccos(np.clip(turned[2, 2], -1, 1)))
            assert angle <= limit + 1e-6
            assert angle == pytest.approx(stated, abs=1e-5)
            assert -1 <= cosine <= 1
            angles.append(angle)
    assert max(angles) >= 0.8 * limit


def test_none_draws_every_negative_shape_and_no_pose() -> None:
    seen = {joints.shape for joints in many("none", 300)}
    assert seen == set(NEGATIVES)


def test_same_seed_same_hand_and_unknown_pose_is_refused() -> None:
    a, b = (random_joints("ok", np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(a.points, b.points)
    other = random_joints("ok", np.random.default_rng(10))
    assert not np.array_equal(a.points, other.points)
    with pytest.raises(KeyError):
        random_joints("no_such_pose", np.random.default_rng(0))


def test_people_differ_in_proportions() -> None:
    ratios = []
    for joints in many("palm", 40):
        middle = np.linalg.norm(np.diff(joints.world[9:13], axis=0), axis=1).sum()
        width = np.linalg.norm(joints.world[5] - joints.world[17])
        ratios.append(middle / width)
    assert np.std(ratios) / np.mean(ratios) > 0.04


def test_points_are_the_projection_of_the_camera_frame() -> None:
    joints = random_joints("four", np.random.default_rng(2), size=(640, 480))
    camera = joints.world + joints.centre
    ratio = (joints.points - [320, 240]) / (camera[:, :2] / camera[:, 2:])
    assert np.allclose(ratio, ratio[0, 0])
    nearer = joints.world[:, 2] < joints.world[Landmark.WRIST, 2]
    assert np.array_equal(joints.depth < 0, nearer)


def test_rotations_agree_and_keep_handedness() -> None:
    for axis, unit in (("x", [1, 0, 0]), ("y", [0, 1, 0]), ("z", [0, 0, 1])):
        assert np.allclose(rotation_matrix(axis, 33), axis_rotation(np.array(unit, float), 33))
        assert np.linalg.det(rotation_matrix(axis, 200)) == pytest.approx(1)


def test_projection_has_y_down_and_distance_forward() -> None:
    points = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    uv, distance = project(points, np.eye(3), np.array([0.0, 0.0, -10.0]), 100.0, (50.0, 40.0))
    assert np.allclose(uv, [[50, 40], [50, 30], [60, 40]])
    assert np.allclose(distance, 10)
