from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vcam.capture.devices import CameraFinder
from vcam.cli import main
from vcam.lab import doctor, doctor_devices
from vcam.lab.checks import fail, ok

from ..lab.video_nodes import FED, Nodes


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path / "run"))
    machine = Nodes(tmp_path)
    monkeypatch.setattr(doctor_devices, "spare_finder", lambda running: machine.finder)
    return machine


def say(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == status, result.output
    return result.output


def test_devices(machine):
    camera = machine.webcam(modes=[("MJPG", 640, 480, 30)])
    output = machine.loopback("OBS", FED)
    assert say("devices").splitlines() == [
        "Cameras:",
        f"  {camera}  Webcam",
        "      MJPG  640x480  30 fps",
        f"  {output}  OBS  (virtual)",
        "Outputs:",
        f"  {output}  OBS  (fed by another program)",
    ]
    kinds = [json.loads(line)["kind"] for line in say("devices", "--json").splitlines()]
    assert kinds == ["input", "input", "output"]


def test_no_devices(machine):
    told = say("devices")
    assert "none was found" in told
    assert told.endswith("Outputs:\n  none\n")
    assert say("devices", "--json") == ""


def test_devices_of_a_running_daemon_are_not_opened_to_be_listed(monkeypatch, tmp_path):
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("vcam.control.instance.running_pid", lambda: 77)
    finder = CameraFinder(backend=None, platform="darwin")  # type: ignore[arg-type]
    monkeypatch.setattr(doctor_devices, "spare_finder", lambda running: finder)
    assert "the running vcam has them" in say("devices")


def test_doctor_ends_with_1_when_something_fails(monkeypatch):
    monkeypatch.setattr(doctor, "run_doctor", lambda *_: iter([ok("one", "fine")]))
    assert say("doctor") == "OK    one  fine\n"
    monkeypatch.setattr(doctor, "run_doctor", lambda *_: iter([fail("one", "bad", "mend")]))
    assert json.loads(say("doctor", "--json", status=1))["fix"] == "mend"
