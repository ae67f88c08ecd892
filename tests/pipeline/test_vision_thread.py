from __future__ import annotations

import threading

import numpy as np
import pytest

from vcam.core.errors import WeightsError
from vcam.core.events import EventKind, ReactionRule
from vcam.core.frame import Frame
from vcam.core.observation import Attention, Hand, Observation, PoseReading
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.looking import Scene, meters_of
from vcam.pipeline.recognizer_keeper import RELOAD_AFTER_S
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.pipeline.vision_thread import ASLEEP_WAKE_S, VisionLoop
from vcam.reactions.stage import Stage
from vcam.settings.schema import OutputSettings, TriggerDefaults, TriggerSettings
from vcam.testing import FakeClock, plain_image
from vcam.triggers.engine import GestureMeter, TriggerEngine

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


def test_held_pose_starts_its_effect():
    world = World(frames=60)
    world.loop.run()
    assert world.kinds() == [EventKind.START]
    live = world.stage.live(world.clock.now())
    assert [effect.effect for effect in live] == ["glasses"]
    assert world.loop.scene.observation.frame_index == 59


def test_scene_tells_the_hold_in_progress():
    world = World(frames=25)
    world.loop.run()
    (hold,) = world.loop.scene.progress
    assert hold.gesture == "v_sign"
    assert 0 < hold.progress < 1


def test_with_nothing_to_watch_for_no_network_is_loaded():
    world = World(frames=10, gestures=())
    world.clock.then = [world.end]
    world.loop.run()
    assert world.loads == 0
    assert world.clock.waits == [ASLEEP_WAKE_S]


def test_pack_that_is_switched_on_makes_it_look():
    world = World(frames=60, gestures=())
    world.clock.then = [lambda: world.loop.mailbox.post(lambda: world.loop.apply(None, [RULE]))]
    world.loop.run()
    assert world.loads == 1
    assert world.kinds() == [EventKind.START]


def test_pack_that_is_switched_off_ends_its_gesture_and_its_effect():
    world = World(frames=90)
    world.slot.at(60, lambda: world.loop.mailbox.post(lambda: world.loop.apply(None, [])))
    world.clock.then = [world.end]
    world.loop.run()
    assert world.kinds() == [EventKind.START, EventKind.END]
    assert world.stage.live(world.clock.now() + 1) == ()
    assert len(world.recognizer.looked_at) < 70, "nothing is looked at any more"


def test_asleep_it_loads_the_networks_but_looks_at_nothing():
    world = World(frames=10, awake=False)
    world.clock.then = [world.end]
    world.loop.run()
    assert world.loads == 1
    assert world.recognizer.looked_at == []


def test_sleep_ends_what_goes_on_and_clears_the_stage():
    world, asleep = World(frames=90), []

    def wake() -> None:
        asleep.append((world.kinds(), world.loop.scene, world.stage.live(world.clock.now() + 1)))
        world.loop.direct(True)

    world.slot.at(60, lambda: world.loop.direct(False))
    world.clock.then = [wake]
    world.loop.run()
    assert asleep == [([EventKind.START, EventKind.END], None, ())]
    assert world.recognizer.looked_at[-1] == 89
    assert world.recognizer.resets == 2
    assert world.loads == 1


def test_warm_up_follows_the_sleep():
    world = World(frames=120)
    woken = []

    def wake() -> None:
        woken.append(world.clock.now() + ASLEEP_WAKE_S)
        world.loop.direct(True)

    world.slot.at(25, lambda: world.loop.direct(False))
    world.clock.then = [wake]
    world.loop.run()
    assert world.kinds() == [EventKind.CANCELLED, EventKind.START]
    assert 1.0 <= world.events[-1].at - woken[0] < 1.2, "warm-up and dwell"


def test_directing_the_same_again_posts_nothing():
    world = World(frames=5)
    world.loop.direct(True)
    assert not world.loop.mailbox.posted.is_set()


def test_other_recognizer_takes_over():
    world, other = World(frames=60), FakeRecognizer()
    world.slot.at(20, lambda: world.loop.replace_recognizer(lambda: other))
    world.loop.run()
    assert world.recognizer.looked_at[-1] < other.looked_at[0] <= 22
    assert other.looked_at[-1] == 59
    assert other.resets == 1


def test_recognizer_that_does_not_load_leaves_the_old_one_at_work():
    world, told = World(frames=60), []

    def broken():
        raise WeightsError("the weights are missing")

    world.on_change = lambda: told.append(world.loop.problem)
    world.slot.at(20, lambda: world.loop.replace_recognizer(broken))
    world.loop.run()
    assert world.recognizer.looked_at[-1] == 59
    assert told == ["the weights are missing"]


def test_other_thresholds_hold_at_once():
    strict = TriggerSettings(defaults=TriggerDefaults(enabled=False))
    world = World(frames=90)
    world.slot.at(60, lambda: world.loop.mailbox.post(lambda: world.loop.apply(strict, None)))
    world.loop.run()
    assert world.kinds() == [EventKind.START, EventKind.END]
    assert world.events[-1].reason == "switched off"


