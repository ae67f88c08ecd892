"""Reads pictures of hands the same way for both sides of a comparison (needs cv2 alone)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
SMALL = 240
"""Pictures whose longer side is shorter than this are crops of a hand: enlarged and padded."""


def pictures_in(folder: Path) -> list[Path]:
    """All pictures below a folder, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def read_picture(path: Path) -> np.ndarray | None:
    """The picture as BGR; a small one is enlarged and its border pixels go on outwards.

    A palm detector expects the surroundings that a tight crop lacks.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        return None
    longer = max(image.shape[:2])
    if longer >= SMALL:
        return image
    scale = 256 / longer
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return cv2.copyMakeBorder(image, 128, 128, 128, 128, cv2.BORDER_REPLICATE)
