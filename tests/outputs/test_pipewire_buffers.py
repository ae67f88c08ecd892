from __future__ import annotations

import ctypes as ct

import pytest

from vcam.outputs.pipewire import abi, pods
from vcam.outputs.pipewire.buffers import STILL_STUCK_S, STUCK_AFTER_S, Buffers
from vcam.testing import FakeClock

STREAM = 1


class Queues:
    """PipeWire's two queues of a stream, and buffers in the memory that readers share."""

    def __init__(self, count: int) -> None:
        self.free: list[int] = []
        self.queued: list[int] = []
        self.busy: dict[int, abi.MetaBusy] = {}
        self._kept: list[object] = []
        for _ in range(count):
            busy = abi.MetaBusy()
            metas = (abi.Meta * 2)(
                abi.Meta(pods.META_HEADER, 32, None),
                abi.Meta(pods.META_BUSY, 8, ct.addressof(busy)),
            )
            buffer = abi.Buffer(2, 0, metas, None)
            holder = abi.PwBuffer(ct.pointer(buffer), None, 0)
            self._kept += [metas, buffer, holder]
            self.free.append(ct.addressof(holder))
            self.busy[ct.addressof(holder)] = busy

    def pw_stream_dequeue_buffer(self, stream: int) -> int | None:
        if not self.free:
            return None
        buffer = self.free.pop(0)
        if self.busy[buffer].count:
            self.free.append(buffer)
            return None
        return buffer

    def pw_stream_flush(self, stream: int, drain: bool) -> int:
        self.free += self.queued
        self.queued.clear()
        return 0


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def queues():
    return Queues(3)


@pytest.fixture
def buffers(queues, clock):
    buffers = Buffers(queues, clock)
    for address in queues.free:
        buffers.add(address)
    return buffers


def test_free_buffers_are_given(buffers, queues):
    assert buffers.take(STREAM) in queues.busy


def test_busy_ones_are_passed_over(buffers, queues):
    first, second, third = queues.free
    queues.busy[first].count = queues.busy[second].count = 1
    assert buffers.take(STREAM) == third


def test_frames_that_never_left_are_taken_back(buffers, queues):
    queues.queued, queues.free = queues.free, []
    assert buffers.take(STREAM) in queues.busy


def hold_all(queues: Queues) -> None:
    for busy in queues.busy.values():
        busy.count = 1


def test_slow_reader_is_waited_for(buffers, queues, clock):
    hold_all(queues)
    assert buffers.take(STREAM) is None
    clock.advance(STUCK_AFTER_S - 0.01)
    assert buffers.take(STREAM) is None
    assert buffers.rescues == 0
    queues.busy[queues.free[0]].count = 0
    assert buffers.take(STREAM) is not None


def test_waiting_begins_anew_after_each_buffer(buffers, queues, clock):
    hold_all(queues)
    assert buffers.take(STREAM) is None
    clock.advance(STUCK_AFTER_S - 0.01)
    queues.busy[queues.free[0]].count = 0
    assert buffers.take(STREAM) is not None
    clock.advance(STUCK_AFTER_S - 0.01)
    assert buffers.take(STREAM) is None
    assert buffers.rescues == 0


def test_reader_that_hangs_is_not_waited_for_longer(buffers, queues, clock):
    hold_all(queues)
    assert buffers.take(STREAM) is None
    clock.advance(STUCK_AFTER_S)
    assert buffers.take(STREAM) is not None
    assert buffers.rescues == 1


def test_one_that_still_hangs_is_not_waited_for_again(buffers, queues, clock):
    test_reader_that_hangs_is_not_waited_for_longer(buffers, queues, clock)
    hold_all(queues)
    assert buffers.take(STREAM) is not None
    assert buffers.rescues == 2
    clock.advance(STILL_STUCK_S)
    hold_all(queues)
    assert buffers.take(STREAM) is None


def test_removed_buffers_are_not_touched(buffers, queues, clock):
    gone = queues.free.pop(0)
    buffers.remove(gone)
    hold_all(queues)
    buffers.take(STREAM)
    clock.advance(STUCK_AFTER_S)
    assert buffers.take(STREAM) is not None
    assert queues.busy[gone].count == 1


def test_no_buffers_at_all(queues, clock):
    queues.free.clear()
    assert Buffers(queues, clock).take(STREAM) is None
