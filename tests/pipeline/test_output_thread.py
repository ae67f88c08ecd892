from __future__ import annotations

import threading

import numpy as np
import pytest

from vcam.core.frame import Frame
from vcam.pipeline.output_thread import OutputLoop
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.testing import FakeClock

from .output_world import (
    FORMAT,
    FakeDirector,
    FakeGroup,
    FakePainter,
    ScriptedSlot,
    play,
)


def test_every_camera_frame_goes_out_once_at_the_same_rate():
    public, preview, counters = play([n / 10 for n in range(40)], frames=40)
    assert [value for _, value in public.sent] == list(range(40))
    assert preview.sent == public.sent
    assert counters.repeated == 0
    assert counters.late_frames == 0
    assert max(counters.latencies_ms) < 1.0


def test_missing_camera_frames_are_repeats_of_the_last():
    public, _, counters = play([0.0, 0.1, 0.2, 0.7], frames=10)
    values = [value for _, value in public.sent]
    assert values[:8] == [0, 1, 2, 2, 2, 2, 2, 3]
    assert counters.repeated == 6
    gaps = np.diff([at for at, _ in public.sent])
    assert gaps.max() <= 0.15


def test_placeholder_within_a_second_without_a_frame_and_back_again():
    public, _, _ = play([0.0, 2.0], frames=25)
    shown = {round(at - 100.0, 1): value for at, value in public.sent}
    assert {value for at, value in shown.items() if at < 0.85} == {0}
    assert {value for at, value in shown.items() if 0.95 < at < 1.95} == {250}
    assert {value for at, value in shown.items() if 2.05 < at < 2.4} == {1}


def test_placeholder_goes_out_at_once_when_no_camera_is_there():
    public, _, counters = play([], frames=5)
    assert public.sent[0] == (pytest.approx(100.0, abs=0.03), 250)
    assert counters.first_frame_at is None


def test_indices_count_up_and_outputs_are_closed_at_the_end():
    public, preview, counters = play([0.0], frames=5)
    assert public.indices == [0, 1, 2, 3, 4]
    assert not public.is_open
    assert not preview.is_open
    assert counters.frames == 5


def test_picture_that_cannot_be_sent_does_not_end_the_output(caplog):
    clock, stop = FakeClock(100.0), threading.Event()
    public, preview = (FakeGroup(clock, stop, 20) for _ in range(2))

    class FaultyPainter(FakePainter):
        def paint(self, frame: Frame, now: float):
            if frame.index in (3, 4, 5):
                raise ZeroDivisionError("a fault in painting")
            return super().paint(frame, now)

    loop = OutputLoop(
        ScriptedSlot(clock, [n / 10 for n in range(40)], 100.0),
        lambda: SourceState(SourcePhase.LIVE, "fake"),
        FaultyPainter(),
        public,
        preview,
        FORMAT,
        FakeDirector(),
        clock,
        stop,
        Counters(clock.now()),
    )
    loop.run()
    values = [value for _, value in public.sent]
    assert len(values) == 20
    assert values[:3] == [0, 1, 2]
    assert values[3] >= 6
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert not public.is_open
