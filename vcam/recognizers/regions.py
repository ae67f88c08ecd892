"""What of a picture a model looks at: all of it, each face, or each hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.core.observation import Observation
from vcam.recognizers.card import Region

MAX_REGIONS = 4
"""Faces or hands that are looked at, the largest first: each costs a run of the network."""

SMALLEST_PX = 12
"""A face or hand of fewer pixels across shows a network nothing."""


class Part(NamedTuple):
    """A part of the picture, and whose it is; None for the whole picture."""

    track_id: int | None
    image: Image


def parts(
    image: Image, observation: Observation | None, region: Region, margin: float
) -> Sequence[Part]:
    """The parts to look at; none where there is no such face or hand.

    Args:
        image: uint8 (h, w, 3) BGR.
        observation: where faces and hands are, in pixels of a picture of whatever size.
        region: which parts.
        margin: how much wider than the face or hand they are to each side, as a share of its
            longer side.

    Returns:
        Squares round faces and hands; what of them lies beyond the picture repeats its border.
    """
    if region == "frame":
        return [Part(None, image)]
    if observation is None:
        return []
    seen = observation.faces if region == "face" else observation.hands
    height, width = image.shape[:2]
    across, down = width / observation.size[0], height / observation.size[1]
    boxes = [
        (each.track_id, Box(box.x * across, box.y * down, box.width * across, box.height * down))
        for each in seen
        for box in [each.box]
    ]
    boxes.sort(key=lambda item: item[1].area, reverse=True)
    return [
        Part(track_id, square(image, box, margin))
        for track_id, box in boxes[:MAX_REGIONS]
        if min(box.width, box.height) >= SMALLEST_PX and box.overlap(Box(0, 0, width, height)) > 0
    ]


def square(image: Image, box: Box, margin: float) -> Image:
    """The square round a box that reaches into the picture, with a margin.

    Args:
        image: uint8 (h, w, 3) BGR.
        box: pixels.
        margin: to each side, as a share of the box's longer side.
    """
    height, width = image.shape[:2]
    side = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
    # A square larger than this shows its border alone.
    side = min(side, 2 * max(height, width))
    x, y = box.centre
    # Of a box that hardly reaches in, the square still shows a pixel.
    left = min(max(round(x - side / 2), 1 - side), width - 1)
    top = min(max(round(y - side / 2), 1 - side), height - 1)
    right, bottom = left + side, top + side
    inside = image[max(0, top) : bottom, max(0, left) : right]
    beyond = max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width)
    if any(beyond):
        return np.asarray(cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE), np.uint8)
    return inside
