from __future__ import annotations

import pytest

from vcam.pipeline.demand import Demand
from vcam.pipeline.director import POLL_S, Direction, Director
from vcam.pipeline.mode import Mode, Showing


class Camera:
    def __init__(self) -> None:
        self.told: list[tuple[bool, bool, str]] = []
        self.restarts = 0

    def direct(self, wanted: bool, urgent: bool, reason: str) -> None:
        self.told.append((wanted, urgent, reason))

    def restart(self) -> None:
        self.restarts += 1


class Vision:
    awake = False

    def direct(self, awake: bool) -> None:
        self.awake = awake


class World:
    def __init__(self, when="on_demand") -> None:
        self.camera, self.vision = Camera(), Vision()
        self.watched = False
        self.asked = 0
        self.asleep_s = 0.0
        self.now = 50.0
        self.director = Director(
            Demand(when, 4000), self.ask, self.camera, self.vision, lambda: self.now + self.asleep_s
        )

    def ask(self) -> bool:
        self.asked += 1
        return self.watched

    def poll(self, after_s: float = 0.1) -> Direction:
        self.now += after_s
        return self.director.poll(self.now)


def test_nobody_watches_so_everybody_sleeps():
    world = World()
    assert world.poll() == Direction(Showing.ASLEEP, full_rate=False)
    assert world.camera.told == [(False, False, "nobody is watching")]
    assert not world.vision.awake


def test_reader_wakes_camera_and_vision_at_the_next_poll():
    world = World()
    world.poll()
    world.watched = True
    assert world.poll(POLL_S) == Direction(Showing.CAMERA, full_rate=True)
    assert world.camera.told[-1][:2] == (True, True)
    assert world.vision.awake
    assert POLL_S < 0.1


def test_camera_is_released_a_while_after_the_last_reader():
    world = World()
    world.watched = True
    world.poll()
    world.watched = False
    assert world.poll(3.9).showing is Showing.CAMERA
    assert world.camera.told[-1][:2] == (True, False), "nobody waits for it now"
    assert world.poll(0.2).showing is Showing.ASLEEP
    assert world.camera.told[-1][0] is False


def test_always_keeps_it_open():
    assert World("always").poll() == Direction(Showing.CAMERA, full_rate=True)


def test_pause_closes_the_camera_whoever_watches():
    world = World()
    world.watched = True
    world.poll()
    world.director.mode = Mode.PAUSED
    assert world.poll(0.001) == Direction(Showing.PAUSE, full_rate=False)
    assert world.camera.told[-1] == (False, True, "paused")
    assert not world.vision.awake


@pytest.mark.parametrize("watched", [True, False])
def test_freeze_keeps_the_camera_and_ends_recognition(watched):
    world = World()
    world.watched = watched
    world.poll()
    world.director.mode = Mode.FROZEN
    assert world.poll(0.001) == Direction(Showing.HELD, full_rate=watched)
    assert world.camera.told[-1][0] is watched
    assert not world.vision.awake


def test_readers_are_asked_for_at_ten_hertz_however_fast_the_beat():
    world = World("always")
    for _ in range(120):
        world.poll(1 / 120)
    assert 10 <= world.asked <= 12


@pytest.mark.parametrize("sleeps", ["suspended", "stopped"])
def test_machine_that_slept_opens_its_camera_anew(sleeps):
    world = World("always")
    world.poll()
    world.poll(4.9)
    assert world.camera.restarts == 0
    if sleeps == "suspended":
        # The monotonic clock of Linux stands still then.
        world.asleep_s = 3600.0
        world.poll()
    else:
        world.poll(6.0)
    assert world.camera.restarts == 1
    world.poll()
    assert world.camera.restarts == 1
