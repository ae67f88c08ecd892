"""Writes a file as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path

from vcam.core.errors import VcamError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class Unwritable(VcamError):
    """The file cannot be written; what stood there still stands there."""


def write_file(path: Path, new: bytes, expected: bytes | None) -> bool:
    """Replaces what the file holds, unless somebody else has changed it meanwhile.

    A reader sees the old content or the new one, never a part, also if the machine stops. The
    file keeps its permissions; a symbolic link goes on to point to the same file. Missing folders
    are made.

    Args:
        path: the file; may be missing.
        new: what it shall hold.
        expected: what it holds, as far as the caller knows; None if it should be missing.

    Returns:
        False, with nothing written, if it holds something else.

    Raises:
        Unwritable: the folder or the disk does not let us.
    """
    temporary: Path | None = None
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        old = target.stat() if target.exists() else None
        if old is not None and not old.st_mode & stat.S_IWUSR:
            # Replacing it needs no right to write to it, but whoever took that right meant it.
            raise Unwritable("it is read-only", "make it writable")
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        with open(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            shutil.copymode(target, temporary)
            with contextlib.suppress(OSError, AttributeError):
                os.chown(temporary, old.st_uid, old.st_gid)
        else:
            temporary.chmod(0o600)
        if _content(target) != expected:
            return False
        os.replace(temporary, target)
        temporary = None
        _sync_folder(target.parent)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        full = getattr(error, "errno", None) in _FULL
        fix = "make room on the disk" if full else "make the file and its folder writable"
        raise Unwritable(reason, fix) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
    return True


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    """Makes the new name last; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
