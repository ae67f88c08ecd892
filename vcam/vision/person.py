"""Finds which part of a picture is person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.litert import Network
from vcam.vision.pixels import to_input
from vcam.vision.weights import Weights, locate


@dataclass(frozen=True, slots=True, eq=False)
class PersonReading:
    """What the network makes of one picture.

    Attributes:
        mask: float32 (h, w), share of person in each cell, 0..1; the whole picture.
        seen: uint8 (h, w), the picture in grey, as small.
    """

    mask: FloatArray
    seen: npt.NDArray[np.uint8]


class PersonReader(Protocol):
    """Tells person from room, see `PersonSegmenter`."""

    def look(self, image: Image) -> PersonReading:
        """Reads the whole picture."""
        ...


class PersonSegmenter:
    """MediaPipe's selfie segmentation for landscape pictures: 256 by 144 pixels.

    Pictures of other shapes are stretched to that. With black bars instead, the person would be
    smaller in the input, and portrait pictures lose heads and shoulders, see `docs/background.md`.

    Args:
        network: its network; `load` takes the shipped weights.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        _, height, width, _ = network.input_shape
        self._size = (width, height)

    @classmethod
    def load(cls) -> PersonSegmenter:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        return cls(Network(locate(Weights.PERSON_MASK), Weights.PERSON_MASK))

    def look(self, image: Image) -> PersonReading:
        """Reads the whole picture, uint8 (h, w, 3) BGR, h and w at least 1."""
        width, height = self._size
        shrunk = _shrunk(image, self._size)
        picture = np.asarray(cv2.resize(shrunk, self._size), np.uint8)
        (answer,) = self._network.run(to_input(picture, (0.0, 1.0)))
        seen = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        return PersonReading(np.clip(answer.reshape(height, width), 0, 1), seen)


def _shrunk(image: Image, least: tuple[int, int]) -> Image:
    """The picture halved as often as it stays larger than `least`: a mean of all its pixels.

    Skipping pixels instead would make the mask tremble at fine textures.
    """
    while image.shape[1] >= 2 * least[0] and image.shape[0] >= 2 * least[1]:
        size = image.shape[1] // 2, image.shape[0] // 2
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return image
