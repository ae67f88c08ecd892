"""Which camera is taken, and what is told where none can be."""

from __future__ import annotations

import os

import pytest

from vcam.core.errors import SourceError

from .camera_kit import camera
from .fake_cameras import METADATA, FakeMachine, FakeNode, loopback


def test_busy_camera_names_the_program(tmp_path):
    node = FakeNode(0, busy=True)
    machine = FakeMachine(tmp_path, node)
    machine.hold(node, 4242, "zoom")
    with pytest.raises(SourceError, match=r"HD Webcam \(.*video0\) is in use by zoom \(pid 4242\)"):
        camera(machine).open()


def test_busy_camera_without_a_known_program(tmp_path):
    with pytest.raises(SourceError, match=r"HD Webcam .* cannot be opened") as caught:
        camera(FakeMachine(tmp_path, FakeNode(0, busy=True))).open()
    assert caught.value.fix


def test_silent_from_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("vcam.capture.camera.FIRST_PICTURE_WITHIN_S", 0.1)
    node = FakeNode(0, pictures=0, then="silent")
    source = camera(FakeMachine(tmp_path, node))
    with pytest.raises(SourceError, match="gives no picture"):
        source.open()
    node.release.set()


def test_no_permission(tmp_path, monkeypatch):
    machine = FakeMachine(tmp_path, FakeNode(0))
    real_open, real_access = os.open, os.access

    def refused(path, flags, *rest):
        if str(path).startswith(str(machine.devices)):
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags, *rest)

    monkeypatch.setattr(os, "open", refused)
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode: (
            not str(path).startswith(str(machine.devices)) and real_access(path, mode)
        ),
    )
    (told,) = machine.finder.list_cameras()
    assert "permission" in told.problem
    for device in ("0", str(machine.devices / "video0")):
        with pytest.raises(SourceError, match="no permission") as caught:
            camera(machine, device=device).open()
        assert "usermod -aG video" in caught.value.fix


def test_auto_takes_the_first_that_works_and_no_loopback(tmp_path):
    machine = FakeMachine(
        tmp_path,
        loopback(0, "OBS Virtual Camera"),
        loopback(1, "vcam"),
        FakeNode(2, "Metadata of the webcam", flags=METADATA),
        FakeNode(3, "Busy Webcam", busy=True),
        FakeNode(4, "Good Webcam"),
    )
    source = camera(machine)
    source.open()
    assert source.name == "Good Webcam"
    source.close()
    assert [node.opened for node in machine.nodes.values()] == [0, 0, 0, 0, 1]


def test_auto_with_nothing_that_works_tells_the_first_cause(tmp_path):
    machine = FakeMachine(tmp_path, FakeNode(0, "A", busy=True), FakeNode(1, "B", busy=True))
    with pytest.raises(SourceError, match=r"A \("):
        camera(machine).open()


def test_auto_without_a_camera(tmp_path):
    machine = FakeMachine(tmp_path, loopback(0, "vcam"))
    with pytest.raises(SourceError, match="there is no camera") as caught:
        camera(machine).open()
    assert "vcam demo" in caught.value.fix


@pytest.mark.parametrize("device", [4, "4", "logi", "LOGITECH", "dev/video4"])
def test_camera_by_number_path_or_name(tmp_path, device):
    machine = FakeMachine(tmp_path, FakeNode(0, "Integrated"), FakeNode(4, "Logitech C920"))
    if device == "dev/video4":
        device = str(tmp_path / device)
    source = camera(machine, device=device)
    source.open()
    assert source.name == "Logitech C920"
    source.close()


def test_camera_by_link(tmp_path):
    machine = FakeMachine(tmp_path, FakeNode(2, "Logitech C920"))
    link = tmp_path / "usb-Logitech-index0"
    link.symlink_to(machine.devices / "video2")
    source = camera(machine, device=str(link))
    source.open()
    assert source.name == "Logitech C920"
    source.close()


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("nikon", "no camera's name contains 'nikon': there is Integrated"),
        (7, "there is no camera .*video7: there is Integrated"),
        ("1", "gives no pictures: there is Integrated"),
        ("2", "vcam's own output"),
        ("vcam", "vcam's own output"),
    ],
)
def test_wrong_device_is_told_with_what_there_is(tmp_path, device, words):
    machine = FakeMachine(
        tmp_path,
        FakeNode(0, "Integrated"),
        FakeNode(1, "Meta", flags=METADATA),
        loopback(2, "vcam"),
    )
    with pytest.raises(SourceError, match=words):
        camera(machine, device=device).open()


def test_other_programs_loopback_may_be_chosen_by_name(tmp_path):
    source = camera(FakeMachine(tmp_path, loopback(0, "Droidcam")), device="droidcam")
    source.open()
    source.close()
