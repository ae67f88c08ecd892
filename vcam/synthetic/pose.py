"""What a hand shape is made of, and what many shapes share."""

from __future__ import annotations

from dataclasses import dataclass

from vcam.synthetic.thumb_rules import Target

Flexion = tuple[float, float, float]
FreeThumb = tuple[float, float, float, float, float]
"""Thumb angles stated outright, in degrees; see `Angles.thumb`."""


@dataclass(frozen=True)
class Pose:
    """One hand shape, and how it is held to a camera.

    Attributes:
        flexion: MCP, PIP and DIP flexion of index, middle, ring and pinky, degrees.
        spread: sideways angle of the same fingers, degrees; positive towards the thumb.
        thumbs: ways to hold the thumb, commonest first: angles, or a target to be solved for.
        extended: which of thumb, index, middle, ring and pinky are out; None where the shape
            leaves it open.
        roll_deg: turn in the picture plane when held as it should be, seen from the palm side.
        yaw_deg: turn about the upright axis when held as it should be.
        pitch_deg: lean of the fingers towards the camera when held as it should be.
        max_roll_deg: turns in the picture plane beyond this change what the pose means.
    """

    flexion: tuple[Flexion, Flexion, Flexion, Flexion]
    spread: tuple[float, float, float, float]
    thumbs: tuple[FreeThumb | Target, ...]
    extended: tuple[bool | None, bool | None, bool | None, bool | None, bool | None]
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    max_roll_deg: float = 40.0


OUT: Flexion = (4, 6, 4)
IN: Flexion = (82, 100, 58)
FIST_FLEXION = (IN, IN, IN, IN)
OPEN_FLEXION = (OUT, OUT, OUT, OUT)
FIST_SPREAD = (-4.0, 0.0, 3.0, 6.0)
THUMB_STICKS_OUT: tuple[FreeThumb, ...] = ((58, -2, -10, -10, -14), (48, 6, -15, 2, -4))
THUMB_BESIDE_INDEX: FreeThumb = (8, 22, 35, 8, 12)
THUMB_ROUND: FreeThumb = (20, 52, 40, 12, 18)  # what the hand holds
THUMB_LOOSE: FreeThumb = (34, 18, -10, 12, 18)
