from __future__ import annotations

import os
from pathlib import Path

import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.outputs import loopback_devices
from vcam.outputs.loopback_camera import LoopbackCamera
from vcam.settings.schema import VirtualCameraSettings

from .loopbacks import FED, IDLE, Loopbacks, loopback

FORMAT = VideoFormat(64, 48, 30)


@pytest.fixture
def machine(tmp_path):
    machine = Loopbacks(tmp_path)
    machine.allow_making()
    return machine


def camera(machine: Loopbacks, **settings: object) -> LoopbackCamera:
    return LoopbackCamera(VirtualCameraSettings(**settings), FORMAT, machine.machine)


def test_numbers_are_the_modules():
    # As printed by a C program that includes v4l2loopback.h of 0.15.0.
    assert loopback_devices.CONFIG.size == 72
    assert loopback_devices.ADD == 0x40487E01
    assert loopback_devices.REMOVE == 0x40047E02


@pytest.mark.parametrize("makes", ["new", "old"])
def test_device_is_made_with_our_label_and_removed(machine, makes):
    machine.makes = makes
    made = camera(machine, label="Studio")
    assert made.device == machine.path("video5")
    assert machine.nodes["video5"][0] == "Studio"
    assert machine.nodes["video5"][2] == IDLE
    assert made.is_exclusive
    made.close()
    assert not machine.nodes
    assert machine.watchers[0].closed


def test_long_label_is_cut(machine):
    made = camera(machine, label="x" * 30 + "é")
    assert machine.nodes["video5"][0].startswith("x" * 30)
    made.close()


def test_device_that_was_there_stays(machine):
    machine.add("video3", "vcam")
    camera(machine).close()
    assert set(machine.nodes) == {"video3"}


def test_one_is_made_beside_those_that_others_feed(machine):
    machine.add("video1", "Dummy", flags=FED)
    machine.add("video2", "OBS Virtual Camera")
    made = camera(machine)
    assert made.device == machine.path("video5")
    made.close()


def test_device_that_a_program_reads_stays(machine, caplog):
    machine.held.add(5)
    with caplog.at_level("INFO"):
        camera(machine).close()
    assert set(machine.nodes) == {"video5"}
    assert "stays" in caplog.text
    # The next start finds it.
    assert camera(machine).device == machine.path("video5")


def test_number_is_kept_when_a_path_is_wanted(machine, monkeypatch):
    settings = VirtualCameraSettings(device="/dev/video9")
    real = machine.finder.__class__._at

    def moved(finder, path: Path):
        return real(finder, machine.devices / path.name)

    monkeypatch.setattr(machine.finder.__class__, "_at", moved)
    made = LoopbackCamera(settings, FORMAT, machine.machine)
    assert set(machine.nodes) == {"video9"}
    made.close()


@pytest.mark.parametrize("settings", [{"create": False}, {"device": "Studio"}])
def test_none_is_made_when_it_is_not_wanted(machine, settings):
    with pytest.raises(OutputError, match="no virtual camera"):
        camera(machine, **settings)
    assert not machine.nodes


def test_module_that_makes_none(machine):
    machine.makes = "never"
    with pytest.raises(OutputError, match="none can be made: v4l2loopback makes no") as caught:
        camera(machine)
    assert "modprobe" in caught.value.fix


def test_no_permission_tells_the_rule(machine, monkeypatch):
    real_open = os.open

    def refused(path, *rest):
        if str(path).endswith("v4l2loopback"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest)

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OutputError, match="no permission to make a device") as caught:
        camera(machine)
    assert 'KERNEL=="v4l2loopback", GROUP="video", MODE="0660"' in caught.value.fix
    assert "modprobe v4l2loopback" in caught.value.fix


def test_node_that_never_becomes_usable_is_removed_again(machine, monkeypatch):
    monkeypatch.setattr(loopback_devices, "USABLE_WITHIN_S", 0.05)
    monkeypatch.setattr(
        loopback_devices.os, "access", lambda path, mode: not str(path).endswith("video5")
    )
    with pytest.raises(OutputError, match="may not be opened"):
        camera(machine)
    assert not machine.nodes


def test_device_that_was_made_and_cannot_be_fed_is_removed(machine):
    machine.refuses.add("video5")
    with pytest.raises(OutputError, match="cannot be fed"):
        camera(machine)
    assert not machine.nodes


def test_device_whose_watching_fails_is_let_go(tmp_path):
    machine = Loopbacks(tmp_path, video1=loopback("vcam"))

    def gone(device: Path) -> None:
        raise OutputError("it was removed")

    machine.watch = gone  # type: ignore[method-assign, assignment]
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OutputError, match="was removed"):
        camera(machine)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_cannot_be_watched_counts_as_unknown(tmp_path):
    machine = Loopbacks(tmp_path, video1=loopback("vcam"))
    machine.watch = lambda device: None  # type: ignore[method-assign, assignment]
    unwatched = camera(machine)
    assert unwatched.audience().streaming is None
    unwatched.close()
