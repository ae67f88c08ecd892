"""Copies of pictures in coloured light: of screens, of coloured lamps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np

from vcam.core.frame import Image

_GAINS: Final[Mapping[str, tuple[float, float, float]]] = {
    "blue": (1.25, 1.0, 0.72),
    "deep_blue": (1.3, 0.7, 0.35),
    "red": (0.55, 0.7, 1.2),
    "deep_red": (0.3, 0.5, 1.2),
    "green": (0.75, 1.2, 0.7),
    "purple": (1.2, 0.6, 1.1),
}
"""Factors on blue, green, red. People photographed before screens have skin with 0.7 to 0.93
times as much red as blue, where ordinary skin has 1.5 times; `blue` makes 0.9 of that, `deep_blue`
0.4."""


def coloured(image: Image, _: np.random.Generator, light: str) -> Image:
    """As it would look in light of that colour.

    Args:
        image: uint8 (h, w, 3), BGR.
        light: one of `LIGHTS`.
    """
    lit = image.astype(np.float32) * np.array(_GAINS[light], np.float32)
    return np.clip(np.round(lit), 0, 255).astype(np.uint8)


LIGHTS: Final[Mapping[str, Callable[[Image, np.random.Generator], Image]]] = {
    light: partial(coloured, light=light) for light in _GAINS
}
"""Ways of colouring the light, by name."""
