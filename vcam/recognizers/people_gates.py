"""Whether a look at a face is good enough to recognise it, or to enrol it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from vcam.core.geometry import FloatArray
from vcam.core.observation import Face
from vcam.recognizers.people_warp import Texture

MOST_PITCH: Final = math.radians(35)


class Fault(StrEnum):
    """Why a look is no good, as people are told."""

    FAR = "too far away"
    DARK = "too dark"
    BRIGHT = "too bright"
    FLAT = "too little contrast"
    BLURRED = "blurred: hold still"
    TURNED = "turned too far away"


@dataclass(frozen=True, slots=True)
class Gates:
    """What a look has to have.

    Attributes:
        eyes_px: least distance between the eyes, pixels of the frame.
        blur: least variance of the Laplacian of the straightened face, over its contrast squared.
        dark: least mean brightness of the face, 0..255.
        bright: most of that.
        contrast: least standard deviation of the brightness, 0..255.
        yaw: most that the head is turned aside, radians.
        pitch: most that it is bent, radians.
    """

    eyes_px: float
    blur: float
    dark: float
    bright: float
    contrast: float
    yaw: float
    pitch: float


RECOGNISING: Final = Gates(
    eyes_px=18, blur=0.008, dark=25, bright=235, contrast=10, yaw=math.radians(50), pitch=MOST_PITCH
)
"""What a look must have to be compared with those who are enrolled."""

ENROLLING: Final = Gates(
    eyes_px=32, blur=0.02, dark=45, bright=215, contrast=16, yaw=math.radians(42), pitch=MOST_PITCH
)
"""What is kept of a person has to be better than what it is compared with."""


def eyes_apart(face: Face) -> float:
    """Distance between the eyes, pixels, as if the head were not turned."""
    across = face.eyes[1] - face.eyes[0]
    yaw = face.shape.yaw if face.shape is not None else 0.0
    return float(np.hypot(across[0], across[1])) / max(0.4, math.cos(yaw))


def sharpness(texture: Texture) -> float:
    """Variance of the Laplacian over that of the brightness: what blur takes, and light does not.

    The middle of the face alone: its rim is hair and background.
    """
    middle = texture[_MIDDLE].astype(np.float32)
    spread = float(middle.var())
    return float(cv2.Laplacian(middle, cv2.CV_32F).var()) / max(spread, 1.0)


def fault_of(face: Face, texture: Texture, gates: Gates) -> Fault | None:
    """The first thing that is wrong with a look; None if it is good.

    Args:
        face: as vision sees it.
        texture: the same face, straightened.
        gates: what it has to have.
    """
    if eyes_apart(face) < gates.eyes_px:
        return Fault.FAR
    if face.shape is not None and _is_turned(face.shape.yaw, face.shape.pitch, gates):
        return Fault.TURNED
    middle = texture[_MIDDLE]
    mean = float(middle.mean())
    if mean < gates.dark:
        return Fault.DARK
    if mean > gates.bright:
        return Fault.BRIGHT
    if float(middle.std()) < gates.contrast:
        return Fault.FLAT
    if sharpness(texture) < gates.blur:
        return Fault.BLURRED
    return None


def _is_turned(yaw: float, pitch: float, gates: Gates) -> bool:
    return abs(yaw) > gates.yaw or abs(pitch) > gates.pitch


def is_same_place(before: FloatArray | None, now: FloatArray) -> bool:
    """Whether two looks show so much the same that the later one teaches nothing.

    Args:
        before: embedding of the earlier one; None if there is none.
        now: of the later one.
    """
    return before is not None and float(before @ now) > _SAME


_MIDDLE = (slice(14, 98), slice(12, 84))
_SAME = 0.97
