"""What stickers can hold on to, and how it stands on the canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from vcam.core.geometry import Box, Placement

FaceAnchorName = Literal[
    "face.eyes",
    "face.top",
    "face.forehead",
    "face.nose",
    "face.mouth",
    "face.chin",
    "face.left_cheek",
    "face.right_cheek",
    "shoulders",
]
FingerName = Literal["hand.thumb", "hand.index", "hand.middle", "hand.ring", "hand.pinky"]
AnchorName = Literal[FaceAnchorName, "hand", FingerName, "hands.between", "screen"]
"""What effects hold on to.

Left and right are the picture's, as a viewer of the camera's own picture has them.
"""

FACE_ANCHORS: Final = frozenset[str](get_args(FaceAnchorName))
"""What every face in view has; the shoulders are found by the face."""

FINGER_ANCHORS: Final = frozenset[str](get_args(FingerName))
"""Tips of the fingers."""


@dataclass(frozen=True, slots=True)
class AnchorPose:
    """An anchor on the canvas at one moment.

    Attributes:
        track_id: whose it is; of `hands.between` the hand on the left.
        x: canvas pixels.
        y: canvas pixels.
        unit: what offsets and sizes are measured in, canvas pixels: the distance of the eyes, of
            the shoulders, or of the two palms, the length of the palm, the width of the picture.
        roll: radians, clockwise as seen; of a fingertip 0 if the finger points up.
        squash: width of what lies flat on the anchor, as a share of its width seen from the front;
            below 1 for a face that is turned aside.
        visibility: 0..1; falls when the thing is lost or turned away.
        bounds: of a hand: the box round all of it, canvas pixels.
    """

    track_id: int
    x: float
    y: float
    unit: float
    roll: float = 0.0
    squash: float = 1.0
    visibility: float = 1.0
    bounds: Box | None = None


def is_usable(place: Placement) -> bool:
    """Whether anything can be placed by it."""
    return all(map(math.isfinite, place)) and place.scale > 0
