"""The guided filter: makes a coarse mask follow the edges of a picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


def guided_coefficients(
    guide: Float, mask: Float, radius: int, epsilon: float
) -> tuple[Float, Float]:
    """Slope and offset of the line that tells the mask from the guide round each pixel.

    He, Sun, Tang, "Guided image filtering" (2013): in a window round each pixel the mask is the
    guide times a slope plus an offset, fitted by least squares; where the guide has no edge, the
    slope is small and the mask's mean is left. To be enlarged and applied to a larger guide (He,
    Sun, "Fast guided filter", 2015).

    Args:
        guide: float32 (h, w), 0..1.
        mask: float32 (h, w), 0..1.
        radius: of the window, pixels.
        epsilon: variances of the guide below this count as no edge.
    """
    mean_guide, mean_mask = _mean(guide, radius), _mean(mask, radius)
    slope = _mean(guide * mask, radius)
    slope -= mean_guide * mean_mask
    variance = _mean(guide * guide, radius)
    variance -= mean_guide * mean_guide
    variance += np.float32(epsilon)
    slope /= variance
    mean_mask -= slope * mean_guide
    return _mean(slope, radius), _mean(mean_mask, radius)


def _mean(values: Float, radius: int) -> Float:
    """Of the window round each pixel."""
    window = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.blur(values, window), np.float32)
