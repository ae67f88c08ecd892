"""Takes samples of a pose from the camera: one take, from the countdown to the last sample."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vcam.control.state import TeachingPhase
from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand
from vcam.daemon.private_file import PersonalError
from vcam.daemon.sample_pictures import Thumbnails, cut_out
from vcam.daemon.taught import TaughtPoses
from vcam.pipeline.looking import Look
from vcam.poses.taught.hands import numbers_of
from vcam.poses.taught.samples import Sample

logger = logging.getLogger(__name__)

EVERY_S = 0.125
"""Between two samples: nearer ones are the same picture."""

LEAST_HEIGHT = 0.10
"""Size of the hand's box (longer side) as a share of the picture's shorter side; a little more than
what triggers ask for, since a sample is worth more than a look."""

STEADY = 0.10
"""Most that a landmark moves from one look to the next, in hand widths, on average."""

ALIKE = 1.3
"""Of two hands of about one size the one that is held higher is the one that poses."""

BLIND_S = 20.0
"""Without a sample for so long the take ends."""

TOLD_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class TakeState:
    """How a take goes on.

    Attributes:
        phase: of it; `idle` where there is none.
        pose: what is sampled.
        left: samples still to take.
        countdown_s: until the first.
        message: what to do now, or why it ended.
    """

    phase: TeachingPhase = "idle"
    pose: str = ""
    left: int = 0
    countdown_s: float = 0.0
    message: str = ""


class Sampler:
    """One take at a time. Any thread, but `look`, which is vision's.

    Vision only chooses a hand and cuts it out; samples and thumbnails are made by `step`, on a
    thread of its own.

    Args:
        taught: takes the samples.
        rehearse: has hands looked for, and answers nothing, while a take goes on.
        clock: for countdown and pace.
        wall: time of day.
        on_change: told whenever `state` has changed.
        spawn: runs a take beside the caller.
    """

    def __init__(
        self,
        taught: TaughtPoses,
        rehearse: Callable[[bool], None],
        clock: Clock,
        wall: Callable[[], float],
        on_change: Callable[[], None],
        spawn: Callable[[Callable[[], None]], None],
    ) -> None:
        self.thumbnails = Thumbnails()
        self._taught = taught
        self._rehearse = rehearse
        self._clock = clock
        self._wall = wall
        self._on_change = on_change
        self._spawn = spawn
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._state = TakeState()
        self._take = 0
        self._starts_at = self._taken_at = self._sampled_at = 0.0
        self._last: tuple[int, FloatArray] | None = None
        self._seen: deque[tuple[Sample, Image | None]] = deque()

    @property
    def state(self) -> TakeState:
        """The take that goes on, or how the last one ended."""
        return self._state

    @property
    def runs(self) -> bool:
        """Whether one goes on."""
        return self._state.phase in ("countdown", "taking")

    def begin(self, pose: str, samples: int, countdown_s: float) -> None:
        """Begins a take.

        Raises:
            VcamError: one of another pose goes on.
        """
        with self._lock:
            if self.runs and self._state.pose != pose:
                raise VcamError(
                    f"Samples of {self._state.pose} are being taken",
                    "stop that first: vcam poses teach --cancel",
                )
            now = self._clock.now()
            if self.runs:
                # The button is held on.
                self._state = replace(self._state, left=samples)
                return
            ended = self._ended = threading.Event()
            self._take = self._taught.next_id()
            self._starts_at = now + countdown_s
            self._taken_at = self._starts_at
            self._sampled_at, self._last = float("-inf"), None
            self._seen.clear()
            phase: TeachingPhase = "countdown" if countdown_s else "taking"
            self._state = TakeState(phase, pose, samples, countdown_s, "Hold the pose")
            self._rehearse(True)
        self._on_change()
        self._spawn(lambda: self._run(ended))

    def cancel(self) -> None:
        """Ends the take; what was taken stays.

        Raises:
            VcamError: there is none.
        """
        with self._lock:
            if not self.runs:
                raise VcamError("No samples are being taken", "begin: vcam poses teach NAME")
            self._note()
            self._end("")
        self._on_change()

    def close(self) -> None:
        """Ends the take, if one goes on; what was taken is kept."""
        with self._lock:
            if not self.runs:
                return
            self._note()
            self._end("")
        self._save()

    def drop(self) -> None:
        """Ends the take, if one goes on, without what was not noted yet."""
        with self._lock:
            self._seen.clear()
            if self.runs:
                self._end("")

    def look(self, look: Look) -> None:
        """Takes a look at a frame: a hand that is near and still enough becomes a sample."""
        now = self._clock.now()
        if not self.runs or now < self._starts_at:
            return
        hand = posing(look.observation.hands)
        last, self._last = self._last, None
        if hand is None:
            self._hint("Hold one hand up, so that all of it is seen")
            return
        shape = hand.points / np.float32(max(hand.width, 1.0))
        self._last = hand.track_id, shape
        if max(hand.box.width, hand.box.height) < LEAST_HEIGHT * min(look.observation.size):
            self._hint("Come nearer: the hand is too small")
            return
        if last is None or last[0] != hand.track_id or _moved(last[1], shape) > STEADY:
            self._hint("Hold still")
            return
        if now - self._sampled_at < EVERY_S - 1e-3:
            return
        numbers = numbers_of(hand)
        if numbers is None:
            return
        with self._lock:
            if self._ended.is_set() or self._state.left <= 0:
                return
            self._sampled_at = self._taken_at = now
            number = self._taught.next_id()
            sample = Sample(
                number, self._take, round(self._wall(), 1), hand.side == "left", numbers
            )
            self._seen.append((sample, cut_out(look.image, hand)))
            self._state = replace(
                self._state, phase="taking", left=self._state.left - 1, message="Hold the pose"
            )

    def step(self) -> bool:
        """Notes what was seen, and tells how it goes on; False once the take is over."""
        with self._lock:
            self._note()
            if not self.runs:
                return False
            now = self._clock.now()
            left_s = max(0.0, self._starts_at - now)
            phase: TeachingPhase = "countdown" if left_s else "taking"
            self._state = replace(self._state, phase=phase, countdown_s=round(left_s, 1))
            if self._state.left <= 0:
                self._end("")
            elif now - self._taken_at > BLIND_S:
                self._end(f"No sample for {BLIND_S:.0f} s, so this ended: {self._state.message}")
        self._on_change()
        return self.runs

    def _note(self) -> None:
        """Brings what was seen to the others; the lock is held."""
        new: list[Sample] = []
        while self._seen:
            sample, picture = self._seen.popleft()
            if picture is not None:
                self.thumbnails.keep(sample.id, picture)
            new.append(sample)
        if new:
            self._taught.add(self._state.pose, new)

    def _run(self, ended: threading.Event) -> None:
        try:
            while not ended.is_set() and self.step():
                self._clock.wait(ended, TOLD_EVERY_S)
        except Exception as error:
            # A take that nobody ends would keep everything from being answered.
            logger.exception("Samples cannot be taken")
            with self._lock:
                if not ended.is_set():
                    self._end(f"Samples cannot be taken ({error!r})")
        self._save()
        self._on_change()

    def _save(self) -> None:
        try:
            self._taught.save()
        except PersonalError as error:
            logger.error("%s", error)
            message = f"The samples are in memory until vcam ends, for {error}"
            self._state = replace(self._state, phase="failed", message=message)

    def _hint(self, message: str) -> None:
        with self._lock:
            if self.runs and self._state.message != message:
                self._state = replace(self._state, message=message)

    def _end(self, message: str) -> None:
        """Ends the take; the lock is held."""
        self._state = TakeState("failed" if message else "idle", message=message)
        self._ended.set()
        self._rehearse(False)


def posing(hands: Sequence[Hand]) -> Hand | None:
    """The hand that shows the pose: the largest; of two that are about as large, the higher one."""
    largest = max(hands, key=lambda hand: hand.width, default=None)
    if largest is None:
        return None
    near = [hand for hand in hands if hand.width * ALIKE >= largest.width]
    return min(near, key=lambda hand: hand.palm_centre[1])


def _moved(before: FloatArray, now: FloatArray) -> float:
    """How far the landmarks went, in hand widths, on average."""
    away = now - before
    return float(np.sqrt((away**2).sum(axis=1)).mean())
