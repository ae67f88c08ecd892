"""Follows something seen a few times a second; what is drawn on it neither swims nor shakes.

Vision tells where a thing was some tens of milliseconds ago, ten to fifteen times a second, with
noise. The picture that goes out is newer and comes more often. So each sighting goes through a
filter that also knows the speed (an alpha-beta filter) and whose cut-off rises with surprise, as
the 1-euro filter's does; the speed carries it on to the time of the picture; and where a new
sighting contradicts what was drawn, the difference is worked off over a few frames instead of
showing as a jump.

Why not the 1-euro filter itself: it has no trend, so what moves steadily leaves it behind; carried
on by the speed of its output it comes as close as this, but shakes two to three times as much at
rest. `bench/follow.py` compares them.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray

_Numbers = npt.NDArray[np.float64]

MAX_LEAD_S = 0.15
"""Farthest that a sighting is carried on: beyond it, people more often turn round than go on."""

_SURPRISE_CUTOFF_HZ = 3.0
_NOISE_SPEED = 0.15
"""Surprise that noise alone makes, units a second: 1 px at 15 Hz on eyes 80 px apart, roughly."""

_REST_SPEED = 0.1
"""Below this speed, units a second, less and less of it is carried on with: it is mostly noise."""

_SETTLE_S = 0.04
_SETTLE_SPEED = 2.0
"""From about this speed, units a second, differences are worked off faster: motion hides them."""


class Follower:
    """A few numbers that move together, such as a position.

    Args:
        min_cutoff_hz: cut-off at rest: lower is steadier.
        beta: Hz of cut-off added for each unit a second of surprise: higher follows sudden
            movement more closely.
    """

    def __init__(self, min_cutoff_hz: float, beta: float) -> None:
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._seen_at: float | None = None
        self._value: _Numbers = np.zeros(0)
        self._speed: _Numbers = np.zeros(0)
        self._error: _Numbers = np.zeros(0)
        self._error_at = 0.0
        self._surprise = 0.0
        self._unit = 1.0

    def see(self, value: FloatArray, seen_at: float, unit: float, now: float) -> None:
        """Takes a sighting.

        Args:
            value: float32, any shape, the same each time, finite.
            seen_at: when it was so, seconds; a sighting that is not newer than the last is passed
                over.
            unit: a size in the value's own units that makes near and far things comparable.
            now: the time at which the picture being drawn was taken, seconds.
        """
        sighting = np.asarray(value, np.float64)
        self._unit = max(unit, 1e-6)
        if self._seen_at is None:
            self._value, self._speed = sighting.copy(), np.zeros_like(sighting)
            self._error, self._error_at = np.zeros_like(sighting), now
            self._seen_at = seen_at
            return
        elapsed_s = seen_at - self._seen_at
        if elapsed_s <= 0:
            return
        drawn = self.at(now)
        expected = self._value + self._speed * elapsed_s
        miss = sighting - expected
        raw_surprise = _length(miss) / (elapsed_s * self._unit)
        self._surprise += _gain(_SURPRISE_CUTOFF_HZ, elapsed_s) * (raw_surprise - self._surprise)
        excess = max(0.0, self._surprise - _NOISE_SPEED)
        alpha = _gain(self._min_cutoff_hz + self._beta * excess, elapsed_s)
        self._value = expected + alpha * miss
        # This beta damps the alpha-beta filter critically: it never swings past a stop for long.
        self._speed = self._speed + alpha**2 / (2 - alpha) / elapsed_s * miss
        self._seen_at = seen_at
        self._error, self._error_at = drawn - self._carried_on(now), now

    def at(self, now: float) -> _Numbers:
        """Where it is to be drawn on a picture that was taken at `now` seconds; float64."""
        pace = _length(self._speed) / self._unit
        settle_s = _SETTLE_S / (1 + pace / _SETTLE_SPEED)
        left = math.exp(-max(0.0, now - self._error_at) / settle_s)
        return self._carried_on(now) + self._error * left

    def _carried_on(self, now: float) -> _Numbers:
        lead_s = min(MAX_LEAD_S, max(0.0, now - (self._seen_at or 0.0)))
        pace = _length(self._speed) / self._unit
        belief = pace**2 / (pace**2 + _REST_SPEED**2)
        return self._value + self._speed * (lead_s * belief)


def _length(values: _Numbers) -> float:
    return math.sqrt(float(np.square(values).sum()))


def _gain(cutoff_hz: float, elapsed_s: float) -> float:
    """Gain of a first-order low-pass for one step of `elapsed_s`."""
    return 1 - math.exp(-2 * math.pi * cutoff_hz * elapsed_s)
