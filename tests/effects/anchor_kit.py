"""What tests of anchors share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vcam.core.geometry import Placement
from vcam.core.observation import Face, FaceShape

Make = Callable[..., Face]
HERE = Placement()


def shaped(face: Face, yaw: float = 0.0) -> Face:
    x, y = face.eyes.mean(axis=0)
    unit = float(np.hypot(*(face.eyes[1] - face.eyes[0])))
    places = [[0, -0.7], [0, 1.7], [-0.6, 0.6], [0.6, 0.6]]
    points = (np.array(places) * unit + (x, y)).astype(np.float32)
    shape = FaceShape(points[0], points[1], points[2:], yaw, 0.0)
    return replace(face, shape=shape)
