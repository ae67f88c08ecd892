"""A file of what vcam has learnt of its user: read by nobody else, written whole, never fatal."""

from __future__ import annotations

import glob
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import platformdirs

from vcam.core.errors import VcamError
from vcam.settings.writing import Unwritable, write_file

logger = logging.getLogger(__name__)

MAX_BYTES = 16 << 20
"""Far beyond what is ever written here; more is none of ours."""

Content = TypeVar("Content")


class PersonalError(VcamError):
    """What was learnt of the user cannot be written or deleted."""


def personal_folder() -> Path:
    """Where everything lies that vcam learns of its user."""
    return platformdirs.user_data_path("vcam", appauthor=False) / "personal"


class PrivateFile:
    """One such file. One thread at a time.

    Args:
        path: may be missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, parse: Callable[[bytes], Content], missing: Content) -> Content:
        """What is in it; `missing` if it is missing, or cannot be used.

        One that cannot be used is set aside under another name, with one line in the log.

        Args:
            parse: what makes sense of it; raises `ValueError` if that cannot be done.
            missing: what holds without it.
        """
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise ValueError(f"it has more than {MAX_BYTES >> 20} MB")
            return parse(self.path.read_bytes())
        except FileNotFoundError:
            return missing
        except OSError as error:
            logger.error("%s cannot be read (%s); vcam goes on without it", self.path, error)
            return missing
        except ValueError as error:
            self._set_aside(str(error))
            return missing

    def write(self, content: bytes) -> None:
        """Replaces what is in it, or leaves all as it was.

        Raises:
            PersonalError: the folder or the disk does not let us.
        """
        try:
            self._make_folder()
            write_file(self.path, content, self._content())
        except (Unwritable, OSError) as error:
            why = error.message if isinstance(error, Unwritable) else error.strerror or str(error)
            fix = error.fix if isinstance(error, Unwritable) else "make its folder writable"
            raise PersonalError(f"{self.path} cannot be written ({why})", fix) from None

    def delete(self) -> None:
        """Deletes it, what was set aside of it, and what a write that was cut off has left behind.

        Harmless where there is nothing.

        Raises:
            PersonalError: some of it is still there.
        """
        for path in (self.path, self._aside, *self._cut_off()):
            self._unlink(path)

    def delete_damaged(self) -> None:
        """Deletes what was set aside of it, if anything was.

        Raises:
            PersonalError: it is still there.
        """
        self._unlink(self._aside)

    def size(self) -> int:
        """Bytes on disk, with what was set aside or left behind; 0 if there is nothing."""
        return sum(_size(path) for path in (self.path, self._aside, *self._cut_off()))

    def stamp(self) -> tuple[int, int]:
        """Changes when the file does; zeros where there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    @property
    def _aside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.broken")

    def _cut_off(self) -> list[Path]:
        """What `write_file` would have put in place, had the machine not stopped."""
        return list(self.path.parent.glob(f".{glob.escape(self.path.name)}.*.tmp"))

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise PersonalError(
                f"{path} cannot be deleted ({error.strerror})", "make its folder writable"
            ) from None

    def _set_aside(self, why: str) -> None:
        try:
            os.replace(self.path, self._aside)
        except OSError:
            logger.error("%s is damaged (%s); vcam goes on without it", self.path, why)
        else:
            logger.error(
                "%s is damaged (%s); it is %s now, and vcam goes on without it",
                self.path,
                why,
                self._aside.name,
            )

    def _content(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None

    def _make_folder(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            if sys.platform != "win32":
                folder.chmod(0o700)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
