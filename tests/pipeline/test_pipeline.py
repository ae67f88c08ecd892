from __future__ import annotations

import threading

import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import WeightsError
from vcam.pipeline import Mode, Pipeline, SourcePhase
from vcam.reactions.stage import Stage
from vcam.settings.schema import (
    CameraSettings,
    Settings,
    TriggerSettings,
)
from vcam.testing import FakeCamera, NothingToDraw, plain_image
from vcam.triggers.engine import TriggerEngine

from .pipeline_world import World, soon


class Group:
    """Takes everything; `fault` makes opening fail in a way that groups never should."""

    def __init__(self, fault: bool = False) -> None:
        self._fault = fault
        self.sent = threading.Event()

    def open(self, video_format: VideoFormat) -> None:
        if self._fault:
            raise ZeroDivisionError("a fault in a group")

    def send(self, frame) -> None:
        self.sent.set()

    def status(self):
        return ()

    def is_watched(self) -> bool:
        return True

    def set_mirror(self, on: bool) -> None:
        pass

    def close(self) -> None:
        pass


class StuckCamera(FakeCamera):
    """Its driver hangs in `read`, and does not hear `interrupt`."""

    def __init__(self) -> None:
        super().__init__([plain_image()])
        self.reading = threading.Event()
        self.release = threading.Event()

    def read(self):
        self.reading.set()
        self.release.wait(60)
        return super().read()


def make(source, public: Group) -> Pipeline:
    def load():
        raise WeightsError("no weights")

    return Pipeline(
        source=source,
        load_recognizer=load,
        engine=TriggerEngine(TriggerSettings(), ["v_sign"]),
        stage=Stage(),
        compositor=NothingToDraw(),
        public=public,
        preview=Group(),
        settings=Settings(camera=CameraSettings(when="always")),
        clock=MonotonicClock(),
    )


def test_stop_does_not_wait_for_a_driver_that_hangs(caplog):
    camera, public = StuckCamera(), Group()
    pipeline = make(camera, public)
    pipeline.start()
    assert camera.reading.wait(60)
    assert public.sent.wait(60), "the placeholder goes out without the camera"
    pipeline.stop()
    assert "The capture thread did not end in time" in caplog.text
    assert pipeline.failure == ""
    camera.release.set()
    for thread in threading.enumerate():
        if thread.name == "capture":
            thread.join(60)
            assert not thread.is_alive()


def test_thread_that_fails_ends_the_run_and_is_named():
    pipeline = make(FakeCamera(), Group(fault=True))
    pipeline.start()
    assert pipeline.finished.wait(60)
    pipeline.stop()
    assert pipeline.failure == "the output thread failed"


def test_camera_sleeps_until_a_reader_comes_and_again_when_it_has_left():
    with World() as world:
        assert soon(lambda: len(world.screen.frames) > 1)
        assert world.phase() is SourcePhase.ASLEEP
        assert world.camera.times_opened == 0
        assert world.pipeline.picture() is None
        world.screen.streaming = True
        assert soon(lambda: world.screen.grey == 90)
        assert world.phase() is SourcePhase.LIVE
        assert world.pipeline.picture()[0, 0, 0] == 90
        world.screen.streaming = False
        assert soon(lambda: not world.camera.is_open)
        assert soon(lambda: world.phase() is SourcePhase.ASLEEP)
        assert soon(lambda: world.screen.grey != 90)
    assert world.pipeline.failure == ""


def test_reader_of_the_preview_wakes_the_camera_too():
    with World() as world:
        world.preview.streaming = True
        assert soon(lambda: world.preview.grey == 90)


def test_pause_closes_the_camera_and_resume_opens_it():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.set_mode(Mode.PAUSED)
        assert world.pipeline.mode is Mode.PAUSED
        assert soon(lambda: not world.camera.is_open)
        assert soon(lambda: world.screen.grey != 90)
        assert soon(lambda: world.pipeline.source_state().message == "paused")
        assert world.pipeline.picture() is None
        world.pipeline.set_mode(Mode.LIVE)
        assert soon(lambda: world.screen.grey == 90)
        assert world.camera.times_opened == 2


def test_freeze_holds_the_picture_and_keeps_the_camera():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.set_mode(Mode.FROZEN)
        sent = world.pipeline.stats().frames
        assert soon(lambda: world.pipeline.stats().frames > sent + 2)
        world.camera._images[0] = plain_image(64, 48, 200)
        sent = world.pipeline.stats().frames
        assert soon(lambda: world.pipeline.stats().frames > sent + 10)
        assert world.screen.grey == 90
        assert world.camera.is_open
        world.pipeline.set_mode(Mode.LIVE)
        assert soon(lambda: world.screen.grey == 200)


def test_from_on_demand_to_always_and_back():
    with World() as world:
        always = world.settings.model_copy(
            update={"camera": CameraSettings(when="always", release_after_ms=500)}
        )
        world.pipeline.apply(always, [])
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.apply(world.settings, [])
        assert soon(lambda: not world.camera.is_open)


def after_stills(world: World, count: int) -> int:
    """How often changes were told until so many stills more had gone out, one each 0.45 s."""
    sent = world.pipeline.stats().frames
    assert soon(lambda: world.pipeline.stats().frames >= sent + count)
    return world.changes


def test_changes_are_told():
    with World() as world:
        assert soon(lambda: world.phase() is SourcePhase.ASLEEP)
        for change in (
            lambda: setattr(world.screen, "streaming", True),
            lambda: world.pipeline.set_mode(Mode.PAUSED),
            lambda: world.pipeline.set_mode(Mode.LIVE),
            lambda: world.pipeline.replace_outputs([world.screen], []),
        ):
            told = after_stills(world, 1)
            change()
            assert soon(lambda told=told: world.changes > told)


def test_idle_pipeline_says_nothing():
    with World() as world:
        assert soon(lambda: world.phase() is SourcePhase.ASLEEP)
        told = after_stills(world, 2)
        assert after_stills(world, 2) == told


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("when", ["on_demand", "always"])
def test_it_ends_promptly_in_every_mode(mode, when):
    with World(when) as world:
        world.pipeline.set_mode(mode)
        assert soon(lambda: len(world.screen.frames) > 1)
        threads = [*world.pipeline._threads, world.pipeline._capture.thread]
    assert not any(thread.is_alive() for thread in threads)
    assert not world.camera.is_open
    assert not world.screen.is_open
