"""Fixtures that several files of this folder share."""

from __future__ import annotations

import subprocess

import pytest

from vcam.testing.daemon import FakeDaemon


@pytest.fixture(scope="module")
def bus_address(tmp_path_factory):
    path = tmp_path_factory.mktemp("bus") / "bus"
    address = f"unix:path={path}"
    command = ["dbus-daemon", "--session", f"--address={address}", "--nofork", "--nopidfile"]
    with subprocess.Popen(
        [*command, "--print-address"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout.readline()
        yield address
        process.terminate()


@pytest.fixture
def session_bus(bus_address, monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus_address)
    monkeypatch.delenv("DISPLAY", raising=False)


@pytest.fixture
def daemon(tmp_path):
    return FakeDaemon(tmp_path)
