"""Keeps a mask still where nothing moves, and lets it go along where something does."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.vision.person import PersonReading

STILL_S = 0.35
"""Time constant where nothing moves: what flickers there is the network's doubt, not the person."""

FORGET_S = 1.0
"""After a gap of this length the old mask says nothing about the new one."""

_NOISE = 2.5
"""Change of a grey value between two looks that a camera's noise makes after the shrinking."""
_MOTION = 9.0
"""Change from which on something moves for sure, and the new mask holds as it is."""

_DOUBT = 0.12
_SHIFT = 0.4
"""Mean change of the mask round a pixel: flicker is less than the former, and of both signs; a
person who moved slowly before a wall of their own colour makes the latter."""

_AROUND = (7, 7)


class SteadyMask:
    """A low-pass filter on masks in true time, each pixel with a time constant of its own."""

    def __init__(self) -> None:
        self._mask: FloatArray | None = None
        self._seen: npt.NDArray[np.uint8] | None = None
        self._at = -math.inf

    def reset(self) -> None:
        """Forgets the past: the next mask passes through unchanged."""
        self._mask = self._seen = None
        self._at = -math.inf

    def update(self, reading: PersonReading, at: float) -> FloatArray:
        """The steady mask: float32, a new array each time.

        Args:
            reading: mask and picture, always of the same size.
            at: when the picture was taken, seconds.
        """
        elapsed_s = at - self._at
        old, before = self._mask, self._seen
        if old is None or before is None or not 0 < elapsed_s <= FORGET_S:
            self._mask = reading.mask
        else:
            change = reading.mask - old
            gain = self._gain(change, cv2.absdiff(reading.seen, before), elapsed_s)
            change *= gain
            change += old
            self._mask = change
        self._seen, self._at = reading.seen, at
        return self._mask

    def _gain(
        self, change: FloatArray, moved: npt.NDArray[np.generic], elapsed_s: float
    ) -> FloatArray:
        """How much of the change is taken over, 0..1."""
        motion = np.asarray(cv2.blur(np.asarray(moved, np.float32), _AROUND), np.float32)
        motion -= np.float32(_NOISE)
        motion *= np.float32(1 / (_MOTION - _NOISE))
        shift = np.abs(np.asarray(cv2.blur(change, _AROUND), np.float32))
        shift -= np.float32(_DOUBT)
        shift *= np.float32(1 / (_SHIFT - _DOUBT))
        gain = np.maximum(motion, shift, out=motion)
        least = 1 - math.exp(-elapsed_s / STILL_S)
        np.clip(gain, 0, 1, out=gain)
        gain *= np.float32(1 - least)
        gain += np.float32(least)
        return gain
