from __future__ import annotations

import pytest

from vcam.lab.checks import CheckState
from vcam.lab.doctor_loopback import SECURE_BOOT, LoopbackProbe

from .video_nodes import FED, IDLE, Nodes

DAEMON = 1234567


@pytest.fixture
def machine(tmp_path):
    return Nodes(tmp_path)


def test_device_that_others_can_see(machine):
    machine.loopback()
    check = machine.probe.check("auto")
    assert check.state is CheckState.OK
    assert "vcam" in check.message


def test_module_that_is_not_installed(machine):
    machine.webcam()
    check = machine.probe.check("auto")
    assert check.state is CheckState.FAIL
    assert "not installed" in check.message
    assert "apt install v4l2loopback-dkms" in check.fix


@pytest.mark.parametrize("secure", [None, b"\6\0\0\0\0", b"\6\0\0\0\1"])
def test_module_that_is_not_loaded(machine, secure):
    (machine.installed / "modules.dep").write_text("updates/dkms/v4l2loopback.ko.xz: a.ko\n")
    if secure is not None:
        (machine.firmware / SECURE_BOOT).write_bytes(secure)
    check = machine.probe.check("auto")
    assert check.state is CheckState.FAIL
    assert "not loaded" in check.message
    assert check.fix.startswith("sudo modprobe v4l2loopback exclusive_caps=1")
    is_secure = secure is not None and secure[-1] == 1
    assert ("Secure Boot" in check.message) == is_secure
    assert ("mokutil --import" in check.fix) == is_secure


def test_device_without_exclusive_caps(machine):
    machine.loopback(flags=IDLE | FED)
    check = machine.probe.check("auto")
    assert check.state is CheckState.WARN
    assert "lacks exclusive_caps" in check.message
    assert "modprobe -r v4l2loopback" in check.fix


def test_device_of_another_name(machine):
    machine.loopback("OBS")
    for wanted in ("/dev/video42", "Studio"):
        check = machine.probe.check(wanted)
        assert check.state is CheckState.FAIL
        assert "OBS" in check.fix
    assert machine.probe.check("obs").state is CheckState.OK


def test_obs_device_alone_is_none_for_us(machine):
    machine.loopback("OBS Virtual Camera")
    check = machine.probe.check("auto")
    assert check.state is CheckState.FAIL
    assert "without a device that vcam could feed" in check.message


def test_device_that_another_program_feeds(machine):
    machine.hold(machine.loopback("Dummy", FED), 77, "ffmpeg")
    check = machine.probe.check("auto")
    assert check.state is CheckState.FAIL
    assert "no device is free" in check.message
    assert "ffmpeg (pid 77)" in check.message
    (machine.devices / "v4l2loopback").touch()
    assert "make its own" in machine.probe.check("auto").message
    assert machine.probe.check("auto", create=False).state is CheckState.FAIL


def test_device_that_the_daemon_feeds(machine):
    path = machine.loopback("vcam", FED)
    machine.hold(path, 77, "zoom")
    machine.hold(path, DAEMON, "vcam")
    check = machine.probe.check("auto", running=DAEMON)
    assert check.state is CheckState.OK
    assert "fed by the running vcam" in check.message


def test_no_permission(machine):
    machine.loopback()
    machine.is_writable = False
    for wanted in ("auto", "vcam", str(machine.devices / "video9")):
        check = machine.probe.check(wanted)
        assert check.state is CheckState.FAIL
        assert "no permission" in check.message
        assert "usermod -aG video" in check.fix


def test_module_without_devices(machine):
    (machine.modules / "v4l2loopback").mkdir()
    check = machine.probe.check("auto")
    assert check.state is CheckState.FAIL
    assert "modprobe -r v4l2loopback" in check.fix
    control = machine.devices / "v4l2loopback"
    control.touch()
    assert machine.probe.check("auto").message == "vcam will make a device of its own"
    machine.is_writable = False
    assert "83-v4l2loopback.rules" in machine.probe.check("auto").fix


def test_this_machine_can_be_asked():
    assert LoopbackProbe().check("auto").message
