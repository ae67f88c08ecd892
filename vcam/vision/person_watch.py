"""Looks for the person as often as somebody wants to know, and not at all while nobody does."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand, Landmark
from vcam.vision.pace import Pace
from vcam.vision.person import PersonReader, PersonReading, PersonSegmenter
from vcam.vision.steady import SteadyMask

logger = logging.getLogger(__name__)

RETRY_S = 60.0
"""Pause before a network that could not be loaded is tried again."""

_FINGERS = (
    (Landmark.THUMB_CMC, Landmark.THUMB_MCP, Landmark.THUMB_IP, Landmark.THUMB_TIP),
    (Landmark.INDEX_MCP, Landmark.INDEX_PIP, Landmark.INDEX_DIP, Landmark.INDEX_TIP),
    (Landmark.MIDDLE_MCP, Landmark.MIDDLE_PIP, Landmark.MIDDLE_DIP, Landmark.MIDDLE_TIP),
    (Landmark.RING_MCP, Landmark.RING_PIP, Landmark.RING_DIP, Landmark.RING_TIP),
    (Landmark.PINKY_MCP, Landmark.PINKY_PIP, Landmark.PINKY_DIP, Landmark.PINKY_TIP),
)
_PALM = (
    Landmark.WRIST,
    Landmark.THUMB_CMC,
    Landmark.INDEX_MCP,
    Landmark.MIDDLE_MCP,
    Landmark.RING_MCP,
    Landmark.PINKY_MCP,
)
_FINGER_SHARE = 0.26
"""Thickness of a finger in sizes of the hand (`Hand.width`)."""

_SUB_PIXEL_BITS = 4


class PersonWatch:
    """The person's mask. Used from one thread.

    Args:
        load: loads the network, when it is wanted for the first time.

    Attributes:
        mask: float32 (h, w), of the whole picture; None while there is none.
        seen_at: when the picture was taken that `mask` was made of, seconds.
        problem: why there is none, though it is wanted; empty otherwise.
    """

    def __init__(self, load: Callable[[], PersonReader] = PersonSegmenter.load) -> None:
        self.mask: FloatArray | None = None
        self.seen_at = -math.inf
        self.problem = ""
        self._load = load
        self._reader: PersonReader | None = None
        self._steady = SteadyMask()
        self._wanted_hz = 0.0
        self._pace = Pace(0)
        self._load_at = -math.inf

    @property
    def wanted_hz(self) -> float:
        """How often the mask is made anew; 0 for never."""
        return self._wanted_hz

    @wanted_hz.setter
    def wanted_hz(self, rate_hz: float) -> None:
        if rate_hz == self._wanted_hz:
            return
        self._wanted_hz, self._pace = rate_hz, Pace(rate_hz)
        if not rate_hz:
            self.reset()
            self.problem = ""
            self._load_at = -math.inf

    def reset(self) -> None:
        """Forgets what was seen."""
        self.mask, self.seen_at = None, -math.inf
        self._steady.reset()
        self._pace.now() if self._wanted_hz else None

    def due(self, at: float, early: float = 0.0) -> bool:
        """Whether `look` would do something for a picture taken at `at` seconds."""
        return at >= self._load_at and self._pace.due(at, early)

    def look(self, image: Image, at: float, hands: Sequence[Hand], stretch: float = 1.0) -> None:
        """Makes the mask anew.

        Without its network it goes on without a mask, and tries again later.

        Args:
            image: BGR.
            at: when it was taken, seconds.
            hands: those in it: they belong to the person, whatever the network says.
            stretch: the next look is so many periods later.
        """
        self._pace.done(at, stretch)
        if self._reader is None:
            try:
                self._reader = self._load()
            except VcamError as error:
                self._load_at = at + RETRY_S
                if str(error) != self.problem:
                    self.problem = str(error)
                    logger.error("The person cannot be told from the room: %s", error)
                return
            self.problem = ""
        reading = self._reader.look(image)
        height, width = image.shape[:2]
        drawn = with_hands(reading.mask, hands, (width, height))
        self.mask = self._steady.update(PersonReading(drawn, reading.seen), at)
        self.seen_at = at


def with_hands(mask: FloatArray, hands: Sequence[Hand], size: tuple[int, int]) -> FloatArray:
    """The mask with hands in it; the network often takes raised fingers for the room.

    Args:
        mask: float32 (h, w), of the whole picture; is not changed.
        hands: in pixels of the picture.
        size: width and height of the picture, pixels.
    """
    if not hands:
        return mask
    height, width = mask.shape
    scale = np.array([width / size[0], height / size[1]], np.float32)
    drawn = np.zeros((height, width), np.uint8)
    for hand in hands:
        points = hand.points * scale
        if not np.isfinite(points).all() or np.abs(points).max() > 4 * max(width, height):
            continue
        fixed = np.round((points - 0.5) * 2**_SUB_PIXEL_BITS).astype(np.int32)
        thick = max(1, round(_FINGER_SHARE * hand.width * float(scale.mean())))
        palm = cv2.convexHull(fixed[list(_PALM)])
        cv2.fillConvexPoly(drawn, palm, 255, cv2.LINE_AA, _SUB_PIXEL_BITS)
        chains = [fixed[list(chain)] for chain in (*_FINGERS, _PALM)]
        cv2.polylines(drawn, chains, False, 255, thick, cv2.LINE_AA, _SUB_PIXEL_BITS)
    soft = cv2.blur(drawn, (3, 3))
    return np.maximum(mask, np.multiply(soft, np.float32(1 / 255), dtype=np.float32))
