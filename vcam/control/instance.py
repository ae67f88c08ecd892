"""One daemon at a time: a lock file that dies with its process and names it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import TracebackType

from platformdirs import user_runtime_path

from vcam.core.errors import VcamError

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)
"""What a lock that somebody holds says; anything else means that locking does not work."""


class AlreadyRunningError(VcamError):
    """Another vcam has the lock.

    Attributes:
        pid: its process, or None if it cannot be told.
    """

    def __init__(self, pid: int | None) -> None:
        who = f"pid {pid}" if pid is not None else "its pid cannot be read"
        stop = f"kill {pid}" if pid is not None and sys.platform != "win32" else "Ctrl-C there"
        super().__init__(f"vcam is already running ({who})", f"stop it first ({stop})")
        self.pid = pid


def runtime_dir() -> Path:
    """The folder for the lock; `VCAM_RUNTIME_DIR` overrides the platform's own."""
    override = os.environ.get("VCAM_RUNTIME_DIR")
    if override:
        return Path(override).expanduser()
    return user_runtime_path("vcam", appauthor=False)


class InstanceLock:
    """Holds `vcam.lock` while the daemon runs.

    The operating system drops the lock when the process ends, however it ends, so a file that is
    left over after a crash is no hindrance.

    Args:
        folder: where the file lies; made if it is missing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or runtime_dir()) / "vcam.lock"
        self._descriptor: int | None = None

    def __enter__(self) -> InstanceLock:
        """Takes the lock.

        Raises:
            AlreadyRunningError: another process has it.
            VcamError: the folder cannot be written to, or its file system has no locks.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable("written", error) from error
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno in _TAKEN:
                raise AlreadyRunningError(_read_pid(self.path)) from None
            raise self._unusable("locked", error) from error
        try:
            os.ftruncate(descriptor, 0)
            # Windows locks the first byte against reading, so the number stands behind it.
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f" {os.getpid()}\n".encode())
        except OSError as error:
            os.close(descriptor)
            raise self._unusable("written", error) from error
        self._descriptor = descriptor
        return self

    def _unusable(self, what: str, error: OSError) -> VcamError:
        return VcamError(
            f"The lock file {self.path} cannot be {what} ({error.strerror})",
            "set VCAM_RUNTIME_DIR to a folder of your own",
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Gives the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def running_pid(folder: Path | None = None) -> int | None:
    """Pid of the daemon that holds the lock, or None if nobody does."""
    path = (folder or runtime_dir()) / "vcam.lock"
    if not path.exists():
        return None
    try:
        with InstanceLock(path.parent):
            return None
    except AlreadyRunningError as error:
        return error.pid


def _read_pid(path: Path) -> int | None:
    try:
        with path.open("rb") as file:
            file.seek(1)
            return int(file.read(20))
    except (OSError, ValueError):
        return None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
