"""A private D-Bus, PipeWire and WirePlumber in a temporary folder.

It touches neither the user's session nor any hardware. Needs Linux, PipeWire >= 1.4 and
WirePlumber >= 0.5 (`tools/ci/pipewire.sh` installs them).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from vcam.outputs.pipewire.library import OLDEST, library_version, parse_version

HERE = Path(__file__).parent
PATIENCE_S = 30
"""Far beyond what anything takes, for machines that are busy with other things."""


def missing() -> str:
    """Why no session can be had here; empty where one can."""
    needed = ("dbus-daemon", "pipewire", "wireplumber", "setpriv")
    programs = [p for p in needed if shutil.which(p) is None]
    if programs:
        return f"{', '.join(programs)} not installed; run tools/ci/pipewire.sh"
    version = library_version()
    if version is None or parse_version(version) < OLDEST:
        return f"libpipewire is {version}; run tools/ci/pipewire.sh"
    return ""


def wait_for(condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Until the condition holds."""
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < give_up_at, f"timed out waiting for {what}"
        time.sleep(0.02)


class PipeWireSession:
    """The daemons, and programs that run among them.

    Args:
        manager: start D-Bus and the session manager too, without which no reader is linked.

    Attributes:
        folder: the runtime directory.
        environment: for programs that belong to the session.
        pipewire: the daemon, and its session manager if there is one.
    """

    def __init__(self, manager: bool = True) -> None:
        self._manager = manager
        # A socket's path may have 108 bytes: pytest's folders are too deep for that.
        self.folder = Path(tempfile.mkdtemp(prefix="vcam-pw-"))
        (self.folder / "home").mkdir()
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PIPEWIRE", "XDG_", "DBUS_", "WAYLAND", "DISPLAY"))
        }
        self.environment = {
            **inherited,
            "HOME": str(self.folder / "home"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/bus",
        }
        self._log = (self.folder / "log").open("wb")
        self._running: list[subprocess.Popen[bytes]] = []
        self.pipewire: list[subprocess.Popen[bytes]] = []
        try:
            if manager:
                self._start_bus()
            self.start_pipewire()
        except BaseException:
            self.close()
            raise

    def _start_bus(self) -> None:
        bus = self.environment["DBUS_SESSION_BUS_ADDRESS"]
        self.start("dbus-daemon", "--session", f"--address={bus}", "--nofork", "--nopidfile")
        wait_for((self.folder / "bus").exists, "the bus")

    def start(self, *command: str, **extra: str) -> subprocess.Popen[bytes]:
        """Runs a program in the background until the session closes; its output goes to the log.

        It ends with this process too, should that be killed before it can close anything.
        """
        process = subprocess.Popen(
            ("setpriv", "--pdeathsig", "TERM", *command),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**self.environment, **extra},
        )
        self._running.append(process)
        return process

    def start_pipewire(self) -> None:
        """Starts PipeWire and its session manager."""
        pipewire = self.start("pipewire")
        wait_for((self.folder / "pipewire-0").exists, "PipeWire")
        self.pipewire = [pipewire]
        if self._manager:
            self.pipewire.append(self.start("wireplumber"))

    def stop_pipewire(self) -> None:
        """Ends both, as a crash or an update would."""
        for process in self.pipewire:
            self.end(process)
        for name in ("pipewire-0", "pipewire-0-manager"):
            (self.folder / name).unlink(missing_ok=True)

    def start_portal(self) -> None:
        """Starts xdg-desktop-portal with a backend that grants the camera to all who ask."""
        portals = self.folder / "portals"
        portals.mkdir()
        shutil.copy(HERE / "mock.portal", portals)
        self.environment["XDG_DESKTOP_PORTAL_DIR"] = str(portals)
        self.environment["XDG_CURRENT_DESKTOP"] = "mock"
        self.start(sys.executable, str(HERE / "grant_camera.py"))
        self.start("/usr/libexec/xdg-permission-store")
        for name in ("desktop.mock", "PermissionStore"):
            full = f"org.freedesktop.impl.portal.{name}"
            wait_for(lambda name=full: self.has_name(name), full)
        self.start("/usr/libexec/xdg-desktop-portal")
        wait_for(lambda: self.has_name("org.freedesktop.portal.Desktop"), "the portal")

    def has_name(self, name: str) -> bool:
        """Whether a D-Bus name is taken."""
        answer = subprocess.run(
            [
                "dbus-send",
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.NameHasOwner",
                f"string:{name}",
            ],
            capture_output=True,
            env=self.environment,
            check=False,
        )
        return b"boolean true" in answer.stdout

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Ends a program that this session started."""
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._running.remove(process)

    @property
    def log(self) -> str:
        """What the programs have printed."""
        return (self.folder / "log").read_text(errors="replace")

    def close(self) -> None:
        """Ends everything and removes the folder."""
        for process in reversed(self._running.copy()):
            self.end(process)
        self._log.close()
        # The portal's document store mounts a file system here.
        subprocess.run(["umount", "-q", str(self.folder / "doc")], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
