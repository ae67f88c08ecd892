"""Decides, many times a second, what goes out and who has to work for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vcam.pipeline.demand import Demand
from vcam.pipeline.mode import Mode, Showing
from vcam.pipeline.wakefulness import Wakefulness, seconds_awake_and_asleep

POLL_S = 0.09
"""How often it is asked who watches: a reader must wake the camera within 150 ms."""

NOBODY = "nobody is watching"
PAUSED = "paused"


class Camera(Protocol):
    """What it directs of `CaptureThreads`."""

    def direct(self, wanted: bool, urgent: bool, reason: str) -> None:
        """Whether the source shall be open; whether somebody waits for it; why if not."""
        ...

    def restart(self) -> None:
        """Opens the source anew."""
        ...


class Watcher(Protocol):
    """What it directs of `VisionLoop` and `RecogniserLoop`."""

    def direct(self, awake: bool) -> None:
        """Whether anything shall be looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Lookers:
    """All that look at pictures; they wake and sleep together."""

    every: Sequence[Watcher]

    def direct(self, awake: bool) -> None:
        """Whether anything shall be looked at."""
        for each in self.every:
            each.direct(awake)


@dataclass(frozen=True, slots=True)
class Direction:
    """What goes out, and whether at the full rate; else a picture now and then is enough."""

    showing: Showing
    full_rate: bool


class Director:
    """Puts the mode and the readers together. Used from the output thread, but for `mode`.

    Attributes:
        mode: what the user has asked for; any thread may set it.

    Args:
        demand: whether the camera is wanted.
        watched: whether anybody takes pictures.
        camera: is opened and closed.
        vision: looks or sleeps.
        real_time: seconds on a clock that goes on while the machine sleeps.
    """

    def __init__(
        self,
        demand: Demand,
        watched: Callable[[], bool],
        camera: Camera,
        vision: Watcher,
        real_time: Callable[[], float] = seconds_awake_and_asleep,
    ) -> None:
        self.mode = Mode.LIVE
        self._demand = demand
        self._watched = watched
        self._camera = camera
        self._vision = vision
        self._real_time = real_time
        self._wakefulness = Wakefulness()
        self._poll_at = float("-inf")
        self._mode_then = Mode.LIVE

    def poll(self, now: float) -> Direction:
        """What to do now; asks who watches every `POLL_S`, and at once when the mode changes."""
        mode = self.mode
        if now >= self._poll_at or mode is not self._mode_then:
            self._poll_at, self._mode_then = now + POLL_S, mode
            self._look(now, mode)
        wanted = self._demand.wanted
        if mode is Mode.PAUSED:
            return Direction(Showing.PAUSE, full_rate=False)
        if mode is Mode.FROZEN:
            return Direction(Showing.HELD, full_rate=wanted)
        return Direction(Showing.CAMERA if wanted else Showing.ASLEEP, full_rate=wanted)

    def _look(self, now: float, mode: Mode) -> None:
        if self._wakefulness.slept(now, self._real_time()):
            self._camera.restart()
        watched = self._watched()
        wanted = self._demand.update(now, watched)
        paused = mode is Mode.PAUSED
        self._camera.direct(wanted and not paused, watched, PAUSED if paused else NOBODY)
        self._vision.direct(wanted and mode is Mode.LIVE)
