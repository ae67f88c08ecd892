from __future__ import annotations

import threading

import pytest

from vcam.core.errors import SourceError
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import (
    LONGEST_RETRY_S,
    Captured,
    CaptureLoop,
)
from vcam.pipeline.stats import SourcePhase
from vcam.testing import FakeCamera, FakeClock, plain_image


class RecordingSlot(LatestSlot[Captured]):
    """Keeps everything that was put, and stops the loop after so many frames."""

    def __init__(self, stop: threading.Event, stop_after: int) -> None:
        super().__init__()
        self.put_values: list[Captured | None] = []
        self._stop, self._stop_after = stop, stop_after

    def put(self, value: Captured | None) -> None:
        super().put(value)
        self.put_values.append(value)
        if sum(v is not None for v in self.put_values) >= self._stop_after:
            self._stop.set()


class RecordingClock(FakeClock):
    """Keeps how long each wait was, and stops after so many."""

    def __init__(self, stop: threading.Event, stop_after: int = 100) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._stop, self._stop_after = stop, stop_after

    def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
        self.waits.append(timeout_s)
        if len(self.waits) >= self._stop_after:
            self._stop.set()
        return super().wait(interrupt, timeout_s)


def make(camera: FakeCamera, frames: int = 5, waits: int = 100, reopen_at_end: bool = True):
    stop = threading.Event()
    slot, clock = RecordingSlot(stop, frames), RecordingClock(stop, waits)
    return CaptureLoop(camera, slot, clock, stop, reopen_at_end=reopen_at_end), slot, clock


def test_frames_reach_the_slot_with_the_time_they_were_handed_over():
    loop, slot, clock = make(FakeCamera())
    loop.run()
    assert [c.frame.index for c in slot.put_values] == [0, 1, 2, 3, 4]
    assert slot.put_values[0].handed_at == clock.now()
    assert loop.state.phase is SourcePhase.LIVE


def test_camera_that_will_not_open_is_tried_again_with_growing_pauses(caplog):
    camera = FakeCamera(failures=[SourceError("no camera", "plug one in")] * 8)
    loop, slot, clock = make(camera)
    loop.run()
    assert clock.waits == [0.5, 1, 2, 4, 8] + [LONGEST_RETRY_S] * 3
    assert len([c for c in slot.put_values if c is not None]) == 5
    warnings = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert warnings == ["no camera: plug one in"]


def test_unplugged_camera_empties_the_slot_and_is_reopened():
    camera = FakeCamera(frames_until_lost=3)
    loop, slot, _ = make(camera, frames=7)
    loop.run()
    kinds = ["frame" if c else "none" for c in slot.put_values]
    assert kinds == ["frame"] * 3 + ["none"] + ["frame"] * 3 + ["none"] + ["frame"]
    assert camera.times_opened == 3
    assert loop.state.openings == 3
    assert not camera.is_open


def test_pauses_grow_for_a_camera_that_never_holds():
    loop, _, clock = make(FakeCamera(frames_until_lost=1), frames=6)
    loop.run()
    assert clock.waits == [0.5, 1, 2, 4, 8]


def test_camera_that_held_is_soon_opened_again():
    class SlowCamera(FakeCamera):
        """Three seconds a frame."""

        def read(self):
            frame = super().read()
            clock.advance(3)
            return frame

    loop, _, clock = make(SlowCamera(frames_until_lost=4), frames=9)
    loop.run()
    assert clock.waits == [0.5, 0.5]


def test_fault_of_a_driver_is_told_once_and_the_camera_opened_again(caplog):
    class FaultyCamera(FakeCamera):
        """Its driver fails in a way that nobody thought of."""

        def open(self):
            if self.times_opened < 4:
                self.times_opened += 1
                raise ZeroDivisionError("a fault in the driver")
            return super().open()

    loop, slot, _ = make(FaultyCamera(), frames=2)
    loop.run()
    assert len([c for c in slot.put_values if c is not None]) == 2
    assert caplog.text.count("Traceback") == 1


def test_finite_source_ends_the_loop():
    camera = FakeCamera(images=[plain_image()] * 3, finite=True)
    loop, slot, _ = make(camera, frames=99, reopen_at_end=False)
    loop.run()
    assert len(slot.put_values) == 3
    assert loop.state.phase is SourcePhase.ENDED


def test_finite_source_is_opened_again_when_asked():
    camera = FakeCamera(images=[plain_image()] * 3, finite=True)
    loop, _, clock = make(camera, frames=7)
    loop.run()
    assert camera.times_opened == 3
    assert clock.waits == []


def test_fault_in_a_driver_does_not_end_the_camera(caplog):
    class Faulty(FakeCamera):
        def read(self):
            if self.times_opened == 1:
                raise ZeroDivisionError("driver fault")
            return super().read()

    loop, slot, _ = make(Faulty())
    loop.run()
    assert len([c for c in slot.put_values if c is not None]) == 5
    assert "driver fault" in caplog.text


@pytest.mark.parametrize("failures", [[], [SourceError("busy")]])
def test_source_is_closed_when_told_to_stop(failures):
    camera = FakeCamera(failures=failures)
    loop, _, _ = make(camera, frames=1)
    loop.run()
    assert not camera.is_open


def test_being_interrupted_by_the_end_is_no_loss(caplog):
    class Interrupted(FakeCamera):
        def read(self):
            loop._stop.set()
            raise SourceError("interrupted")

    loop, slot, _ = make(Interrupted())
    loop.run()
    assert slot.put_values == []
    assert caplog.records == []
