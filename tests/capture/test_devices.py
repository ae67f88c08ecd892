from __future__ import annotations

import os
from dataclasses import replace

import pytest

from vcam.capture.backend import OpenCvBackend, platform_backend
from vcam.capture.camera import CameraSource
from vcam.capture.devices import CameraFinder, CameraInfo
from vcam.capture.opencv import cv2
from vcam.core import v4l2
from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceError
from vcam.settings.schema import CameraSettings

from .fake_cameras import METADATA, OUTPUT, FakeCapture, FakeMachine, FakeNode, loopback


class NumberedBackend:
    """Windows or macOS: cameras by number, decoded by OpenCV."""

    gives_raw = False

    def __init__(self, **nodes: FakeNode) -> None:
        self._nodes = {int(name[1:]): node for name, node in nodes.items()}
        self.tried: list[int | str] = []

    def open(self, device: int | str) -> FakeCapture:
        self.tried.append(device)
        return FakeCapture(self._nodes.get(int(device), FakeNode(99, busy=True)))


def test_cameras_with_their_modes(tmp_path):
    machine = FakeMachine(
        tmp_path,
        FakeNode(0, "Integrated", size=(1280, 720)),
        FakeNode(1, "Integrated", flags=METADATA),
        loopback(2, "OBS Virtual Camera"),
        loopback(3, "vcam", reading=False),
        FakeNode(4, "Encoder", flags=OUTPUT),
    )
    cameras = machine.finder.list_cameras()
    assert [(c.name, c.is_loopback, c.driver) for c in cameras] == [
        ("Integrated", False, "uvcvideo"),
        ("OBS Virtual Camera", True, "v4l2 loopback"),
    ]
    assert cameras[0].device == str(machine.devices / "video0")
    modes = [(m.fourcc, m.width, m.height, m.fps) for m in cameras[0].modes]
    assert modes == [("MJPG", 1280, 720, (30.0, 15.0)), ("YUYV", 1280, 720, (30.0, 15.0))]


def test_node_that_cannot_be_asked_is_left_out(tmp_path):
    machine = FakeMachine(tmp_path, FakeNode(0), FakeNode(1, "Second"))
    (machine.devices / "video0").unlink()
    assert [camera.name for camera in machine.finder.list_cameras()] == ["Second"]


def test_what_is_not_to_be_touched_is_told_by_name_alone(tmp_path):
    machine = FakeMachine(tmp_path, FakeNode(0, "Integrated"), FakeNode(1, "Second"))
    used = machine.devices / "video0"
    finder = replace(machine.finder, untouched=frozenset({used}))
    asked = []

    def ioctl(descriptor: int, request: int, buffer: bytearray) -> int:
        asked.append(os.fstat(descriptor).st_ino)
        return machine.ioctl(descriptor, request, buffer)

    finder = replace(finder, ioctl=ioctl)
    assert [(c.name, bool(c.modes)) for c in finder.list_cameras()] == [
        ("Integrated", False),
        ("Second", True),
    ]
    assert finder.candidates(0)[0].device == str(used)
    assert used.stat().st_ino not in asked


@pytest.mark.parametrize("device", ["auto", "webcam", 0])
def test_opening_does_not_ask_for_all_formats(tmp_path, device):
    machine = FakeMachine(tmp_path, FakeNode(0))
    asked = set()

    def ioctl(descriptor: int, request: int, buffer: bytearray) -> int:
        asked.add(request)
        return machine.ioctl(descriptor, request, buffer)

    replace(machine.finder, ioctl=ioctl).candidates(device)
    assert asked == {v4l2.QUERYCAP}


def test_output_of_another_name_is_known_by_who_feeds_it(tmp_path):
    machine = FakeMachine(tmp_path, FakeNode(0), loopback(2, "Studio"))
    machine.finder.candidates("studio")
    machine.hold(machine.nodes[2], os.getpid(), "vcam")
    for device in ("studio", 2):
        with pytest.raises(SourceError, match="vcam's own output"):
            machine.finder.candidates(device)


def test_this_machine_can_be_asked():
    finder = CameraFinder()
    assert all(isinstance(camera, CameraInfo) for camera in finder.list_cameras())


def test_choices_disturb_no_camera(tmp_path):
    machine = FakeMachine(tmp_path, FakeNode(0, "Integrated"), loopback(2, "OBS Virtual Camera"))
    assert [(c.name, c.modes) for c in machine.finder.choices()] == [
        ("Integrated", ()),
        ("OBS Virtual Camera", ()),
    ]
    backend = NumberedBackend(_0=FakeNode(0))
    choices = CameraFinder(backend, "win32").choices()
    assert choices[0].device == 0
    assert not backend.tried


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_numbers_are_probed_and_closed_again(platform):
    nodes = {"_0": FakeNode(0, size=(640, 480)), "_2": FakeNode(2)}
    finder = CameraFinder(NumberedBackend(**nodes), platform)
    cameras = finder.list_cameras()
    assert [(camera.device, camera.name) for camera in cameras] == [
        (0, "camera 0"),
        (2, "camera 2"),
    ]
    assert (cameras[0].modes[0].width, cameras[0].modes[0].height) == (640, 480)
    assert not any(node.is_open for node in nodes.values())


def test_elsewhere_auto_takes_the_first_that_works():
    backend = NumberedBackend(_1=FakeNode(1))
    source = CameraSource(
        CameraSettings(), MonotonicClock(), finder=CameraFinder(backend, "darwin")
    )
    source.open()
    assert source.name == "camera 1"
    assert source.read().image.shape == (48, 64, 3)
    source.close()
    assert backend.tried == [0, 1]


def test_elsewhere_names_cannot_be_told():
    finder = CameraFinder(NumberedBackend(), "win32")
    with pytest.raises(SourceError, match="FaceTime") as caught:
        finder.candidates("FaceTime")
    assert "number" in caught.value.fix


def test_elsewhere_a_camera_that_does_not_open_hints_at_privacy_settings():
    source = CameraSource(
        CameraSettings(device=1),
        MonotonicClock(),
        finder=CameraFinder(NumberedBackend(), "darwin"),
    )
    with pytest.raises(SourceError, match="camera 1 cannot be opened") as caught:
        source.open()
    assert "privacy" in caught.value.fix


@pytest.mark.parametrize(
    ("platform", "first", "raw"),
    [
        ("linux", cv2.CAP_V4L2, True),
        ("win32", cv2.CAP_MSMF, False),
        ("darwin", cv2.CAP_AVFOUNDATION, False),
    ],
)
def test_interfaces_of_the_platforms(platform, first, raw):
    backend = platform_backend(platform)
    assert isinstance(backend, OpenCvBackend)
    assert backend.interfaces[0] == first
    assert backend.gives_raw is raw


def test_real_backend_says_that_a_missing_camera_is_not_open(tmp_path):
    device = platform_backend("linux").open(str(tmp_path / "video0"))
    assert not device.isOpened()
    assert not device.grab()
    device.release()
