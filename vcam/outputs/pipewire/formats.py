"""The pixel formats on offer, and how a picture is brought into each of them.

Costs were measured on one thread of a shared two-core machine (process CPU time, noise as picture;
`bench/pipewire_output.py` prints them again); they are in `docs/outputs.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image

Plane = npt.NDArray[np.uint8]


def _to_i420(image: Image, target: Plane) -> None:
    height, width = image.shape[:2]
    cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420, dst=target.reshape(height * 3 // 2, width))


def _to_nv12(image: Image, target: Plane) -> None:
    # OpenCV has no BGR to NV12: the two chroma planes are interleaved afterwards.
    height, width = image.shape[:2]
    planar = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420)
    picture = target.reshape(height * 3 // 2, width)
    picture[:height] = planar[:height]
    blue, red = planar[height:].reshape(2, height // 2, width // 2)
    cv2.merge((blue, red), picture[height:].reshape(height // 2, width // 2, 2))


def _to_yuy2(image: Image, target: Plane) -> None:
    height, width = image.shape[:2]
    cv2.cvtColor(image, cv2.COLOR_BGR2YUV_YUY2, dst=target.reshape(height, width, 2))


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """One way to store a picture; all are BT.601, 16 to 235, as OpenCV makes them.

    Attributes:
        name: what everybody calls it.
        number: its `enum spa_video_format`.
        bits: a pixel's, on average.
        bytes_per_row_pixel: of the first plane: its stride divided by the width.
        convert: writes a BGR picture (uint8, H, W, 3; even sizes) into a flat uint8 array of
            `size` bytes without gaps.
    """

    name: str
    number: int
    bits: int
    bytes_per_row_pixel: int
    convert: Callable[[Image, Plane], None]

    def size(self, width: int, height: int) -> int:
        """Bytes of a picture."""
        return width * height * self.bits // 8

    def stride(self, width: int) -> int:
        """Bytes from one row of the first plane to the next."""
        return width * self.bytes_per_row_pixel


PIXEL_FORMATS = (
    PixelFormat("I420", 2, 12, 1, _to_i420),
    PixelFormat("NV12", 23, 12, 1, _to_nv12),
    PixelFormat("YUY2", 4, 16, 2, _to_yuy2),
)
"""Best first: the cheapest to make.

All readers of a PipeWire node get the format that the first one agreed to. Chromium, Firefox and
GStreamer take all three, so they can always join; others take NV12 or YUY2 at least.
"""
