"""Pictures for selfies: taken out of the stream at their times, on the output thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from vcam.core.events import LiveEffect
from vcam.core.frame import Frame, Image
from vcam.core.observation import Observation
from vcam.effects.countdown import FLASH_S, draw_countdown, draw_shutter, draw_taking

FLASHES_APART_S = 1.0
"""Least time between two flashes, of selfies that follow each other; WCAG 2.3.1 allows three a
second."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that was taken out of the stream. Nobody may write to its images.

    Attributes:
        number: counts from 1 within its plan.
        frame: as the camera gave it.
        decorated: what others saw, in the size that goes out; without ring and countdown.
        live: the effects on it.
        observation: who was in view, in pixels of the frame; None if nothing is known.
        at: when it went out, seconds.
    """

    number: int
    frame: Frame
    decorated: Image
    live: Sequence[LiveEffect]
    observation: Observation | None
    at: float


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """What to take, and when.

    Attributes:
        take: is handed each picture, on the output thread; returns at once and never raises. False
            if there is no room for it now: the next picture takes its place.
        countdown_s: until the first.
        count: how many; 0 for all new ones during `span_s`.
        interval_s: from one to the next, at least.
        span_s: how long, where `count` is 0; then `end` is called.
        end: told on the output thread when the last one has been taken.
        shown_in: where countdown and flash are drawn.
        flash: whether the picture flashes when the first is taken.
        still: without anything that swells.
    """

    take: Callable[[Shot], bool]
    countdown_s: float = 0.0
    count: int = 1
    interval_s: float = 0.0
    span_s: float = 0.0
    end: Callable[[], None] = lambda: None
    shown_in: Literal["picture", "preview"] = "preview"
    flash: bool = True
    still: bool = False


class Shooter:
    """Follows one plan at a time. Used from the output thread only."""

    def __init__(self) -> None:
        self._plan: ShotPlan | None = None
        self._begun_at = 0.0
        self._next_at = 0.0
        self._taken = 0
        self._first_at: float | None = None
        self._last_index = -1
        self._flash_at = float("-inf")
        self._flash_in: Literal["picture", "preview"] = "preview"

    def begin(self, plan: ShotPlan | None, now: float) -> None:
        """Follows this plan from now on; None gives up the one that is followed."""
        self._plan = plan
        if plan is not None:
            self._begun_at = now
            self._next_at = now + plan.countdown_s
            self._taken, self._first_at, self._last_index = 0, None, -1

    def see(
        self,
        frame: Frame,
        decorated: Image,
        live: Sequence[LiveEffect],
        observation: Observation | None,
        now: float,
    ) -> bool:
        """Takes the picture that is about to go out, if it is due; True if it was taken."""
        plan = self._plan
        if plan is None or now < self._next_at or frame.index == self._last_index:
            return False
        if plan.count == 0 and self._first_at is not None and now - self._first_at >= plan.span_s:
            self._end(plan)
            return False
        shot = Shot(self._taken + 1, frame, decorated, live, observation, now)
        if not plan.take(shot):
            return False
        self._taken, self._last_index, self._next_at = shot.number, frame.index, now
        self._next_at += plan.interval_s
        if self._first_at is None:
            self._first_at = now
            if plan.flash and now - self._flash_at >= FLASHES_APART_S:
                self._flash_at, self._flash_in = now, plan.shown_in
        if plan.count and self._taken >= plan.count:
            self._end(plan)
        return True

    def shows(self, now: float) -> Literal["picture", "preview"] | None:
        """Where something of it is to be drawn now; None for nowhere."""
        if now - self._flash_at < FLASH_S:
            return self._flash_in
        return self._plan.shown_in if self._plan is not None else None

    def draw(self, canvas: Image, now: float) -> None:
        """Draws the countdown, the mark while pictures are taken, and the flash, in place."""
        plan = self._plan
        if now - self._flash_at < FLASH_S:
            draw_shutter(canvas, now - self._flash_at)
        if plan is None:
            return
        if self._first_at is None:
            left_s = self._begun_at + plan.countdown_s - now
            if plan.countdown_s > 0:
                draw_countdown(canvas, left_s, 1 - left_s / plan.countdown_s, plan.still)
            return
        whole_s = plan.span_s if plan.count == 0 else plan.interval_s * (plan.count - 1)
        if whole_s > 0:
            draw_taking(canvas, (now - self._first_at) / whole_s)

    def _end(self, plan: ShotPlan) -> None:
        self._plan = None
        plan.end()
