"""A desktop of one's own: X server, D-Bus session, window manager and panel, gone afterwards."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PIL import Image

PATIENCE_S = 30
"""Far beyond what anything takes, for machines that are busy with other things."""

POLL_S = 0.05
PROGRAMS = ("Xvfb", "dbus-daemon", "openbox", "xdotool", "import", "xwininfo")

_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="false"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=400;y=580"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="known-items" type="array">
        <value type="string" value="vcam"/>
      </property>
    </property>
  </property>
</channel>
"""

Found = TypeVar("Found")


def need(*programs: str) -> None:
    """Skips the test if a program is missing."""
    missing = [name for name in (*PROGRAMS, *programs) if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")


def wait_until(condition: Callable[[], Found | None], what: str) -> Found:
    """What `condition` gives as soon as it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(POLL_S)
    raise AssertionError(f"in vain: {what}")


class Desktop:
    """An empty screen of 800 by 600 pixels with a window manager and a D-Bus session.

    Attributes:
        environment: for programs that are to live on it.

    Args:
        folder: for its files; the path to it must be short, for the bus's socket.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        folder.chmod(0o700)
        bus = folder / "bus"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("XDG_", "DBUS_", "GTK_", "LC_"))
            and name not in ("DISPLAY", "WAYLAND_DISPLAY", "SESSION_MANAGER", "LANGUAGE")
        }
        self.environment = {
            **kept,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
            "LANG": "C.UTF-8",
            "NO_AT_BRIDGE": "1",
        }
        try:
            self._start_display()
            self.start(
                "dbus-daemon", "--session", f"--address=unix:path={bus}", "--nofork", "--nopidfile"
            )
            wait_until(bus.exists, "the D-Bus session")
            self.start("openbox")
        except BaseException:
            self.close()
            raise

    def _start_display(self) -> None:
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24", "-nolisten"]
        try:
            process = subprocess.Popen(
                [*command, "tcp"], pass_fds=(writer,), stderr=subprocess.DEVNULL
            )
            self._started.append(process)
        finally:
            os.close(writer)
        with os.fdopen(reader) as pipe:
            # Ends with the server, so that one that cannot start is not waited for.
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.environment["DISPLAY"] = f":{number}"

    def start(self, *command: str, **more: Any) -> subprocess.Popen[bytes]:
        """Starts a program on this desktop, to be ended with it."""
        with (self._folder / "log").open("ab") as log:
            options: dict[str, Any] = {
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": log,
                "env": self.environment,
                "start_new_session": True,
                **more,
            }
            process = subprocess.Popen(command, **options)
        self._started.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Ends a program with all that it has started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except (ProcessLookupError, PermissionError):
                process.kill()
            try:
                process.wait(2)
                break
            except subprocess.TimeoutExpired:
                continue
        if process in self._started:
            self._started.remove(process)

    def close(self) -> None:
        """Ends everything, the X server last."""
        for process in reversed(tuple(self._started[1:])):
            self.end(process)
        for process in self._started[:1]:
            # It was not given a group of its own.
            process.terminate()
            process.wait(PATIENCE_S)
        self._started.clear()

    def start_panel(self) -> subprocess.Popen[bytes]:
        """xfce4-panel at the bottom, with a tray that knows StatusNotifierItem."""
        channels = self._folder / "config/xfce4/xfconf/xfce-perchannel-xml"
        channels.mkdir(parents=True, exist_ok=True)
        (channels / "xfce4-panel.xml").write_text(_PANEL)
        return self.start("xfce4-panel", "--disable-wm-check")

    def do(self, *actions: str) -> None:
        """Runs xdotool."""
        subprocess.run(["xdotool", *actions], env=self.environment, check=True, timeout=PATIENCE_S)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Moves the mouse there, rests, and clicks."""
        self.do("mousemove", str(x), str(y), "sleep", "0.3", "click", str(button))

    def screen(self) -> Image.Image:
        """What is on the screen, RGB."""
        picture = subprocess.run(
            ["import", "-window", "root", "png:-"],
            env=self.environment,
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        return Image.open(io.BytesIO(picture.stdout)).convert("RGB")

    def find(self, colour: tuple[int, int, int], least: int = 20) -> tuple[int, int] | None:
        """Centre of all pixels of about this colour, if there are so many."""
        pixels = np.asarray(self.screen()).astype(int)
        ys, xs = np.nonzero(np.abs(pixels - np.array(colour)).max(axis=2) <= 6)
        return (int(xs.mean()), int(ys.mean())) if len(xs) >= least else None

    def popups(self) -> list[tuple[int, int, int, int]]:
        """Left, top, width and height of menus on the screen, the newest on top first."""
        tree = subprocess.run(
            ["xwininfo", "-root", "-children"],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        ).stdout
        found = []
        for line in tree.splitlines():
            match = re.match(r"\s+(0x[0-9a-f]+) .* (\d+)x(\d+)\+.*\+(-?\d+)\+(-?\d+)$", line)
            if match is None or int(match[2]) < 60 or int(match[3]) < 60:
                continue
            if int(match[3]) < 600 and self._is_menu(match[1]):
                left, top = int(match[4]), int(match[5])
                found.append((left, top, int(match[2]), int(match[3])))
        return found

    def _is_menu(self, window: str) -> bool:
        told = subprocess.run(
            ["xwininfo", "-id", window, "-all"],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        ).stdout
        return "IsViewable" in told and "Override Redirect State: yes" in told

    def menu_rows(self, popup: tuple[int, int, int, int]) -> list[tuple[int, int]]:
        """Where to click for each line of a menu; separators are none."""
        left, top, width, height = popup
        picture = self.screen().crop((left, top, left + width, top + height)).convert("L")
        # Borders and a scrolled edge are left out.
        values = np.asarray(picture)[3:-3, 6:-6].astype(int)
        inked = (values.max(axis=1) - values.min(axis=1)) > 40
        rows, start = [], None
        for y, ink in enumerate([*inked, False]):
            if ink and start is None:
                start = y
            elif not ink and start is not None:
                if y - start >= 6:
                    rows.append((left + width // 2, top + 3 + (start + y) // 2))
                start = None
        return rows
