from __future__ import annotations

import threading

import pytest

from vcam.core.errors import ModelError
from vcam.core.events import EventKind
from vcam.core.frame import Frame
from vcam.core.observation import Observation
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.looking import Scene
from vcam.pipeline.recogniser_thread import ASLEEP_WAKE_S, SCORES_ASKED_FOR_S, RecogniserLoop
from vcam.recognizers.contracts import ClassReading
from vcam.testing import FakeClock, plain_image
from vcam.triggers.classes import class_rules


class Reader:
    """Says what the test puts in, at a cost that the test puts in."""

    classes = ("yes", "no")
    smoothing_ms = 0.0
    thresholds = {"yes": 0.6}  # noqa: RUF012

    def __init__(self, world, name="m", rate_hz=2.0, cost_s=0.0, looks_at=(), always=False):
        self.name, self.rate_hz, self.always = name, rate_hz, always
        self.looks_at = frozenset(looks_at)
        self.score = 0.0
        self.fault: Exception | None = None
        self.prepared = 0
        self.looks: list[tuple[float, Observation | None]] = []
        self._world, self._cost_s = world, cost_s

    def prepare(self):
        self.prepared += 1
        if isinstance(self.fault, ModelError):
            raise self.fault

    def read(self, frame, observation):
        self.looks.append((frame.captured_at, observation))
        self._world.cpu_s += self._cost_s
        if self.fault is not None:
            raise self.fault
        return [ClassReading(3, {"yes": self.score, "no": 1 - self.score})]


class World:
    """The loop on a clock of its own; a new frame is there whenever it looks."""

    def __init__(self):
        self.clock = FakeClock()
        self.slot = LatestSlot()
        self.stop = threading.Event()
        self.scene: Scene | None = None
        self.events, self.seen, self.veils, self.others = [], [], [], []
        self.changes = 0
        self.cpu_s = 0.0
        self.loop = RecogniserLoop(
            self.slot,
            lambda: self.scene,
            self.clock,
            self.stop,
            self.events.extend,
            self.veils.append,
            self.others.append,
            self._changed,
            lambda: self.cpu_s,
        )
        self.loop.direct(True)

    def _changed(self):
        self.changes += 1

    def follow(self, *rules, veils=(), cpu_share=0.1):
        self.loop.follow(
            class_rules((*rule, "") for rule in rules),
            frozenset(veils),
            cpu_share,
            self.seen.append,
        )

    def run(self, seconds):
        """Lets time pass; the loop does what is due."""
        end = self.clock.now() + seconds
        index = 0
        while self.clock.now() < end:
            now = self.clock.now()
            self.slot.put(Captured(Frame(plain_image(), now, index), now))
            index += 1
            self.loop.step()
            if self.clock.now() == now:
                # Each look takes its time.
                self.clock.advance(0.001)

    @property
    def kinds(self):
        return [(event.gesture, event.kind) for event in self.events]


@pytest.fixture
def world():
    return World()


def test_a_rule_has_its_reader_look_at_its_rate_and_starts_its_gesture(world):
    reader = Reader(world, rate_hz=2.0, looks_at=["hands"])
    reader.score = 0.9
    world.loop.carry("models", [reader])
    world.follow(("m", "yes", 1000))
    world.run(10)
    assert 18 <= len(reader.looks) <= 21
    assert world.kinds == [("m:yes", EventKind.START)]
    assert world.events[0].track_ids == (3,)
    assert world.seen == world.events
    reader.score = 0.1
    world.run(1)
    assert world.kinds[-1] == ("m:yes", EventKind.END)
    (status,) = world.loop.statuses()
    assert status.running
    assert status.scores["yes"] == pytest.approx(0.1)
    assert status.rate_hz == pytest.approx(2.0, rel=0.05)


def test_nobody_looks_while_nobody_asks(world):
    reader = Reader(world)
    world.loop.carry("models", [reader])
    world.run(ASLEEP_WAKE_S + 1)
    assert (reader.prepared, reader.looks) == (0, [])
    world.loop.ask()
    world.run(SCORES_ASKED_FOR_S + 0.5)
    looks = len(reader.looks)
    assert 4 <= looks <= 7
    world.run(ASLEEP_WAKE_S)
    assert len(reader.looks) == looks
    (status,) = world.loop.statuses()
    assert not status.running
    assert status.scores == {}


def test_who_shows_scores_is_told_of_them_now_and_then(world):
    reader = Reader(world, rate_hz=10.0)
    world.loop.carry("models", [reader])
    world.follow(("m", "yes", 1000))
    world.run(3)
    unasked = world.changes
    for _ in range(20):
        reader.score = 0.5 - reader.score
        world.loop.ask()
        world.run(0.5)
    assert unasked <= 3
    assert 5 <= world.changes - unasked <= 12


def test_a_reader_that_always_looks_needs_no_rule(world):
    reader = Reader(world, always=True)
    world.loop.carry("people", [reader])
    world.run(2)
    assert len(reader.looks) >= 3


