"""Zip files of packs: what may be in them, taken out within bounds that they cannot talk away.

A zip file says of itself how large it is and where its members go; none of that is believed. Names
are checked before anything is written, and bytes are counted as they come out.
"""

from __future__ import annotations

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vcam.core.errors import PackError
from vcam.effects.pack_file import PACK_FILE

MAX_ARCHIVE_BYTES = 32 * 1024 * 1024
MAX_MEMBERS = 400
MAX_MEMBER_BYTES = 64 * 1024 * 1024
"""As much as the largest file that a pack may have, a background's video."""

MAX_TOTAL_BYTES = 128 * 1024 * 1024
MAX_RATIO = 200
"""Deflate reaches about 1,000 on zeros; drawings and YAML stay far below this."""

MAX_DEPTH = 4
MAX_NAME = 100

PICTURES = (".png", ".apng", ".gif", ".webp", ".jpg", ".jpeg")
SOUNDS = (".wav", ".ogg")
VIDEOS = (".mp4", ".webm", ".mkv", ".avi", ".mov")
TEXTS = (".md", ".txt", ".svg", ".py", "")
"""Beside what vcam reads: licences, notes, and the sources of drawings. They are left out."""

_CHUNK = 64 * 1024
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_IGNORED_FOLDERS = frozenset({"__macosx"})


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive that a pack may have.

    Attributes:
        info: the archive's own record.
        path: where it goes, below the pack's folder.
    """

    info: zipfile.ZipInfo
    path: PurePosixPath


class PackArchive:
    """A zip file that holds one pack, in its root or in one folder. Use as a context manager.

    Args:
        file: the zip file.

    Raises:
        PackError: it is none, or holds what no pack may; the message names file and member.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            size = file.stat().st_size
            if not file.is_file():
                raise PackError(f"{file} is no file", "name a .zip file")
            if size > MAX_ARCHIVE_BYTES:
                raise PackError(
                    f"{file} is too large ({size / 2**20:.0f} MiB)",
                    f"a pack's zip file has at most {MAX_ARCHIVE_BYTES // 2**20} MiB",
                )
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError:
            raise PackError(f"{file} does not exist", "check the name") from None
        except OSError as error:
            raise PackError(
                f"{file} cannot be read ({error.strerror})", "check its rights"
            ) from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
            raise PackError(f"{file} is no zip file ({error})", "zip the pack again") from None
        try:
            self.members = tuple(self._checked())
        except PackError:
            self._zip.close()
            raise

    def __enter__(self) -> PackArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def extract(self, folder: Path) -> None:
        """Writes the members below `folder`, which exists and is empty.

        Raises:
            PackError: a member is damaged, or larger than it may be.
            OSError: the folder cannot be written to.
        """
        left = MAX_TOTAL_BYTES
        for member in self.members:
            target = folder.joinpath(*member.path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                for chunk in self._chunks(member):
                    left -= len(chunk)
                    if left < 0:
                        raise self._bad(member.info, "holds too much in all", _sizes())
                    out.write(chunk)

    def _chunks(self, member: Member) -> Iterator[bytes]:
        most = min(MAX_MEMBER_BYTES, max(_CHUNK, MAX_RATIO * max(1, member.info.compress_size)))
        count = 0
        try:
            with self._zip.open(member.info) as source:
                while chunk := source.read(_CHUNK):
                    count += len(chunk)
                    if count > most:
                        raise self._bad(member.info, "unpacks to far too much", _sizes())
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as e:
            raise self._bad(member.info, f"is damaged ({e})", "zip the pack again") from None

    def _checked(self) -> Iterator[Member]:
        infos = [info for info in self._zip.infolist() if not _is_ignored(info)]
        if len(infos) > MAX_MEMBERS:
            raise PackError(
                f"{self._file} holds {len(infos)} files", f"a pack has at most {MAX_MEMBERS}"
            )
        paths = {info.filename: self._path(info) for info in infos}
        prefix = self._prefix(list(paths.values()))
        files: set[str] = set()
        folders: set[str] = set()
        total = 0
        for info in infos:
            path = PurePosixPath(*paths[info.filename].parts[prefix:])
            if info.is_dir() or not path.parts:
                continue
            folded = unicodedata.normalize("NFC", str(path)).casefold()
            if folded in files or folded in folders:
                raise self._bad(info, "is there twice", "zip the pack again")
            files.add(folded)
            above = {"/".join(folded.split("/")[:end]) for end in range(1, len(path.parts))}
            if not files.isdisjoint(above):
                raise self._bad(info, "lies in a file", "zip the pack again")
            folders |= above
            total += info.file_size
            if info.file_size > MAX_MEMBER_BYTES or total > MAX_TOTAL_BYTES:
                raise self._bad(info, "is too large", _sizes())
            suffix = path.suffix.lower()
            if path == PurePosixPath(PACK_FILE) or suffix in (*PICTURES, *SOUNDS, *VIDEOS):
                yield Member(info, path)
            elif suffix not in TEXTS:
                raise self._bad(
                    info, "is no file that packs have", "pictures, sounds, videos and pack.yaml"
                )

    def _path(self, info: zipfile.ZipInfo) -> PurePosixPath:
        name = info.filename
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise self._bad(info, "is a link or a device", "put the file itself there")
        if info.flag_bits & 0x1:
            raise self._bad(info, "is encrypted", "zip the pack without a password")
        parts = name.rstrip("/").split("/")
        if name.startswith("/") or "\\" in name or ":" in name or ".." in parts:
            raise self._bad(info, "leads out of the pack's folder", "zip the pack again")
        if len(parts) > MAX_DEPTH or len(name) > MAX_NAME:
            raise self._bad(info, "lies too deep or has too long a name", "shorten its path")
        for part in parts:
            bare = part.partition(".")[0].rstrip(" ").lower()
            if not part.isprintable() or part != part.strip(" ") or part.endswith("."):
                raise self._bad(info, "has a name that not every system can write", "rename it")
            if part in ("", ".") or bare in _RESERVED:
                raise self._bad(info, "has a name that not every system can write", "rename it")
        return PurePosixPath(*parts)

    def _prefix(self, paths: list[PurePosixPath]) -> int:
        """How many leading folders to leave away: pack.yaml lies in the root or one below."""
        if PurePosixPath(PACK_FILE) in paths:
            return 0
        homes = [path for path in paths if len(path.parts) == 2 and path.name == PACK_FILE]
        tops = {path.parts[0] for path in paths}
        if len(homes) == 1 and len(tops) == 1:
            return 1
        raise PackError(
            f"{self._file} holds no {PACK_FILE}",
            "zip the folder of one pack, with its pack.yaml in it",
        )

    def _bad(self, info: zipfile.ZipInfo, what: str, fix: str) -> PackError:
        return PackError(f"{self._file}: {ascii(info.filename)[:80]} {what}", fix)


def _is_ignored(info: zipfile.ZipInfo) -> bool:
    """What file managers put into every zip."""
    parts = info.filename.lower().split("/")
    return parts[0] in _IGNORED_FOLDERS or parts[-1] in (".ds_store", "thumbs.db", "desktop.ini")


def _sizes() -> str:
    return (
        f"at most {MAX_MEMBER_BYTES // 2**20} MiB a file and {MAX_TOTAL_BYTES // 2**20} MiB in all"
    )
