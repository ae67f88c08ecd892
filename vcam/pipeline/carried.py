"""One reader on the recogniser thread: its looks, its cost, and what its classes have started."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vcam.core.errors import VcamError
from vcam.core.events import GestureEvent
from vcam.core.frame import Frame
from vcam.core.observation import Observation
from vcam.recognizers.contracts import DEFAULT_THRESHOLD, ClassReader, ClassReading
from vcam.triggers.classes import BLIND_S, ClassRule, ClassTriggers

logger = logging.getLogger(__name__)

_NEW_COST = 0.3
"""Weight of the newest look in the cost: one that was interrupted must not count for long."""

_RATED_LOOKS = 5


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """How a reader does.

    Attributes:
        name: of the reader.
        running: whether it looks.
        scores: smoothed, of each class; empty while it does not run.
        rate_hz: how often it has looked lately.
        ms: CPU milliseconds of one look; 0 before the first.
        problem: why it was switched off; empty otherwise.
    """

    name: str
    running: bool = False
    scores: Mapping[str, float] = field(default_factory=dict)
    rate_hz: float = 0.0
    ms: float = 0.0
    problem: str = ""

    def without_scores(self) -> ReaderStatus:
        """What does not change with every look."""
        return replace(self, scores={}, rate_hz=0.0, ms=0.0)


class Carried:
    """Used from the recogniser thread alone.

    Attributes:
        reader: what looks.
        is_ready: whether it was prepared.
        is_running: whether it has looked since it was last let rest.
        period_s: from one look to the next, at least.
        cost_s: CPU seconds of one look; 0 before the first.
        problem: why it was switched off; empty otherwise.
    """

    def __init__(self, reader: ClassReader) -> None:
        self.reader = reader
        self.is_ready = False
        self.is_running = False
        self.period_s = 1 / reader.rate_hz
        self.cost_s = 0.0
        self.problem = ""
        self._triggers = ClassTriggers(reader.smoothing_ms)
        self._is_ruled = False
        self._costs = 0
        self._looked_at: deque[float] = deque(maxlen=_RATED_LOOKS)

    @property
    def name(self) -> str:
        """Of the reader."""
        return self.reader.name

    @property
    def rate_hz(self) -> float:
        """How often it wants to look."""
        return self.reader.rate_hz

    @property
    def looks_at(self) -> frozenset[str]:
        """What of the observation it needs."""
        return self.reader.looks_at

    @property
    def due_at(self) -> float:
        """When it may look next, seconds on the pipeline's clock."""
        return self._looked_at[-1] + self.period_s if self._looked_at else float("-inf")

    @property
    def active(self) -> Sequence[str]:
        """Gestures that its classes have started."""
        return self._triggers.active

    def is_needed(self, is_asked: bool) -> bool:
        """Whether it has to look; `is_asked`: somebody wants to see scores."""
        return not self.problem and (self._is_ruled or self.reader.always or is_asked)

    def watch(self, rules: Sequence[ClassRule], now: float) -> list[GestureEvent]:
        """Starts gestures by those of the rules that are about it; the ends of others."""
        own = [rule for rule in rules if rule.recogniser == self.name]
        self._is_ruled = bool(own)
        return self._triggers.watch(own, now)

    def prepare(self, now: float) -> list[GestureEvent]:
        """Has the reader load what it needs."""
        try:
            self.reader.prepare()
        except Exception as error:
            return self._fail(error, now)
        self.is_ready = self.is_running = True
        return []

    def look(self, frame: Frame, observation: Observation | None, now: float) -> list[GestureEvent]:
        """Has the reader look at a frame; what starts and ends by it."""
        self._looked_at.append(now)
        self.is_running = True
        try:
            readings = self.reader.read(frame, observation)
        except Exception as error:
            return self._fail(error, now)
        scores, tracks = _merged(readings, with_hands="hands" in self.looks_at)
        self._triggers.smoothing_ms = self.reader.smoothing_ms
        limits = self.reader.thresholds
        every = dict.fromkeys(self.reader.classes, DEFAULT_THRESHOLD) | dict(limits)
        full = dict.fromkeys(self.reader.classes, 0.0) | scores
        return self._triggers.see(frame.captured_at, full, every, tracks, self._patience_s)

    def spent(self, cpu_s: float) -> None:
        """Notes what a look has cost."""
        self._costs += 1
        # The runtime gets a few things ready in the first run; the second tells what one costs.
        new = _NEW_COST if self._costs > 2 else 1.0
        self.cost_s += new * (cpu_s - self.cost_s)

    def tick(self, now: float) -> list[GestureEvent]:
        """No frame has come: ends what was not seen for too long."""
        if self._looked_at and self.active and now - self._looked_at[-1] > self._patience_s:
            return self._triggers.lose(now, "no picture")
        return []

    def rest(self, now: float) -> list[GestureEvent]:
        """It is not needed any more: ends what it has started."""
        self.is_running = False
        self._looked_at.clear()
        return self._triggers.lose(now, "not looked for")

    def status(self) -> ReaderStatus:
        """How it does."""
        looked = self._looked_at
        span_s = looked[-1] - looked[0] if looked else 0.0
        rate_hz = (len(looked) - 1) / span_s if span_s > 0 else 0.0
        scores = dict(self._triggers.scores) if self.is_running else {}
        return ReaderStatus(
            self.name, self.is_running, scores, rate_hz, self.cost_s * 1000, self.problem
        )

    @property
    def _patience_s(self) -> float:
        return max(BLIND_S, 3 * self.period_s)

    def _fail(self, error: Exception, now: float) -> list[GestureEvent]:
        if isinstance(error, VcamError):
            self.problem = str(error)
            logger.error("The recogniser %s is switched off: %s", self.name, error)
        else:
            self.problem = f"it failed ({error!r})"
            logger.error("The recogniser %s failed; it is switched off", self.name, exc_info=error)
        return self.rest(now)


def _merged(
    readings: Sequence[ClassReading], *, with_hands: bool
) -> tuple[dict[str, float], dict[str, tuple[int, ...]]]:
    """The highest score of each class among all faces or hands, and the hand that has it."""
    scores: dict[str, float] = {}
    tracks: dict[str, tuple[int, ...]] = {}
    for reading in readings:
        for label, score in reading.scores.items():
            if score > scores.get(label, -1.0):
                scores[label] = score
                if with_hands and reading.track_id is not None:
                    tracks[label] = (reading.track_id,)
    return scores, tracks
