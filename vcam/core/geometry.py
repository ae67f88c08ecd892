"""Boxes and the 1-euro filter: the small geometry that several stages share."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


class Box(NamedTuple):
    """An axis-aligned box in pixels: left, top, width, height (floats; may leave the picture)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Area in square pixels; 0 for an empty box."""
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box, in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlap(self, other: Box) -> float:
        """Area shared with `other`, in square pixels."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union with `other`, 0..1."""
        shared = self.overlap(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    @classmethod
    def around(cls, points: FloatArray) -> Box:
        """The smallest box that holds `points`, float (n, 2) in pixels, n >= 1."""
        left, top = points.min(axis=0)[:2]
        right, bottom = points.max(axis=0)[:2]
        return cls(float(left), float(top), float(right - left), float(bottom - top))


class Placement(NamedTuple):
    """How a camera picture lies in the picture that goes out: scaled, then moved (pixels)."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def points(self, points: FloatArray) -> FloatArray:
        """`points`, float (..., 2) in camera pixels, in pixels of the outgoing picture."""
        return np.asarray(points * self.scale + (self.left, self.top), np.float32)


SHORTEST_STEP_S = 1e-6
"""Times closer than this are one and the same: a speed over less means nothing."""


class OneEuroFilter:
    """Speed-adaptive low-pass filter on arrays, in true time (Casiez et al., CHI 2012).

    Slow movement is smoothed hard (no jitter), fast movement little (no lag). `scale` in
    `update` makes speeds comparable between near and far things: pass a size in the value's own
    units (a hand's width in pixels, say), and `beta` means the same for all.

    Args:
        min_cutoff_hz: cut-off at rest; lower is steadier.
        beta: how fast the cut-off rises with speed (Hz per scale/s).
        derivative_cutoff_hz: cut-off of the speed estimate; the paper's default is 1 Hz.
    """

    def __init__(
        self, min_cutoff_hz: float, beta: float, derivative_cutoff_hz: float = 1.0
    ) -> None:
        self.min_cutoff_hz = min_cutoff_hz
        self.beta = beta
        self.derivative_cutoff_hz = derivative_cutoff_hz
        self._at: float | None = None
        self._value: FloatArray = np.zeros(0, np.float32)
        self._speed: FloatArray = np.zeros(0, np.float32)

    def reset(self) -> None:
        """Forgets the past: the next value passes through unchanged."""
        self._at = None

    def update(self, value: FloatArray, at: float, scale: float = 1.0) -> FloatArray:
        """Filters `value` (any shape, the same each time) seen at `at` seconds.

        A time that does not advance returns the last output: a repeated or late observation must
        not move anything.
        """
        value = np.asarray(value, np.float32)
        if self._at is None:
            self._at, self._value, self._speed = at, value.copy(), np.zeros_like(value)
            return value.copy()
        elapsed_s = at - self._at
        if elapsed_s < SHORTEST_STEP_S:
            return self._value.copy()
        unit = max(scale, 1e-6)
        raw_speed = (value - self._value) / (elapsed_s * unit)
        smooth = _smoothing(self.derivative_cutoff_hz, elapsed_s)
        self._speed = self._speed + smooth * (raw_speed - self._speed)
        cutoff = np.asarray(self.min_cutoff_hz + self.beta * np.abs(self._speed), np.float32)
        gain = _smoothing(cutoff, elapsed_s)
        self._value = (self._value + gain * (value - self._value)).astype(np.float32)
        self._at = at
        return self._value.copy()


def _smoothing(cutoff_hz: float | FloatArray, elapsed_s: float) -> FloatArray:
    """Gain of a first-order low-pass for one step of `elapsed_s`."""
    rate = 2 * math.pi * np.asarray(cutoff_hz, np.float32) * elapsed_s
    return np.asarray(rate / (rate + 1), np.float32)
