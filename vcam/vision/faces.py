"""Finds faces: a detector says where, the landmark network says exactly where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray
from vcam.core.litert import Network
from vcam.vision.pixels import to_input
from vcam.vision.region import Region, cut, from_face_box, place
from vcam.vision.ssd import Detection, Detector
from vcam.vision.weights import Weights, locate

# 128 pixels: one map of stride 8 with two anchors a cell and one of stride 16 with six, 896.
_LAYERS = ((8, 2), (16, 6))

# Landmarks of the 468-point mesh. The corners of an eye stay when it blinks, and so do the
# corners of the mouth when it opens: what is drawn on them keeps still.
_EYE_CORNERS = ((33, 133), (362, 263))
_NOSE_TIP = 1
_MOUTH_CORNERS = (61, 291)
_FOREHEAD = 151
_CHIN = (152, 199)
_CHEEKS = ((50, 205), (280, 425))
# Ends of lines that lie across and along a face whatever it says: the outer corners of the eyes
# and the rims of the face before the ears; the hairline and the chin.
_ACROSS = ((33, 263), (234, 454))
_ALONG = (10, 152)
_BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
_JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152)
_OTHER_JAW = (377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
_OUTLINE = (*_BROWS, *_JAW, *_OTHER_JAW)


@dataclass(frozen=True, slots=True, eq=False)
class FaceReading:
    """What the landmark network makes of one region.

    Attributes:
        mesh: float32 (468, 2), pixels of the frame.
        presence: 0..1.
        turn: yaw and pitch, radians, as of `FaceShape`.
    """

    mesh: FloatArray
    presence: float
    turn: tuple[float, float] = (0.0, 0.0)

    @property
    def box(self) -> Box:
        """Brow to chin, ear to ear, pixels."""
        return Box.around(self.mesh[list(_OUTLINE)])

    @property
    def marks(self) -> FloatArray:
        """Both eyes, nose, mouth, forehead, chin and both cheeks: float32 (8, 2), pixels."""
        mesh = self.mesh
        groups = (*_EYE_CORNERS, (_NOSE_TIP,), _MOUTH_CORNERS, (_FOREHEAD,), _CHIN, *_CHEEKS)
        return np.array([mesh[list(group)].mean(axis=0) for group in groups], np.float32)


class FaceFinder(Protocol):
    """Finds faces, see `FaceDetector`."""

    def detect(self, image: Image, min_score: float, part: Box | None = None) -> list[Detection]:
        """Finds faces in the picture or in a part of it, best first."""
        ...


class FaceReader(Protocol):
    """Reads the face in a region, see `FaceLandmarker`."""

    def look(self, image: Image, region: Region) -> FaceReading:
        """Reads the face in `region`; whether there is one, `presence` tells."""
        ...


class FaceDetector:
    """MediaPipe's short-range face detector: 128 by 128 pixels.

    Args:
        network: its network; `load` takes the shipped weights.
    """

    def __init__(self, network: Network) -> None:
        self._detector = Detector(network, _LAYERS, (-1.0, 1.0))

    @classmethod
    def load(cls) -> FaceDetector:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        return cls(Network(locate(Weights.FACE_DETECTION), Weights.FACE_DETECTION))

    def detect(self, image: Image, min_score: float, part: Box | None = None) -> list[Detection]:
        """Finds faces in the picture or in a part of it, best first.

        Keypoints: the eye on the picture's left, the one on its right, nose, mouth, both ears.
        """
        return self._detector.detect(image, min_score, part)


class FaceLandmarker:
    """MediaPipe's face landmark network: 192 by 192 pixels, 468 points.

    Args:
        network: its network; `load` takes the shipped weights.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._side = network.input_shape[1]

    @classmethod
    def load(cls) -> FaceLandmarker:
        """With the weights in `weights_dir()`.

        Raises:
            WeightsError: they are missing or wrong.
            ModelError: the runtime cannot run them.
        """
        return cls(Network(locate(Weights.FACE_LANDMARK), Weights.FACE_LANDMARK))

    def look(self, image: Image, region: Region) -> FaceReading:
        """Reads the face in `region`; whether there is one, `presence` tells."""
        picture = cut(image, region, self._side)
        mesh, logit = self._network.run(to_input(picture, (0.0, 1.0)))
        presence = 1 / (1 + math.exp(-float(np.clip(logit.reshape(-1)[0], -100, 100))))
        points = mesh.reshape(468, 3)
        seen = place(points[:, :2], region, self._side)
        return FaceReading(seen, presence, head_turn(points))


def head_turn(mesh: FloatArray) -> tuple[float, float]:
    """Yaw and pitch, radians, of a mesh (468, 3) whose depth has the scale of its other axes."""
    across = sum(mesh[right] - mesh[left] for left, right in _ACROSS)
    along = mesh[_ALONG[1]] - mesh[_ALONG[0]]
    return _slope(across), _slope(along)


def _slope(way: FloatArray) -> float:
    return math.atan2(float(way[2]), float(np.hypot(way[0], way[1])))


def face_region(face: Detection) -> Region:
    """Where to look for the landmarks of a detected face."""
    return from_face_box(face.box, face.keypoints[:2])
