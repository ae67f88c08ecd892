"""What vision saw in one frame, and what the pose classifier makes of each hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import Box, FloatArray

Side = Literal["left", "right"]

NONE_POSE = "none"
"""The class of every hand that shows none of the known poses."""

NOT_TAUGHT: Mapping[str, float] = MappingProxyType({})
"""Scores of taught poses where there are none."""


class Landmark(IntEnum):
    """The 21 hand landmarks, in MediaPipe's order."""

    WRIST = 0
    THUMB_CMC = 1
    THUMB_MCP = 2
    THUMB_IP = 3
    THUMB_TIP = 4
    INDEX_MCP = 5
    INDEX_PIP = 6
    INDEX_DIP = 7
    INDEX_TIP = 8
    MIDDLE_MCP = 9
    MIDDLE_PIP = 10
    MIDDLE_DIP = 11
    MIDDLE_TIP = 12
    RING_MCP = 13
    RING_PIP = 14
    RING_DIP = 15
    RING_TIP = 16
    PINKY_MCP = 17
    PINKY_PIP = 18
    PINKY_DIP = 19
    PINKY_TIP = 20


_PALM = [
    Landmark.WRIST,
    Landmark.INDEX_MCP,
    Landmark.MIDDLE_MCP,
    Landmark.RING_MCP,
    Landmark.PINKY_MCP,
]


class Attention(Enum):
    """How closely vision has to look, which decides what it costs."""

    WATCHING = auto()
    """Nothing goes on: a pose must be noticed, and faces roughly known."""

    DRAWING = auto()
    """Effects are live: faces must be followed closely."""

    STARTING = auto()
    """A gesture is held and about to start: each tenth of a second counts."""

    PERSON_ONLY = auto()
    """No gesture is watched for and nothing is drawn: hands and faces are not looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """One hand.

    Attributes:
        track_id: the same number for the same hand from frame to frame; never used again after
            the hand was lost.
        points: float32 (21, 2), pixels of the frame, MediaPipe's order.
        depth: float32 (21,), in the scale of `points`, relative to the wrist; smaller is nearer.
        world: float32 (21, 3), metres, about the hand's centre.
        side: the person's own hand, in a picture that is not mirrored.
        presence: the network's belief that this is a hand, 0..1.
        appearance: float32 (poses,), what the picture of the hand alone says: logarithms of the
            probabilities of the pose model's classes; None where nobody asked it.
    """

    track_id: int
    points: FloatArray
    depth: FloatArray
    world: FloatArray
    side: Side
    presence: float
    appearance: FloatArray | None = None

    @property
    def box(self) -> Box:
        """The smallest box round the landmarks, in pixels."""
        return Box.around(self.points)

    @property
    def palm_length(self) -> float:
        """Wrist to the middle finger's knuckle, in pixels: the natural unit for errors."""
        reach = self.points[Landmark.MIDDLE_MCP] - self.points[Landmark.WRIST]
        return float(np.hypot(reach[0], reach[1]))

    @property
    def width(self) -> float:
        """The larger of palm length and knuckle span, in pixels: the hand's size in the picture.

        A palm seen edge-on or from its end loses one of the two to perspective, never both.
        """
        span = self.points[Landmark.INDEX_MCP] - self.points[Landmark.PINKY_MCP]
        return max(self.palm_length, float(np.hypot(span[0], span[1])))

    @property
    def palm_centre(self) -> tuple[float, float]:
        """Middle of the wrist and the four knuckles, in pixels: what fingers do not move."""
        x, y = self.points[_PALM].mean(axis=0)
        return float(x), float(y)


@dataclass(frozen=True, slots=True, eq=False)
class FaceShape:
    """More of a face: what stickers hold on to.

    Attributes:
        forehead: float32 (2,), middle of the forehead, pixels.
        chin: float32 (2,), front of the chin, pixels.
        cheeks: float32 (2, 2), the cheek on the picture's left and on its right, pixels.
        yaw: radians by which the head is turned aside; above 0 the nose points to the picture's
            right.
        pitch: radians by which it is bent; above 0 it looks down.
    """

    forehead: FloatArray
    chin: FloatArray
    cheeks: FloatArray
    yaw: float
    pitch: float


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face.

    Attributes:
        track_id: as for `Hand`.
        box: pixels; brow to chin, ear to ear.
        eyes: float32 (2, 2), centres of the eye on the picture's left and on its right, pixels.
        nose: float32 (2,), tip of the nose, pixels.
        mouth: float32 (2,), middle of the mouth, pixels.
        presence: the network's belief that this is a face, 0..1.
        shape: more of it; None where nobody looked so closely.
    """

    track_id: int
    box: Box
    eyes: FloatArray
    nose: FloatArray
    mouth: FloatArray
    presence: float
    shape: FaceShape | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Everything seen in one frame.

    Attributes:
        frame_index: `Frame.index` of the frame looked at.
        at: `Frame.captured_at` of that frame, seconds.
        size: its width and height, pixels.
        hands: at most as many as the settings allow, best first.
        faces: largest first.
        mask: float32 (h, w) share of person per cell, 0..1, of the whole picture; None when it
            was not asked for.
        mask_at: `Frame.captured_at` of the frame that `mask` was made of, seconds; the mask may be
            older or newer than the rest.
    """

    frame_index: int
    at: float
    size: tuple[int, int]
    hands: tuple[Hand, ...] = ()
    faces: tuple[Face, ...] = ()
    mask: npt.NDArray[np.float32] | None = None
    mask_at: float = -math.inf


@dataclass(frozen=True, slots=True)
class PoseReading:
    """The pose classifier's opinion of one hand in one frame.

    Attributes:
        track_id: the hand's.
        scores: calibrated probability per pose, `none` among them; they sum to 1.
        known: False when the hand is so far from everything the classifier was taught that its
            scores mean nothing (open-set rejection).
        taught: scores of the poses that the user has taught, `none` among them; they sum to 1 by
            themselves, so that no taught pose takes anything from those in `scores`, and mean
            something where the hand is not `known`, too. Empty where nothing was taught.
    """

    track_id: int
    scores: Mapping[str, float]
    known: bool = True
    taught: Mapping[str, float] = field(default_factory=lambda: NOT_TAUGHT)

    @property
    def best(self) -> tuple[str, float]:
        """The likeliest pose and its score; `none` for a hand that is not known."""
        if not self.known:
            return NONE_POSE, 1.0
        pose = max(self.scores, key=self.scores.__getitem__)
        return pose, self.scores[pose]

    @property
    def shown(self) -> tuple[str, float]:
        """What people are told that the hand shows: `best`, or a taught pose where that is none."""
        best = self.best
        if best[0] == NONE_POSE and self.taught:
            pose = max(self.taught, key=self.taught.__getitem__)
            if pose != NONE_POSE:
                return pose, self.taught[pose]
        return best


@dataclass(frozen=True, slots=True)
class PairReading:
    """What two hands show together in one frame.

    Attributes:
        track_ids: the two hands.
        scores: of each two-handed gesture, and `none`; 0..1.
        known: False when the scores mean nothing, as of `PoseReading`.
    """

    track_ids: tuple[int, int]
    scores: Mapping[str, float]
    known: bool = True
