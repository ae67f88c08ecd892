"""Varied pictures: one affine warp and one change of light for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from vcam.core.frame import Image

FillMode = Literal["nearest", "reflect", "wrap", "constant"]
"""What fills the corners that a warp leaves empty; constant is black. Keras' names."""

FILL_MODES: Final[tuple[FillMode, ...]] = get_args(FillMode)

_BORDERS: Final[dict[FillMode, int]] = {
    "nearest": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
    "constant": cv2.BORDER_CONSTANT,
}


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How much pictures are varied; each value is drawn evenly from its range.

    Attributes:
        rotation_degrees: at most, to either side.
        zoom: at most; 0.2 is 0.8 to 1.2 times as large.
        shift: at most, along each axis, as a share of the side.
        shear_degrees: at most, to either side.
        flip: every other picture from left to right.
        fill_mode: what fills the corners.
        brightness: at most; 0.2 is 0.8 to 1.2 times as light.
        contrast: at most; 0.2 is 0.8 to 1.2 times as far from the mean.
    """

    rotation_degrees: float = 15.0
    zoom: float = 0.15
    shift: float = 0.1
    shear_degrees: float = 5.0
    flip: bool = True
    fill_mode: FillMode = "nearest"
    brightness: float = 0.2
    contrast: float = 0.2

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            TrainingError: a value is out of its range.
        """
        for name, most in _MOST.items():
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise TrainingError(
                    f"augmentation: {name} is {value}", f"give 0 to {most:g}; 0 leaves it out"
                )
        if self.fill_mode not in FILL_MODES:
            raise TrainingError(
                f"augmentation: no fill mode {self.fill_mode}", f"use {', '.join(FILL_MODES)}"
            )


_MOST: Final = {
    "rotation_degrees": 180.0,
    "zoom": 0.9,
    "shift": 1.0,
    "shear_degrees": 80.0,
    "brightness": 1.0,
    "contrast": 1.0,
}


def affine(
    augmentation: Augmentation, height: int, width: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """(2, 3): a drawn warp about the middle of a picture, from its places to the varied one's."""
    turn = np.radians(rng.uniform(-1, 1) * augmentation.rotation_degrees)
    shear = np.tan(np.radians(rng.uniform(-1, 1) * augmentation.shear_degrees))
    scale = 1 + rng.uniform(-1, 1) * augmentation.zoom
    shift = rng.uniform(-1, 1, 2) * augmentation.shift * (width, height)
    side = -1.0 if augmentation.flip and rng.random() < 0.5 else 1.0
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = scale * turned @ np.array([[1, shear], [0, 1]]) @ np.diag([side, 1.0])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    return np.column_stack([linear, middle + shift - linear @ middle])


def augmented(
    image: Image, augmentation: Augmentation, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """One varied picture.

    Args:
        image: uint8 (h, w, 3) of any order of colours.
        augmentation: how much.
        rng: of this picture alone, so that it is the same however pictures are batched.

    Returns:
        float32 of the same shape, 0..255.
    """
    height, width = image.shape[:2]
    matrix = affine(augmentation, height, width, rng)
    border = _BORDERS[augmentation.fill_mode]
    warped = cv2.warpAffine(image, matrix, (width, height), borderMode=border).astype(np.float32)
    light = np.float32(1 + rng.uniform(-1, 1) * augmentation.brightness)
    contrast = np.float32(1 + rng.uniform(-1, 1) * augmentation.contrast)
    mean = warped.mean()
    lit = light * (mean + contrast * (warped - mean))
    return np.asarray(np.clip(lit, 0, 255), np.float32)
