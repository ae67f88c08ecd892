"""Copies of pictures: poor cameras, dusk, fast or far hands, and hands held a little otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image

_LEAST_SIDE_PX: Final = 32  # smaller, no hand is left to find
_TYPICAL_SIDE_PX: Final = 400
_HAND_SHARE: Final = 0.5  # of a picture's longer side is hand: much in crops, less in selfies


def darken(image: Image, rng: np.random.Generator) -> Image:
    """As a poor camera sees it at dusk: dark, soft, grainy, badly compressed."""
    return _darkened(image, min(1.0, max(image.shape) / _TYPICAL_SIDE_PX), rng)


def dim(image: Image, rng: np.random.Generator) -> Image:
    """As `darken`, of a hand cut out of a whole picture: as soft as that, few as its pixels are."""
    return _darkened(image, 1.0, rng)


def _darkened(image: Image, softness: float, rng: np.random.Generator) -> Image:
    dark = image.astype(np.float32) * np.float32(rng.uniform(0.08, 0.35))
    dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), 0.2 + softness * rng.uniform(0.3, 1.3)))
    dark = dark + rng.normal(0, rng.uniform(1, 5), image.shape)
    return _packed(dark, int(rng.integers(50, 90)))


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


def dusk(image: Image, rng: np.random.Generator) -> Image:
    """As a fair camera sees it in the evening: shadows drowned by the tone curve, some grain."""
    light = (image.astype(np.float32) / 255) ** np.float32(rng.uniform(1.8, 3.2))
    dark = 255 * light * np.float32(rng.uniform(0.25, 0.6))
    dark = dark + rng.normal(0, rng.uniform(1, 4), image.shape)
    return _packed(dark, int(rng.integers(60, 92)))


def smear(image: Image, rng: np.random.Generator) -> Image:
    """As a slow shutter sees a moving hand: smeared along one direction by 2 to 7 % of it."""
    length = max(3.0, float(rng.uniform(0.02, 0.07)) * max(image.shape) * _HAND_SHARE)
    angle = float(rng.uniform(0, np.pi))
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.float32)
    middle = side // 2
    for step in np.linspace(-length / 2, length / 2, 4 * side):
        column = middle + step * np.cos(angle)
        row = middle + step * np.sin(angle)
        kernel[round(row), round(column)] += 1
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def reheld(image: Image, rng: np.random.Generator) -> Image:
    """The same hand held a little otherwise: rolled, nearer or farther, lighter or darker."""
    height, width = image.shape[:2]
    roll, scale = float(rng.uniform(-20, 20)), float(rng.uniform(0.75, 1.1))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), roll, scale)
    turned = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    lit = 255 * (turned.astype(np.float32) / 255) ** np.float32(rng.uniform(0.7, 1.5))
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def _packed(picture: npt.NDArray[np.floating], quality: int) -> Image:
    """Through JPEG and back."""
    pixels = np.clip(picture, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


WORSENERS: Final[tuple[Callable[[Image, np.random.Generator], Image], ...]] = (
    darken,
    coarsen,
    dusk,
    smear,
    reheld,
    dim,
    dim,
    dim,
)
"""What makes variants 1, 2 and so on of a picture. Each number draws anew."""

DARK: Final = (1, 3)
"""Variants that are dark."""

COARSE: Final = (2, 4)
"""Variants with few or smeared pixels."""

DIM: Final = (6, 7, 8)
"""Variants that are dark as a small hand in a whole picture is: trained on, among what chooses
thresholds, and in no figure."""

REHELD: Final = (5,)
"""Variants that are as good as the picture itself."""
