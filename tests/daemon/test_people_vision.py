from __future__ import annotations

import numpy as np
import pytest

from vcam.core.geometry import Box
from vcam.core.observation import Face
from vcam.daemon.people_vision import mesh_finder
from vcam.vision.faces import FaceReading

PICTURE = np.zeros((200, 200, 3), np.uint8)


class Reader:
    """Sees the same face, wherever it is told to look."""

    def __init__(self, shift, presences):
        rng = np.random.default_rng(1)
        self.mesh = (rng.uniform(60, 140, (468, 2)) + shift).astype(np.float32)
        self.presences = list(presences)
        self.regions = []

    def look(self, image, region):
        self.regions.append(region)
        return FaceReading(self.mesh, self.presences.pop(0))


def face():
    eyes = np.array([[85, 90], [115, 90]], np.float32)
    spot = np.array([100, 110], np.float32)
    return Face(1, Box(60, 60, 80, 80), eyes, spot, spot, 1.0)


def test_mesh_is_read_where_the_face_is_now():
    reader = Reader(4, [0.9, 0.9])
    assert mesh_finder(reader)(PICTURE, face()) is reader.mesh
    first, second = reader.regions
    assert (second.x, second.y) != (first.x, first.y)


@pytest.mark.parametrize(("shift", "presences"), [(0, [0.2]), (0, [0.9, 0.2]), (70, [0.9, 0.9])])
def test_face_that_has_gone_or_moved_away_is_not_taken_for_this_one(shift, presences):
    assert mesh_finder(Reader(shift, presences))(PICTURE, face()) is None
