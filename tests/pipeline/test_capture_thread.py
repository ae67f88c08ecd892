from __future__ import annotations

import threading

import pytest

from vcam.core.errors import SourceError
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot
from vcam.pipeline.capture_thread import (
    LONGEST_RETRY_S,
    PATIENT_RETRY_S,
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
        self.on_wait = lambda seconds: None
        self._stop, self._stop_after = stop, stop_after

    def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
        self.waits.append(timeout_s)
        self.on_wait(timeout_s)
        if len(self.waits) >= self._stop_after:
            self._stop.set()
        return super().wait(interrupt, timeout_s)


def make(camera: FakeCamera, frames: int = 5, waits: int = 100, **more):
    stop = threading.Event()
    slot, clock = RecordingSlot(stop, frames), RecordingClock(stop, waits)
    more = {"reopen_at_end": True} | more
    return CaptureLoop(camera, slot, clock, stop, **more), slot, clock


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
    assert clock.waits == [0.25, 0.5] + [LONGEST_RETRY_S] * 6
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
    assert clock.waits == [0.25, 0.5, 1, 1, 1]


def test_camera_that_nobody_waits_for_is_tried_less_and_less():
    camera = FakeCamera(failures=[SourceError("no camera", "plug one in")] * 8)
    loop, _, clock = make(camera)
    loop.direct(True, urgent=False, reason="")
    loop.run()
    assert clock.waits == [0.25, 0.5, 1, 2, 4, 8] + [PATIENT_RETRY_S] * 2


def test_first_viewer_of_a_lost_camera_makes_it_be_tried_at_once():
    camera = FakeCamera(failures=[SourceError("no camera")] * 6)
    loop, _, clock = make(camera)
    loop.direct(True, urgent=False, reason="")

    def come(seconds: float) -> None:
        if seconds == 4:
            loop.direct(True, urgent=True, reason="")

    clock.on_wait = come
    loop.run()
    assert clock.waits == [0.25, 0.5, 1, 2, 4, 0.25]


def test_camera_that_held_is_soon_opened_again():
    class SlowCamera(FakeCamera):
        """Three seconds a frame."""

        def read(self):
            frame = super().read()
            clock.advance(3)
            return frame

    loop, _, clock = make(SlowCamera(frames_until_lost=4), frames=9)
    loop.run()
    assert clock.waits == [0.25, 0.25]


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


class Meddled(FakeCamera):
    """Something happens while its frames are read."""

    def __init__(self, name: str = "meddled", **happens) -> None:
        super().__init__(clock=lambda: 0.0)
        self.name = name
        self.happens = happens.get("happens", {})
        self.given = 0

    def read(self):
        self.given += 1
        if self.given in self.happens:
            self.happens.pop(self.given)()
            if self.interrupted.is_set():
                raise SourceError("was interrupted")
        return super().read()


def kinds(slot: RecordingSlot) -> list[str]:
    return ["frame" if value else "none" for value in slot.put_values]


def test_camera_that_nobody_wants_is_never_opened():
    camera = FakeCamera()
    loop, slot, _ = make(camera, waits=3, wanted=False)
    loop.run()
    assert camera.times_opened == 0
    assert loop.state.phase is SourcePhase.ASLEEP
    assert kinds(slot) == ["none"]


def test_camera_that_is_no_longer_wanted_is_closed_and_opened_when_it_is(caplog):
    camera = Meddled(happens={3: lambda: loop.direct(False, urgent=False, reason="paused")})
    phases = []
    loop, slot, clock = make(
        camera, frames=4, on_change=lambda: phases.append((loop.state.phase, loop.state.message))
    )

    def want(seconds: float) -> None:
        assert not camera.is_open
        loop.direct(True, urgent=True, reason="")

    clock.on_wait = want
    loop.run()
    assert kinds(slot) == ["frame", "frame", "none", "frame", "frame"]
    assert camera.times_opened == 2
    assert phases == [
        (SourcePhase.LIVE, ""),
        (SourcePhase.ASLEEP, "paused"),
        (SourcePhase.OPENING, ""),
        (SourcePhase.LIVE, ""),
    ]
    assert [r for r in caplog.records if r.levelname == "WARNING"] == []


def test_want_that_comes_back_at_once_is_no_loss(caplog):
    def flicker() -> None:
        loop.direct(False, urgent=False, reason="paused")
        loop.direct(True, urgent=True, reason="")

    camera = Meddled(happens={3: flicker})
    loop, slot, clock = make(camera, frames=4)
    loop.run()
    assert "none" not in kinds(slot)
    assert clock.waits == []
    assert loop.state.phase is SourcePhase.LIVE


def test_interruption_that_an_opening_source_did_not_hear_is_repeated():
    class Deaf(FakeCamera):
        def open(self):
            loop.direct(False, urgent=False, reason="paused")
            told = super().open()
            assert not self.interrupted.is_set()
            loop.direct(False, urgent=False, reason="paused")
            assert self.interrupted.is_set()
            return told

    loop, _, _ = make(Deaf(), frames=1, waits=1)
    loop.run()
    assert loop.state.phase is SourcePhase.ASLEEP


def test_restart_opens_the_camera_anew():
    camera = Meddled(happens={3: lambda: loop.restart()})
    loop, _, clock = make(camera, frames=4)
    loop.run()
    assert camera.times_opened == 2
    assert clock.waits == []


def test_black_camera_is_told_once_and_its_picture_goes_out(caplog):
    class Covered(FakeCamera):
        """Ten frames a second; black but for the frames 60 to 69."""

        def read(self):
            frame = super().read()
            clock.advance(0.1)
            value = 90 if 60 <= frame.index < 70 else 3
            return Frame(plain_image(value=value), frame.captured_at, frame.index)

    messages = []
    loop, slot, clock = make(
        Covered(), frames=130, on_change=lambda: messages.append(loop.state.message)
    )
    loop.run()
    dark = "fake camera shows nothing but black: open its shutter or take the cap off"
    assert messages == ["", dark, "", dark]
    assert loop.state.phase is SourcePhase.LIVE
    assert kinds(slot) == ["frame"] * 130
    assert caplog.text.count("black") == 1
