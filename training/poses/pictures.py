"""Worsened copies of pictures: what poor cameras, dusk and fast or far hands do to landmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from vcam.core.frame import Image

_LEAST_SIDE_PX: Final = 32  # smaller, no hand is left to find
_TYPICAL_SIDE_PX: Final = 400


def darken(image: Image, rng: np.random.Generator) -> Image:
    """As a poor camera sees it at dusk: dark, soft, grainy, badly compressed."""
    dark = image.astype(np.float32) * np.float32(rng.uniform(0.08, 0.35))
    softness = min(1.0, max(image.shape) / _TYPICAL_SIDE_PX)
    dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), 0.2 + softness * rng.uniform(0.3, 1.3)))
    dark = dark + rng.normal(0, rng.uniform(1, 5), image.shape)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 90))]
    _, packed = cv2.imencode(".jpg", np.clip(dark, 0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def coarsen(image: Image, rng: np.random.Generator) -> Image:
    """As a far or fast hand looks: few pixels, smeared by motion."""
    height, width = image.shape[:2]
    scale = min(1.0, max(rng.uniform(0.12, 0.35), _LEAST_SIDE_PX / max(height, width)))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    length = int(rng.integers(1, 5))
    kernel = np.zeros((5, 5), np.float32)
    kernel[2, :length] = 1 / length
    turned = kernel if rng.random() < 0.5 else kernel.T
    return np.asarray(cv2.resize(cv2.filter2D(small, -1, turned), (width, height)), np.uint8)


WORSENERS: Final[tuple[Callable[[Image, np.random.Generator], Image], ...]] = (darken, coarsen)
"""What makes variants 1, 2 and so on of a picture."""
