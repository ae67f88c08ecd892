"""An entry in the registry of Windows that is run when the user logs in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import PureWindowsPath
from typing import Protocol

from vcam.autostart.entry import Launch, Standing
from vcam.core.errors import VcamError

KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
NAME = "vcam"
WHERE = rf"HKEY_CURRENT_USER\{KEY}\{NAME}"
LONGEST = 260
"""Characters of a command that Windows runs from there."""


class Registry(Protocol):
    """Values of the key that Windows runs at login."""

    def read(self) -> str | None:
        """Our value, None if there is none."""
        ...

    def write(self, value: str) -> None:
        """Sets our value; raises OSError."""
        ...

    def delete(self) -> None:
        """Deletes our value; raises OSError."""
        ...


class UserRegistry:
    """The current user's registry."""

    def read(self) -> str | None:
        """Our value, None if there is none."""
        if sys.platform != "win32":
            return None
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, KEY) as key:
                return str(winreg.QueryValueEx(key, NAME)[0])
        except OSError:
            return None

    def write(self, value: str) -> None:
        """Sets our value; raises OSError."""
        if sys.platform != "win32":
            raise OSError("this is not Windows")
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY) as key:
            winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, value)

    def delete(self) -> None:
        """Deletes our value; raises OSError."""
        if sys.platform != "win32":
            raise OSError("this is not Windows")
        import winreg

        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, KEY, 0, winreg.KEY_SET_VALUE) as key:
            winreg.DeleteValue(key, NAME)


def command_line(launch: Launch) -> str:
    """The command, with the interpreter that opens no window.

    Raises:
        VcamError: it is longer than Windows takes.
    """
    program = PureWindowsPath(launch.command[0])
    if program.name.casefold() == "python.exe":
        program = program.with_name("pythonw.exe")
    line = subprocess.list2cmdline([str(program), *launch.command[1:]])
    if len(line) > LONGEST:
        raise VcamError(
            f"the command to start vcam is longer than {LONGEST} characters",
            "install vcam in a folder with a shorter path",
        )
    return line


class RegistryAutostart:
    """Writes the entry. Variables are not passed on: Windows keeps the user's own.

    Args:
        launch: what is started.
        registry: where it is noted.
    """

    def __init__(self, launch: Launch, registry: Registry) -> None:
        self._launch = launch
        self._registry = registry

    def turn_on(self) -> tuple[str, ...]:
        """Writes the entry.

        Raises:
            VcamError: it cannot be written.
        """
        line = command_line(self._launch)
        if self._registry.read() == line:
            return ()
        try:
            self._registry.write(line)
        except OSError as error:
            raise _refused("written", error) from error
        return (f"wrote {WHERE}", "vcam starts at the next login")

    def turn_off(self) -> tuple[str, ...]:
        """Removes the entry.

        Raises:
            VcamError: it cannot be removed.
        """
        if self._registry.read() is None:
            return ()
        try:
            self._registry.delete()
        except OSError as error:
            raise _refused("removed", error) from error
        return (f"removed {WHERE}",)

    def standing(self) -> Standing:
        """Whether the entry is there, and whether it is the one we would write."""
        value = self._registry.read()
        note = ""
        if value is not None and value != command_line(self._launch):
            note = "it starts another vcam, or was changed; vcam autostart on writes it anew"
        return Standing(value is not None, WHERE, note)


def _refused(what: str, error: OSError) -> VcamError:
    return VcamError(f"{WHERE} cannot be {what} ({error})", "see its permissions in regedit")
