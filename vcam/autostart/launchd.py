"""A launch agent of macOS."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import Any

from vcam.autostart.entry import Launch, Run, Standing, remove, says, write

LABEL = "io.github.vcam"
THROTTLE_S = 10


def agent_text(launch: Launch, log: Path) -> str:
    """The property list.

    Args:
        launch: what is started.
        log: file for what it says.
    """
    agent: dict[str, Any] = {
        "Label": LABEL,
        "ProgramArguments": list(launch.command),
        "RunAtLoad": True,
        # Started again after a failure, not after `vcam stop`.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": THROTTLE_S,
        # What feeds a meeting must not be slowed down like a background task.
        "ProcessType": "Interactive",
        "LimitLoadToSessionType": "Aqua",
        "StandardErrorPath": str(log),
        "StandardOutPath": str(log),
        "Umask": 0o077,
    }
    if launch.environment:
        agent["EnvironmentVariables"] = dict(launch.environment)
    return plistlib.dumps(agent).decode()


class LaunchAgent:
    """Writes and registers the agent.

    Args:
        launch: what is started.
        home: the user's folder.
        run: runs launchctl.
        user: number of the user.
    """

    def __init__(self, launch: Launch, home: Path, run: Run, user: int | None = None) -> None:
        self._text = agent_text(launch, home / "Library" / "Logs" / "vcam.log")
        self._agent = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        self._run = run
        self._domain = f"gui/{user if user is not None else os.getuid()}"

    def turn_on(self) -> tuple[str, ...]:
        """Writes the agent; it starts at the next login.

        Raises:
            VcamError: it cannot be written.
        """
        if not write(self._agent, self._text):
            return ()
        done = [f"wrote {self._agent}"]
        # An agent that somebody has disabled by launchctl stays so, whatever the file says.
        if self._run(["launchctl", "enable", f"{self._domain}/{LABEL}"]):
            done.append("enabled it")
        return (
            *done,
            f"vcam starts at the next login; now: launchctl bootstrap {self._domain} {self._agent}",
            "macOS asks once whether Python may use the camera",
        )

    def turn_off(self) -> tuple[str, ...]:
        """Removes the agent; a vcam that runs goes on until the user logs out.

        Raises:
            VcamError: it cannot be removed.
        """
        return (f"removed {self._agent}",) if remove(self._agent) else ()

    def standing(self) -> Standing:
        """Whether the agent is there, and whether it is the one we would write."""
        on = self._agent.exists()
        note = ""
        if on and not says(self._agent, self._text):
            note = "it starts another vcam, or was changed; vcam autostart on writes it anew"
        return Standing(on, str(self._agent), note)
