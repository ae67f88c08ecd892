"""A privacy blur over the whole outgoing picture."""

from __future__ import annotations

import cv2
import numpy as np

from vcam.core.frame import Image

COLUMNS = 24
"""What is left of the picture's width: too little to tell a face, or who is in the room."""


def coarse(image: Image) -> Image:
    """The few colours that are left of a picture: uint8 (rows, `COLUMNS`, 3)."""
    height, width = image.shape[:2]
    rows = max(2, round(COLUMNS * height / width))
    small = cv2.resize(image, (COLUMNS, rows), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)


def veiled(image: Image) -> Image:
    """A picture of the same size in which nobody can be recognised; a new one."""
    size = image.shape[1], image.shape[0]
    # Linear, not cubic: half the time at 720p, and there is nothing to be seen in it anyway.
    return np.asarray(cv2.resize(coarse(image), size, interpolation=cv2.INTER_LINEAR), np.uint8)