def test_asleep_nothing_looks_and_everything_ends(world):
    reader = Reader(world)
    reader.score = 1.0
    world.loop.carry("models", [reader])
    world.follow(("m", "yes", 500), veils=["m:yes"])
    world.run(3)
    assert world.veils == [True]
    world.loop.direct(False)
    world.run(1)
    looks = len(reader.looks)
    assert world.kinds == [("m:yes", EventKind.START), ("m:yes", EventKind.END)]
    assert world.veils == [True, False]
    world.run(1000)
    assert len(reader.looks) == looks
    world.loop.direct(True)
    world.run(3)
    assert len(reader.looks) > looks


def test_dear_readers_look_less_often(world):
    dear, cheap = Reader(world, "dear", cost_s=0.2), Reader(world, "cheap", cost_s=0.001)
    world.loop.carry("models", [dear, cheap])
    world.follow(("dear", "yes", 100), ("cheap", "yes", 100), cpu_share=0.1)
    world.run(60)
    assert world.cpu_s <= 0.1 * 60 + 3 * 0.2
    assert len(cheap.looks) >= 115
    assert len(dear.looks) >= 25


@pytest.mark.parametrize("fault", [ModelError("it is broken", "mend it"), ZeroDivisionError("x")])
def test_a_reader_that_fails_is_switched_off_and_told_and_the_other_goes_on(world, fault, caplog):
    bad, good = Reader(world, "bad"), Reader(world, "good")
    bad.fault = fault
    good.score = 1.0
    world.loop.carry("models", [bad, good])
    world.follow(("bad", "yes", 500), ("good", "yes", 500))
    world.run(5)
    status, other = world.loop.statuses()
    assert str(fault) in status.problem
    assert not status.running
    assert (other.running, other.problem) == (True, "")
    assert bad.prepared == 1
    assert len(bad.looks) <= 1
    assert world.kinds == [("good:yes", EventKind.START)]
    assert caplog.text.count("bad") <= 2
    assert world.changes > 0


def test_a_reader_that_fails_ends_what_it_has_started(world):
    reader = Reader(world)
    reader.score = 1.0
    world.loop.carry("models", [reader])
    world.follow(("m", "yes", 500), veils=["m:yes"])
    world.run(3)
    reader.fault = RuntimeError("gone")
    world.run(1)
    assert world.kinds[-1] == ("m:yes", EventKind.END)
    assert world.veils == [True, False]


def test_readers_come_and_go_and_those_that_stay_go_on(world):
    first, second = Reader(world, "a"), Reader(world, "b")
    first.score = 1.0
    world.loop.carry("models", [first])
    world.follow(("a", "yes", 500), ("b", "yes", 500))
    world.run(3)
    world.loop.carry("people", [second])
    world.loop.carry("models", [first])
    world.run(1)
    assert world.kinds == [("a:yes", EventKind.START)]
    assert first.prepared == 1
    assert second.looks
    world.loop.carry("models", [Reader(world, "a")])
    world.run(0.1)
    assert world.kinds[-1] == ("a:yes", EventKind.END)
    assert [each.name for each in world.loop.statuses()] == ["a", "b"]


def test_vision_looks_for_hands_and_faces_only_while_somebody_needs_them(world):
    world.loop.carry("models", [Reader(world, "whole"), Reader(world, "face", looks_at=["faces"])])
    world.follow(("whole", "yes", 500))
    world.run(1)
    assert world.others == []
    world.follow(("face", "yes", 500))
    world.run(1)
    assert world.others == [True]
    world.follow()
    world.run(1)
    assert world.others == [True, False]


def test_the_newest_observation_counts_unless_it_is_old(world):
    reader = Reader(world, looks_at=["faces"])
    world.loop.carry("models", [reader])
    world.follow(("m", "yes", 500))
    observation = Observation(0, world.clock.now(), (64, 48))
    world.scene = Scene(observation)
    world.run(3)
    assert reader.looks[0][1] is observation
    assert reader.looks[-1][1] is None


def test_without_pictures_what_has_started_ends(world):
    reader = Reader(world)
    reader.score = 1.0
    world.loop.carry("models", [reader])
    world.follow(("m", "yes", 500))
    world.run(3)
    world.clock.advance(10)
    world.slot.put(None)
    world.loop.step()
    assert world.kinds == [("m:yes", EventKind.START), ("m:yes", EventKind.END)]


def test_a_fault_of_the_loop_itself_is_told_and_it_goes_on(world, caplog):
    class Failing(Reader):
        @property
        def always(self):
            if not world.stop.is_set():
                world.stop.set()
                raise RuntimeError("a fault in the loop")
            return False

        @always.setter
        def always(self, value):
            pass

    world.loop.carry("models", [Failing(world)])
    world.loop.run()
    assert "a fault in the loop" in caplog.text
