"""Hands, readings, and a player that feeds signals to an engine."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from vcam.core.events import EventKind, GestureEvent
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation, PoseReading
from vcam.settings.schema import TriggerSettings
from vcam.triggers.engine import TriggerEngine

SIZE = (1280, 720)
GESTURES = ("v_sign", "thumb_up", "metal")

# An open right hand, wrist at the origin, palm 100 px long, 250 px from wrist to fingertip.
OPEN_HAND = np.array(
    [
        (0, 0), (-25, -15), (-50, -40), (-70, -65), (-85, -85),
        (-25, -98), (-28, -150), (-30, -185), (-31, -215),
        (0, -100), (0, -160), (0, -200), (0, -240),
        (22, -95), (26, -150), (28, -190), (30, -220),
        (42, -85), (50, -125), (55, -150), (58, -170),
    ],
    np.float32,
)  # fmt: skip

Scores = Mapping[str, float]
Signal = Callable[[float], Scores | None]


@functools.cache
def make_hand(
    track_id: int = 1, x: float = 640, y: float = 600, scale: float = 1.0, jitter: float = 0.0
) -> Hand:
    """A hand with its wrist at x, y; `jitter` px of noise that depends on the place alone."""
    noise = np.random.default_rng(int(abs(x * 7 + y * 13) * 1000)).normal(0, jitter, (21, 2))
    points = (OPEN_HAND * scale + (x, y) + noise).astype(np.float32)
    zeros = np.zeros(21, np.float32)
    return Hand(track_id, points, zeros, np.zeros((21, 3), np.float32), "right", 1.0)


def make_face(x: float, y: float, width: float = 200, height: float = 260) -> Face:
    dots = np.zeros((2, 2), np.float32)
    return Face(9, Box(x, y, width, height), dots, dots[0], dots[1], 1.0)


def scores_of(gesture: str, score: float) -> Scores:
    """`gesture` at `score`, what is left on `none`."""
    rest = 1 - score if math.isfinite(score) else 0.0
    return {name: 0.0 for name in GESTURES} | {gesture: score, "none": rest}


def make_observation(
    at: float, hands: Sequence[Hand] = (), faces: Sequence[Face] = (), index: int = 0
) -> Observation:
    return Observation(index, at, SIZE, tuple(hands), tuple(faces))


@dataclass
class Player:
    """Feeds an engine, keeps what it says, and checks that it makes sense."""

    settings: TriggerSettings = field(default_factory=TriggerSettings)
    gestures: Sequence[str] = GESTURES

    def __post_init__(self) -> None:
        self.engine = TriggerEngine(self.settings, self.gestures)
        self.events: list[GestureEvent] = []

    def restart(self, at: float) -> list[GestureEvent]:
        return self._keep(self.engine.restart(at))

    def tick(self, now: float) -> list[GestureEvent]:
        return self._keep(self.engine.tick(now))

    def see(
        self,
        at: float,
        scores: Scores | None,
        hand: Hand | None = None,
        known: bool = True,
        faces: Sequence[Face] = (),
    ) -> list[GestureEvent]:
        """One hand, or none where `scores` is None."""
        if scores is None:
            return self.see_all(at, [], faces)
        return self.see_all(at, [(hand or make_hand(), scores, known)], faces)

    def see_all(
        self,
        at: float,
        hands: Sequence[tuple[Hand, Scores, bool]],
        faces: Sequence[Face] = (),
    ) -> list[GestureEvent]:
        readings = [PoseReading(hand.track_id, scores, known) for hand, scores, known in hands]
        observation = make_observation(at, [hand for hand, _, _ in hands], faces)
        return self._keep(self.engine.update(observation, readings))

    def play(self, times: Iterable[float], signal: Signal) -> list[GestureEvent]:
        return [event for at in times for event in self.see(at, signal(at))]

    def hold(
        self,
        start_s: float,
        stop_s: float,
        score: float = 0.97,
        gesture: str = "v_sign",
        hz: float = 30,
        hand: Hand | None = None,
    ) -> list[GestureEvent]:
        """The same reading at `hz` from `start_s` up to, not including, `stop_s`."""
        count = math.ceil((stop_s - start_s) * hz - 1e-9)
        times = [start_s + number / hz for number in range(count)]
        return [event for at in times for event in self.see(at, scores_of(gesture, score), hand)]

    def of(self, kind: EventKind, gesture: str = "v_sign") -> list[GestureEvent]:
        return [e for e in self.events if e.kind is kind and e.gesture == gesture]

    @property
    def starts(self) -> list[float]:
        return [event.at for event in self.events if event.kind is EventKind.START]

    def _keep(self, events: Sequence[GestureEvent]) -> list[GestureEvent]:
        self.events += events
        return list(events)


def assert_well_formed(events: Sequence[GestureEvent]) -> None:
    """progress* then start or cancelled; start then end; nothing else; time and share go on."""
    for gesture in {event.gesture for event in events}:
        phase, share, since, at = "idle", 0.0, None, -math.inf
        for event in events:
            if event.gesture != gesture:
                continue
            assert event.at >= at, "time runs backwards"
            at = event.at
            assert event.candidate_at <= event.at
            assert 0 <= event.score <= 1
            assert 0 <= event.progress <= 1
            assert event.track_ids
            if event.kind is EventKind.PROGRESS:
                assert phase in ("idle", "candidate")
                if phase == "candidate":
                    assert event.progress > share
                    assert event.candidate_at == since
                phase, share, since = "candidate", event.progress, event.candidate_at
            elif event.kind is EventKind.START:
                assert phase in ("idle", "candidate")
                assert event.progress == 1
                assert since is None or phase == "idle" or event.candidate_at == since
                phase = "active"
            elif event.kind is EventKind.CANCELLED:
                assert phase == "candidate"
                assert event.reason
                phase = "idle"
            else:
                assert phase == "active"
                assert event.reason
                phase = "idle"


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit


class Kit:
    """What the tests of this folder need; a fixture, since test folders are no packages."""

    Player = Player
    GESTURES = GESTURES
    SIZE = SIZE
    hand = staticmethod(make_hand)
    face = staticmethod(make_face)
    scores = staticmethod(scores_of)
    observation = staticmethod(make_observation)
    assert_well_formed = staticmethod(assert_well_formed)


@pytest.fixture
def player(kit):
    """A player whose warm-up is over at 1.0 s."""
    player = kit.Player()
    player.restart(0.0)
    player.hold(0.5, 1.0, score=0.0)
    return player
