"""Colours of packs as numbers, and planes of one colour."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.effects.chance import Numbers


def palette(colours: Sequence[str]) -> Numbers:
    """`#rrggbb` each, as float64 (n, 3) in blue, green, red, 0..255."""
    return np.array([[int(c[i : i + 2], 16) for i in (5, 3, 1)] for c in colours], np.float64)


def veil(canvas: Image, colour: str, share: float) -> None:
    """Takes all of `canvas`, uint8 (H, W, 3), a `share` of the way to one colour, in place."""
    share = min(1.0, max(0.0, share))
    if share < 1 / 510:
        return
    blue, green, red = (palette([colour])[0] * share).tolist()
    least = min(blue, green, red)
    # One pass for what the three have in common; most veils are grey enough to need no other.
    cv2.convertScaleAbs(canvas, dst=canvas, alpha=1 - share, beta=least)
    rest = [round(value - least) for value in (blue, green, red)]
    if any(rest):
        cv2.add(canvas, np.array([*rest, 0], np.float64), dst=canvas)
