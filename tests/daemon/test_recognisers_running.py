"""Image models in the real pipeline: its threads, the demo clip, true networks."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from vcam.capture.demo import demo_clip
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.errors import VcamError, WeightsError
from vcam.core.events import EventKind
from vcam.daemon.packs import PackLibrary
from vcam.daemon.recognisers import Recognisers
from vcam.outputs.group import OutputGroup
from vcam.pipeline import Mode, Pipeline
from vcam.reactions.stage import Stage
from vcam.settings.schema import Settings
from vcam.testing import FakeCamera, FakeOutput, NothingToDraw, plain_image
from vcam.testing.tiny_models import write_tiny_model
from vcam.triggers.engine import TriggerEngine

PATIENCE_S = 30
"""Far beyond what anything takes, for machines that are busy with other things."""


class Running:
    """A pipeline that runs, and its image models."""

    def __init__(self, source, folder, rules, clock) -> None:
        self.settings = settings_of(folder, rules)
        self.events = []
        self.output = FakeOutput(keep=3)

        def load():
            raise WeightsError("no weights are needed here")

        self.pipeline = Pipeline(
            source=source,
            load_recognizer=load,
            engine=TriggerEngine(self.settings.triggers, []),
            stage=Stage(),
            compositor=NothingToDraw(),
            public=OutputGroup([self.output], clock),
            preview=OutputGroup([], clock),
            settings=self.settings,
            clock=clock,
            on_event=self.events.append,
        )
        library = PackLibrary(self.settings.reactions)
        self.recognisers = Recognisers(self.pipeline, library, self.settings)
        self.pipeline.apply(self.settings, ())
        self.pipeline.start()
        self.recognisers.look()

    def use(self, folder, rules) -> None:
        self.settings = settings_of(folder, rules)
        self.recognisers.apply(self.settings)

    def wait(self, holds) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, (self.events, self.recognisers.states)
            time.sleep(0.02)

    def goes_on(self) -> None:
        """Waits for pictures that have not been sent yet."""
        before = self.pipeline.stats().frames
        self.wait(lambda: self.pipeline.stats().frames > before + 5)


def settings_of(folder, rules):
    return Settings.model_validate(
        {
            "camera": {"when": "always"},
            "outputs": {"width": 320, "height": 240, "fps": 30},
            "reactions": {"packs": []},
            "recognisers": {"folder": str(folder), "rules": rules, "cpu_share": 1.0},
        }
    )


def rule(do, label="bright", hold_ms=200, name="light", **more):
    return {"when": {"recogniser": name, "class": label, "hold_ms": hold_ms}, "do": do, **more}


@pytest.fixture
def run():
    running = []

    def start(source, folder, rules, clock=None):
        running.append(Running(source, folder, rules, clock or MonotonicClock()))
        return running[-1]

    yield start
    for each in running:
        each.pipeline.stop()


def test_a_model_in_the_demo_clip_starts_an_effect_a_blur_a_note_and_a_pause(run, tmp_path):
    try:
        clip = demo_clip()
    except VcamError as error:
        pytest.skip(str(error))
    write_tiny_model(tmp_path)
    clock = MonotonicClock()
    source = VideoSource(clip, paced=True, loop=True, clock=clock)
    running = run(
        source,
        tmp_path,
        [
            rule("effect", effect="badges/peace"),
            rule("log", hold_ms=300),
            rule("effect", "dark", effect="badges/rock"),
        ],
        clock,
    )
    pipeline = running.pipeline
    running.wait(lambda: [each.effect for each in pipeline.live()] == ["peace"])
    running.wait(lambda: len(running.events) == 2)
    assert {event.gesture for event in running.events} == {"light:bright", "light:bright:300ms"}
    assert pipeline.by_hand.undo() == "light:bright"
    (state,) = running.recognisers.states
    assert state.running
    assert state.ms > 0
    assert state.classes[0].score > 0.9
    sharp = np.abs(np.diff(pipeline.picture().astype(int), axis=1)).max()
    running.use(tmp_path, [rule("blur")])
    running.wait(lambda: np.abs(np.diff(pipeline.picture().astype(int), axis=1)).max() < sharp / 4)
    running.use(tmp_path, [rule("pause")])
    running.wait(lambda: pipeline.mode is Mode.PAUSED)
    assert "Paused, because light:bright" in running.recognisers.problems[0]
    running.wait(lambda: not running.recognisers.states[0].running)
    # Nothing looks while the camera is closed, so nothing pauses again before somebody resumes.
    assert [event.kind for event in running.events if event.gesture == "light:bright"][-1] is (
        EventKind.END
    )
    assert not pipeline.failure


def test_models_that_cannot_be_used_cost_no_picture(run, tmp_path, monkeypatch, caplog):
    write_tiny_model(tmp_path)
    write_tiny_model(tmp_path, "crash")
    write_tiny_model(tmp_path, "torn").with_suffix(".json").write_text("{")
    write_tiny_model(tmp_path, "other").write_bytes(b"another model")
    card = json.loads(write_tiny_model(tmp_path, "nobody").with_suffix(".json").read_text())
    card["classes"] = ["bright", "none"]
    (tmp_path / "nobody.json").write_text(json.dumps(card))

    from vcam.recognizers.model_reader import ModelReader

    read = ModelReader.read

    def crash(self, frame, observation):
        if self.name == "crash":
            raise MemoryError("the runtime is out of memory")
        return read(self, frame, observation)

    monkeypatch.setattr(ModelReader, "read", crash)
    camera = FakeCamera([plain_image(160, 120, 255)], clock=MonotonicClock().now)
    running = run(camera, tmp_path, [rule("log"), rule("log", name="crash")])
    running.wait(lambda: running.events)
    running.wait(lambda: all(each.problem for each in running.recognisers.states[:1]))
    problems = {each.name: each.problem for each in running.recognisers.states}
    assert problems["light"] == ""
    assert "out of memory" in problems["crash"]
    assert "torn.json is not valid" in problems["torn"]
    assert "model_sha256 differs" in problems["other"]
    assert "cannot be called 'none'" in problems["nobody"]
    for name in ("torn", "other", "nobody"):
        assert caplog.text.count(f"The model {name} cannot be used") == 1
    assert caplog.text.count("The recogniser crash failed") == 1
    running.goes_on()
    assert not running.pipeline.failure