def test_meters_are_read_only_while_somebody_asks():
    world, read = World(frames=60), []
    world.slot.at(20, lambda: read.append(world.loop.meters()))
    world.slot.at(40, lambda: read.append(world.loop.meters()))
    world.loop.run()
    assert read[0] == ()
    (meter,) = read[1]
    assert (meter.gesture, meter.active) == ("v_sign", True)
    assert meter.score == pytest.approx(0.99)


def test_hands_are_looked_for_while_somebody_wants_to_see_taught_poses_and_nothing_starts():
    world = World(frames=1000, gestures=())
    attention = []

    def ask():
        # At the end of the wait, which is what it cuts short.
        world.clock.advance(ASLEEP_WAKE_S)
        world.loop.meters(look=True)
        world.clock.advance(-ASLEEP_WAKE_S)

    world.clock.then = [lambda: None, ask, world.end]
    world.slot.at(9, lambda: attention.append(world.recognizer.attention))
    world.loop.run()
    assert len(world.clock.waits) == 3
    # Two seconds at 30 frames a second, then it sleeps again.
    assert 55 <= len(world.recognizer.looked_at) <= 62
    assert attention == [Attention.WATCHING]
    assert world.events == []


def test_meters_alone_do_not_make_it_look():
    world = World(frames=1000, gestures=())
    world.clock.then = [lambda: world.loop.meters(), world.end]
    world.loop.run()
    assert (world.loads, world.recognizer.looked_at) == (0, [])


def test_taught_poses_that_nothing_watches_for_are_metered():
    readings = [
        PoseReading(1, V_SCORES, taught={"five": 0.7, "none": 0.3}),
        PoseReading(2, V_SCORES, taught={"five": 0.9, "none": 0.1}),
    ]
    watched = GestureMeter("claw", 0.2, 0.0, active=False, reason="")
    scene = Scene(Observation(0, 0.0, (64, 48)), (), readings)
    meters = meters_of(scene, [watched], OutputSettings(), ("claw", "five"))
    assert [(each.gesture, each.score) for each in meters.gestures] == [
        ("claw", 0.2),
        ("five", 0.9),
    ]


@pytest.mark.parametrize(
    ("frames", "attention"),
    [(3, Attention.WATCHING), (25, Attention.STARTING), (60, Attention.DRAWING)],
)
def test_recognition_looks_as_closely_as_it_must(frames, attention):
    world = World(frames=frames)
    world.loop.run()
    assert world.recognizer.attention is attention


def test_lost_camera_ends_the_gesture():
    world = World(frames=120, gaps=range(60, 120))
    world.loop.run()
    assert world.kinds() == [EventKind.START, EventKind.END]


def test_reopened_camera_starts_over():
    world = World(frames=60)
    world.openings = 2
    world.loop.run()
    assert world.recognizer.resets == 1


def test_without_weights_the_loop_waits_and_tries_again(caplog):
    broken = WeightsError("the weights are missing", "run: vcam weights pull")
    world = World(frames=10, failures=[broken, broken])
    before = world.clock.now()
    world.loop.run()
    assert world.loads == 3
    assert world.clock.now() - before == pytest.approx(2 * RELOAD_AFTER_S, abs=1)
    assert world.loop.problem == ""
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "vcam weights pull" in caplog.text


def test_fault_in_recognition_is_logged_and_recognition_goes_on(caplog):
    world = World(frames=60, recognizer=FakeRecognizer(fail_at=5))
    world.loop.run()
    assert world.recognizer.looked_at[-1] == 59
    assert world.loads == 2
    assert "a fault in recognition" in caplog.text


def test_runtime_that_does_not_load_costs_recognition_alone(caplog):
    world = World(
        frames=10, failures=[ImportError("no LiteRT here"), ImportError("no LiteRT here")]
    )
    world.loop.run()
    assert world.loads == 3
    assert world.recognizer.looked_at
    assert [r.levelname for r in caplog.records] == ["ERROR"]


def test_fault_that_stays_is_told_once_and_tried_less_and_less(caplog):
    class Faulty(FakeRecognizer):
        def recognize(self, frame):
            raise ZeroDivisionError("a fault that stays")

    world = World(frames=12, recognizer=Faulty())
    before = world.clock.now()
    world.loop.run()
    pauses = 1 + 2 + 4 + 8 + 16 + 32 + 6 * RELOAD_AFTER_S
    assert world.clock.now() - before <= pauses + 12 / 30
    assert world.clock.now() - before > pauses - RELOAD_AFTER_S
    assert [r.levelname for r in caplog.records] == ["ERROR"]


def test_fault_in_what_hears_of_events_does_not_end_the_loop():
    world = World(frames=90)

    def deaf(event):
        raise ZeroDivisionError("a fault in the listener")

    world.loop._on_event = deaf
    world.loop.run()
    assert world.loads > 1
    assert world.recognizer.looked_at[-1] == 89
