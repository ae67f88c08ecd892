"""One selfie, from the countdown to the last file, on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Literal

from vcam.control.state import SelfieState
from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.daemon.selfie_files import STRIP_OF, SelfieFiles, Wish
from vcam.pipeline.mode import Mode
from vcam.pipeline.shooting import Shot, ShotPlan

logger = logging.getLogger(__name__)

TICK_S = 0.2
"""How often it is looked whether the camera still gives pictures, and the state told."""

PATIENCE_S = 10.0
"""So long after a picture was due a selfie is given up: a camera that sleeps opens within that."""

WAITING_BYTES = 192_000_000
"""Pictures that wait to be saved take no more memory than that; the next one is taken later."""

WAITING_OF_CLIP = 12
"""Frames of a clip that wait to be encoded; one that comes then is left out."""

Phase = Literal["counting", "taking", "saving", "over"]


class SelfieRun:
    """Takes one selfie and saves it.

    Any thread, but for `work`, which is the body of a thread.

    Attributes:
        wish: what was asked for.
        plan: what the pipeline is to take.
        problem: why it failed; empty while it has not, and where it was cancelled.

    Args:
        wish: what was asked for.
        countdown_s: until the first picture.
        files: makes files of them.
        clock: the pipeline's.
        mode: what the pipeline does.
        on_change: told when the state has changed.
    """

    def __init__(
        self,
        wish: Wish,
        countdown_s: float,
        files: SelfieFiles,
        clock: Clock,
        mode: Callable[[], Mode],
        on_change: Callable[[], None],
    ) -> None:
        self.wish = wish
        self.plan = _plan(wish, countdown_s, self._take, self._last_taken)
        self.problem = ""
        self._files = files
        self._clock = clock
        self._mode = mode
        self._on_change = on_change
        self._changed = threading.Condition()
        self._waiting: deque[Shot] = deque()
        self._phase: Phase = "counting"
        self._cancelled = False
        self._due_at = clock.now() + countdown_s
        self._ends_at = self._due_at + _length_s(self.plan)

    @property
    def state(self) -> SelfieState | None:
        """As it is told; None when it is over."""
        phase = self._phase
        if phase == "over":
            return None
        until = {"counting": self._due_at, "taking": self._ends_at}.get(phase)
        left_s = max(0.0, until - self._clock.now()) if until is not None else 0.0
        return SelfieState(
            phase=phase, left_s=round(left_s, 2), take=self.wish.take, gesture=self.wish.gesture
        )

    def cancel(self) -> bool:
        """Gives it up; False if all pictures have been taken already."""
        with self._changed:
            if self._phase not in ("counting", "taking"):
                return False
            self._cancelled = True
            self._changed.notify_all()
            return True

    def work(self) -> None:
        """Waits for pictures and saves them, until all is done or given up. Never raises."""
        try:
            while (shot := self._next()) is not None:
                self._files.add(shot)
            if not self._cancelled:
                self._files.finish()
        except VcamError as error:
            self.problem = str(error)
        except Exception as error:
            logger.exception("The selfie failed")
            self.problem = f"The selfie failed: {error}"
        finally:
            self._files.abandon()

    def end(self) -> None:
        """It is over: from now on another one may begin."""
        with self._changed:
            self._phase = "over"
            self._waiting.clear()

    def _take(self, shot: Shot) -> bool:
        """Takes a picture from the pipeline, on the output thread."""
        with self._changed:
            if self._cancelled or self._phase == "over":
                return False
            if not self._has_room(shot):
                # Of a clip it is left out; else the next one takes its place.
                return self.wish.take == "clip"
            self._waiting.append(shot)
            begins = self._phase == "counting"
            if begins:
                self._phase = "taking"
                self._ends_at = shot.at + _length_s(self.plan)
            self._due_at = shot.at + self.plan.interval_s
            self._changed.notify_all()
        if begins:
            self._on_change()
        return True

    def _last_taken(self) -> None:
        """All pictures have been taken; on the output thread."""
        with self._changed:
            if self._phase == "taking":
                self._phase = "saving"
            self._changed.notify_all()
        self._on_change()

    def _has_room(self, shot: Shot) -> bool:
        if self.wish.take == "clip":
            return len(self._waiting) < WAITING_OF_CLIP
        each = shot.frame.image.nbytes + shot.decorated.nbytes
        return not self._waiting or each * (len(self._waiting) + 1) <= WAITING_BYTES

    def _next(self) -> Shot | None:
        """The next picture; None when there are no more, or it was given up."""
        told_s = -1
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._waiting or self._cancelled or self._phase == "saving", TICK_S
                )
                if self._cancelled:
                    return None
                if self._waiting:
                    return self._waiting.popleft()
                if self._phase == "saving":
                    return None
            self._give_up_if_hopeless()
            left_s = int(self._due_at - self._clock.now())
            if left_s != told_s:
                told_s = left_s
                self._on_change()

    def _give_up_if_hopeless(self) -> None:
        mode = self._mode()
        if mode is not Mode.LIVE:
            raise VcamError(f"The selfie was given up, as vcam was {mode.value}", "resume first")
        if self._clock.now() - self._due_at > PATIENCE_S:
            raise VcamError(
                "The selfie was given up, as no picture came from the camera", "see: vcam status"
            )


def _plan(
    wish: Wish, countdown_s: float, take: Callable[[Shot], bool], end: Callable[[], None]
) -> ShotPlan:
    selfie, still = wish.settings.selfie, wish.settings.effects.reduced_motion
    counts = {"still": 1, "burst": selfie.burst_count, "strip": STRIP_OF, "clip": 0}
    apart_s = selfie.interval_ms / 1000 if wish.take in ("burst", "strip") else 0.0
    return ShotPlan(
        take=take,
        end=end,
        countdown_s=countdown_s,
        count=counts[wish.take],
        interval_s=apart_s,
        span_s=selfie.clip_s if wish.take == "clip" else 0.0,
        shown_in=selfie.countdown_in,
        # A clip would begin with it, and whoever asks for less motion asks for none.
        flash=selfie.flash and not still and wish.take != "clip",
        still=still,
    )


def _length_s(plan: ShotPlan) -> float:
    """From the first picture to the last."""
    return plan.span_s if plan.count == 0 else plan.interval_s * (plan.count - 1)
