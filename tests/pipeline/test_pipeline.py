from __future__ import annotations

import dataclasses
import threading
import time

import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import PackError, SourceError, WeightsError
from vcam.core.events import ReactionRule
from vcam.core.observation import Attention, Observation
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack
from vcam.outputs.group import OutputGroup
from vcam.pipeline import Mode, Pipeline, SourcePhase
from vcam.reactions.stage import Stage
from vcam.settings.schema import (
    CameraSettings,
    OutputSettings,
    ReactionSettings,
    Settings,
    TriggerSettings,
)
from vcam.testing import FakeCamera, FakeOutput, NothingToDraw, plain_image
from vcam.triggers.engine import TriggerEngine


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


class Screen(FakeOutput):
    """An output with readers that come and go."""

    def __init__(self, name: str = "screen") -> None:
        super().__init__(name, keep=30)
        self.streaming: bool | None = False

    def audience(self) -> Audience:
        return Audience(self.streaming)

    @property
    def grey(self) -> int | None:
        """What the last picture shows."""
        return int(self.frames[-1].image[0, 0, 0]) if self.frames else None


class PacedCamera(FakeCamera):
    """Gives a plain grey a hundred times a second; hears `interrupt`."""

    def __init__(self, value: int = 90, name: str = "camera") -> None:
        super().__init__([plain_image(64, 48, value)], clock=CLOCK.now)
        self.name = name

    def read(self):
        if self.interrupted.wait(0.01):
            raise SourceError(f"{self.name} was interrupted")
        return super().read()


CLOCK = MonotonicClock()
OUTPUTS = OutputSettings(width=160, height=120, fps=60)


class World:
    """A pipeline of the real parts but for camera, networks and outputs."""

    def __init__(self, when="on_demand", camera=None, packs=(), **more) -> None:
        self.camera = camera or PacedCamera()
        self.screen, self.preview = Screen(), Screen("preview")
        self.settings = Settings(
            camera=CameraSettings(when=when, release_after_ms=500), outputs=OUTPUTS
        )
        self.changes = 0
        self.pipeline = Pipeline(
            source=self.camera,
            load_recognizer=Blind,
            engine=TriggerEngine(TriggerSettings(), []),
            stage=Stage(),
            compositor=Compositor(),
            public=OutputGroup([self.screen], CLOCK),
            preview=OutputGroup([self.preview], CLOCK),
            settings=self.settings,
            clock=CLOCK,
            on_change=self.note,
        )

    def note(self) -> None:
        self.changes += 1

    def __enter__(self):
        self.pipeline.start()
        return self

    def __exit__(self, *_) -> None:
        self.pipeline.stop()

    def phase(self) -> SourcePhase:
        return self.pipeline.source_state().phase

    def with_outputs(self, **more) -> Settings:
        return self.settings.model_copy(update={"outputs": OUTPUTS.model_copy(update=more)})


class Blind:
    """Sees nothing."""

    attention = Attention.WATCHING

    def due(self, at):
        return True

    def recognize(self, frame):
        return Observation(frame.index, frame.captured_at, frame.size), ()

    def reset(self):
        pass


def soon(condition, timeout_s: float = 20.0) -> bool:
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.005)
    return True


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


def test_other_source_takes_over_and_leaves_no_thread():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        threads = threading.active_count()
        other = PacedCamera(150, "other")
        world.pipeline.replace_source(other)
        assert soon(lambda: world.screen.grey == 150)
        assert not world.camera.is_open
        assert world.pipeline.source_state().name == "other"
        assert threading.active_count() == threads
    assert not other.is_open


def test_other_outputs_take_over_and_those_that_stay_are_left_alone():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        new = Screen("new")
        world.pipeline.replace_outputs([new], [world.preview])
        assert soon(lambda: new.grey == 90)
        assert soon(lambda: not world.screen.is_open)
        assert world.preview.times_opened == 1
        assert [status.name for status in world.pipeline.outputs()] == ["new", "preview"]
        assert world.pipeline.outputs()[0].audience == Audience(False)


