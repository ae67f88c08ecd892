from __future__ import annotations

import numpy as np

from vcam.vision.faces import FaceReading


def test_the_box_and_the_marks_come_from_the_mesh() -> None:
    mesh = np.full((468, 2), 100, np.float32)
    mesh[10] = (100, 0)  # the forehead does not count
    mesh[105], mesh[152], mesh[234], mesh[454] = (90, 60), (100, 180), (40, 100), (160, 110)
    mesh[33], mesh[133], mesh[362], mesh[263] = (60, 80), (80, 82), (120, 82), (140, 80)
    mesh[1], mesh[61], mesh[291] = (100, 120), (85, 150), (115, 152)
    reading = FaceReading(mesh, 1.0)
    assert reading.box == (40, 60, 120, 120)
    assert reading.marks[:4].tolist() == [[70, 81], [130, 81], [100, 120], [100, 151]]
