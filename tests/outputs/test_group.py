from __future__ import annotations

import logging
import threading
import time

import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.group import CLOSE_WITHIN_S, OutputGroup
from vcam.outputs.worker import LAST_RETRY_S
from vcam.testing import FakeClock, FakeOutput

from .group_kit import FORMAT, BlockingOutput, eventually, frame, opened


def test_every_output_gets_frames():
    outputs = [FakeOutput("one"), FakeOutput("two")]
    with opened(OutputGroup(outputs, FakeClock())) as group:
        assert group.wait_opened(5)
        group.send(frame(3))
        assert eventually(lambda: all(output.frames for output in outputs))
        assert [status.state for status in group.status()] == ["open", "open"]
        assert eventually(lambda: all(status.frames_sent == 1 for status in group.status()))
    assert [status.state for status in group.status()] == ["closed", "closed"]
    assert not any(output.is_open for output in outputs)


def test_blocked_output_delays_nobody_and_closing_takes_under_a_second():
    blocked, healthy = BlockingOutput(), FakeOutput("healthy")
    group = OutputGroup([blocked, healthy], MonotonicClock())
    group.open(FORMAT)
    assert group.wait_opened(5)
    group.send(frame(0))
    assert blocked.entered.wait(5)
    for index in range(1, 4):
        group.send(frame(index))
        assert eventually(lambda: healthy.frames and healthy.frames[-1].index == index)  # noqa: B023
    started_at = time.monotonic()
    group.close()
    assert CLOSE_WITHIN_S < 1
    assert time.monotonic() - started_at < 5
    assert not healthy.is_open
    blocked.release.set()
    assert eventually(lambda: not blocked.is_open)


def test_blocked_output_is_not_shared_between_threads_when_reopened():
    blocked = BlockingOutput()
    group = OutputGroup([blocked], MonotonicClock())
    group.open(FORMAT)
    assert group.wait_opened(5)
    group.send(frame(0))
    assert blocked.entered.wait(5)
    group.open(FORMAT)
    assert not group.wait_opened(0.05)
    assert blocked.times_opened == 1
    blocked.release.set()
    assert group.wait_opened(5)
    assert blocked.times_opened == 2
    group.close()


def test_slow_output_gets_the_newest_frame_and_drops_are_counted():
    slow = BlockingOutput()
    with opened(OutputGroup([slow], FakeClock())) as group:
        assert group.wait_opened(5)
        group.send(frame(0))
        assert slow.entered.wait(5)
        for index in range(1, 6):
            group.send(frame(index))
        slow.release.set()
        assert eventually(lambda: len(slow.frames) == 2)
        assert [sent.index for sent in slow.frames] == [0, 5]
        assert eventually(lambda: group.status()[0].frames_dropped == 4)


def test_failed_opening_is_retried_soon_and_told_once(caplog):
    clock = FakeClock(start_s=0)
    failures = [OutputError("no device", "load the module")] * 7
    output = FakeOutput("shy", open_failures=failures)
    with caplog.at_level(logging.INFO), opened(OutputGroup([output], clock)) as group:
        assert eventually(lambda: output.is_open)
        assert clock.now() == 1 + 6 * LAST_RETRY_S
        clock.advance(10)
        group.send(frame(0))
        assert eventually(lambda: "works again" in caplog.text)
        group.send(frame(1))
        assert eventually(lambda: len(output.frames) == 2)
    assert caplog.text.count("no device: load the module") == 1
    assert caplog.text.count("works again") == 1


def test_other_message_is_told_again(caplog):
    output = FakeOutput("shy", [OutputError("first cause"), OutputError("second cause")])
    with opened(OutputGroup([output], FakeClock())):
        assert eventually(lambda: output.is_open)
    assert "first cause" in caplog.text
    assert "second cause" in caplog.text


def test_output_that_keeps_failing_right_after_opening_is_told_once(caplog):
    class Flapping(FakeOutput):
        def send(self, frame: Frame) -> None:
            raise OutputError("gone at once")

    output = Flapping("flapping")
    with opened(OutputGroup([output], FakeClock())) as group:
        for index in range(200):
            group.send(frame(index))
            if output.times_opened >= 4:
                break
            time.sleep(0.005)
        assert output.times_opened >= 4
    assert caplog.text.count("gone at once") == 1


def test_lost_output_is_opened_again():
    output = FakeOutput("loose", frames_until_lost=2)
    with opened(OutputGroup([output], FakeClock())) as group:
        assert group.wait_opened(5)
        index = 0
        while output.times_opened < 2 and index < 2000:
            group.send(frame(index))
            index += 1
            time.sleep(0.001)
        assert output.times_opened >= 2


def test_bug_in_an_output_is_contained(caplog):
    class Buggy(FakeOutput):
        def open(self, video_format: VideoFormat) -> None:
            super().open(video_format)
            if self.times_opened == 1:
                raise ZeroDivisionError("oops")

        def close(self) -> None:
            super().close()
            raise RuntimeError("cannot even close")

    buggy, healthy = Buggy("buggy"), FakeOutput("healthy")
    with opened(OutputGroup([buggy, healthy], FakeClock())) as group:
        assert eventually(lambda: buggy.times_opened == 2)
        group.send(frame(0))
        assert eventually(lambda: len(healthy.frames) == 1)
    assert "oops" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "cannot even close" not in caplog.records[0].getMessage()


def test_failure_is_in_the_status():
    output = FakeOutput("shy", [OutputError("no device", "load the module")] * 3)

    class StandingClock(FakeClock):
        def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
            return interrupt.wait(5)

    with opened(OutputGroup([output], StandingClock())) as group:
        assert group.wait_opened(5)
        status = group.status()[0]
        assert (status.name, status.state) == ("shy", "failed")
        assert status.error == "no device: load the module"


def test_closed_group_ignores_frames_and_closes_twice():
    output = FakeOutput()
    group = OutputGroup([output], FakeClock())
    group.send(frame(0))
    group.close()
    group.open(FORMAT)
    assert group.wait_opened(5)
    group.close()
    group.close()
    group.send(frame(1))
    assert output.frames == []


@pytest.mark.parametrize("first_retry_s", [0.5, 2.0])
def test_pause_is_configurable(first_retry_s):
    clock = FakeClock(start_s=0)
    output = FakeOutput("shy", [OutputError("no")])
    with opened(OutputGroup([output], clock, first_retry_s=first_retry_s)):
        assert eventually(lambda: output.is_open)
        assert clock.now() == first_retry_s


def test_device_that_comes_back_is_used_within_two_seconds():
    assert LAST_RETRY_S <= 2.0
