"""A unit of systemd's user manager."""

from __future__ import annotations

import os
from pathlib import Path

from vcam.autostart.entry import Launch, Run, Standing, remove, says, write
from vcam.core.errors import VcamError

UNIT = "vcam.service"
WANTED_BY = "default.target"

TEMPLATE = """\
# Written by `vcam autostart on`, which replaces it; `vcam autostart off` removes it.
# Changes of your own: systemctl --user edit vcam

[Unit]
Description=vcam, a virtual camera that answers hand poses
After=graphical-session.target pipewire.service wireplumber.service
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
{environment}Restart=on-failure
RestartSec=2
TimeoutStopSec=10

MemoryMax=1G
TasksMax=256
UMask=0077

# What a user's manager can enforce without a namespace of its own. Options that need one
# (ProtectSystem=, PrivateTmp=, PrivateDevices= ...) would take away the view of which programs
# have the camera open, since /proc does not answer across user namespaces.
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
KeyringMode=private

[Install]
WantedBy={wanted_by}
"""


def unit_text(launch: Launch) -> str:
    """The unit file."""
    environment = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n"
        for name, value in sorted(launch.environment.items())
    )
    # A dollar sign begins a variable in commands alone.
    command = " ".join(_quoted(part).replace("$", "$$") for part in launch.command)
    return TEMPLATE.format(command=command, environment=environment, wanted_by=WANTED_BY)


def _quoted(word: str) -> str:
    """One word as systemd reads it, its specifiers (%) made harmless."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


class SystemdAutostart:
    """Writes and enables the unit.

    Enabling is a link, so that it works without a running manager (over ssh, in a container).

    Args:
        launch: what is started.
        folder: units of the user, such as `~/.config/systemd/user`.
        run: runs systemctl.
    """

    def __init__(self, launch: Launch, folder: Path, run: Run) -> None:
        self._text = unit_text(launch)
        self._unit = folder / UNIT
        self._link = folder / f"{WANTED_BY}.wants" / UNIT
        self._run = run

    def turn_on(self) -> tuple[str, ...]:
        """Writes the unit and enables it; vcam is not started now.

        Raises:
            VcamError: it cannot be written.
        """
        done = []
        if write(self._unit, self._text):
            done.append(f"wrote {self._unit}")
        if not self._is_enabled():
            remove(self._link)
            try:
                self._link.parent.mkdir(parents=True, exist_ok=True)
                self._link.symlink_to(self._unit)
            except OSError as error:
                raise VcamError(
                    f"{self._link} cannot be made ({error.strerror or error})",
                    "see who owns that folder",
                ) from error
            done.append(f"enabled it for {WANTED_BY}")
        if not done:
            return ()
        if self._reload():
            done.append("vcam starts at the next login; now: systemctl --user start vcam")
        else:
            done.append("systemd's user manager does not answer now; it starts vcam at login")
        return tuple(done)

    def turn_off(self) -> tuple[str, ...]:
        """Disables and removes the unit; a vcam that runs goes on.

        Raises:
            VcamError: it cannot be removed.
        """
        done = [f"removed {path}" for path in (self._link, self._unit) if remove(path)]
        if done:
            self._reload()
        return tuple(done)

    def standing(self) -> Standing:
        """Whether the unit is there and enabled, and whether it is the one we would write."""
        on = self._unit.exists() and self._is_enabled()
        note = ""
        if on and not says(self._unit, self._text):
            note = "it starts another vcam, or was changed; vcam autostart on writes it anew"
        return Standing(on, str(self._unit), note)

    def _is_enabled(self) -> bool:
        return self._link.is_symlink() and os.readlink(self._link) == str(self._unit)

    def _reload(self) -> bool:
        return self._run(["systemctl", "--user", "daemon-reload"])
