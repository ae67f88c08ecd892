from __future__ import annotations

import json
import socket

import pytest

from vcam.lab.checks import CheckState
from vcam.lab.doctor_desktop import PORTAL, TRAY_HOST, DesktopProbe
from vcam.settings.schema import PipeWireSettings, TraySettings

DESKTOP = frozenset({PORTAL, TRAY_HOST, "org.freedesktop.DBus"})


ALONE = ' id 32, type PipeWire:Interface:Metadata/3\n  metadata.name = "settings"\n'
MANAGED = ALONE + ' id 38, type PipeWire:Interface:Metadata/3\n  metadata.name = "default"\n'


def probe(
    tmp_path, names=DESKTOP, library="1.4.2", browsers=(), metadata=MANAGED, **environment
) -> DesktopProbe:
    return DesktopProbe(
        environment={"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":0"} | environment,
        home=tmp_path,
        which=lambda command: f"/usr/bin/{command}" if command in browsers else None,
        names=lambda: names,
        library=lambda: library,
        run=lambda arguments: metadata,
    )


@pytest.fixture
def daemon(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "pipewire-0"))
        server.listen()
        yield server


def test_pipewire_with_the_portal(tmp_path, daemon):
    check = probe(tmp_path).check_pipewire(PipeWireSettings())
    assert (check.state, check.message) == (CheckState.OK, "1.4.2, with the portal")


def test_pipewire_without_a_session_manager(tmp_path, daemon):
    check = probe(tmp_path, metadata=ALONE).check_pipewire(PipeWireSettings())
    assert check.state is CheckState.WARN
    assert "without a session manager" in check.message
    assert "wireplumber" in check.fix


def test_pipewire_whose_session_manager_cannot_be_asked_for(tmp_path, daemon):
    check = probe(tmp_path, metadata=None).check_pipewire(PipeWireSettings())
    assert check.state is CheckState.OK


@pytest.mark.parametrize("names", [None, frozenset({"org.freedesktop.DBus"})])
def test_pipewire_without_the_portal(tmp_path, daemon, names):
    check = probe(tmp_path, names).check_pipewire(PipeWireSettings())
    assert check.state is CheckState.WARN
    assert "install xdg-desktop-portal" in check.fix


@pytest.mark.parametrize(
    ("library", "words"), [("0.3.65", "too old: 1.4"), (None, "not installed")]
)
def test_pipewire_that_cannot_be_used(tmp_path, daemon, library, words):
    check = probe(tmp_path, library=library).check_pipewire(PipeWireSettings())
    assert check.state is CheckState.WARN
    assert words in check.message
    assert "PipeWire 1.4" in check.fix


def test_pipewire_that_does_not_run(tmp_path):
    for machine in (probe(tmp_path), probe(tmp_path, XDG_RUNTIME_DIR="")):
        check = machine.check_pipewire(PipeWireSettings())
        assert check.state is CheckState.WARN
        assert "systemctl --user start pipewire" in check.fix
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "pipewire-0"))
    assert "not running" in probe(tmp_path).check_pipewire(PipeWireSettings()).message


def test_pipewire_that_is_switched_off(tmp_path):
    check = probe(tmp_path).check_pipewire(PipeWireSettings(enabled=False))
    assert check.message == "switched off"


def test_browsers_see_loopback_without_a_flag(tmp_path):
    machine = probe(tmp_path, browsers=("chromium", "firefox-esr"))
    assert machine.check_browsers(False, True).state is CheckState.OK
    assert machine.check_browsers(True, True).state is CheckState.OK
    unseen = machine.check_browsers(False, False)
    assert unseen.state is CheckState.WARN
    assert unseen.fix
    assert probe(tmp_path).check_browsers(True, False).state is CheckState.OK


def test_browsers_that_need_a_flag_for_pipewire(tmp_path):
    machine = probe(tmp_path, browsers=("google-chrome", "firefox"))
    check = machine.check_browsers(True, False)
    assert check.state is CheckState.WARN
    assert "chrome://flags/#enable-webrtc-pipewire-camera in google-chrome" in check.fix
    assert "allow-pipewire to true" in check.fix


def test_flags_that_are_set(tmp_path):
    machine = probe(tmp_path, browsers=("chromium", "firefox"))
    state = tmp_path / ".config" / "chromium" / "Local State"
    state.parent.mkdir(parents=True)
    state.write_text(
        json.dumps({"browser": {"enabled_labs_experiments": ["enable-webrtc-pipewire-camera@1"]}})
    )
    prefs = tmp_path / ".mozilla" / "firefox" / "abc.default" / "prefs.js"
    prefs.parent.mkdir(parents=True)
    prefs.write_text('user_pref("media.webrtc.camera.allow-pipewire", true);\n')
    assert machine.check_browsers(True, False).state is CheckState.OK
    # The switch makes Firefox blind for v4l2loopback.
    check = machine.check_browsers(False, True)
    assert check.state is CheckState.WARN
    assert "allow-pipewire to false" in check.fix
    state.write_text("{broken")
    assert "chromium" in machine.check_browsers(True, False).fix
    state.write_text("[]")
    assert "chromium" in machine.check_browsers(True, False).fix


def test_tray(tmp_path):
    settings = TraySettings()
    assert probe(tmp_path).check_tray(settings).state is CheckState.OK
    bare = frozenset({"org.freedesktop.DBus"})
    gnome = probe(tmp_path, bare, XDG_CURRENT_DESKTOP="ubuntu:GNOME").check_tray(settings)
    assert gnome.state is CheckState.WARN
    assert "AppIndicator" in gnome.fix
    assert "panel" in probe(tmp_path, bare).check_tray(settings).fix
    assert "session bus" in probe(tmp_path, None).check_tray(settings).message
    assert probe(tmp_path, None, DISPLAY="").check_tray(settings).state is CheckState.OK
    assert probe(tmp_path, bare).check_tray(TraySettings(enabled=False)).message == "switched off"
