"""The doctor's look at the virtual camera's driver on Windows and macOS."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vcam.lab.checks import Check, fail, ok
from vcam.lab.probing import Command, run_command

NAME = "virtual camera"
OBS_CLASS = r"CLSID\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}"
"""The registry entry of OBS's virtual camera, which pyvirtualcam writes to."""

OBS_EXTENSION = "com.obsproject.obs-studio.mac-camera-extension"
APPROVE = (
    "allow it in System Settings, General, Login Items & Extensions, Camera Extensions, and quit "
    "OBS"
)
START_ONCE = "open OBS, choose Start Virtual Camera once, then " + APPROVE


def is_obs_registered() -> bool:
    """Whether Windows knows OBS's virtual camera."""
    if sys.platform != "win32":
        return False
    import winreg

    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, OBS_CLASS))
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class DriverProbe:
    """Looks for the drivers; its parts are replaced in tests.

    Attributes:
        is_obs_registered: whether Windows knows OBS's virtual camera.
        applications: the folder of macOS's programs.
        run: runs a command.
    """

    is_obs_registered: Callable[[], bool] = is_obs_registered
    applications: Path = Path("/Applications")
    run: Command = run_command

    def check_windows(self, backend: str) -> Check:
        """Whether the driver that the settings want is installed."""
        if backend == "unitycapture":
            return ok(NAME, "Unity Capture is to be used; its driver cannot be looked for")
        if not self.is_obs_registered():
            fix = "install OBS Studio, and start its virtual camera once"
            return fail(NAME, "OBS's virtual camera is not installed", fix)
        return ok(NAME, "OBS's virtual camera is installed")

    def check_macos(self) -> Check:
        """Whether OBS is installed and its camera extension allowed."""
        if not (self.applications / "OBS.app").exists():
            return fail(
                NAME, "OBS is not in /Applications", "install OBS 30 or newer; " + START_ONCE
            )
        told = self.run(["systemextensionsctl", "list"])
        if told is None:
            return ok(NAME, "OBS is installed; its extension cannot be asked about")
        states = [match[1] for line in told.splitlines() if (match := _state(line))]
        if "activated enabled" in states:
            return ok(NAME, "OBS's camera extension is allowed")
        if any("waiting for user" in state for state in states):
            return fail(NAME, "OBS's camera extension waits for your approval", APPROVE)
        if any("reboot" in state for state in states):
            return fail(NAME, "OBS's camera extension wants a restart of the machine", "restart")
        return fail(NAME, "OBS's camera extension was never started", START_ONCE)


def _state(line: str) -> re.Match[str] | None:
    """The state in brackets at the end of OBS's line."""
    return re.search(r"\[([^]]*)\]\s*$", line) if OBS_EXTENSION in line else None
