"""Slips of paper that turn over in the air: confetti."""

from __future__ import annotations

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.effects.chance import chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Swarm

_RATIO = 0.62
_SHIFT = 4
"""Fraction bits of OpenCV's polygon corners: a sixteenth of a pixel."""


def draw_paper(canvas: Image, swarm: Swarm, colours: tuple[str, ...], share: float = 1.0) -> None:
    """Draws slips of paper.

    Args:
        canvas: uint8 (H, W, 3), written in place.
        swarm: the pieces; those that vanish shrink.
        colours: `#rrggbb` each.
        share: factor on all sizes, 0..1.
    """
    height, width = canvas.shape[:2]
    size = swarm.size * swarm.opacity * share
    seen = (size >= 1) & (size < 4096) & (np.abs(swarm.x - width / 2) < width / 2 + size)
    seen &= np.abs(swarm.y - height / 2) < height / 2 + size
    turned_over = np.cos(swarm.tumble)
    half_long, half_wide = size / 2, size / 2 * _RATIO * np.maximum(np.abs(turned_over), 0.12)
    cos, sin = np.cos(swarm.angle), np.sin(swarm.angle)
    # A slip that catches the light flashes: the look of confetti is in this.
    light = np.where(turned_over > 0, 0.86 + 0.26 * turned_over**8, 0.74 - 0.10 * turned_over)
    shade = np.clip(palette(colours)[chosen(swarm.look, len(colours))] * light[:, None], 0, 255)
    corners = np.empty((len(size), 4, 2))
    for corner, (along, aside) in enumerate(((1, 1), (1, -1), (-1, -1), (-1, 1))):
        corners[:, corner, 0] = swarm.x + along * half_long * cos - aside * half_wide * sin
        corners[:, corner, 1] = swarm.y + along * half_long * sin + aside * half_wide * cos
    finite = np.isfinite(corners).all(axis=(1, 2))
    fixed = np.where(np.isfinite(corners), (corners - 0.5) * (1 << _SHIFT), 0).round()
    fixed = np.clip(fixed, -(2**20), 2**20).astype(np.int32)
    for piece in np.flatnonzero(seen & finite):
        cv2.fillConvexPoly(canvas, fixed[piece], shade[piece].tolist(), cv2.LINE_AA, _SHIFT)
