"""What all ways of starting at login share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vcam.core.errors import VcamError

VARIABLES = ("VCAM_CONFIG", "VCAM_WEIGHTS_DIR", "VCAM_RUNTIME_DIR")
"""What a terminal's own vcam obeys must hold for the one that starts at login."""

Run = Callable[[Sequence[str]], bool]
"""Runs a command of the system; whether it succeeded."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How vcam is started.

    Attributes:
        command: program and arguments; the program as an absolute path.
        environment: variables that it is given.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether vcam starts at login.

    Attributes:
        on: it does.
        where: the file or registry entry that says so.
        note: what else is to be known, empty otherwise.
    """

    on: bool
    where: str
    note: str = ""


class Autostart(Protocol):
    """One way of starting at login. All methods can be called again and again."""

    def turn_on(self) -> tuple[str, ...]:
        """Writes the entry; what was done, a line each; empty if all was so already.

        Raises:
            VcamError: it cannot be written.
        """
        ...

    def turn_off(self) -> tuple[str, ...]:
        """Takes the entry away; what was done, a line each; empty if there was none.

        Raises:
            VcamError: it cannot be removed.
        """
        ...

    def standing(self) -> Standing:
        """How it is now."""
        ...


def this_launch(
    environment: Mapping[str, str] | None = None, interpreter: str = sys.executable
) -> Launch:
    """The vcam that runs this, to be started again as it is.

    Args:
        environment: as `os.environ`.
        interpreter: the Python that vcam is installed for.
    """
    given = os.environ if environment is None else environment
    kept = {name: given[name] for name in VARIABLES if given.get(name)}
    return Launch((interpreter, "-m", "vcam", "run"), kept)


def write(path: Path, text: str) -> bool:
    """Makes a file say `text`; False if it did already.

    Raises:
        VcamError: it cannot be written.
    """
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise VcamError(
            f"{path} cannot be written ({error.strerror or error})",
            "see who owns that file and its folder",
        ) from error
    return True


def remove(path: Path) -> bool:
    """Removes a file or link; False if there was none.

    Raises:
        VcamError: it cannot be removed.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise VcamError(
            f"{path} cannot be removed ({error.strerror or error})",
            "see who owns that file and its folder",
        ) from error
    return True


def says(path: Path, text: str) -> bool:
    """Whether a file says exactly `text`."""
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
