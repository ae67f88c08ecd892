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
    window = (2 * radius + 1, 2 * radius + 1)
    mean_guide = cv2.blur(guide, window)
    mean_mask = cv2.blur(mask, window)
    both = cv2.blur(cv2.multiply(guide, mask), window)
    square = cv2.blur(cv2.multiply(guide, guide), window)
    both -= mean_guide * mean_mask
    square -= mean_guide * mean_guide
    square += np.float32(epsilon)
    slope = np.divide(both, square, out=both)
    offset = mean_mask
    offset -= slope * mean_guide
    return (
        np.asarray(cv2.blur(slope, window), np.float32),
        np.asarray(cv2.blur(offset, window), np.float32),
    )
