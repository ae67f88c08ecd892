"""The watchers, with real descriptors: urgent TCP data stands in for V4L2 events."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vcam.core.contracts import Audience, Reader
from vcam.core.errors import OutputError
from vcam.outputs import loopback_readers
from vcam.outputs.loopback_readers import EventWatcher, OpenWatcher, watch_readers

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

HOLDER = """
import sys
held = open(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def until(condition: Callable[[], bool]) -> bool:
    give_up_at = time.monotonic() + 10
    while not condition() and time.monotonic() < give_up_at:
        time.sleep(0.005)
    return condition()


class UsageDevice:
    """A device with the client-usage event: the number of readers comes as urgent data."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.driver = socket.create_connection(server.getsockname())
            self.daemon, _ = server.accept()
        self.subscribed: list[tuple[int, ...]] = []

    def opens(self, path: Path, flags: int) -> int:
        return os.dup(self.daemon.fileno())

    def ioctl(self, descriptor: int, request: int, buffer: bytearray) -> int:
        if request == loopback_readers.SUBSCRIBE_EVENT:
            self.subscribed.append(struct.unpack("8I", buffer))
        elif request == loopback_readers.DQEVENT:
            count = self.daemon.recv(1, socket.MSG_OOB)[0]
            struct.pack_into("II", buffer, 0, loopback_readers.CLIENT_USAGE, 0)
            struct.pack_into("I", buffer, 8, count)
        return 0

    def tell(self, count: int) -> None:
        self.driver.send(bytes([count]), socket.MSG_OOB)

    def close(self) -> None:
        self.driver.close()
        self.daemon.close()


@pytest.fixture
def usage():
    device = UsageDevice()
    yield device
    device.close()


@pytest.fixture
def node(tmp_path):
    path = tmp_path / "video9"
    path.touch()
    (tmp_path / "proc").mkdir()
    return path


def hold(node: Path, pid: int, program: str) -> None:
    descriptors = node.parent / "proc" / str(pid) / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "3").symlink_to(node)
    (descriptors.parent / "comm").write_text(program + "\n")


def test_request_numbers_are_the_kernels():
    # As printed by a C program that includes linux/videodev2.h.
    assert loopback_readers.SUBSCRIBE_EVENT == 0x4020565A
    assert loopback_readers.DQEVENT == 0x80885659
    assert loopback_readers.CLIENT_USAGE == 0x10E00001


def test_events_tell_who_streams(usage, node):
    threads = threading.active_count()
    watcher = EventWatcher(node, usage.ioctl, usage.opens, node.parent / "proc")
    assert usage.subscribed == [(0x10E00001, 0, 1, 0, 0, 0, 0, 0)]
    usage.tell(0)
    assert watcher.audience == Audience(streaming=False)
    hold(node, 4242, "zoom")
    usage.tell(1)
    expected = Audience(streaming=True, readers=(Reader("zoom", 4242),))
    assert until(lambda: watcher.audience == expected)
    usage.tell(0)
    assert until(lambda: watcher.audience == Audience(streaming=False))
    watcher.close()
    assert threading.active_count() == threads


def test_picture_is_wanted_before_the_names_are_known(usage, node, monkeypatch):
    looked, go_on = threading.Event(), threading.Event()

    def slow(device: Path, proc: Path) -> tuple[Reader, ...]:
        looked.set()
        go_on.wait(10)
        return (Reader("zoom", 1),)

    monkeypatch.setattr(loopback_readers, "_readers", slow)
    watcher = EventWatcher(node, usage.ioctl, usage.opens)
    usage.tell(1)
    assert looked.wait(10)
    assert watcher.audience == Audience(streaming=True)
    go_on.set()
    assert until(lambda: bool(watcher.audience.readers))
    watcher.close()


def test_names_are_looked_up_again_while_somebody_reads(usage, node, monkeypatch):
    monkeypatch.setattr(loopback_readers, "NAMES_EVERY_S", 0.02)
    watcher = EventWatcher(node, usage.ioctl, usage.opens, node.parent / "proc")
    usage.tell(1)
    assert until(lambda: watcher.audience.streaming is True)
    hold(node, 8, "obs")
    assert until(lambda: watcher.audience.readers == (Reader("obs", 8),))
    watcher.close()


def test_failure_while_watching_counts_as_watched(usage, node, caplog):
    def broken(descriptor: int, request: int, buffer: bytearray) -> int:
        if request == loopback_readers.DQEVENT:
            raise OSError(5, "Input/output error")
        return 0

    watcher = EventWatcher(node, broken, usage.opens)
    usage.tell(1)
    assert until(lambda: watcher.audience.streaming is None)
    watcher.close()
    assert "Input/output error" in caplog.text


def test_holder_that_stays_is_a_reader_and_its_end_is_noticed(node):
    watcher = OpenWatcher(node, probing_s=0.02)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(node)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        assert until(lambda: watcher.audience.streaming is True)
        assert [reader.pid for reader in watcher.audience.readers] == [child.pid]
        child.communicate()
    assert until(lambda: watcher.audience == Audience(streaming=False))
    watcher.close()


def test_mere_probing_counts_for_nothing(node, monkeypatch):
    seen = []
    monkeypatch.setattr(loopback_readers, "_readers", lambda *_: seen.append(1) or ())
    watcher = OpenWatcher(node, probing_s=5)
    assert until(lambda: len(seen) == 1)
    for _ in range(20):
        node.open().close()
    assert until(lambda: len(seen) > 1)
    assert watcher.audience == Audience(streaming=False)
    watcher.close()


def test_programs_that_cannot_be_seen_leave_it_open_whether_they_read(node):
    empty = node.parent / "proc"
    watcher = OpenWatcher(node, empty, probing_s=0.02)
    with node.open():
        assert until(lambda: watcher.audience == Audience(streaming=None))
    assert until(lambda: watcher.audience == Audience(streaming=False))
    watcher.close()


def test_reader_who_was_there_before_is_seen(node):
    hold(node, 77, "cheese")
    watcher = OpenWatcher(node, node.parent / "proc")
    assert until(lambda: watcher.audience.readers == (Reader("cheese", 77),))
    watcher.close()


def test_driver_without_the_event_is_watched_by_its_openings(node):
    def old(descriptor: int, request: int, buffer: bytearray) -> int:
        raise OSError(22, "Invalid argument")

    before = len(os.listdir("/proc/self/fd"))
    watcher = watch_readers(node, old, node.parent / "proc")
    assert isinstance(watcher, OpenWatcher)
    watcher.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_driver_with_the_event_is_watched_by_it(node):
    watcher = watch_readers(node, lambda *_: 0)
    assert isinstance(watcher, EventWatcher)
    watcher.close()


def test_device_that_is_gone(tmp_path):
    with pytest.raises(OutputError, match="was removed"):
        watch_readers(tmp_path / "video9")


def test_where_nothing_can_be_told(node, monkeypatch, caplog):
    def none(*arguments: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(loopback_readers, "OpenWatcher", none)
    assert watch_readers(node) is None
    assert "the camera stays on" in caplog.text
