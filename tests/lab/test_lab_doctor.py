from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest

from vcam.capture.devices import CameraFinder
from vcam.core import v4l2
from vcam.core.errors import VcamError, WeightsError
from vcam.lab import doctor
from vcam.lab.checks import CheckState, checks_text, fail, has_failures, ok, warn
from vcam.lab.doctor import (
    check_gesture_names,
    check_instance,
    check_packages,
    check_packs,
    check_preview,
    check_python,
    check_weights,
    run_doctor,
)
from vcam.lab.doctor_devices import LoopbackProbe, check_camera, check_virtual_camera
from vcam.settings.schema import (
    CameraSettings,
    PreviewSettings,
    Settings,
    VirtualCameraSettings,
)


def node(sysfs: Path, number: int, name: str) -> None:
    folder = sysfs / f"video{number}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(name + "\n")
    devices = sysfs.parent / "dev"
    devices.mkdir(exist_ok=True)
    (devices / f"video{number}").touch()


def device_ioctl(driver: str, card: str, flags: int):
    def ioctl(descriptor: int, request: int, buffer: bytearray) -> int:
        if request != v4l2.QUERYCAP:
            raise OSError(22, "no more entries")
        told = v4l2.CAPABILITY.pack(
            driver.encode(), card.encode(), b"", 0, flags | v4l2.CAP_DEVICE_CAPS, flags
        )
        buffer[: len(told)] = told
        return 0

    return ioctl


def probe(tmp_path: Path, driver: str, card: str, flags: int, **more) -> LoopbackProbe:
    node(tmp_path / "sysfs", 9, card)
    return LoopbackProbe(
        tmp_path / "sysfs",
        tmp_path / "dev",
        device_ioctl(driver, card, flags),
        tmp_path / "modules",
        **more,
    )


def test_loopback_device_that_others_can_see(tmp_path):
    linux = probe(tmp_path, v4l2.LOOPBACK_DRIVER, "vcam", v4l2.CAP_VIDEO_OUTPUT)
    check = check_virtual_camera(VirtualCameraSettings(), "linux", linux)
    assert check.state is CheckState.OK
    assert "vcam" in check.message


def test_loopback_device_without_exclusive_caps(tmp_path):
    both = v4l2.CAP_VIDEO_OUTPUT | v4l2.CAP_VIDEO_CAPTURE
    linux = probe(tmp_path, v4l2.LOOPBACK_DRIVER, "vcam", both)
    check = check_virtual_camera(VirtualCameraSettings(), "linux", linux)
    assert check.state is CheckState.WARN
    assert "exclusive_caps=1" in check.fix


def test_loopback_device_of_another_name(tmp_path):
    linux = probe(tmp_path, v4l2.LOOPBACK_DRIVER, "OBS", v4l2.CAP_VIDEO_OUTPUT)
    settings = VirtualCameraSettings(device="/dev/video42")
    check = check_virtual_camera(settings, "linux", linux)
    assert check.state is CheckState.FAIL
    assert "OBS" in check.fix


def test_camera_is_no_loopback_device(tmp_path):
    linux = probe(tmp_path, "uvcvideo", "Webcam", v4l2.CAP_VIDEO_CAPTURE)
    check = check_virtual_camera(VirtualCameraSettings(), "linux", linux)
    assert check.state is CheckState.FAIL
    assert "modprobe v4l2loopback" in check.fix


def test_loaded_module_without_a_usable_device(tmp_path):
    (tmp_path / "modules" / "v4l2loopback").mkdir(parents=True)
    linux = probe(
        tmp_path, v4l2.LOOPBACK_DRIVER, "vcam", v4l2.CAP_VIDEO_OUTPUT, is_writable=lambda _: False
    )
    check = check_virtual_camera(VirtualCameraSettings(), "linux", linux)
    assert check.state is CheckState.FAIL
    assert "usermod" in check.fix
    named = VirtualCameraSettings(device="vcam")
    assert "no permission" in check_virtual_camera(named, "linux", linux).message


def test_virtual_camera_that_is_switched_off():
    check = check_virtual_camera(VirtualCameraSettings(enabled=False), "linux")
    assert check.state is CheckState.OK


def test_unity_capture_is_taken_on_trust():
    settings = VirtualCameraSettings(backend="unitycapture")
    assert check_virtual_camera(settings, "win32").state is CheckState.OK


def finder(tmp_path: Path, flags: int = v4l2.CAP_VIDEO_CAPTURE) -> CameraFinder:
    return CameraFinder(
        platform="linux",
        sysfs=tmp_path / "sysfs",
        devices=tmp_path / "dev",
        ioctl=device_ioctl("uvcvideo", "Webcam", flags),
        proc=tmp_path / "proc",
    )


def test_no_camera(tmp_path):
    check = check_camera(CameraSettings(), None, finder(tmp_path))
    assert check.state is CheckState.FAIL
    assert check.fix


def test_camera_that_is_free(tmp_path):
    node(tmp_path / "sysfs", 0, "Webcam")
    check = check_camera(CameraSettings(), None, finder(tmp_path))
    assert check.state is CheckState.OK
    assert "Webcam" in check.message


