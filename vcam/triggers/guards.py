"""Guards: what keeps a pose from counting, however clear it is."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from enum import StrEnum

from vcam.core.observation import Face, Hand
from vcam.settings.schema import GuardSettings


class Reason(StrEnum):
    """Why a hold was cancelled or a gesture ended."""

    RELEASED = "released"
    """The hand left the pose."""
    UNCLEAR = "unclear"
    """The pose was there, but not clearly enough for too long."""
    UNKNOWN = "unknown pose"
    """The hand is unlike everything that the classifier was taught."""
    HAND_LOST = "hand lost"
    """The hand went out of sight."""
    NO_PICTURE = "no picture"
    """Vision stalled or the camera is gone."""
    RESTARTED = "restarted"
    """The camera was opened again, or the pipeline resumed."""
    TWO_HANDED = "two-handed"
    """The other hand joined in: a two-handed gesture takes the place of this one."""
    UNDONE = "undone"
    """It was taken back."""
    OVER = "over"
    """A movement is done."""
    SWITCHED_OFF = "switched off"
    """The settings do not allow the gesture any longer."""
    TOO_SMALL = "too small"
    """The hand is too far away."""
    OVER_FACE = "over the face"
    """The hand covers a face."""
    TOO_FAST = "too fast"
    """The hand moves."""


_SPEED_BASE_S = 0.060
"""Speed is measured over at least this long: over one 60 Hz frame a landmark's jitter of a few
hundredths of a hand width would already look like half a hand width per 100 ms."""

_SPEED_MEMORY_S = 0.5
"""Places older than this say nothing about the speed now."""

_OPEN_HAND_PALMS = 2.0
"""Length of an open hand, wrist to middle fingertip, in palm lengths; a little less than the 2.1 of
`vcam/synthetic`'s hand. By it a fist or a thumb is as large as the open hand it would be."""


class Speedometer:
    """Speed of one hand, from where its palm was, in true time."""

    def __init__(self) -> None:
        self._places: deque[tuple[float, float, float]] = deque()

    def speed(self, at: float, centre: tuple[float, float], width: float) -> float:
        """Notes the place, and returns the speed in hand widths per 100 ms.

        Measured against two earlier places, both at least 60 ms back; the slower counts, so that
        one wrong place (a landmark jump) does not make the right ones after it look fast. A hand
        that has been seen for less than that has no speed yet: 0.

        Args:
            at: seconds; one that is not later than the last is ignored and gives 0.
            centre: of the palm, pixels; ignored and gives 0 if it is no number.
            width: of the hand, pixels.
        """
        if self._places and not at > self._places[-1][0]:
            return 0.0
        if not math.isfinite(centre[0] + centre[1] + width):
            return 0.0
        self._places.append((at, *centre))
        while self._places[0][0] < at - _SPEED_MEMORY_S:
            self._places.popleft()
        earlier = [place for place in self._places if at - place[0] >= _SPEED_BASE_S][-2:]
        if not earlier:
            return 0.0
        return min(
            math.hypot(centre[0] - x, centre[1] - y) / max(width, 1e-6) / ((at - then) * 10)
            for then, x, y in earlier
        )


def blocked_by(
    hand: Hand, faces: Sequence[Face], picture_side: int, speed: float, guards: GuardSettings
) -> Reason | None:
    """The first guard that `hand` does not pass, None if it passes all.

    Args:
        hand: the hand.
        faces: all faces in the same picture.
        picture_side: the picture's shorter side, pixels; its height, but for pictures on end.
        speed: hand widths per 100 ms.
        guards: the limits.
    """
    box = hand.box
    size = max(box.width, box.height, _OPEN_HAND_PALMS * hand.width)
    if not math.isfinite(box.width + box.height) or size < guards.min_hand_height * picture_side:
        return Reason.TOO_SMALL
    if any(box.overlap(face.box) > guards.max_face_overlap * box.area for face in faces):
        return Reason.OVER_FACE
    if speed > guards.max_speed:
        return Reason.TOO_FAST
    return None
