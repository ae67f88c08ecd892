from __future__ import annotations

import math

import numpy as np
import pytest

from vcam.vision.landmarks import HandLandmarker
from vcam.vision.region import Region

IMAGE = np.zeros((480, 640, 3), np.uint8)


class FakeNetwork:
    """Answers with a wrist in the middle of the cut and a finger tip straight above it."""

    input_shape = (1, 224, 224, 3)

    def __init__(self, presence: float = 0.9, right: float = 0.8) -> None:
        self.presence, self.right = presence, right

    def run(self, x: np.ndarray) -> list[np.ndarray]:
        assert x.shape == (224, 224, 3)
        screen = np.full((21, 3), (112, 112, 0), np.float32)
        screen[12] = (112, 12, -20)
        world = np.zeros((21, 3), np.float32)
        world[12] = (0, -0.08, -0.01)
        shares = [np.array([[share]], np.float32) for share in (self.presence, self.right)]
        return [screen.reshape(1, 63), *shares, world.reshape(1, 63)]


def look(region: Region, network: FakeNetwork | None = None):
    return HandLandmarker(network or FakeNetwork()).look(IMAGE, region)  # type: ignore[arg-type]


def test_landmarks_are_placed_in_the_frame() -> None:
    reading = look(Region(300, 200, 112, 0.0))
    assert reading.points[0].tolist() == [300, 200]
    assert reading.points[12].tolist() == pytest.approx([300, 150])
    assert reading.points.dtype == reading.depth.dtype == reading.world.dtype == np.float32
    assert reading.depth[12] == pytest.approx(-20 / 2 / 0.4)
    assert reading.world[12].tolist() == pytest.approx([0, -0.08, -0.01])


def test_world_points_are_turned_as_the_hand_is() -> None:
    reading = look(Region(300, 200, 112, math.pi / 2))
    assert reading.points[12].tolist() == pytest.approx([350, 200])
    assert reading.world[12].tolist() == pytest.approx([0.08, 0, -0.01], abs=1e-6)


@pytest.mark.parametrize(("right", "side"), [(0.8, "right"), (0.2, "left")])
def test_presence_and_side_are_the_networks(right: float, side: str) -> None:
    reading = look(Region(300, 200, 112, 0.0), FakeNetwork(0.37, right))
    assert reading.side == side
    assert reading.presence == pytest.approx(0.37)
