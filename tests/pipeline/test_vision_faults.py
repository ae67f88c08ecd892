"""The vision thread where the camera, the networks or its hearers fail."""

from __future__ import annotations

import pytest

from vcam.core.errors import WeightsError
from vcam.core.events import EventKind
from vcam.pipeline.recognizer_keeper import RELOAD_AFTER_S

from .vision_world import FakeRecognizer, World


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
