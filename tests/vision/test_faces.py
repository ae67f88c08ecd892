from __future__ import annotations

import numpy as np
import pytest

from vcam.vision.faces import FaceReading, head_turn


def test_the_box_and_the_marks_come_from_the_mesh() -> None:
    mesh = np.full((468, 2), 100, np.float32)
    mesh[10] = (100, 0)  # the forehead does not count
    mesh[105], mesh[152], mesh[234], mesh[454] = (90, 60), (100, 180), (40, 100), (160, 110)
    mesh[33], mesh[133], mesh[362], mesh[263] = (60, 80), (80, 82), (120, 82), (140, 80)
    mesh[1], mesh[61], mesh[291] = (100, 120), (85, 150), (115, 152)
    reading = FaceReading(mesh, 1.0)
    assert reading.box == (40, 60, 120, 120)
    assert reading.marks[:4].tolist() == [[70, 81], [130, 81], [100, 120], [100, 151]]


def test_the_turn_comes_from_the_depth_of_the_mesh() -> None:
    flat = np.zeros((468, 3), np.float32)
    flat[33], flat[263], flat[234], flat[454] = (-4, 0, 0), (4, 0, 0), (-7, 1, 3), (7, 1, 3)
    flat[10], flat[152] = (0, -8, 0), (0, 8, 0)
    for yaw, pitch in ((0.0, 0.0), (0.6, 0.0), (-1.0, 0.0), (0.0, 0.4)):
        about_y = [[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]]
        about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        turned = flat @ np.array(about_y, np.float32).T @ np.array(about_x, np.float32).T
        assert head_turn(turned) == pytest.approx((yaw, pitch), abs=1e-5)
