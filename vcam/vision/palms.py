"""Finds palms: where a hand may be, before anything follows it."""

from __future__ import annotations

import struct
from collections.abc import Callable

from vcam.core.errors import WeightsError
from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.core.litert import Network
from vcam.vision.region import Region, from_palm
from vcam.vision.ssd import Detection, Detector
from vcam.vision.weights import Weights, locate

PALM_JOINTS = (0, 5, 9, 13, 17, 1, 2)
"""The hand landmarks that the detector's seven keypoints are, in its order."""

# Of stride 8 with two anchors a cell, and of stride 16 with six.
_LAYERS = ((8, 2), (16, 6))
_SIDE, _STEP = 192, 32
# The network is fully convolutional, but for the two places where it doubles a feature map to a
# size that is written down in the file: two 32-bit integers behind their offset (4) and the number
# of their bytes (8).
_DOUBLED_STRIDES = (16, 8)

MakeNetwork = Callable[[int, int], Network]
"""Makes the palm network for pictures of a width and a height."""


class PalmDetector:
    """MediaPipe's palm detector (full), 192 pixels on the longer side.

    It was made for squares of 192 by 192. A picture of 16:9 in such a square is 44 % black bars,
    which cost as much to look at as the rest; here the network gets the least height (or width),
    in steps of 32, that holds the picture: 192 by 128 for 16:9, at two thirds of the time.

    Args:
        make_network: makes the network for a size of input; `load` takes the shipped weights.
    """

    def __init__(self, make_network: MakeNetwork) -> None:
        self._make_network = make_network
        self._detectors: dict[tuple[int, int], Detector] = {}

    @classmethod
    def load(cls) -> PalmDetector:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        content = locate(Weights.PALM_DETECTION).read_bytes()
        return cls(lambda width, height: _resized(content, width, height))

    def detect(self, image: Image, min_score: float, part: Box | None = None) -> list[Detection]:
        """Finds palms in the picture or in a part of it, best first."""
        height, width = image.shape[:2]
        # One square network for parts of all shapes: each network takes ten megabytes.
        size = (_SIDE, _SIDE) if part is not None else input_size(width, height)
        return self._detector(size).detect(image, min_score, part)

    def _detector(self, size: tuple[int, int]) -> Detector:
        if size not in self._detectors:
            network = self._make_network(*size)
            self._detectors[size] = Detector(network, _LAYERS, (0.0, 1.0), brighten=True)
        return self._detectors[size]


def input_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the network's input for pictures of a size."""
    longer = max(width, height, 1)
    steps = [max(1, -(-round(_SIDE * side / longer) // _STEP)) for side in (width, height)]
    return steps[0] * _STEP, steps[1] * _STEP


def hand_region(palm: Detection) -> Region:
    """Where the whole hand of a detected palm is."""
    return from_palm(palm.box, palm.keypoints[0], palm.keypoints[2])


def _resized(content: bytes, width: int, height: int) -> Network:
    """The palm network for an input of another size than the file's."""
    for stride in _DOUBLED_STRIDES:
        before = _written(_SIDE // stride, _SIDE // stride)
        if content.count(before) != 1:  # the content's hash is known: only an edit here can do it
            raise WeightsError(f"{Weights.PALM_DETECTION} does not state its size as expected")
        content = content.replace(before, _written(height // stride, width // stride))
    return Network(content, Weights.PALM_DETECTION, input_shape=(1, height, width, 3))


def _written(rows: int, columns: int) -> bytes:
    """How the file states the size of a feature map."""
    return struct.pack("<IIii", 4, 8, rows, columns)
