"""Pictures before the landmark networks see them: surroundings for crops, and worsened copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import cv2
import numpy as np

from vcam.core.frame import Image

_LONG_SIDE_PX: Final = 640
_PADDINGS: Final = (1.0, 0.5, 1.8)


def approaches(image: Image, tight: bool) -> Iterator[Image]:
    """The ways to show a picture to the hand detector, the best first.

    Args:
        image: BGR.
        tight: it is a crop that ends at the hand. The detector expects hands in surroundings, so
            it gets blurred ones, of several widths, and is enlarged.
    """
    if not tight:
        yield image
        return
    for share in _PADDINGS:
        yield _enlarged(_padded(image, share))


def _padded(image: Image, share: float) -> Image:
    """With its own edges smeared outwards by a share of its longer side."""
    height, width = image.shape[:2]
    by = int(max(height, width) * share)
    wide = cv2.copyMakeBorder(image, by, by, by, by, cv2.BORDER_REPLICATE)
    wide = cv2.GaussianBlur(wide, (0, 0), 0.08 * max(height, width))
    wide[by : by + height, by : by + width] = image
    return np.asarray(wide, np.uint8)


def _enlarged(image: Image) -> Image:
    scale = _LONG_SIDE_PX / max(image.shape[:2])
    if scale <= 1:
        return image
    return np.asarray(
        cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def darken(image: Image, rng: np.random.Generator) -> Image:
    """As a poor camera sees it at dusk: dark, soft, grainy, badly compressed."""
    dark = image.astype(np.float32) * rng.uniform(0.08, 0.35)
    dark = cv2.GaussianBlur(dark, (0, 0), rng.uniform(0.5, 1.5))
    dark += rng.normal(0, rng.uniform(1, 5), image.shape).astype(np.float32)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 90))]
    _, packed = cv2.imencode(".jpg", np.clip(dark, 0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def coarsen(image: Image, rng: np.random.Generator) -> Image:
    """As a far or fast hand looks: few pixels, smeared by motion."""
    height, width = image.shape[:2]
    scale = rng.uniform(0.12, 0.35)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    length = int(rng.integers(1, 5))
    kernel = np.zeros((5, 5), np.float32)
    kernel[2, :length] = 1 / length
    turned = kernel if rng.random() < 0.5 else kernel.T
    return np.asarray(cv2.resize(cv2.filter2D(small, -1, turned), (width, height)), np.uint8)


def warp(image: Image, rng: np.random.Generator) -> Image:
    """Rolled by up to 40 degrees and seen askew."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.uniform(-40, 40), rng.uniform(0.7, 0.95)
    )
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    shift = rng.uniform(-0.12, 0.12, (4, 2)) * [width, height]
    askew = cv2.getPerspectiveTransform(corners, (corners + shift).astype(np.float32))
    matrix = askew @ np.vstack([turn, [0, 0, 1]])
    return np.asarray(
        cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


WORSENERS: Final[tuple[Callable[[Image, np.random.Generator], Image], ...]] = (
    darken,
    coarsen,
    warp,
)
"""What makes variants 1, 2 and so on of a picture."""
