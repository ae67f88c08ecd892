from __future__ import annotations

import shutil
import subprocess
import sys
import time

import pytest

from vcam.lab import probing
from vcam.lab.probing import bus_names, run_command


def test_command():
    assert run_command([sys.executable, "-c", "print('hello')"]) == "hello\n"
    assert run_command([sys.executable, "-c", "raise SystemExit(3)"]) is None
    assert run_command(["never-heard-of-it"]) is None


def test_command_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(probing, "ANSWER_WITHIN_S", 0.1)
    began = time.monotonic()
    assert run_command([sys.executable, "-c", "import time; time.sleep(30)"]) is None
    assert time.monotonic() - began < 20


def test_no_bus(monkeypatch, tmp_path):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert bus_names() is None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    assert bus_names() is None


@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="there is no dbus-daemon")
def test_real_bus(monkeypatch, tmp_path):
    services = tmp_path / "services"
    services.mkdir()
    (services / "a.service").write_text(
        "[D-BUS Service]\nName=org.freedesktop.portal.Desktop\nExec=/bin/false\n"
    )
    config = tmp_path / "bus.conf"
    config.write_text(
        "<busconfig><type>session</type>"
        f"<listen>unix:path={tmp_path}/bus</listen><servicedir>{services}</servicedir>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/>'
        '<allow eavesdrop="true"/><allow own="*"/></policy>'
        "</busconfig>"
    )
    with subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        try:
            assert daemon.stdout is not None
            address = daemon.stdout.readline().strip()
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            monkeypatch.setattr(probing, "ANSWER_WITHIN_S", 10)
            names = bus_names()
        finally:
            daemon.kill()
    assert names is not None
    # Nobody has started it: the bus would when it is asked.
    assert {"org.freedesktop.DBus", "org.freedesktop.portal.Desktop"} <= names
