from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from vcam.core.geometry import Box
from vcam.vision.faces import FaceReading
from vcam.vision.landmarks import HandReading
from vcam.vision.palms import PALM_JOINTS
from vcam.vision.region import Region
from vcam.vision.ssd import Detection
from vcam.vision.weights import is_complete, weights_dir

from .observer_scene import Scene

# An open hand with its middle knuckle at the origin, in palm lengths.
OPEN_HAND = np.array(
    [
        [0, 1], [-0.3, 0.8], [-0.5, 0.6], [-0.7, 0.4], [-0.8, 0.2],
        [-0.3, 0.05], [-0.35, -0.3], [-0.37, -0.5], [-0.38, -0.7],
        [0, 0], [0, -0.4], [0, -0.65], [0, -0.85],
        [0.2, 0.05], [0.25, -0.3], [0.27, -0.5], [0.28, -0.7],
        [0.4, 0.15], [0.5, -0.1], [0.55, -0.25], [0.6, -0.4],
    ],
    np.float32,
)  # fmt: skip


def hand_at(x: float, y: float, palm: float = 60) -> np.ndarray:
    return (OPEN_HAND * palm + [x, y]).astype(np.float32)


def reading_at(x: float, y: float, presence: float = 0.99, right: float = 0.9) -> HandReading:
    depth, world = np.zeros(21, np.float32), np.zeros((21, 3), np.float32)
    return HandReading(hand_at(x, y), depth, world, presence, right)


def palm_at(x: float, y: float, score: float = 0.9) -> Detection:
    points = hand_at(x, y)[list(PALM_JOINTS)]
    return Detection(score, Box(x - 30, y - 10, 60, 60), points)


class FakePalms:
    """Finds palms at prepared places, at or above the score that is asked for."""

    def __init__(self, *palms: Detection) -> None:
        self.palms = list(palms)
        self.calls = 0
        self.parts: list[Box | None] = []
        self.only_in_parts = False

    def detect(self, image: object, min_score: float, part: Box | None = None) -> list[Detection]:
        self.calls += 1
        self.parts.append(part)
        if self.only_in_parts and part is None:
            return []
        return [palm for palm in self.palms if palm.score >= min_score]


class FakeReader:
    """Reads hands that are where it is told; elsewhere there is none."""

    def __init__(self, *hands: HandReading) -> None:
        self.hands = list(hands)
        self.regions: list[Region] = []
        self.spoil: Callable[[int], bool] = lambda call: False

    def look(self, image: object, region: Region) -> HandReading:
        self.regions.append(region)
        if not self.spoil(len(self.regions)):
            for hand in self.hands:
                x, y = hand.points.mean(axis=0)
                if np.hypot(x - region.x, y - region.y) < region.size / 2:
                    return hand
        return reading_at(region.x, region.y, presence=0.01)


class FakeFaces:
    """Finds faces at prepared places; notes which part of the picture it was given."""

    def __init__(self, *centres: tuple[float, float]) -> None:
        self.centres = list(centres)
        self.parts: list[Box | None] = []

    def detect(self, image: object, min_score: float, part: Box | None = None) -> list[Detection]:
        self.parts.append(part)
        return [
            Detection(
                0.9,
                Box(x - 40, y - 40, 80, 80),
                np.array([[x - 15, y - 10], [x + 15, y - 10]], np.float32),
            )
            for x, y in self.centres
        ]


class FakeMeshes:
    """Reads the faces at prepared places; elsewhere there is none."""

    def __init__(self, *centres: tuple[float, float]) -> None:
        self.centres = list(centres)
        self.calls = 0

    def look(self, image: object, region: Region) -> FaceReading:
        self.calls += 1
        for x, y in self.centres:
            if np.hypot(x - region.x, y - region.y) < region.size / 3:
                return FaceReading(mesh_at(x, y), 0.99)
        return FaceReading(mesh_at(region.x, region.y), 0.01)


def mesh_at(x: float, y: float) -> np.ndarray:
    """A mesh whose outline is a square of 80 pixels about (x, y), with level eyes."""
    mesh = np.full((468, 2), (x, y), np.float32)
    mesh[70], mesh[300] = (x - 40, y - 40), (x + 40, y - 40)
    mesh[152] = (x, y + 40)
    mesh[[33, 133]] = [[x - 20, y - 10], [x - 10, y - 10]]
    mesh[[362, 263]] = [[x + 10, y - 10], [x + 20, y - 10]]
    return mesh


@pytest.fixture
def fakes() -> SimpleNamespace:
    """Stand-ins for the networks, and what they find."""
    return SimpleNamespace(
        image=np.zeros((480, 640, 3), np.uint8),
        hand_at=hand_at,
        reading_at=reading_at,
        palm_at=palm_at,
        Palms=FakePalms,
        Reader=FakeReader,
        Faces=FakeFaces,
        Meshes=FakeMeshes,
    )


@pytest.fixture(scope="session")
def weights() -> None:
    """Skips tests that run real networks where the weights are absent."""
    if not is_complete():
        pytest.skip(f"the networks' weights are not in {weights_dir()} (run: vcam weights pull)")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Keeps OpenCV to one thread: tests run beside one another."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.fixture
def scene(fakes: SimpleNamespace) -> Scene:
    return Scene(fakes)
