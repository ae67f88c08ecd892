"""How closely and how steadily stickers follow: the follower against plainer ways.

    python bench/follow.py

Simulated: eyes 80 px apart, seen at 15 and 10 Hz with 0.3 px of noise, 35 and 70 ms late, drawn at
30 Hz. `error` is the distance to the truth, `shake` the change of that distance from frame to
frame; px, root mean square.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray, OneEuroFilter
from vcam.effects.follow import Follower

UNIT_PX, NOISE_PX, SECONDS, FPS = 80.0, 0.3, 30, 30
PATHS = {"still": (0.0, 0.3), "slow": (60.0, 0.3), "quick": (120.0, 0.9)}


class Way(Protocol):
    """What `Follower` does."""

    def see(self, value: FloatArray, seen_at: float, unit: float, now: float) -> None: ...

    def at(self, now: float) -> npt.NDArray[np.float64]: ...


class LastSighting:
    """Draws where it was last seen."""

    def see(self, value: FloatArray, seen_at: float, unit: float, now: float) -> None:
        self.value = value.astype(np.float64)

    def at(self, now: float) -> npt.NDArray[np.float64]:
        return self.value


class OneEuro:
    """The 1-euro filter; its output carried on by its own speed if `lead` is set."""

    def __init__(self, lead: bool) -> None:
        self._filter = OneEuroFilter(1.0, 4.0)
        self._lead = lead
        self._seen_at = -math.inf
        self._value = self._speed = np.zeros(2)

    def see(self, value: FloatArray, seen_at: float, unit: float, now: float) -> None:
        filtered = self._filter.update(value, seen_at, unit).astype(np.float64)
        self._speed = (filtered - self._value) / (seen_at - self._seen_at)
        self._value, self._seen_at = filtered, seen_at

    def at(self, now: float) -> npt.NDArray[np.float64]:
        return self._value + self._speed * min(0.15, now - self._seen_at) * self._lead


def measure(way: Way, path: str, seen_hz: float, late_s: float) -> tuple[float, float]:
    """Error and shake."""
    reach, hz = PATHS[path]
    rng = np.random.default_rng(1)

    def truth(at: float) -> npt.NDArray[np.float64]:
        turn = 2 * math.pi * hz * at
        return np.array([640 + reach * math.sin(turn), 360 + reach / 3 * math.sin(1.6 * turn)])

    errors, tick = [], 0
    for number in range(SECONDS * FPS):
        now = number / FPS
        while (seen_at := round(tick / seen_hz * FPS) / FPS) + late_s <= now:
            noisy = truth(seen_at) + rng.normal(0, NOISE_PX, 2)
            way.see(noisy.astype(np.float32), seen_at, UNIT_PX, now)
            tick += 1
        if number >= FPS:
            errors.append(way.at(now) - truth(now))
    miss = np.array(errors)
    return math.sqrt(np.square(miss).mean()), math.sqrt(np.square(np.diff(miss, axis=0)).mean())


def main() -> None:
    """Prints the table."""
    for seen_hz in (15, 10):
        for late_s in (0.035, 0.07):
            print(f"seen at {seen_hz} Hz, {late_s * 1000:.0f} ms late: error / shake, px")
            for name, make in (
                ("last sighting", LastSighting),
                ("1-euro filter", lambda: OneEuro(False)),
                ("1-euro filter, carried on", lambda: OneEuro(True)),
                ("follower", lambda: Follower(2.0, 6.0)),
            ):
                cells = [
                    "{} {:.2f} / {:.2f}".format(path, *measure(make(), path, seen_hz, late_s))
                    for path in PATHS
                ]
                print(f"  {name:26} " + "   ".join(cells))


if __name__ == "__main__":
    main()
