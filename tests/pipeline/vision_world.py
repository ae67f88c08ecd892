"""A vision thread over scripted pictures and a recogniser that is faked."""

from __future__ import annotations

import threading

import numpy as np

from vcam.core.events import EventKind, ReactionRule
from vcam.core.frame import Frame
from vcam.core.observation import Attention, Hand, Observation, PoseReading
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.pipeline.vision_thread import ASLEEP_WAKE_S, VisionLoop
from vcam.reactions.stage import Stage
from vcam.settings.schema import TriggerSettings
from vcam.testing import FakeClock, plain_image
from vcam.triggers.engine import TriggerEngine

V_SCORES = {"v_sign": 0.99, "none": 0.01}


def still_hand() -> Hand:
    points = np.random.default_rng(5).uniform(10, 40, (21, 2)).astype(np.float32)
    return Hand(1, points, np.zeros(21, np.float32), np.zeros((21, 3), np.float32), "left", 0.99)


class FakeRecognizer:
    """A V sign in every frame, until it is told to fail."""

    def __init__(self, fail_at: int = -1) -> None:
        self.attention = Attention.WATCHING
        self.looked_at: list[int] = []
        self.resets = 0
        self._fail_at = fail_at

    def due(self, at: float) -> bool:
        return True

    def recognize(self, frame: Frame):
        if frame.index == self._fail_at:
            raise ZeroDivisionError("a fault in recognition")
        self.looked_at.append(frame.index)
        observation = Observation(frame.index, frame.captured_at, (64, 48), (still_hand(),))
        return observation, [PoseReading(1, V_SCORES)]

    def reset(self) -> None:
        self.resets += 1


class ScriptedSlot(LatestSlot[Captured]):
    """A new frame every 1/30 s of a fake clock; None where it is told; stops at the end."""

    def __init__(self, clock: FakeClock, stop: threading.Event, frames: int, gaps=()) -> None:
        super().__init__()
        self._fake, self._stop, self._frames, self._gaps = clock, stop, frames, gaps
        self._next = 0
        self._happens = {}

    def at(self, index: int, happens) -> None:
        """Does something just before this frame is handed over."""
        self._happens[index] = happens

    def wait_newer(self, version: int, timeout_s: float):
        if timeout_s == 0:
            return None, version
        self._fake.advance(1 / 30)
        index = self._next
        self._next += 1
        if index in self._happens:
            self._happens[index]()
        if self._next >= self._frames:
            self._stop.set()
        if index in self._gaps:
            return None, version + 1
        frame = Frame(plain_image(), self._fake.now(), index)
        return Captured(frame, self._fake.now()), version + 1


class StepClock(FakeClock):
    """In each long wait, the next of `then` happens."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.then = []

    def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
        if timeout_s == ASLEEP_WAKE_S:
            self.waits.append(timeout_s)
            if self.then:
                self.then.pop(0)()
            assert len(self.waits) < 100
            self.advance(timeout_s)
            return interrupt.is_set()
        return super().wait(interrupt, timeout_s)


RULE = ReactionRule("v_sign", "pack", "glasses", "hold", 0, 0, 200)


class World:
    def __init__(
        self, frames: int, gaps=(), recognizer=None, failures=(), gestures=("v_sign",), awake=True
    ) -> None:
        self.clock, self.stop = StepClock(), threading.Event()
        self.recognizer = recognizer or FakeRecognizer()
        self.events = []
        self.openings = 1
        self.loads = 0
        self.on_change = lambda: None
        failures = list(failures)

        def load():
            self.loads += 1
            if failures:
                raise failures.pop(0)
            return self.recognizer

        self.stage = Stage([RULE] if gestures else [])
        self.slot = ScriptedSlot(self.clock, self.stop, frames, gaps)
        self.loop = VisionLoop(
            self.slot,
            lambda: SourceState(SourcePhase.LIVE, "fake", openings=self.openings),
            load,
            TriggerEngine(TriggerSettings(), gestures),
            self.stage,
            self.events.append,
            self.clock,
            self.stop,
            Counters(self.clock.now()),
            awake=awake,
            on_change=lambda: self.on_change(),
        )

    def end(self) -> None:
        self.stop.set()

    def kinds(self):
        return [e.kind for e in self.events if e.kind is not EventKind.PROGRESS]
