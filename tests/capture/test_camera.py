from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from vcam.capture.camera import CameraSource
from vcam.capture.opencv import cv2
from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceError
from vcam.settings.schema import CameraSettings

from .camera_kit import camera
from .clips import number_of
from .fake_cameras import FakeMachine, FakeNode


def read_on(source: CameraSource) -> None:
    """Reads until it raises; the fakes end after a few pictures."""
    for _ in range(20):
        source.read()


def test_reads_raw_jpegs_and_tells_what_it_gives(tmp_path):
    node = FakeNode(0, size=(160, 120), fps=24)
    source = camera(FakeMachine(tmp_path, node))
    told = source.open()
    assert (told.width, told.height, told.fps) == (160, 120, 24)
    assert source.name == "HD Webcam"
    frames = [source.read() for _ in range(5)]
    assert [frame.index for frame in frames] == list(range(5))
    numbers = [number_of(frame.image) for frame in frames]
    assert numbers == sorted(set(numbers))
    assert all(frame.size == (160, 120) for frame in frames)
    source.close()
    assert not node.is_open
    assert node.asked[cv2.CAP_PROP_CONVERT_RGB] == 0
    assert node.asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert node.asked[cv2.CAP_PROP_FPS] == 30
    assert cv2.CAP_PROP_FRAME_WIDTH not in node.asked


def test_driver_is_used_from_one_thread_that_is_not_the_readers(tmp_path):
    node = FakeNode(0)
    source = camera(FakeMachine(tmp_path, node))
    source.open()
    source.read()
    source.close()
    assert len(node.threads) == 1
    assert threading.get_ident() not in node.threads


def test_held_frames_are_never_written_to_again(tmp_path):
    source = camera(FakeMachine(tmp_path, FakeNode(0)))
    source.open()
    held = [(frame, frame.image.copy()) for frame in (source.read() for _ in range(15))]
    source.close()
    assert all(np.array_equal(frame.image, copy) for frame, copy in held)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("code", ["MJPG", "YUYV"])
