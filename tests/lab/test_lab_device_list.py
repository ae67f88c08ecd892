from __future__ import annotations

import pytest

from vcam.core.contracts import Reader
from vcam.core.errors import VcamError
from vcam.lab.device_list import (
    camera_json,
    camera_text,
    list_outputs,
    mark_untouched,
    output_text,
)
from vcam.lab.doctor_devices import spare_finder

from .video_nodes import FED, Nodes

DAEMON = 1234567


@pytest.fixture
def machine(tmp_path):
    return Nodes(tmp_path)


def off():
    raise VcamError("the page is off")


def state(**more):
    outputs = [
        {"name": "virtual camera", "phase": "open", "error": ""},
        {"name": "PipeWire", "phase": "failed", "error": "it is too old"},
    ]
    watchers = [
        {"program": "zoom", "pid": 5, "output": "virtual camera"},
        {"program": "Firefox", "pid": None, "output": "PipeWire"},
    ]
    return {"outputs": outputs, "watchers": watchers} | more


def test_loopbacks_and_who_has_them(machine):
    free, ours, others = (
        machine.loopback("free", number=2),
        machine.loopback("vcam", FED, number=3),
        machine.loopback("OBS", FED, number=4),
    )
    machine.webcam(0)
    machine.hold(ours, DAEMON, "vcam")
    machine.hold(ours, 5, "zoom")
    machine.hold(others, 6, "obs")
    outputs = list_outputs(DAEMON, machine.finder, off, machine.proc)
    assert [(o.name, o.device, o.state, o.readers) for o in outputs] == [
        ("free", str(free), "free", ()),
        ("vcam", str(ours), f"fed by the running vcam (pid {DAEMON})", (Reader("zoom", 5),)),
        ("OBS", str(others), "fed by another program", (Reader("obs", 6),)),
    ]
    assert output_text(outputs[1]) == [
        f"{ours}  vcam  (fed by the running vcam (pid {DAEMON}))",
        "    read by zoom (pid 5)",
    ]
    assert list(outputs[1].as_json()["readers"]) == [{"program": "zoom", "pid": 5}]


def test_what_else_the_daemon_writes_to(machine):
    machine.hold(machine.loopback("vcam", FED), DAEMON, "vcam")
    outputs = list_outputs(DAEMON, machine.finder, state, machine.proc)
    assert [output.name for output in outputs] == ["vcam", "PipeWire"]
    assert outputs[1].state == "of the running vcam, failed: it is too old"
    assert output_text(outputs[1])[1] == "    read by Firefox"


def test_daemon_with_a_driver_that_is_no_node(machine):
    outputs = list_outputs(DAEMON, machine.finder, state, machine.proc)
    assert [output.name for output in outputs] == ["virtual camera", "PipeWire"]
    assert outputs[0].readers == (Reader("zoom", 5),)
    assert list_outputs(None, machine.finder, state, machine.proc) == ()


def test_camera_of_the_daemon_is_listed_by_name_and_not_opened(machine):
    path = machine.webcam(modes=[("MJPG", 640, 480, 30)])
    machine.hold(path, DAEMON, "vcam")
    finder = spare_finder(DAEMON, machine.finder)
    (camera,) = mark_untouched(finder.list_cameras(), finder.untouched)
    list_outputs(DAEMON, finder, off, machine.proc)
    assert camera_text(camera) == [f"{path}  Webcam", "    read by the running vcam"]
    assert not machine.opened


def test_camera_with_its_formats(machine):
    path = machine.webcam(modes=[("MJPG", 640, 480, 30)])
    (camera,) = machine.finder.list_cameras()
    assert camera_text(camera) == [f"{path}  Webcam", "    MJPG  640x480  30 fps"]
    assert camera_json(camera)["kind"] == "input"
    assert camera_json(camera)["modes"][0]["fourcc"] == "MJPG"
