"""The vision thread: newest frame to observation, scores, events and live effects."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.core.events import GestureEvent
from vcam.core.frame import Frame
from vcam.core.observation import Attention, Observation, PoseReading
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.stats import Counters, SourceState
from vcam.reactions.stage import Stage
from vcam.triggers.engine import Candidate, TriggerEngine

logger = logging.getLogger(__name__)

GIVE_WAY_S = 0.003
"""Vision starts so much later than the output with a new frame: both would want the interpreter at
once, and vision keeps it for milliseconds at a time. The picture goes first."""

IDLE_TICK_S = 0.25
"""How often time passes for gestures while no frame comes."""

RELOAD_AFTER_S = 60.0
"""Pause before networks that could not be loaded are tried again."""

FIRST_RESTART_S = 1.0
"""Pause after recognition's first failure; doubled after each further one, to `RELOAD_AFTER_S`."""

STABLE_AFTER_S = 60.0
"""Recognition that worked so long has recovered: its next failure is soon retried."""


class Recognizer(Protocol):
    """Pixels to pose readings; `vcam.app` builds it of the vision and poses stages.

    Attributes:
        attention: how closely it looks; set by whoever knows what goes on.
    """

    attention: Attention

    def due(self, at: float) -> bool:
        """Whether anything would be done for a frame taken at `at` seconds."""
        ...

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in `frame`, and the reading of each hand."""
        ...

    def reset(self) -> None:
        """Forgets earlier frames: the camera was opened anew."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at one frame."""

    observation: Observation
    events: Sequence[GestureEvent]


def look_at(
    frame: Frame, recognizer: Recognizer, engine: TriggerEngine, drawing: bool
) -> Look | None:
    """Takes one frame through recognition and triggers; None if nothing was due.

    Args:
        frame: the frame.
        recognizer: pixels to pose readings; told how closely to look from now on.
        engine: scores to events.
        drawing: whether effects are live.
    """
    if not recognizer.due(frame.captured_at):
        return None
    observation, readings = recognizer.recognize(frame)
    events = engine.update(observation, readings)
    if engine.progress():
        recognizer.attention = Attention.STARTING
    else:
        recognizer.attention = Attention.DRAWING if drawing else Attention.WATCHING
    return Look(observation, events)


@dataclass(frozen=True, slots=True)
class Scene:
    """What vision knows: the newest observation and the holds in progress."""

    observation: Observation
    progress: Sequence[Candidate] = ()


class VisionLoop:
    """Looks at the newest frame whenever it is free and something is due.

    With no gesture to watch for it does nothing at all.

    Args:
        slot: newest captured frame.
        source_state: tells when the camera was opened anew.
        load_recognizer: loads the networks; called on this thread, so that the first frames go
            out before it is done. May raise `VcamError`: the camera goes on without recognition.
        engine: scores to events.
        stage: events to live effects.
        on_event: told of every event, on this thread.
        clock: for waiting.
        stop: ends the loop.
        counters: counts what was looked at.
    """

    def __init__(
        self,
        slot: LatestSlot[Captured],
        source_state: Callable[[], SourceState],
        load_recognizer: Callable[[], Recognizer],
        engine: TriggerEngine,
        stage: Stage,
        on_event: Callable[[GestureEvent], None],
        clock: Clock,
        stop: threading.Event,
        counters: Counters,
    ) -> None:
        self._slot = slot
        self._source_state = source_state
        self._load_recognizer = load_recognizer
        self._engine = engine
        self._stage = stage
        self._on_event = on_event
        self._clock = clock
        self._stop = stop
        self._counters = counters
        self._openings = 0
        self._told = ""
        self.scene: Scene | None = None
        self.problem = ""

    def run(self) -> None:
        """Runs until `stop` is set. Never raises: the picture in the meeting must go on."""
        if not self._engine.gestures:
            return
        restart_s = FIRST_RESTART_S
        while not self._stop.is_set():
            recognizer = self._load()
            if recognizer is None:
                self._clock.wait(self._stop, RELOAD_AFTER_S)
                continue
            since = self._clock.now()
            try:
                self._look(recognizer)
            except Exception as error:
                self._tell("Recognition failed; it starts over", error)
                self._let_go()
                if self._clock.now() - since >= STABLE_AFTER_S:
                    restart_s = FIRST_RESTART_S
                self._clock.wait(self._stop, restart_s)
                restart_s = min(2 * restart_s, RELOAD_AFTER_S)

    def _load(self) -> Recognizer | None:
        try:
            recognizer = self._load_recognizer()
        except VcamError as error:
            if str(error) != self.problem:
                logger.error("No hand recognition: %s", error)
            self.problem = str(error)
            return None
        except Exception as error:
            # A runtime that does not load on this machine, say.
            self._tell("No hand recognition: the networks cannot be loaded", error)
            self.problem = f"the networks cannot be loaded ({error})"
            return None
        self.problem = ""
        return recognizer

    def _tell(self, what: str, error: Exception) -> None:
        """Logs a fault with its traceback, unless it is the one that was logged last."""
        if repr(error) != self._told:
            self._told = repr(error)
            logger.error("%s", what, exc_info=error)

    def _let_go(self) -> None:
        try:
            self._forget(self._clock.now())
        except Exception as error:
            self._tell("Effects could not be ended", error)

    def _look(self, recognizer: Recognizer) -> None:
        version = 0
        while not self._stop.is_set():
            captured, version = self._slot.wait_newer(version, IDLE_TICK_S)
            openings = self._source_state().openings
            if openings != self._openings:
                self._openings = openings
                recognizer.reset()
                self._forget(captured.frame.captured_at if captured else self._clock.now())
            if captured is None:
                self._react(self._engine.tick(self._clock.now()))
                continue
            at = captured.frame.captured_at
            if recognizer.due(at):
                self._clock.wait(self._stop, GIVE_WAY_S)
            drawing = bool(self._stage.live(at))
            look = look_at(captured.frame, recognizer, self._engine, drawing)
            if look is None:
                continue
            self._react(look.events)
            self._stage.follow(self._engine.holders())
            self.scene = Scene(look.observation, self._engine.progress())
            self._counters.vision_frames += 1

    def _react(self, events: Sequence[GestureEvent]) -> None:
        if not events:
            return
        self._stage.handle(events)
        for event in events:
            self._on_event(event)

    def _forget(self, at: float) -> None:
        self.scene = None
        self._react(self._engine.restart(at))
