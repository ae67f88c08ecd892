"""Single-shot detectors: anchors, decoding and weighted non-maximum suppression.

The palm and the face detector share this scheme (Liu et al., SSD, ECCV 2016; the blending of
overlapping boxes is that of Bazarevsky et al., BlazeFace, 2019).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Box, FloatArray
from vcam.core.litert import Network
from vcam.vision.pixels import Letterbox, to_input

_OVERLAP = 0.3  # boxes that share more than this are one thing (MediaPipe's graphs)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One thing found.

    Attributes:
        score: 0..1.
        box: pixels of the frame.
        keypoints: float32 (k, 2), pixels of the frame.
    """

    score: float
    box: Box
    keypoints: FloatArray


def make_anchors(width: int, height: int, layers: tuple[tuple[int, int], ...]) -> FloatArray:
    """Centres of the anchors, in the order of the network's output.

    Args:
        width: of the network's input, pixels.
        height: of the network's input, pixels.
        layers: per feature map its stride in pixels and how many anchors share each cell.

    Returns:
        float32 (n, 2), pixels of the input.
    """
    maps = []
    for stride, per_cell in layers:
        columns, rows = math.ceil(width / stride), math.ceil(height / stride)
        x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
        cells = np.stack([x.ravel() * (width / columns), y.ravel() * (height / rows)], axis=1)
        maps.append(np.repeat(cells, per_cell, axis=0))
    return np.concatenate(maps).astype(np.float32)


def decode(
    values: FloatArray, logits: FloatArray, anchors: FloatArray, min_score: float
) -> tuple[FloatArray, FloatArray]:
    """What the network's output means, best first.

    Args:
        values: (n, 4 + 2k): box centre, box size, k keypoints; centres and keypoints relative to
            the anchor, all in pixels of the input.
        logits: (n,), before the sigmoid.
        anchors: (n, 2).
        min_score: drop what scores less.

    Returns:
        Scores (m,), and points (m, 2 + k, 2) in pixels of the input: the box's two corners, then
        the keypoints.
    """
    scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    kept = np.flatnonzero(scores >= min_score)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    points = values[kept].reshape(len(kept), values.shape[1] // 2, 2).astype(np.float32)
    half = points[:, 1] / 2
    points[:, 1] = 0
    points += anchors[kept, np.newaxis]
    centre = points[:, 0].copy()
    points[:, 0], points[:, 1] = centre - half, centre + half
    return scores[kept].astype(np.float32), points


def suppress(
    scores: FloatArray, points: FloatArray, overlap: float = _OVERLAP
) -> list[tuple[float, FloatArray]]:
    """Blends detections of the same thing into one, each weighted by its score.

    Args:
        scores: (m,), best first.
        points: (m, 2 + k, 2), as `decode` gives them.
        overlap: boxes with a higher intersection over union are one thing.

    Returns:
        Per thing the best score and its points (2 + k, 2), best first.
    """
    found = []
    left = np.arange(len(scores))
    while len(left):
        best = left[0]
        same = _iou(points[best], points[left]) > overlap
        same[0] = True  # even a box without area is itself
        group = left[same]
        weights = scores[group] / scores[group].sum()
        found.append((float(scores[best]), np.tensordot(weights, points[group], 1)))
        left = left[~same]
    return found


def _iou(one: FloatArray, many: FloatArray) -> FloatArray:
    """Intersection over union of a box (2+, 2) with boxes (m, 2+, 2), by their corners."""
    low = np.maximum(one[0], many[:, 0])
    high = np.minimum(one[1], many[:, 1])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(np.maximum(many[:, 1] - many[:, 0], 0), axis=1)
    union = areas + np.prod(np.maximum(one[1] - one[0], 0)) - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float32)


class Detector:
    """A detector network with its anchors.

    Args:
        network: takes a picture (1, height, width, 3); gives values and logits per anchor.
        layers: strides and anchors per cell, see `make_anchors`.
        span: range of the input's values, black to white.
        brighten: lift dark pictures before they are looked at.
    """

    def __init__(
        self,
        network: Network,
        layers: tuple[tuple[int, int], ...],
        span: tuple[float, float],
        brighten: bool = False,
    ) -> None:
        self._network = network
        _, self._height, self._width, _ = network.input_shape
        self._span = span
        self._brighten = brighten
        self._anchors = make_anchors(self._width, self._height, layers)

    def detect(self, image: Image, min_score: float, part: Box | None = None) -> list[Detection]:
        """Finds things, best first.

        Args:
            image: BGR.
            min_score: drop what scores less.
            part: look at this part of the picture only; all of it by default.
        """
        letterbox = Letterbox.fit(image, self._width, self._height, part)
        picture = letterbox.cut(image, self._brighten)
        values, logits = self._network.run(to_input(picture, self._span))
        scores, points = decode(values[0], logits.reshape(-1), self._anchors, min_score)
        detections = []
        for score, found in suppress(scores, points):
            placed = letterbox.place(found)
            (left, top), (right, bottom) = placed[0].tolist(), placed[1].tolist()
            box = Box(left, top, right - left, bottom - top)
            detections.append(Detection(score, box, placed[2:]))
        return detections