def hold(tmp_path: Path, pid: int) -> None:
    folder = tmp_path / "proc" / str(pid) / "fd"
    folder.mkdir(parents=True)
    (folder / "3").symlink_to(tmp_path / "dev" / "video0")
    (tmp_path / "proc" / str(pid) / "comm").write_text("zoom\n")


def test_camera_in_use_by_another_program(tmp_path):
    node(tmp_path / "sysfs", 0, "Webcam")
    hold(tmp_path, 1234567)
    check = check_camera(CameraSettings(), None, finder(tmp_path))
    assert check.state is CheckState.FAIL
    assert "zoom (pid 1234567)" in check.message


def test_camera_in_use_by_the_daemon_is_fine(tmp_path):
    node(tmp_path / "sysfs", 0, "Webcam")
    hold(tmp_path, 1234567)
    assert check_camera(CameraSettings(), 1234567, finder(tmp_path)).state is CheckState.OK


class ClosedDevice:
    def isOpened(self):
        return False

    def release(self):
        pass


class NoCameras:
    gives_raw = False

    def open(self, device):
        return ClosedDevice()


def test_cameras_that_cannot_be_listed_are_tried(tmp_path):
    mac = CameraFinder(backend=NoCameras(), platform="darwin")
    assert check_camera(CameraSettings(), None, mac).state is CheckState.FAIL
    assert check_camera(CameraSettings(), 77, mac).state is CheckState.OK


def test_port_that_is_taken():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        settings = PreviewSettings(port=holder.getsockname()[1])
        assert check_preview(settings, None).state is CheckState.WARN
        assert check_preview(settings, 4242).state is CheckState.OK
    assert check_preview(settings, None).state is CheckState.OK
    assert check_preview(PreviewSettings(enabled=False), None).message == "switched off"


def test_gesture_that_does_not_exist():
    settings = Settings.model_validate({"triggers": {"gestures": {"v_sing": {"enter": 0.8}}}})
    check = check_gesture_names(settings, "c.yaml")
    assert check.state is CheckState.WARN
    assert check.fix == "did you mean v_sign?"
    assert check_gesture_names(Settings(), "c.yaml").state is CheckState.OK


def test_pack_that_does_not_exist():
    settings = Settings.model_validate({"reactions": {"packs": ["sofa"]}})
    check = check_packs(settings)
    assert check.state is CheckState.FAIL
    assert "selfie-glasses" in check.fix


def test_shipped_packs_are_fine():
    assert check_packs(Settings()).state is CheckState.OK


def test_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("VCAM_WEIGHTS_DIR", str(tmp_path))
    check = check_weights()
    assert check.state is CheckState.FAIL
    assert check.fix == "run: vcam weights pull"


def test_packages_that_are_missing(monkeypatch):
    wants = ["numpy>=1", "never-heard-of-it>=1", 'sofa; extra == "train"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: wants)
    check = check_packages()
    assert check.state is CheckState.FAIL
    assert check.message == "not installed: never-heard-of-it"
    assert check_packages("numpy").state is CheckState.FAIL


def test_not_installed_at_all():
    assert check_packages("never-heard-of-it").state is CheckState.WARN


def test_two_opencvs(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: [])
    monkeypatch.setattr(doctor.metadata, "version", lambda _: "5.0")
    assert check_packages().state is CheckState.WARN


def test_python_is_told(monkeypatch):
    assert check_python().state is CheckState.OK
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    assert check_python().state is CheckState.FAIL


def test_instance(tmp_path, monkeypatch):
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path / "new"))
    assert check_instance(None).message == "none is running"
    assert check_instance(77).message == "vcam is running (pid 77)"
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    assert check_instance(None).state is CheckState.FAIL


def test_all_checks_run_whatever_breaks(tmp_path, monkeypatch):
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path))

    def broken():
        raise RuntimeError("boom")

    def known():
        raise WeightsError("no weights", "get some")

    monkeypatch.setattr(doctor, "check_python", broken)
    monkeypatch.setattr(doctor, "check_weights", known)
    config = tmp_path / "c.yaml"
    config.write_text("camera: {fps: 0}\n")
    checks = {check.name: check for check in run_doctor(config)}
    assert len(checks) == 10
    assert "RuntimeError: boom" in checks["Python"].message
    assert checks["weights"].fix == "get some"
    assert checks["settings"].state is CheckState.FAIL
    assert has_failures(checks.values())


def test_lock_that_cannot_be_looked_at_stops_nothing(monkeypatch, tmp_path):
    def refused():
        raise VcamError("no entry")

    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(doctor, "running_pid", refused)
    assert len(list(run_doctor())) == 10


def test_text_has_a_line_a_check_and_the_fixes():
    checks = [ok("one", "fine"), warn("second", "first\n  more"), fail("x", "bad", "mend it")]
    assert checks_text(checks).splitlines() == [
        "OK    one     fine",
        "WARN  second  first",
        "              more",
        "FAIL  x       bad",
        "              fix: mend it",
    ]
    assert not has_failures(checks[:2])
    assert checks[2].as_json() == {
        "name": "x",
        "state": "fail",
        "message": "bad",
        "fix": "mend it",
    }


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("VCAM_CONFIG", raising=False)


def test_layout_of_the_fake_is_the_kernels():
    assert v4l2.CAPABILITY.size == struct.calcsize("16s32s32sIII12x") == 104
