"""Features of a straightened face: which way its edges run, cell by cell."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from vcam.core.geometry import FloatArray
from vcam.recognizers.people_warp import HEIGHT, WIDTH, Texture

CELL: Final = 8
WAYS: Final = 16
ROWS: Final = HEIGHT // CELL
COLUMNS: Final = WIDTH // CELL
FEATURES: Final = ROWS * COLUMNS * WAYS

# Histograms of oriented gradients (Dalal and Triggs 2005), normalised over blocks of three by
# three cells, so that light that falls off across the face does not count. Signed directions: a
# dark brow above bright skin differs from a bright highlight above a dark socket.
_MOST = 0.4
_FLOOR = 1.0


def describe(texture: Texture) -> FloatArray:
    """Features of a texture, float32 (FEATURES,)."""
    grey = texture.astype(np.float32)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=1)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=1)
    strength, angle = cv2.cartToPolar(across, down)
    way = angle * (WAYS / (2 * np.pi))
    low = np.floor(way)
    share = way - low
    first = low.astype(np.intp) % WAYS
    ways = np.zeros((WAYS, HEIGHT, WIDTH), np.float32)
    rows, columns = np.indices((HEIGHT, WIDTH), sparse=True)
    ways[first, rows, columns] = strength * (1 - share)
    ways[(first + 1) % WAYS, rows, columns] += strength * share
    cells = (_POOL_DOWN @ ways @ _POOL_ACROSS.T).transpose(1, 2, 0)
    energy = np.square(cells).sum(axis=2)
    around = cv2.blur(energy, (3, 3), borderType=cv2.BORDER_REPLICATE)
    normal = cells / np.sqrt(around + _FLOOR)[..., np.newaxis]
    return np.asarray(np.minimum(normal, _MOST), np.float32).reshape(-1)


def _pool(pixels: int) -> FloatArray:
    """(cells, pixels): each pixel counts for the two cells whose middles it lies between."""
    middles = (np.arange(pixels // CELL) + 0.5) * CELL
    distance = np.abs(middles[:, np.newaxis] - (np.arange(pixels) + 0.5))
    weights = np.maximum(0.0, 1 - distance / CELL)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


_POOL_DOWN = _pool(HEIGHT)
_POOL_ACROSS = _pool(WIDTH)
