"""Looks at one region and tells the hand's 21 landmarks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.litert import Network
from vcam.core.observation import Side
from vcam.vision.pixels import brightened, to_input
from vcam.vision.region import Region, cut, place
from vcam.vision.weights import Weights, locate

# The network was trained with its depths in 0.4 of the cut's scale (MediaPipe's `normalize_z`).
_DEPTH_SCALE = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class HandReading:
    """What the network makes of one region.

    Attributes:
        points: float32 (21, 2), pixels of the frame.
        depth: float32 (21,), pixels of the frame, relative to the wrist.
        world: float32 (21, 3), metres, turned as the hand is in the frame.
        presence: 0..1.
        right_share: belief that it is the person's own right hand, 0..1.
    """

    points: FloatArray
    depth: FloatArray
    world: FloatArray
    presence: float
    right_share: float

    @property
    def side(self) -> Side:
        """The likelier side."""
        return "right" if self.right_share >= 0.5 else "left"


class HandLandmarker:
    """MediaPipe's hand landmark network: 224 by 224 pixels.

    Args:
        network: its network; `load` takes the shipped weights.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._side = network.input_shape[1]

    @classmethod
    def load(cls, model: Literal["full", "lite"] = "full") -> HandLandmarker:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        name = Weights.HAND_LANDMARK_FULL if model == "full" else Weights.HAND_LANDMARK_LITE
        return cls(Network(locate(name), name))

    def look(self, image: Image, region: Region) -> HandReading:
        """Reads the hand in `region`; whether there is one, `presence` tells."""
        picture = brightened(cut(image, region, self._side))
        screen, presence, handedness, world = self._network.run(to_input(picture, (0.0, 1.0)))
        values = screen.reshape(21, 3)
        metres = world.reshape(21, 3).astype(np.float32)
        cos, sin = math.cos(region.angle), math.sin(region.angle)
        turn = np.array([[cos, sin], [-sin, cos]], np.float32)
        metres[:, :2] = metres[:, :2] @ turn
        return HandReading(
            points=place(values[:, :2], region, self._side),
            depth=np.asarray(values[:, 2] * (region.size / self._side / _DEPTH_SCALE), np.float32),
            world=metres,
            presence=float(presence.reshape(-1)[0]),
            right_share=float(handedness.reshape(-1)[0]),
        )
