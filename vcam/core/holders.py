"""Which programs have a device open (Linux: /proc)."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")

DEVICE_FOLDER = "/dev/"
"""In the path of every device that a program has open, in a sandbox too."""


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


def is_held_by(pid: int, device: Path, proc: Path = PROC) -> bool:
    """Whether this process has `device` open; False where that cannot be seen."""
    try:
        target = os.stat(device)
    except OSError:
        return False
    return _has_open(proc / str(pid) / "fd", target)


def _has_open(descriptors: Path, target: os.stat_result) -> bool:
    try:
        entries = list(os.scandir(descriptors))
    except OSError:
        return False
    is_device = stat.S_ISCHR(target.st_mode)
    for entry in entries:
        try:
            # Asking a file on a network share that is gone would never return.
            if is_device and DEVICE_FOLDER not in os.readlink(entry.path):
                continue
            held = os.stat(entry.path)
        except OSError:
            continue
        if _is_same(held, target):
            return True
    return False


def _is_same(held: os.stat_result, target: os.stat_result) -> bool:
    if stat.S_ISCHR(target.st_mode):
        # A sandboxed program may have a /dev of its own, with another node for the same device.
        return stat.S_ISCHR(held.st_mode) and held.st_rdev == target.st_rdev
    return (held.st_dev, held.st_ino) == (target.st_dev, target.st_ino)


def _program(folder: Path) -> str:
    try:
        return (folder / "comm").read_text(errors="replace").strip()
    except OSError:
        return "a program"
