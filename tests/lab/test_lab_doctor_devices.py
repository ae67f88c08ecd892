from __future__ import annotations

import pytest

from vcam.capture.devices import CameraFinder
from vcam.core.v4l2_controls import EXPOSURE_AUTO, EXPOSURE_AUTO_PRIORITY
from vcam.lab.checks import CheckState
from vcam.lab.doctor_devices import (
    check_camera,
    check_camera_rate,
    check_virtual_camera,
    spare_finder,
)
from vcam.settings.schema import CameraSettings, VirtualCameraSettings

from .video_nodes import Nodes

DAEMON, ZOOM = 1234567, 1234568
DYNAMIC = {EXPOSURE_AUTO_PRIORITY: ("Exposure, Dynamic Framerate", 1)}


@pytest.fixture
def machine(tmp_path):
    return Nodes(tmp_path)


def test_no_camera(machine):
    check = check_camera(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.FAIL
    assert check.fix
    assert check_camera_rate(CameraSettings(), None, machine.finder).state is CheckState.OK


def test_camera_that_is_free(machine):
    machine.webcam()
    check = check_camera(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.OK
    assert "Webcam" in check.message


def test_camera_in_use_by_another_program(machine):
    machine.hold(machine.webcam(), ZOOM)
    check = check_camera(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.FAIL
    assert f"zoom (pid {ZOOM})" in check.message
    assert check.fix == "close that program"


def test_second_camera_where_the_first_is_in_use(machine):
    machine.hold(machine.webcam(), ZOOM)
    second = machine.webcam(2)
    check = check_camera(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.WARN
    assert f"zoom (pid {ZOOM})" in check.message
    assert f"({second}) instead" in check.message
    by_path = CameraSettings(device=str(machine.devices / "video0"))
    assert check_camera(by_path, None, machine.finder).state is CheckState.FAIL


def test_camera_that_may_not_be_opened(machine, monkeypatch):
    machine.webcam()
    real_open = __import__("os").open

    def refused(path, *rest):
        if "video" in str(path):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest)

    monkeypatch.setattr("os.open", refused)
    monkeypatch.setattr("os.access", lambda *_: False)
    check = check_camera(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.FAIL
    assert "usermod -aG video" in check.fix


def test_camera_of_the_daemon_is_not_even_opened(machine):
    camera, output = machine.webcam(), machine.loopback()
    # As sysfs has them: software devices are under /sys/devices/virtual.
    virtual = machine.folder / "virtual"
    virtual.mkdir()
    (machine.sysfs / "video9").rename(virtual / "video9")
    (machine.sysfs / "video9").symlink_to(virtual / "video9")
    machine.hold(camera, DAEMON, "vcam")
    machine.hold(output, DAEMON, "vcam")
    finder = spare_finder(DAEMON, machine.finder)
    assert finder.untouched == {camera}
    assert check_camera(CameraSettings(), DAEMON, finder).state is CheckState.OK
    check = check_camera_rate(CameraSettings(), DAEMON, finder)
    assert "running vcam" in check.message
    assert 0 not in machine.opened


def test_without_a_daemon_all_is_looked_at(machine):
    machine.webcam()
    assert not spare_finder(None, machine.finder).untouched


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("Exposure, Dynamic Framerate", "exposure_dynamic_framerate"),
        ("Exposure, Auto Priority", "exposure_auto_priority"),
    ],
)
def test_camera_that_slows_down_in_dim_light(machine, name, option):
    path = machine.webcam(controls={EXPOSURE_AUTO_PRIORITY: (name, 1)})
    check = check_camera_rate(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.WARN
    assert f"v4l2-ctl -d {path} --set-ctrl {option}=0" in check.fix


@pytest.mark.parametrize(
    "controls",
    [
        {},
        {EXPOSURE_AUTO_PRIORITY: ("Exposure, Dynamic Framerate", 0)},
        DYNAMIC | {EXPOSURE_AUTO: ("Auto Exposure", 1)},
    ],
)
def test_camera_that_keeps_its_rate(machine, controls):
    machine.webcam(controls=controls)
    check = check_camera_rate(CameraSettings(), None, machine.finder)
    assert check.state is CheckState.OK


HD = [("MJPG", 1280, 720, 30), ("YUYV", 1280, 720, 10), ("YUYV", 640, 480, 30)]


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({"format": "yuyv"}, CheckState.WARN),
        ({"format": "any"}, CheckState.WARN),
        ({"format": "mjpg"}, CheckState.OK),
        ({"format": "yuyv", "width": 640, "height": 480}, CheckState.OK),
        ({"format": "yuyv", "fps": 10}, CheckState.OK),
        ({"format": "yuyv", "fps": 60}, CheckState.OK),
    ],
)
def test_yuyv_where_mjpg_would_do(machine, settings, state):
    machine.webcam(modes=HD)
    check = check_camera_rate(CameraSettings(**settings), None, machine.finder)
    assert check.state is state
    if state is CheckState.WARN:
        assert "YUYV of 1280x720 at 10" in check.message
        assert check.fix == "set camera.format to mjpg"
    by_path = settings | {"device": str(machine.devices / "video0")}
    assert check_camera_rate(CameraSettings(**by_path), None, machine.finder).state is state


class ClosedDevice:
    def isOpened(self):
        return False

    def release(self):
        pass


class NoCameras:
    gives_raw = False

    def open(self, device):
        return ClosedDevice()


def test_cameras_that_cannot_be_listed_are_tried():
    mac = CameraFinder(backend=NoCameras(), platform="darwin")
    assert check_camera(CameraSettings(), None, mac).state is CheckState.FAIL
    assert check_camera(CameraSettings(), 77, mac).state is CheckState.OK
    assert check_camera_rate(CameraSettings(), None, mac).state is CheckState.OK
    assert spare_finder(77, mac) is mac


def test_virtual_camera_that_is_switched_off(machine):
    check = check_virtual_camera(
        VirtualCameraSettings(enabled=False), platform="linux", linux=machine.probe
    )
    assert check.state is CheckState.OK


def test_each_platform_has_its_own_look(machine):
    machine.loopback()
    settings = VirtualCameraSettings()
    assert "vcam" in check_virtual_camera(settings, None, "linux", machine.probe).message
    unity = VirtualCameraSettings(backend="unitycapture")
    assert "Unity" in check_virtual_camera(unity, None, "win32").message
    assert "OBS" in check_virtual_camera(settings, None, "darwin").message
