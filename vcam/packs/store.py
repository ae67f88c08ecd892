"""The user's own packs: installing, removing, exporting."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from vcam.core.errors import PackError, PackTaken
from vcam.effects.pack import Pack, load_pack, shipped_pack_folder
from vcam.effects.pack_file import PACK_FILE, read_spec
from vcam.packs.archive import PICTURES, SOUNDS, VIDEOS, PackArchive
from vcam.packs.reencode import reencode

logger = logging.getLogger(__name__)

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that zip files know: the same pack gives the same file."""

_UNFINISHED = ".vcam-new-"


class PackStore:
    """A folder of packs that belongs to the user.

    Args:
        folder: made when the first pack comes.
        shipped: packs that come with vcam; their names are not to be had.
    """

    def __init__(self, folder: Path, shipped: Path | None = None) -> None:
        self._folder = folder
        self._shipped = shipped_pack_folder() if shipped is None else shipped

    @property
    def folder(self) -> Path:
        """Where the packs are."""
        return self._folder

    def install(self, archive: Path, replace: bool = False) -> Pack:
        """Installs the pack of a zip file: wholly, or not at all.

        Args:
            archive: the file.
            replace: take the place of an installed pack of the same name.

        Raises:
            PackError: the file, or the pack in it, is not fit; the name is taken; the folder
                cannot be written to.
        """
        with PackArchive(archive) as opened, self._workplace() as workplace:
            unpacked = workplace / "unpacked"
            unpacked.mkdir()
            with _told_of_disk(self._folder):
                opened.extract(unpacked)
            with _told_of_archive(archive, unpacked):
                spec, _ = read_spec(unpacked / PACK_FILE)
            made = unpacked.rename(workplace / spec.name)
            target = self._target(spec.name, replace)
            with _told_of_disk(self._folder), _told_of_archive(archive, made):
                load_pack(made)
                for file in sorted(made.rglob("*")):
                    if file.suffix.lower() in PICTURES:
                        reencode(file)
                pack = load_pack(made)
            with _told_of_disk(self._folder):
                _swap(made, target, workplace / "old")
        return pack

    def remove(self, name: str) -> Path:
        """Deletes one of the user's packs; returns where it was.

        Raises:
            PackError: there is none, it came with vcam, or it cannot be deleted.
        """
        target = self._own(name)
        with self._workplace() as workplace, _told_of_disk(self._folder):
            # Out of sight in one step: nobody ever reads half a pack.
            target.rename(workplace / "old")
        return target

    def export(self, folder: Path, file: Path) -> Path:
        """Writes a pack as a zip file that `install` takes; the same pack gives the same bytes.

        Args:
            folder: the pack's.
            file: to write; must not exist.

        Raises:
            PackError: the pack is not fit, or the file cannot be written.
        """
        pack = load_pack(folder)
        try:
            with file.open("xb") as out:
                try:
                    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                        for path in _shared_files(folder):
                            name = f"{pack.name}/{path.relative_to(folder).as_posix()}"
                            info = zipfile.ZipInfo(name, _EPOCH)
                            info.compress_type = zipfile.ZIP_DEFLATED
                            info.external_attr = 0o644 << 16
                            archive.writestr(info, path.read_bytes())
                except BaseException:
                    file.unlink(missing_ok=True)
                    raise
        except FileExistsError:
            raise PackError(f"{file} exists already", "delete it, or name another file") from None
        except OSError as error:
            raise PackError(
                f"{file} cannot be written ({error.strerror})", "check the folder and the disk"
            ) from None
        return file

    def _target(self, name: str, replace: bool) -> Path:
        if (self._shipped / name).exists():
            raise PackError(
                f"The pack {name} comes with vcam", "give yours another name in its pack.yaml"
            )
        target = self._folder / name
        if target.exists() and not replace:
            raise PackTaken(f"The pack {name} is installed already", "add --replace")
        return target

    def _own(self, name: str) -> Path:
        simple = name not in ("", ".", "..") and Path(name).name == name
        if simple and (self._folder / name).is_dir():
            return self._folder / name
        if simple and (self._shipped / name).is_dir():
            raise PackError(f"The pack {name} comes with vcam", f"vcam pack off {name}")
        raise PackError(f"You have installed no pack {name!r}", f"look into {self._folder}")

    @contextlib.contextmanager
    def _workplace(self) -> Iterator[Path]:
        """A folder beside the packs, so that moving there is one step; gone in the end."""
        with _told_of_disk(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            workplace = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._folder))
        try:
            yield workplace
        finally:
            shutil.rmtree(workplace, ignore_errors=True)


def _shared_files(folder: Path) -> Iterator[Path]:
    """What vcam reads of a pack, and the words that go with it."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        read = path.suffix.lower() in (*PICTURES, *SOUNDS, *VIDEOS) or path.name == PACK_FILE
        about = path.parent == folder and path.stem.upper() in ("LICENSE", "LICENCE", "README")
        if read or about:
            yield path


def _swap(made: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        os.rename(made, target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


@contextlib.contextmanager
def _told_of_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PackError(
            f"{folder} cannot be written to ({error.strerror or error})",
            "check its rights and the disk's free space",
        ) from error


@contextlib.contextmanager
def _told_of_archive(archive: Path, made: Path) -> Iterator[None]:
    """What is wrong with the pack is told as being in the archive: nobody has seen the folder."""
    try:
        yield
    except PackError as error:
        message = error.message.replace(f"{made}{os.sep}", f"{archive}: ")
        raise PackError(message.replace(str(made), str(archive)), error.fix) from None
