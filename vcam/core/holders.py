"""Which programs have a device open (Linux: /proc)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has the device open.

    Attributes:
        pid: its number.
        program: its name, as the kernel shortens it (15 characters).
    """

    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} (pid {self.pid})"


def holders_of(device: Path, proc: Path = PROC) -> tuple[Holder, ...]:
    """Other processes that have `device` open, by number.

    Only those that we may look into: without root, other users' programs stay unseen. Empty
    where there is no /proc.
    """
    try:
        target = os.stat(device)
    except OSError:
        return ()
    found = []
    for folder in proc.glob("[0-9]*"):
        pid = int(folder.name)
        if pid != os.getpid() and _has_open(folder / "fd", target):
            found.append(Holder(pid, _program(folder)))
    return tuple(sorted(found, key=lambda holder: holder.pid))


def _has_open(descriptors: Path, target: os.stat_result) -> bool:
    try:
        entries = list(os.scandir(descriptors))
    except OSError:
        return False
    for entry in entries:
        try:
            held = os.stat(entry.path)
        except OSError:
            continue
        if (held.st_dev, held.st_ino) == (target.st_dev, target.st_ino):
            return True
    return False


def _program(folder: Path) -> str:
    try:
        return (folder / "comm").read_text(errors="replace").strip()
    except OSError:
        return "a program"
