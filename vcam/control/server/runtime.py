"""`control.json`: where clients of the same user find the server and its token."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from vcam.core.errors import OutputError

CONTROL_FILE = "control.json"

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class ControlFile:
    """The file while the server runs; nobody but its user can read it.

    Args:
        folder: the runtime folder; made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / CONTROL_FILE
        self._content = b""

    def write(self, url: str, token: str) -> None:
        """Puts the file in place at once, whole.

        Raises:
            OutputError: the folder cannot be written to, or others can write to it.
        """
        content = json.dumps({"url": url, "token": token, "pid": os.getpid()}).encode()
        folder = self.path.parent
        new = folder / f".{CONTROL_FILE}.{os.getpid()}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_private(folder)
            new.unlink(missing_ok=True)
            # O_EXCL: what somebody has put there, such as a link, is not followed.
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            new.replace(self.path)
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written ({error.strerror})",
                "set VCAM_RUNTIME_DIR to a folder of your own",
            ) from error
        self._content = content

    def remove(self) -> None:
        """Takes the file away, unless another daemon has put its own there."""
        try:
            if self._content and self.path.read_bytes() == self._content:
                self.path.unlink()
        except OSError:
            return


def _check_private(folder: Path) -> None:
    if os.name == "nt":
        return  # The user's folders there are closed to others by inherited access lists.
    own = folder.lstat()
    if stat.S_ISLNK(own.st_mode):
        own = folder.stat()
    if own.st_uid != os.getuid() or own.st_mode & _OTHERS_WRITE:
        raise OutputError(
            f"Others can write to {folder}, so the page's token would not be safe there",
            f"chmod 700 {folder}, or set VCAM_RUNTIME_DIR to a folder of your own",
        )
    parent = folder.resolve().parent.stat()
    replaceable = parent.st_mode & stat.S_IWOTH and not parent.st_mode & stat.S_ISVTX
    if replaceable or parent.st_uid not in (0, os.getuid()):
        raise OutputError(
            f"Others can replace {folder}, so the page's token would not be safe there",
            "set VCAM_RUNTIME_DIR to a folder of your own",
        )