def test_mirror(tmp_path, code, mirrored):
    def half(number: int, width: int, height: int) -> np.ndarray:
        image = np.zeros((height, width, 3), np.uint8)
        image[:, : width // 2] = 255
        return image

    machine = FakeMachine(tmp_path, FakeNode(0, gives=(code,), draw=half))
    source = camera(machine, mirror=mirrored)
    source.open()
    image = source.read().image
    source.close()
    bright = [bool(image[24, x].mean() > 200) for x in (8, 56)]
    assert bright == [not mirrored, mirrored]


def test_camera_without_jpeg_gives_yuyv(tmp_path, caplog):
    source = camera(FakeMachine(tmp_path, FakeNode(0, gives=("YUYV",))))
    with caplog.at_level(logging.INFO):
        source.open()
        assert number_of(source.read().image) >= 0
    source.close()
    assert "has no MJPG and gives YUYV" in caplog.text


def test_backend_that_decodes_by_itself(tmp_path):
    source = camera(FakeMachine(tmp_path, FakeNode(0, decodes_itself=True)))
    source.open()
    assert source.read().image.shape == (48, 64, 3)
    source.close()


def test_unknown_raw_format_is_left_to_opencv(tmp_path):
    node = FakeNode(0, gives=("NV12",))
    source = camera(FakeMachine(tmp_path, node))
    source.open()
    assert source.read().image.shape == (48, 64, 3)
    source.close()
    assert node.opened == 2
    assert node.asked[cv2.CAP_PROP_CONVERT_RGB] == 1


def test_other_size_than_asked_is_told(tmp_path, caplog):
    node = FakeNode(0, size=(80, 60))
    source = camera(FakeMachine(tmp_path, node))
    with caplog.at_level(logging.INFO):
        told = source.open()
    assert (told.width, told.height) == (80, 60)
    assert node.asked[cv2.CAP_PROP_FRAME_WIDTH] == 160
    assert node.asked[cv2.CAP_PROP_FRAME_HEIGHT] == 120
    assert "has no 160x120" in caplog.text
    source.close()


@pytest.mark.parametrize("default", [(160, 90), (120, 120), (64, 48)])
def test_size_that_shares_a_side_with_the_default_is_reached(tmp_path, default):
    source = camera(FakeMachine(tmp_path, FakeNode(0, size=default, sizes=((160, 120),))))
    told = source.open()
    assert (told.width, told.height) == (160, 120)
    source.close()


def test_damaged_jpegs_are_left_out_and_counted(tmp_path):
    def spoil(number: int, data: bytes) -> bytes:
        return {1: data[: len(data) // 2], 2: b"", 3: b"\xff\xd8 no picture"}.get(number % 5, data)

    source = camera(FakeMachine(tmp_path, FakeNode(0, spoil=spoil)))
    source.open()
    numbers = {number_of(source.read().image) for _ in range(20)}
    source.close()
    assert not numbers & {n for n in range(20) if n % 5 in (1, 3)}
    assert source.broken_pictures > 0


def test_untidy_jpegs_are_whole_pictures(tmp_path):
    def untidy(number: int, data: bytes) -> bytes:
        return data[:-2] + b"\x01\x02\x03\x04" * 5 + data[-2:] + b"\0" * 300

    source = camera(FakeMachine(tmp_path, FakeNode(0, spoil=untidy)))
    source.open()
    for _ in range(5):
        source.read()
    source.close()
    assert source.broken_pictures == 0


def test_untidy_and_cut_off_jpegs_are_told_apart(tmp_path):
    def spoil(number: int, data: bytes) -> bytes:
        untidy = data[:-2] + b"\x01\x02\x03\x04" * 5
        return untidy if number % 2 else untidy + data[-2:]

    source = camera(FakeMachine(tmp_path, FakeNode(0, spoil=spoil)))
    source.open()
    assert {number_of(source.read().image) % 2 for _ in range(10)} == {0}
    source.close()
    assert source.broken_pictures > 0


def test_only_damaged_jpegs_end_in_opencvs_decoding(tmp_path):
    node = FakeNode(0, spoil=lambda number, data: data[:-2] if number >= 3 else data)
    source = camera(FakeMachine(tmp_path, node), 0.3)
    source.open()
    with pytest.raises(SourceError, match="damaged pictures only"):
        read_on(source)
    source.close()
    source.open()
    assert source.read().image.shape == (48, 64, 3)
    assert node.asked[cv2.CAP_PROP_CONVERT_RGB] == 1
    source.close()


def test_unplugged_and_plugged_in_again(tmp_path):
    node = FakeNode(0, pictures=5, then="unplug")
    machine = FakeMachine(tmp_path, node)
    source = camera(machine)
    source.open()
    last = source.read()
    with pytest.raises(SourceError, match="HD Webcam was unplugged") as caught:
        read_on(source)
    assert "plug it in" in caught.value.fix
    source.close()
    with pytest.raises(SourceError, match="there is no camera"):
        source.open()
    machine.plug(node)
    source.open()
    assert source.read().index > last.index
    source.close()


def test_silent_camera_is_lost_in_time(tmp_path):
    node = FakeNode(0, pictures=3, then="silent")
    source = camera(FakeMachine(tmp_path, node), 0.3)
    source.open()
    started_at = time.monotonic()
    with pytest.raises(SourceError, match="gives no picture"):
        read_on(source)
    assert time.monotonic() - started_at < 5
    node.release.set()
    source.close()


def test_default_patience_keeps_the_contracts_promise():
    source = CameraSource(CameraSettings(), MonotonicClock())
    assert source._stalled_after_s < 2


def test_refusing_camera_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("vcam.capture.camera_reader.GIVE_UP_AFTER_S", 0.05)
    source = camera(FakeMachine(tmp_path, FakeNode(0, pictures=3, then="refuse")))
    source.open()
    with pytest.raises(SourceError, match="has stopped giving pictures"):
        read_on(source)
    source.close()


def test_hanging_driver_holds_nothing_up_and_is_waited_for(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("vcam.capture.camera.CLOSE_WITHIN_S", 0.05)
    monkeypatch.setattr("vcam.capture.camera.HANGING_FOR_S", 0.05)
    node = FakeNode(0, pictures=3, then="silent")
    source = camera(FakeMachine(tmp_path, node), 0.3)
    source.open()
    with pytest.raises(SourceError, match="gives no picture"):
        read_on(source)
    source.close()
    assert "hangs and could not be closed in time" in caplog.text
    with pytest.raises(SourceError, match="hangs"):
        source.open()
    node.release.set()
    node.pictures = 1000
    deadline = time.monotonic() + 5
    while node.is_open and time.monotonic() < deadline:
        time.sleep(0.005)
    source.open()
    source.read()
    source.close()


def test_interrupt_ends_a_blocked_read(tmp_path):
    node = FakeNode(0, pictures=3, then="silent")
    source = camera(FakeMachine(tmp_path, node))
    source.open()
    timer = threading.Timer(0.1, source.interrupt)
    timer.start()
    started_at = time.monotonic()
    with pytest.raises(SourceError, match="interrupted"):
        read_on(source)
    assert time.monotonic() - started_at < 5
    timer.join()
    node.release.set()
    source.close()


def test_interrupt_ends_a_blocked_open(tmp_path):
    node = FakeNode(0, pictures=0, then="silent")
    source = camera(FakeMachine(tmp_path, node))
    timer = threading.Timer(0.1, source.interrupt)
    timer.start()
    started_at = time.monotonic()
    with pytest.raises(SourceError, match="interrupted"):
        source.open()
    assert time.monotonic() - started_at < 4
    timer.join()
    node.release.set()


def test_bug_in_the_driver_is_contained(tmp_path, caplog):
    machine = FakeMachine(tmp_path, FakeNode(0))

    def broken(device: int | str) -> None:
        raise RuntimeError("driver bug")

    machine.open = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(SourceError, match="driver bug"):
        camera(machine).open()
    assert "RuntimeError" in caplog.text


def test_read_needs_open(tmp_path: Path):
    source = camera(FakeMachine(tmp_path, FakeNode(0)))
    with pytest.raises(SourceError, match="not open"):
        source.read()
    source.close()
    source.close()
