from __future__ import annotations

import threading

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import WeightsError
from vcam.pipeline import Pipeline
from vcam.reactions.stage import Stage
from vcam.settings.schema import CameraSettings, Settings, TriggerSettings
from vcam.testing import FakeCamera, plain_image
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
        compositor=None,
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
