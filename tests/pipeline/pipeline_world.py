"""A whole pipeline over a fake camera and a fake screen."""

from __future__ import annotations

import time

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Audience
from vcam.core.errors import SourceError
from vcam.core.observation import Attention, Observation
from vcam.effects.compositor import Compositor
from vcam.outputs.group import OutputGroup
from vcam.pipeline import Pipeline, SourcePhase
from vcam.reactions.stage import Stage
from vcam.settings.schema import (
    CameraSettings,
    OutputSettings,
    Settings,
    TriggerSettings,
)
from vcam.testing import FakeCamera, FakeOutput, plain_image
from vcam.triggers.engine import TriggerEngine


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
