"""Finds palms: where a hand may be, before anything follows it."""

from __future__ import annotations

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray
from vcam.core.litert import Network
from vcam.vision.region import Region, from_palm
from vcam.vision.ssd import Detection, Detector
from vcam.vision.weights import Weights, locate

# 192 pixels: one map of stride 8 with two anchors a cell and one of stride 16 with six, 2016.
_LAYERS = ((8, 2), (16, 6))
PALM_JOINTS = (0, 5, 9, 13, 17, 1, 2)
"""The hand landmarks that the detector's seven keypoints are, in its order."""


class PalmDetector:
    """MediaPipe's palm detector (full): 192 by 192 pixels.

    Args:
        network: its network; `load` takes the shipped weights.
    """

    def __init__(self, network: Network) -> None:
        self._detector = Detector(network, _LAYERS, (0.0, 1.0))

    @classmethod
    def load(cls) -> PalmDetector:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        return cls(Network(locate(Weights.PALM_DETECTION), Weights.PALM_DETECTION))

    def detect(self, image: Image, min_score: float, part: Box | None = None) -> list[Detection]:
        """Finds palms in the picture or in a part of it, best first."""
        return self._detector.detect(image, min_score, part)


def hand_region(palm: Detection) -> Region:
    """Where the whole hand of a detected palm is."""
    wrist: FloatArray = palm.keypoints[0]
    return from_palm(palm.box, wrist, palm.keypoints[2])
