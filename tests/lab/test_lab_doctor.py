from __future__ import annotations

import socket
import sys

import pytest

from vcam.core.errors import VcamError, WeightsError
from vcam.lab import doctor
from vcam.lab.checks import CheckState, checks_text, fail, has_failures, ok, warn
from vcam.lab.doctor import (
    check_gesture_names,
    check_instance,
    check_packages,
    check_packs,
    check_page,
    check_python,
    check_weights,
    run_doctor,
)
from vcam.settings.schema import PageSettings, Settings

NAMES = [
    "Python",
    "packages",
    "settings",
    "weights",
    "pose model",
    "packs",
    "camera",
    "camera rate",
    "virtual camera",
    *(["PipeWire", "browsers", "tray"] if sys.platform.startswith("linux") else []),
    "page",
    "instance",
]


def test_port_that_is_taken():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        settings = PageSettings(port=holder.getsockname()[1])
        assert check_page(settings, None).state is CheckState.WARN
        assert check_page(settings, 4242).state is CheckState.OK
    assert check_page(settings, None).state is CheckState.OK
    assert check_page(PageSettings(enabled=False), None).message == "switched off"


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


@pytest.mark.parametrize(
    ("requirement", "platform", "needed"),
    [
        ("numpy>=2", "win32", True),
        ('dbus-fast>=2; sys_platform == "linux"', "win32", False),
        ("dbus-fast>=2; sys_platform == 'linux'", "linux", True),
        ('pyvirtualcam; sys_platform != "linux"', "linux", False),
        ('pyvirtualcam; sys_platform != "linux"', "darwin", True),
        ('mypy; extra == "dev"', "linux", False),
    ],
)
def test_packages_of_other_platforms_are_not_missed(requirement, platform, needed):
    assert doctor._is_needed(requirement, platform) is needed


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
    assert list(checks) == NAMES
    assert "RuntimeError: boom" in checks["Python"].message
    assert checks["weights"].fix == "get some"
    assert checks["settings"].state is CheckState.FAIL
    assert has_failures(checks.values())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PipeWire is for Linux")
@pytest.mark.parametrize(("pipewire", "state"), [(ok, CheckState.WARN), (warn, CheckState.FAIL)])
def test_missing_loopback_is_less_bad_where_there_is_pipewire(monkeypatch, pipewire, state):
    monkeypatch.setattr(doctor, "check_virtual_camera", lambda *_: fail("virtual camera", "none"))
    monkeypatch.setattr(
        doctor.DesktopProbe, "check_pipewire", lambda *_: pipewire("PipeWire", "1.4")
    )
    checks = {check.name: check for check in doctor._check_outputs(Settings(), None)}
    assert checks["virtual camera"].state is state


def test_lock_that_cannot_be_looked_at_stops_nothing(monkeypatch, tmp_path):
    def refused():
        raise VcamError("no entry")

    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(doctor, "running_pid", refused)
    assert [check.name for check in run_doctor()] == NAMES


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
