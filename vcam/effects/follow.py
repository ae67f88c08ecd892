"""Follows something seen a few times a second; what is drawn on it neither swims nor shakes.

Vision tells where a thing was some tens of milliseconds ago, ten to fifteen times a second, with
noise. The picture that goes out is newer and comes more often. So each sighting goes through a
filter that also knows the speed (an alpha-beta filter) and whose cut-off rises with surprise, as
the 1-euro filter's does; the speed carries it on to the time of the picture; and where a new
sighting contradicts what was drawn, the difference is worked off over a few frames instead of
showing as a jump, unless it moves so fast that it is better to be right at once.

Why not the 1-euro filter itself: it has no trend, so what moves steadily leaves it behind; carried
on by the speed of its output it is farther off than this, and shakes twice as much at rest.
`bench/follow.py` compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray

Numbers = npt.NDArray[np.float64]

Carry = Callable[[Numbers, Numbers], Numbers]
"""Says of values and their speeds, units of the value a second, what they are carried on by."""

MAX_LEAD_S = 0.15
"""Farthest that a sighting is carried on: beyond it, people more often turn round than go on."""

_SURPRISE_CUTOFF_HZ = 3.0
NOISE_SPEED = 0.15
"""Surprise that noise alone makes, units a second: 1 px at 15 Hz on eyes 80 px apart, roughly."""

_REST_SPEED = 0.1
"""Below this speed, units a second, less and less of it is carried on with: it is mostly noise."""

_LEAST_STEP_S = 1e-4
"""Sightings closer than this are one: a speed between them would mean nothing."""

_SETTLE_S = 0.04
_SETTLE_SPEED = 2.0
"""From about this speed, units a second, differences are worked off faster: motion hides them."""

_JUMP_SPEED = 0.25
"""From about this speed above noise, units a second, most of a difference is taken at once: worked
off slowly, it costs a frame each time. Chosen on the demo clip, where lag, error and shake of every
anchor fall with it; lower, shoulders of real people shake more."""


class Follower:
    """Several things that are seen together, each some numbers that move together: positions, say.

    All are followed by the same few operations on arrays: one by one they would cost a dozen times
    as much.

    Args:
        min_cutoff_hz: cut-off at rest: lower is steadier. One, or one for each thing.
        beta: Hz of cut-off added for each unit a second of surprise: higher follows sudden
            movement more closely. One, or one for each thing.
        noise_speed: surprise that noise alone makes, units a second. One, or one for each thing.
        trend: share of its speed that is believed; 0 only smooths. One, or one for each thing.
        carry: what things are carried on by, where it is not their own speed.
    """

    def __init__(
        self,
        min_cutoff_hz: float | Sequence[float],
        beta: float | Sequence[float],
        noise_speed: float | Sequence[float] = NOISE_SPEED,
        trend: float | Sequence[float] = 1.0,
        carry: Carry | None = None,
    ) -> None:
        self._min_cutoff_hz = _each(min_cutoff_hz)
        self._beta = _each(beta)
        self._noise_speed = _each(noise_speed)
        self._trend = _each(trend)
        self._carry = carry
        self._seen_at: float | None = None
        self._value: Numbers = np.zeros(0)
        self._speed: Numbers = np.zeros(0)
        self._error: Numbers = np.zeros(0)
        self._error_at = 0.0
        self._surprise: Numbers = np.zeros(0)
        self._unit: Numbers = np.ones(0)
        self._pace: Numbers = np.zeros(0)
        self._bustle: Numbers = np.zeros(0)
        self._known: tuple[float, Numbers] | None = None

    def see(
        self, value: FloatArray, seen_at: float, unit: float | Sequence[float], now: float
    ) -> None:
        """Takes a sighting.

        Args:
            value: float32 (n,) of one thing, or (things, n); the same shape each time, finite.
            seen_at: when it was so, seconds; a sighting that is not newer than the last is passed
                over.
            unit: a size in the value's own units that makes near and far things comparable; one,
                or one for each thing.
            now: the time at which the picture being drawn was taken, seconds.
        """
        sighting = np.asarray(value, np.float64)
        self._unit = np.maximum(_each(unit), 1e-6)
        if self._seen_at is None:
            self._value, self._speed = sighting.copy(), np.zeros_like(sighting)
            self._error, self._error_at = np.zeros_like(sighting), now
            self._surprise = np.zeros((*sighting.shape[:-1], 1))
            self._pace = self._bustle = np.zeros_like(self._surprise)
            self._seen_at = seen_at
            return
        elapsed_s = seen_at - self._seen_at
        if elapsed_s < _LEAST_STEP_S:
            return
        drawn = self.at(now)
        expected = self._value + self._speed * elapsed_s
        miss = sighting - expected
        raw_surprise = _length(miss) / (elapsed_s * self._unit)
        known = 1 - math.exp(-2 * math.pi * _SURPRISE_CUTOFF_HZ * elapsed_s)
        self._surprise = self._surprise + known * (raw_surprise - self._surprise)
        excess = np.maximum(self._surprise - self._noise_speed, 0.0)
        cutoff_hz = self._min_cutoff_hz + self._beta * excess
        alpha = 1 - np.exp(-2 * math.pi * elapsed_s * cutoff_hz)
        self._value = expected + alpha * miss
        # This beta damps the alpha-beta filter critically: it never swings past a stop for long.
        gain = self._trend * alpha**2 / ((2 - alpha) * elapsed_s)
        self._speed = self._speed + gain * miss
        self._pace = _length(self._speed) / self._unit
        self._seen_at = seen_at
        self._known = None
        bustle = np.maximum(self._pace, self._surprise)
        self._bustle = np.maximum(bustle - self._noise_speed, 0.0)
        kept = 1 / (1 + (self._bustle / _JUMP_SPEED) ** 2)
        self._error, self._error_at = (drawn - self._carried_on(now)) * kept, now

    def at(self, now: float) -> Numbers:
        """Where it is to be drawn on a picture that was taken at `now` seconds.

        Returns:
            float64, of the sightings' shape; not to be written to.
        """
        if self._known is None or self._known[0] != now:
            settle_s = _SETTLE_S / (1 + self._bustle / _SETTLE_SPEED)
            left = np.exp(-max(0.0, now - self._error_at) / settle_s)
            self._known = now, self._carried_on(now) + self._error * left
        return self._known[1]

    def _carried_on(self, now: float) -> Numbers:
        lead_s = min(MAX_LEAD_S, max(0.0, now - (self._seen_at or 0.0)))
        square = self._pace**2
        belief = square / (square + _REST_SPEED**2)
        speed = self._speed if self._carry is None else self._carry(self._value, self._speed)
        return self._value + speed * (lead_s * belief)


def _each(values: float | Sequence[float]) -> Numbers:
    """One number for all things, or a column of one for each."""
    return np.asarray(values, np.float64)[..., np.newaxis]


def _length(values: Numbers) -> Numbers:
    return np.asarray(np.sqrt(np.square(values).sum(axis=-1, keepdims=True)), np.float64)