def test_other_size_reopens_the_outputs_and_not_the_camera():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.apply(world.with_outputs(width=320, height=240), [])
        assert soon(lambda: world.screen.frames and world.screen.frames[-1].size == (320, 240))
        assert soon(lambda: world.screen.grey == 90)
        assert world.screen.times_opened == 2
        assert world.camera.times_opened == 1
        assert world.pipeline.meters().size == (320, 240)


def test_settings_that_say_the_same_touch_nothing():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.apply(world.settings, [])
        world.pipeline.apply(world.settings.model_copy(), [])
        sent = world.pipeline.stats().frames
        assert soon(lambda: world.pipeline.stats().frames > sent + 5)
        assert world.screen.times_opened == world.camera.times_opened == 1


def test_of_two_changes_at_once_the_later_one_holds(monkeypatch):
    with World("always") as world:
        first, second = world.with_outputs(width=320), world.with_outputs(width=240)
        other = threading.Thread(target=world.pipeline.apply, args=(second, []))
        changes = world.pipeline._handover._changes
        to = changes.to

        def overtaken(settings, packs):
            change = to(settings, packs)
            if settings is first:
                other.start()
                other.join(0.2)
            return change

        monkeypatch.setattr(changes, "to", overtaken)
        world.pipeline.apply(first, [])
        other.join()
        assert world.pipeline.meters().size[0] == 240
        assert soon(lambda: world.screen.frames and world.screen.frames[-1].size[0] == 240)
        sent = world.pipeline.stats().frames
        assert soon(lambda: world.pipeline.stats().frames > sent + 10)
        assert world.screen.frames[-1].size[0] == 240


def test_from_on_demand_to_always_and_back():
    with World() as world:
        always = world.settings.model_copy(
            update={"camera": CameraSettings(when="always", release_after_ms=500)}
        )
        world.pipeline.apply(always, [])
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.apply(world.settings, [])
        assert soon(lambda: not world.camera.is_open)


PACK = Pack(
    "party",
    "Party",
    "",
    "",
    {},
    (
        ReactionRule("v_sign", "party", "hat", "hold", 0, 0, 50),
        ReactionRule("v_sign", "party", "horn", "hold", 0, 0, 50),
    ),
)


def test_gestures_are_answered_by_hand_once_their_pack_is_on():
    with World("always") as world:
        assert not world.pipeline.by_hand.react("v_sign")
        world.pipeline.apply(world.settings, [PACK])
        assert soon(lambda: world.pipeline.by_hand.react("v_sign"))
        assert soon(lambda: len(world.pipeline.live()) == 2)
        assert {effect.gesture for effect in world.pipeline.live()} == {"manual"}
        world.pipeline.apply(world.settings, [])
        assert soon(lambda: world.pipeline.live() == ())
        assert not world.pipeline.by_hand.react("v_sign")


def test_switched_off_reactions_answer_nothing():
    with World("always") as world:
        off = world.settings.model_copy(update={"reactions": ReactionSettings(enabled=False)})
        world.pipeline.apply(world.settings, [PACK])
        assert soon(lambda: world.pipeline.by_hand.react("v_sign"))
        world.pipeline.apply(off, [PACK])
        assert soon(lambda: not world.pipeline.by_hand.react("v_sign"))


def test_packs_that_contradict_themselves_are_refused_and_nothing_changes():
    with World("always") as world:
        world.pipeline.apply(world.settings, [PACK])
        twice = dataclasses.replace(PACK, rules=PACK.rules + PACK.rules)
        with pytest.raises(PackError):
            world.pipeline.apply(world.settings, [twice])
        assert soon(lambda: world.pipeline.by_hand.react("v_sign"))


def test_other_recognizer_is_loaded_while_it_runs():
    with World("always") as world:
        world.pipeline.apply(world.settings, [PACK])
        assert soon(lambda: world.pipeline.meters().observation is not None)
        loaded = threading.Event()

        def load():
            loaded.set()
            return Blind()

        world.pipeline.replace_recognizer(load)
        assert loaded.wait(20)


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
