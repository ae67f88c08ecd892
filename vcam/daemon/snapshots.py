"""Pictures that the user had saved."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import platformdirs

from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.outputs.snapshot import save_snapshot
from vcam.settings.schema import SnapshotSettings

REMEMBERED = 1000
"""Snapshots that can be asked for by name; the oldest are forgotten, their files stay."""


class Snapshots:
    """Saves snapshots, and knows the files of those that it has saved itself. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, Path] = {}

    def take(self, image: Image, settings: SnapshotSettings, at: datetime) -> Path:
        """Saves a picture.

        Args:
            image: uint8 (h, w, 3) BGR.
            settings: where and in which format.
            at: local time, for the name.

        Raises:
            OutputError: the folder cannot be written to, or the disk is full.
        """
        path = save_snapshot(image, _folder(settings), at, settings.format)
        with self._lock:
            # A name of an earlier run's folder must not keep its old place in the order.
            self._files.pop(path.name, None)
            self._files[path.name] = path
            if len(self._files) > REMEMBERED:
                del self._files[next(iter(self._files))]
        return path

    def file(self, name: str) -> Path:
        """The file of a snapshot of this run.

        Raises:
            VcamError: there is none of that name, or it has gone.
        """
        with self._lock:
            path = self._files.get(name)
        if path is None:
            raise VcamError(f"There is no snapshot {name!r} of this run", "take one first")
        if not path.is_file():
            raise VcamError(f"The snapshot {path} has gone", "it was moved or deleted")
        return path


def _folder(settings: SnapshotSettings) -> Path:
    if settings.folder is not None:
        return Path(settings.folder)
    return platformdirs.user_pictures_path() / "vcam"
