"""Pictures as files: what is in them besides the pixels, and how they come to the disk whole."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import cv2
import simplejpeg
from PIL import ExifTags
from PIL import Image as Pillow

from vcam.core.errors import OutputError
from vcam.core.frame import Image
from vcam.outputs.new_file import reserve

JPEG_QUALITY = 95

SOFTWARE: Final = "vcam"

_PNG_HEAD = 33
"""Bytes of a PNG's signature and of its IHDR chunk, which comes first."""

_EXIF_MARK = b"Exif\x00\x00"
_JPEG_SEGMENT = 65_533


@dataclass(frozen=True, slots=True)
class Told:
    """What a picture's file tells of it.

    Attributes:
        at: local time at which it was taken.
        pose: the gesture that it was taken by; empty for none.
    """

    at: datetime
    pose: str = ""

    @property
    def comment(self) -> str:
        """The pose in a few words."""
        return f"pose: {self.pose}" if self.pose else "selfie"


def encode_still(image: Image, kind: Literal["png", "jpg"], told: Told | None = None) -> bytes:
    """A picture file.

    Args:
        image: uint8 (H, W, 3) BGR.
        kind: its format.
        told: written into it: PNG as texts and Exif, JPEG as Exif. None for nothing.
    """
    if kind == "png":
        data = cv2.imencode(".png", image)[1].tobytes()
        return data if told is None else _told_in_png(data, told)
    jpeg: bytes = simplejpeg.encode_jpeg(image, JPEG_QUALITY, "BGR", "444")
    return jpeg if told is None else _told_in_jpeg(jpeg, told)


def exif(told: Told) -> bytes:
    """The same as Exif, as JPEG and WebP have it."""
    tags = Pillow.Exif()
    stamp = told.at.strftime("%Y:%m:%d %H:%M:%S")
    tags[ExifTags.Base.Software] = SOFTWARE
    tags[ExifTags.Base.DateTime] = stamp
    tags[ExifTags.Base.ImageDescription] = told.comment
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = stamp
    return tags.tobytes()


def save_whole(wanted: Path, write: Callable[[Path], None]) -> Path:
    """Has a new file written, which is there complete or not at all; nothing is overwritten.

    Args:
        wanted: the name; it gets a number if there is such a file already. Its folder is made.
        write: writes the content to the path that it is given, which ends as `wanted` does.

    Returns:
        The file's path.

    Raises:
        OutputError: the folder cannot be made or written to, or the disk is full.
    """
    path = reserve(wanted)
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        write(beside)
        os.replace(beside, path)
    except BaseException as error:
        for leftover in (beside, path):
            with contextlib.suppress(OSError):
                leftover.unlink()
        if isinstance(error, OSError):
            raise OutputError(
                f"{path} cannot be written ({error.strerror or error})",
                "free some space on the disk",
            ) from error
        raise
    return path


def save_bytes(wanted: Path, data: bytes) -> Path:
    """As `save_whole`, of content that is there already.

    Raises:
        OutputError: as there.
    """

    def write(path: Path) -> None:
        path.write_bytes(data)

    return save_whole(wanted, write)


def _told_in_png(data: bytes, told: Told) -> bytes:
    texts = {
        "Title": told.comment,
        "Creation Time": told.at.isoformat(timespec="seconds"),
        "Software": SOFTWARE,
    }
    chunks = [_chunk(b"tEXt", f"{key}\0{text}".encode("latin-1")) for key, text in texts.items()]
    # The same for programs that sort pictures by when they were taken (PNG 1.5 extensions, eXIf).
    chunks.append(_chunk(b"eXIf", exif(told).removeprefix(_EXIF_MARK)))
    return data[:_PNG_HEAD] + b"".join(chunks) + data[_PNG_HEAD:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _told_in_jpeg(data: bytes, told: Told) -> bytes:
    tags = exif(told)
    if not tags.startswith(_EXIF_MARK):
        tags = _EXIF_MARK + tags
    segment = b"\xff\xe1" + struct.pack(">H", len(tags[:_JPEG_SEGMENT]) + 2) + tags
    return data[:2] + segment + data[2:]
