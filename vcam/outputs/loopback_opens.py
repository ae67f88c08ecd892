"""When a file is opened and closed, by Linux's inotify."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

IN_CLOSE = 0x08 | 0x10
IN_OPEN = 0x20
EVENT = struct.Struct("iIII")
BUFFER = 4096


class OpenWatch:
    """Counts openings and closings of one file.

    Args:
        path: the file, which may be a device node.

    Raises:
        OSError: there is no inotify here, or no such file.
    """

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "inotify_init1"):
            raise OSError("this system has no inotify")
        self.descriptor: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify cannot be had")
        watch = libc.inotify_add_watch(self.descriptor, os.fsencode(path), IN_OPEN | IN_CLOSE)
        if watch < 0:
            number = ctypes.get_errno()
            os.close(self.descriptor)
            raise OSError(number, os.strerror(number))

    def read(self) -> int:
        """Openings less closings since the last call."""
        try:
            data = os.read(self.descriptor, BUFFER)
        except BlockingIOError:
            return 0
        change = at = 0
        while at < len(data):
            _, mask, _, name_length = EVENT.unpack_from(data, at)
            at += EVENT.size + name_length
            change += bool(mask & IN_OPEN) - bool(mask & IN_CLOSE)
        return change

    def close(self) -> None:
        """Ends the watch."""
        os.close(self.descriptor)
