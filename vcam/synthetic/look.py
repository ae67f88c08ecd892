"""Light, colours and the tone curve of a drawn scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.synthetic.kinematics import FloatArray

Colour = tuple[float, float, float]
Picture = npt.NDArray[np.float64]
"""(h, w, 3) sRGB, 0..1; with a fourth channel it is coverage, and colours are premultiplied."""

SKIN_TONES: Final[dict[str, tuple[Colour, Colour]]] = {
    "pale": ((0.93, 0.76, 0.68), (0.96, 0.77, 0.70)),
    "light": ((0.87, 0.68, 0.57), (0.92, 0.71, 0.62)),
    "tan": ((0.76, 0.56, 0.43), (0.86, 0.65, 0.54)),
    "brown": ((0.58, 0.40, 0.29), (0.78, 0.58, 0.48)),
    "dark": ((0.38, 0.25, 0.18), (0.66, 0.48, 0.40)),
}
"""Back of the hand (and face) and palm, sRGB."""

_GAMMA = 2.2


@dataclass(frozen=True)
class Look:
    """Light and colours of a scene.

    Attributes:
        light: towards the main light, camera frame.
        light_colour: linear.
        ambient: linear.
        skin: back of the hand and face, sRGB 0..1.
        palm: palm, sRGB.
        fill: towards the second, soft light, camera frame.
        fill_colour: linear.
        specular: strength of the skin's shine.
        cloth: sleeve and shirt, sRGB.
        tone: name of the skin tone.
    """

    light: Colour
    light_colour: Colour
    ambient: Colour
    skin: Colour
    palm: Colour
    fill: Colour = (0.0, 0.0, 1.0)
    fill_colour: Colour = (0.15, 0.15, 0.15)
    specular: float = 0.12
    cloth: Colour = (0.2, 0.25, 0.4)
    tone: str = ""


def random_look(rng: np.random.Generator) -> Look:
    """A random skin tone under a random light."""
    warmth = float(rng.uniform(-0.12, 0.12))
    key, ambient = float(rng.uniform(0.6, 1.05)), float(rng.uniform(0.18, 0.45))
    tone = list(SKIN_TONES)[int(rng.integers(len(SKIN_TONES)))]
    skin, palm = SKIN_TONES[tone]
    return Look(
        light=(
            float(rng.uniform(-1, 1)),
            float(rng.uniform(-0.1, 1.1)),
            float(rng.uniform(0.35, 1.1)),
        ),
        light_colour=((1 + warmth) * key, key, (1 - warmth) * key),
        ambient=((1 - warmth / 2) * ambient, ambient, (1 + warmth / 2) * ambient),
        skin=_varied(skin, rng),
        palm=_varied(palm, rng),
        fill=(float(rng.uniform(-1, 1)), float(rng.uniform(-1, 0.5)), 0.6),
        fill_colour=(float(rng.uniform(0.05, 0.25)),) * 3,
        specular=float(rng.uniform(0.03, 0.2)),
        cloth=random_colour(rng, 0.08, 0.8),
        tone=tone,
    )


def random_colour(rng: np.random.Generator, low: float, high: float) -> Colour:
    """A colour whose channels lie between low and high."""
    red, green, blue = rng.uniform(low, high, 3)
    return float(red), float(green), float(blue)


def _varied(colour: Colour, rng: np.random.Generator) -> Colour:
    red, green, blue = np.clip(np.array(colour) * (1 + rng.normal(0, 0.03, 3)), 0, 1)
    return float(red), float(green), float(blue)


def unit(vector: Colour) -> FloatArray:
    """The vector (3,) at length 1."""
    array = np.asarray(vector, np.float64)
    return array / np.sqrt(array @ array)


def linear(colour: Colour) -> FloatArray:
    """SRGB to linear light (plain gamma), (3,)."""
    light: FloatArray = np.asarray(colour, np.float64) ** _GAMMA
    return light


def tone_map(colour: npt.NDArray[np.floating]) -> Picture:
    """Linear light, any shape, to sRGB 0..1 with a soft shoulder."""
    positive = np.maximum(colour, 0).astype(np.float64)
    mapped: Picture = np.clip(positive / (1 + 0.12 * positive), 0, 1) ** (1 / _GAMMA)
    return mapped


def over(picture: Picture, rgba: Picture) -> Picture:
    """Premultiplied `rgba` (h, w, 4) laid over `picture` (h, w, 3)."""
    return picture * (1 - rgba[..., 3:]) + rgba[..., :3]
