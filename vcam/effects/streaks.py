"""Streaks of water or ice along the ways of pieces: rain, hail."""

from __future__ import annotations

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.effects.chance import Numbers, chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Swarm
from vcam.effects.light import SHIFT
from vcam.effects.matting import Shade

_FAINTEST = 0.04
_PARTS = ((0.0, 0.5, 0.45, 0.0), (0.3, 1.0, 0.8, -0.5), (0.5, 1.0, 1.0, 0.5))
"""What a streak is drawn of: from where to where on it, how strong, and how many widths aside in
the end: so it comes thin and faint, and ends broad and strong."""
_STRENGTH = 0.6
"""Water lets through what is behind it."""
_SHADOW = 0.42
"""Before a bright place a streak shows by its shadow, which is so much of its colour."""
_BRIGHT = 150.0
"""Of 255: a place that is as bright is bright; the shadow stands out there as well as the light."""
_LINE = 3.6
"""A streak's width, in distances of its two lines: both are soft, and reach out."""
_MAX_STREAK = 4096.0
"""Pixels: longer ones are not drawn."""


def draw_streaks(
    canvas: Image,
    swarm: Swarm,
    streak_s: float,
    colours: tuple[str, ...],
    share: float,
    person: Shade | None = None,
) -> None:
    """Draws lines along the pieces' ways: rain, hail, meteors.

    They are lit where it is dark behind them, and dark where it is bright, as water is: so they
    show before any room.

    Args:
        canvas: uint8 (H, W, 3), written in place.
        swarm: the pieces; their size is how wide they are.
        streak_s: each line is the way of so many seconds.
        colours: `#rrggbb` each.
        share: factor on their strength, 0..1.
        person: they pass behind.
    """
    began = np.stack(swarm.way(swarm.age - streak_s), axis=-1)
    way = np.stack((swarm.x, swarm.y), axis=-1) - began
    strength = np.clip(swarm.opacity * share, 0, 1) * _STRENGTH
    usable = np.isfinite(began).all(axis=1) & (np.abs(way) < _MAX_STREAK).all(axis=1)
    usable &= strength > _FAINTEST
    began, way, strength = began[usable], way[usable], strength[usable]
    shades = palette(colours)[chosen(swarm.look[usable], len(colours))]
    height, width = canvas.shape[:2]
    columns, rows = np.clip(began + way / 2, 0, (width - 1, height - 1)).astype(np.intp).T
    bright = canvas[rows, columns].mean(axis=1, keepdims=True) > _BRIGHT
    tint = shades * np.where(bright, _SHADOW, 1.0)
    aside = np.clip(swarm.size[usable] / _LINE, 0.7, 1.6)[:, np.newaxis] * _right_of(way)
    parts = [
        (began + way * first, began + way * last + aside * side, tint, strength * strong)
        for first, last, strong, side in _PARTS
    ]
    starts, ends, tint, strength = (np.concatenate(each) for each in zip(*parts, strict=True))
    middles = (starts + ends) / 2
    seen = ((middles >= 0) & (middles < (width, height))).all(axis=1)
    if person is not None:
        seen[seen] = ~person.hides(middles[seen])
    columns, rows = middles[seen].astype(np.intp).T
    behind = canvas[rows, columns].astype(np.float64)
    mixed = behind + (tint[seen] - behind) * strength[seen, np.newaxis]
    fixed = ((np.stack([starts, ends])[:, seen] - 0.5) * (1 << SHIFT)).astype(int).tolist()
    for start, end, colour in zip(*fixed, mixed.tolist(), strict=True):
        cv2.line(canvas, start, end, colour, 1, cv2.LINE_AA, SHIFT)


def _right_of(way: Numbers) -> Numbers:
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)
    return np.stack([-way[:, 1], way[:, 0]], axis=1) / length[:, np.newaxis]
