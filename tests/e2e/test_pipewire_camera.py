"""The PipeWire camera in a private session, read by GStreamer."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Audience, Reader, VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.lab.checks import Check, CheckState
from vcam.lab.doctor_desktop import PORTAL, DesktopProbe
from vcam.outputs.group import OutputGroup
from vcam.outputs.pipewire import PipeWireOutput, stream
from vcam.settings.schema import PipeWireSettings
from vcam.testing import FakeClock

from .pipewire_session.reading import Feeder, GStreamerReader, start_python
from .pipewire_session.session import PATIENCE_S, PipeWireSession, missing, wait_for

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PipeWire is for Linux"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(
        shutil.which("gst-launch-1.0") is None,
        reason="gst-launch-1.0 not installed; run tools/ci/pipewire.sh",
    ),
]

FORMAT = VideoFormat(320, 240, 30)
TOP, BOTTOM = (200, 40, 60), (40, 200, 90)


@pytest.fixture(scope="module")
def daemons():
    session = PipeWireSession()
    yield session
    session.close()


@pytest.fixture
def session(daemons, monkeypatch):
    for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(key, daemons.environment[key])
    monkeypatch.delenv("PIPEWIRE_REMOTE", raising=False)
    monkeypatch.delenv("PIPEWIRE_RUNTIME_DIR", raising=False)
    return daemons


def picture(video_format: VideoFormat = FORMAT) -> np.ndarray:
    image = np.empty((video_format.height, video_format.width, 3), np.uint8)
    image[:] = BOTTOM
    image[: video_format.height // 2] = TOP
    image[:, : video_format.width // 4] = 0
    return image


@pytest.fixture
def output(session):
    output = PipeWireOutput(PipeWireSettings())
    output.open(FORMAT)
    yield output
    output.close()


@pytest.fixture
def feeder(output):
    feeder = Feeder(output.send, picture())
    yield feeder
    feeder.end()


@pytest.fixture
def read(session):
    readers = []

    def start(*arguments, **keywords):
        readers.append(GStreamerReader(session, *(arguments or (FORMAT,)), **keywords))
        return readers[-1]

    yield start
    for reader in readers:
        if reader.process.poll() is None:
            reader.process.send_signal(signal.SIGCONT)
        reader.end()


def is_close(seen: np.ndarray, sent: np.ndarray) -> bool:
    """But for the edges, which 4:2:0 blurs."""
    wrong = np.abs(seen.astype(int) - sent).max(axis=2) > 6
    return wrong.mean() < 0.03


@pytest.mark.parametrize("pixel_format", ["I420", "NV12", "YUY2"])
def test_reader_gets_the_picture_in_the_format_it_asks_for(feeder, read, pixel_format):
    reader = read(FORMAT, pixel_format=pixel_format)
    reader.wait_frames(3)
    assert is_close(reader.picture(), picture())


@pytest.mark.parametrize(
    "video_format",
    [
        VideoFormat(1280, 720, 30),
        VideoFormat(1280, 720, 60),
        VideoFormat(1920, 1080, 30),
        VideoFormat(1920, 1080, 60),
        # No multiple of 4: rows that GStreamer would pad.
        VideoFormat(1366, 770, 29.97),
    ],
    ids=str,
)
def test_sizes_and_rates(session, read, video_format):
    output = PipeWireOutput(PipeWireSettings())
    output.open(video_format)
    feeder = Feeder(output.send, picture(video_format))
    try:
        reader = read(video_format)
        reader.wait_frames(3)
        assert is_close(reader.picture(0), picture(video_format))
    finally:
        feeder.end()
        output.close()


def test_mirror_flips(session, read):
    output = PipeWireOutput(PipeWireSettings(mirror=True))
    output.open(FORMAT)
    feeder = Feeder(output.send, picture())
    try:
        reader = read()
        reader.wait_frames(2)
        assert is_close(reader.picture(), picture()[:, ::-1])
    finally:
        feeder.end()
        output.close()


def test_node_is_described_as_a_camera(output, session):
    dump = subprocess.run(
        ["pw-dump"], env=session.environment, capture_output=True, check=True, timeout=20
    )
    (node,) = [
        entry["info"]["props"]
        for entry in json.loads(dump.stdout)
        if entry.get("info", {}).get("props", {}).get("media.class") == "Video/Source"
    ]
    assert node["node.name"] == node["node.description"] == "vcam"
    assert node["media.role"] == "Camera"
    assert node["media.icon-name"] == "camera-web"


def test_several_readers_at_once(feeder, read):
    readers = [read(), read(), read()]
    for reader in readers:
        reader.wait_frames(10)
        assert is_close(reader.picture(), picture())


def test_reader_that_wants_fewer_frames_gets_fewer(session, read):
    clock = FakeClock()
    output = PipeWireOutput(PipeWireSettings(), clock)
    output.open(FORMAT)

    def send(frame: Frame) -> None:
        clock.advance(1 / 30)
        output.send(frame)

    feeder = Feeder(send, picture())
    try:
        reader = read(FORMAT, caps=",framerate=15/1")
        reader.wait_frames(5)
        sent, seen = feeder.sent, reader.frames
        reader.wait_frames(20)
        assert reader.frames - seen <= 0.5 * (feeder.sent - sent) + 2
    finally:
        feeder.end()
        output.close()


def test_audience_comes_and_goes(output, feeder, read):
    assert output.audience() == Audience(streaming=False)
    reader = read()
    wait_for(lambda: output.audience().readers, "the reader")
    assert output.audience() == Audience(
        streaming=True, readers=(Reader("gst-launch-1.0", reader.process.pid),)
    )
    other = read()
    wait_for(lambda: len(output.audience().readers) == 2, "the other reader")
    other.process.kill()
    wait_for(lambda: len(output.audience().readers) == 1, "the other reader's end")
    reader.process.kill()
    wait_for(lambda: output.audience() == Audience(streaming=False), "the reader's end")


def test_listing_and_inspecting_is_no_audience(output, feeder, session):
    seen = []
    for command in (["pw-dump"], ["wpctl", "status"], ["pw-cli", "info", "all"]):
        subprocess.run(
            command, env=session.environment, capture_output=True, check=True, timeout=20
        )
        seen.append(output.audience())
    assert seen == [Audience(streaming=False)] * 3


def test_nothing_is_sent_while_nobody_reads(output):
    writes = []
    output._stream.write = lambda *arguments: writes.append(arguments)
    for index in range(3):
        output.send(Frame(picture(), index / 30, index))
    assert writes == []


def test_stopped_reader_does_not_stop_the_others(feeder, read):
    reader, stopped = read(), read()
    for each in (reader, stopped):
        each.wait_frames(2)
    stopped.process.send_signal(signal.SIGSTOP)
    reader.wait_frames(60)


def test_reader_that_keeps_all_buffers_does_not_stop_the_others(feeder, output, read, caplog):
    """GStreamer joins in spite of a size that it refuses, and then gives no buffer back."""
    reader = read()
    reader.wait_frames(2)
    read(FORMAT, caps=",width=640")
    wait_for(lambda: len(output.audience().readers) == 2, "the greedy reader")
    reader.wait_frames(60)
    assert "a reader keeps its pictures" in caplog.text


def test_killed_readers_leave_the_others_alone(feeder, read):
    reader = read()
    reader.wait_frames(2)
    for _ in range(6):
        victim = read()
        victim.wait_frames(2)
        victim.process.kill()
        victim.process.wait()
    reader.wait_frames(20)


def test_it_comes_back_after_the_daemon_was_restarted(session, read):
    output = PipeWireOutput(PipeWireSettings())
    group = OutputGroup([output], MonotonicClock(), first_retry_s=0.1, last_retry_s=0.1)
    group.open(FORMAT)
    feeder = Feeder(group.send, picture())
    try:
        read().wait_frames(3)
        session.stop_pipewire()
        wait_for(lambda: group.status()[0].state == "failed", "the failure")
        assert not output.audience().streaming
        session.start_pipewire()
        wait_for(lambda: group.status()[0].state == "open", "the recovery")
        reader = read()
        reader.wait_frames(3)
        assert is_close(reader.picture(), picture())
    finally:
        feeder.end()
        group.close()


def test_lost_daemon_is_told_with_what_happens_next(session):
    output = PipeWireOutput(PipeWireSettings())
    output.open(FORMAT)
    session.stop_pipewire()
    try:
        wait_for(lambda: output._stream.failure, "the failure")
        with pytest.raises(OutputError, match="lost its connection") as caught:
            output.send(Frame(picture(), 0.0, 0))
        assert "again" in caught.value.fix
        output.close()
    finally:
        session.start_pipewire()


def test_daemon_that_hangs_blocks_nothing(session, monkeypatch):
    monkeypatch.setattr(stream, "OPEN_WITHIN_S", 0.3)
    output, late = PipeWireOutput(PipeWireSettings()), PipeWireOutput(PipeWireSettings())
    output.open(FORMAT)
    pipewire = session.pipewire[0]
    pipewire.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        for index in range(10):
            output.send(Frame(picture(), index / 30, index))
        with pytest.raises(OutputError, match="does not answer"):
            late.open(FORMAT)
        output.close()
        assert time.monotonic() - began < 5
    finally:
        pipewire.send_signal(signal.SIGCONT)


def open_things() -> tuple[int, int]:
    """Descriptors and threads of this process."""
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def test_no_daemon_is_told_with_the_fix_and_leaves_nothing(session, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    output = PipeWireOutput(PipeWireSettings())
    seen = []
    for _ in range(3):
        with pytest.raises(OutputError, match="no PipeWire daemon runs") as caught:
            output.open(FORMAT)
        assert "systemctl --user" in caught.value.fix
        gc.collect()
        seen.append(open_things())
    assert seen[0] == seen[-1]


def doctor(session: PipeWireSession, monkeypatch) -> Check:
    for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(key, session.environment[key])
    return DesktopProbe(names=lambda: frozenset({PORTAL})).check_pipewire(PipeWireSettings())


def test_doctor_tells_a_session_without_manager_from_one_with(session, monkeypatch):
    wait_for(lambda: doctor(session, monkeypatch).state is CheckState.OK, "the session manager")
    alone = PipeWireSession(manager=False)
    try:
        check = doctor(alone, monkeypatch)
    finally:
        alone.close()
    assert check.state is CheckState.WARN
    assert "without a session manager" in check.message


def resident_kib() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0])


def test_opening_and_closing_leaks_nothing(session, read):
    """A reader tries all the while: half of the openings stream."""
    output = PipeWireOutput(PipeWireSettings())
    frame = Frame(picture(), 0.0, 0)

    def cycle() -> None:
        output.open(FORMAT)
        for _ in range(3):
            output.send(frame)
        output.close()

    for _ in range(10):
        cycle()
    gc.collect()
    things = open_things()
    grown_kib = []
    # What leaks does so each time; what else lives in this process may grow once.
    while not grown_kib or (grown_kib[-1] >= 3000 and len(grown_kib) < 4):
        memory_kib = resident_kib()
        for _ in range(50):
            cycle()
        gc.collect()
        grown_kib.append(resident_kib() - memory_kib)
    assert open_things() == things
    # 50 leaked frames would be 5600 KiB, 50 leaked contexts more.
    assert min(grown_kib) < 3000, grown_kib


@pytest.mark.parametrize("ending", ["pass", "sys.exit(3)", "raise KeyError"])
def test_program_may_end_without_closing_it(session, read, ending):
    script = f"""
import sys, time, numpy as np
from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.lab.checks import Check, CheckState
from vcam.lab.doctor_desktop import PORTAL, DesktopProbe
from vcam.outputs.pipewire import PipeWireOutput, stream
from vcam.settings.schema import PipeWireSettings
output = PipeWireOutput(PipeWireSettings(name="ending"))
output.open(VideoFormat(320, 240, 30))
print("open", flush=True)
frame = Frame(np.zeros((240, 320, 3), np.uint8), 0.0, 0)
give_up_at = time.monotonic() + 20
sent = 0
while sent < 5 and time.monotonic() < give_up_at:
    output.send(frame)
    sent += output.audience().streaming
    time.sleep(0.02)
assert sent, "no reader"
{ending}
"""
    with start_python(session, script) as process:
        assert process.stdout.readline() == "open\n"
        read(FORMAT, target="ending")
        _, told = process.communicate(timeout=PATIENCE_S)
    expected = {"pass": 0, "sys.exit(3)": 3, "raise KeyError": 1}
    assert process.returncode == expected[ending], told
