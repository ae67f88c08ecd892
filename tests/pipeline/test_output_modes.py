"""The output thread while it is paused, frozen, asleep, or told of another size."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.pipeline.director import Direction
from vcam.pipeline.mode import Showing
from vcam.pipeline.output_thread import OutputLoop
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.testing import FakeClock

from .output_world import (
    FORMAT,
    LIVE,
    FakeDirector,
    FakeGroup,
    FakePainter,
    Played,
    ScriptedSlot,
    play,
    values,
)


def from_then_on(*steps: tuple[float, Direction]):
    """A director that says something else from certain times on."""

    def then(director: FakeDirector, now: float) -> None:
        for at, direction in steps:
            if now >= 100.0 + at - 1e-9:
                director.direction = direction

    return FakeDirector(then)


STEADY = [n / 10 for n in range(200)]


PAUSE = Direction(Showing.PAUSE, full_rate=False)


ASLEEP = Direction(Showing.ASLEEP, full_rate=False)


HELD = Direction(Showing.HELD, full_rate=True)


@pytest.mark.parametrize(("still", "value"), [(PAUSE, 230), (ASLEEP, 240)])
def test_still_goes_out_twice_a_second_and_no_old_picture_after_it(still, value):
    director = from_then_on((1.0, still), (4.0, LIVE))
    public, preview, _ = play(STEADY, frames=40, director=director)
    assert set(values(public, 1.1, 4.0)) == {value}
    assert 5 <= len(values(public, 1.0, 4.0)) <= 8
    assert min(set(values(public, 4.0)) - {250}) >= 40
    assert preview.sent == public.sent


def test_pause_gets_the_last_picture_to_blur_and_none_is_given_out():
    played = Played(STEADY, frames=13, director=from_then_on((1.02, PAUSE)))
    played.loop.run()
    shown = values(played.public)
    assert played.painter.last[0, 0, 0] == shown[shown.index(230) - 1]
    assert played.loop.picture is None


def test_frozen_picture_is_repeated_at_the_full_rate_and_not_painted_again():
    played = Played(STEADY, frames=30, director=from_then_on((1.02, HELD)))
    painted = []
    paint = played.painter.paint
    played.painter.paint = lambda frame, now: painted.append(now) or paint(frame, now)
    played.loop.run()
    (held,) = set(values(played.public, 1.15))
    assert played.loop.picture[0, 0, 0] == held
    assert max(painted) < 101.15
    gaps = np.diff([at for at, _ in played.public.sent])
    assert gaps.max() <= 0.15


def test_after_a_freeze_the_newest_picture_goes_out():
    director = from_then_on((1.0, HELD), (3.0, LIVE))
    public, _, _ = play(STEADY, frames=40, director=director)
    assert len(set(values(public, 1.0, 2.95))) == 1
    assert min(values(public, 3.05)) >= 29


def test_frozen_with_nobody_watching_is_held_at_the_slow_beat():
    director = from_then_on((1.0, Direction(Showing.HELD, full_rate=False)))
    public, _, _ = play(STEADY, frames=16, director=director)
    assert len(set(values(public, 1.0))) == 1
    assert public.sent[-1][0] > 102.0


def test_picture_is_that_of_the_camera_or_none():
    played = Played([], frames=3)
    played.loop.run()
    assert played.loop.picture is None
    played = Played(STEADY, frames=3)
    played.loop.run()
    assert played.loop.picture[0, 0, 0] == 2


def test_other_size_opens_the_outputs_again_and_refits_what_is_held():
    other = VideoFormat(80, 60, 20)

    def then(director: FakeDirector, now: float) -> None:
        if now >= 101.0 and director.direction is LIVE:
            director.direction = HELD
            played.loop.mailbox.post(lambda: played.loop.apply(other))

    played = Played(STEADY, frames=40, director=FakeDirector(then))
    shapes = []
    send = played.public.send

    def sent(frame: Frame) -> None:
        shapes.append(frame.size)
        send(frame)

    played.public.send = sent
    played.loop.run()
    assert played.public.formats == [FORMAT, other]
    assert played.preview.formats == [FORMAT, other]
    assert shapes[-1] == (80, 60)
    assert len(set(values(played.public, 1.1))) == 1
    assert np.diff([at for at, _ in played.public.sent])[-5:] == pytest.approx(0.05, abs=0.001)


def test_same_size_opens_nothing_again():
    played = Played(STEADY, frames=5)
    played.loop.mailbox.post(lambda: played.loop.apply(FORMAT))
    played.loop.run()
    assert played.public.formats == [FORMAT]


@pytest.mark.parametrize("back_at", [1.72, 3.0, 31.37])
@pytest.mark.parametrize("other", [PAUSE, ASLEEP, HELD, Direction(Showing.HELD, full_rate=False)])
def test_no_change_of_mode_counts_as_late(other, back_at):
    arrivals = [n / 10 for n in range(400)]
    director = from_then_on((1.02, other), (back_at, LIVE))
    played = Played(arrivals, frames=350, director=director)
    played.loop.run()
    assert played.clock.now() > 100 + back_at, "it was live again"
    assert played.counters.late_frames == 0


def test_slow_camera_is_given_its_time():
    played = Played([0.0, 1.0, 2.0, 3.0], frames=35, source_fps=1.0)
    played.loop.run()
    assert 250 not in values(played.public, until=3.0)


def test_change_is_made_at_once_though_the_beat_is_slow():
    """One frame a second goes out; whoever pauses does not wait for it."""
    clock, stop = FakeClock(100.0), threading.Event()
    public = FakeGroup(clock, stop, 4)

    class Asked(ScriptedSlot):
        def wait_newer(self, version: int, timeout_s: float):
            if clock.now() > 102.0 and director.direction is LIVE:
                director.direction = PAUSE
                loop.mailbox.posted.set()
                asked.append(clock.now())
            return super().wait_newer(version, timeout_s)

    asked: list[float] = []
    director = FakeDirector()
    loop = OutputLoop(
        Asked(clock, [], 100.0),
        lambda: SourceState(SourcePhase.LIVE, "fake"),
        FakePainter(),
        public,
        FakeGroup(clock, stop, 99),
        VideoFormat(64, 48, 1),
        director,
        clock,
        stop,
        Counters(clock.now()),
    )
    loop.run()
    first = next(at for at, value in public.sent if value == 230)
    assert first - asked[0] <= 0.1
