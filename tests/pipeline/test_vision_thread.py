from __future__ import annotations

import pytest

from vcam.core.errors import WeightsError
from vcam.core.events import EventKind
from vcam.core.observation import Attention, Observation, PoseReading
from vcam.pipeline.looking import Scene, meters_of
from vcam.pipeline.vision_thread import ASLEEP_WAKE_S
from vcam.settings.schema import OutputSettings, TriggerDefaults, TriggerSettings
from vcam.triggers.engine import GestureMeter

from .vision_world import RULE, V_SCORES, FakeRecognizer, World


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
