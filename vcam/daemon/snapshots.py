"""Pictures that the user had saved."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import platformdirs

from vcam.control.state import PictureKind, PictureState
from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.outputs.snapshot import save_snapshot
from vcam.settings.schema import SnapshotSettings

REMEMBERED = 1000
"""Files that can be asked for by name; the oldest are forgotten, and stay where they are."""

TOLD = 20
"""The newest files, that the state tells of."""

_MEDIA_TYPES = {
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".webp": "image/webp",
}


class Snapshots:
    """Saves snapshots, and knows the files of this run, selfies too. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, Path] = {}
        self._pictures: tuple[PictureState, ...] = ()

    @property
    def pictures(self) -> tuple[PictureState, ...]:
        """The newest files, the newest first."""
        return self._pictures

    def take(self, image: Image, settings: SnapshotSettings, at: datetime) -> Path:
        """Saves a picture.

        Args:
            image: uint8 (h, w, 3) BGR.
            settings: where and in which format.
            at: local time, for the name.

        Raises:
            OutputError: the folder cannot be written to, or the disk is full.
        """
        path = save_snapshot(image, pictures_folder(settings), at, settings.format)
        self.note(path, at, kind="snapshot", gesture="", decorated=True)
        return path

    def note(
        self, path: Path, at: datetime, *, kind: PictureKind, gesture: str, decorated: bool
    ) -> None:
        """Remembers a file.

        Args:
            path: of it.
            at: local time at which it was taken.
            kind: what it is.
            gesture: what started it; empty for none.
            decorated: whether it shows what others saw.
        """
        picture = PictureState(
            name=path.name,
            at=round(at.timestamp(), 3),
            kind=kind,
            gesture=gesture,
            media_type=_MEDIA_TYPES[path.suffix],
            decorated=decorated,
        )
        with self._lock:
            # A name of an earlier run's folder must not keep its old place in the order.
            self._files.pop(path.name, None)
            self._files[path.name] = path
            if len(self._files) > REMEMBERED:
                del self._files[next(iter(self._files))]
            others = (each for each in self._pictures if each.name != path.name)
            self._pictures = (picture, *others)[:TOLD]

    def file(self, name: str) -> Path:
        """The file of a snapshot or selfie of this run.

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


def pictures_folder(settings: SnapshotSettings) -> Path:
    """Where pictures are saved: as set, or vcam in the user's Pictures folder."""
    if settings.folder is not None:
        return Path(settings.folder).expanduser()
    return platformdirs.user_pictures_path() / "vcam"
