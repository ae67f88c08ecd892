"""Which way of starting at login this machine has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vcam.autostart.desktop_entry import DesktopAutostart
from vcam.autostart.entry import Autostart, Launch, Run, this_launch
from vcam.autostart.launchd import LaunchAgent
from vcam.autostart.systemd import SystemdAutostart
from vcam.autostart.windows import Registry, RegistryAutostart, UserRegistry
from vcam.core.errors import VcamError

TIMEOUT_S = 10


def succeeds(arguments: Sequence[str]) -> bool:
    """Runs a command of the system; whether it is there and succeeded."""
    try:
        done = subprocess.run(
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


@dataclass(frozen=True)
class Surroundings:
    """The machine and its user; its parts are replaced in tests.

    Attributes:
        platform: as `sys.platform`.
        environment: as `os.environ`.
        home: the user's folder.
        booted: a folder that is there when systemd runs the machine.
        run: runs a command of the system.
        registry: Windows' own.
        launch: what is started.
    """

    platform: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    home: Path = field(default_factory=Path.home)
    booted: Path = Path("/run/systemd/system")
    run: Run = succeeds
    registry: Registry = field(default_factory=UserRegistry)
    launch: Launch = field(default_factory=this_launch)


def choose_autostart(around: Surroundings | None = None) -> Autostart:
    """The way that this machine has.

    Raises:
        VcamError: it has none that vcam knows.
    """
    around = around or Surroundings()
    if around.platform == "win32":
        return RegistryAutostart(around.launch, around.registry)
    if around.platform == "darwin":
        return LaunchAgent(around.launch, around.home, around.run)
    if not around.platform.startswith("linux"):
        raise VcamError(
            f"vcam cannot start itself at login on {around.platform}",
            f"have the system run: {' '.join(around.launch.command)}",
        )
    configuration = around.environment.get("XDG_CONFIG_HOME")
    folder = Path(configuration) if configuration else around.home / ".config"
    if around.booted.exists():
        return SystemdAutostart(around.launch, folder / "systemd" / "user", around.run)
    return DesktopAutostart(around.launch, folder / "autostart")
