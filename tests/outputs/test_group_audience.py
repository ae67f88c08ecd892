"""Who watches a group of outputs, and outputs that come and go."""

from __future__ import annotations

import threading
import time

import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import OutputError
from vcam.outputs.group import CLOSE_WITHIN_S, OutputGroup
from vcam.testing import FakeClock, FakeOutput

from .group_kit import FORMAT, BlockingOutput, eventually, frame, opened


class Watched(FakeOutput):
    """Knows its readers."""

    def __init__(self, name: str = "watched", audience: Audience | Exception | None = None) -> None:
        super().__init__(name)
        self.told = audience or Audience(False)

    def audience(self) -> Audience:
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


@pytest.mark.parametrize(
    ("audience", "watched"),
    [(Audience(False), False), (Audience(True), True), (Audience(None), True)],
)
def test_audience_is_in_the_status_and_counts_while_the_output_is_open(audience, watched):
    group = OutputGroup([Watched(audience=audience)], FakeClock())
    assert not group.is_watched()
    with opened(group):
        assert group.wait_opened(5)
        (status,) = group.status()
        assert status.audience == audience
        assert group.is_watched() is watched
    assert not group.is_watched()


def test_output_that_cannot_tell_counts_as_watched_but_not_when_it_failed():
    works, fails = FakeOutput("works"), FakeOutput("fails", [OutputError("no")] * 3)

    class StandingClock(FakeClock):
        def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
            return interrupt.wait(5)

    with opened(OutputGroup([works, fails], StandingClock())) as group:
        assert group.wait_opened(5)
        assert group.is_watched()
        group.replace([fails])
        assert not group.is_watched()
        assert group.status()[0].audience is None


def test_audience_that_cannot_be_told_is_told_once_in_the_log(caplog):
    with opened(OutputGroup([Watched(audience=OSError("no /proc"))], FakeClock())) as group:
        assert group.wait_opened(5)
        for _ in range(3):
            assert group.status()[0].audience == Audience(None)
    assert caplog.text.count("cannot tell who reads it") == 1


def test_outputs_that_stay_are_left_alone_when_others_come_and_go():
    stays, goes, comes = (FakeOutput(name) for name in ("stays", "goes", "comes"))
    with opened(OutputGroup([goes, stays], FakeClock())) as group:
        assert group.wait_opened(5)
        group.replace([stays, comes])
        assert group.wait_opened(5)
        assert eventually(lambda: not goes.is_open)
        group.send(frame(1))
        assert eventually(lambda: len(stays.frames) == len(comes.frames) == 1)
        assert [status.name for status in group.status()] == ["stays", "comes"]
        assert stays.times_opened == 1
    assert not comes.is_open


def test_new_output_waits_for_the_device_of_the_one_that_it_replaces():
    held = threading.Lock()

    class Exclusive(FakeOutput):
        def open(self, video_format: VideoFormat) -> None:
            if not held.acquire(blocking=False):
                raise OutputError("the device is busy")
            super().open(video_format)

        def close(self) -> None:
            if self.is_open:
                time.sleep(0.05)
                held.release()
            super().close()

    old, new = Exclusive("old"), Exclusive("new")
    with opened(OutputGroup([old], MonotonicClock())) as group:
        assert group.wait_opened(5)
        group.replace([new])
        assert group.wait_opened(5)
        assert group.status()[0].state == "open"


def test_outputs_may_be_replaced_before_the_group_is_open():
    first, second = FakeOutput("first"), FakeOutput("second")
    group = OutputGroup([first], FakeClock())
    group.replace([second])
    with opened(group):
        assert group.wait_opened(5)
    assert (first.times_opened, second.times_opened) == (0, 1)


def test_opening_again_does_not_wait_for_an_output_that_blocks():
    blocked = BlockingOutput()
    group = OutputGroup([blocked], MonotonicClock())
    group.open(FORMAT)
    assert group.wait_opened(5)
    group.send(frame(0))
    assert blocked.entered.wait(5)
    started_at = time.monotonic()
    group.open(VideoFormat(80, 60, 30))
    assert time.monotonic() - started_at < CLOSE_WITHIN_S / 2
    blocked.release.set()
    assert group.wait_opened(5)
    assert blocked.video_format == VideoFormat(80, 60, 30)
    group.close()


def test_mirror_reaches_those_that_can_and_those_that_come_later():
    class Flips(FakeOutput):
        on = None

        def set_mirror(self, on: bool) -> None:
            self.on = on

    first, plain, later = Flips("first"), FakeOutput("plain"), Flips("later")
    group = OutputGroup([first, plain], FakeClock())
    group.set_mirror(True)
    group.replace([first, later])
    assert (first.on, later.on) == (True, True)
