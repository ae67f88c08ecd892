"""The PipeWire camera in a private session, read by GStreamer."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys

import pytest

from vcam.core.contracts import Audience, Reader, VideoFormat
from vcam.core.frame import Frame
from vcam.outputs.pipewire import PipeWireOutput
from vcam.settings.schema import PipeWireSettings
from vcam.testing import FakeClock

from .pipewire_session.pictures import FORMAT, is_close, picture
from .pipewire_session.reading import Feeder
from .pipewire_session.session import missing, wait_for

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PipeWire is for Linux"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(
        shutil.which("gst-launch-1.0") is None,
        reason="gst-launch-1.0 not installed; run tools/ci/pipewire.sh",
    ),
]


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
