"""What an .mp4 tells of itself: when it was taken, and by what.

OpenCV writes none of it, so it is put into the finished file (ISO 14496-12; the texts are what
iTunes began and all players read). The index of the file, `moov`, is written again at its end with
the additions, and only when that is on the disk the old one is renamed to `free`, which is 4 bytes.
Pictures and sound never move, so no offset in the index changes, wherever it stood; and at every
moment the file has one whole index.
"""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from vcam.outputs.stills import SOFTWARE, Told

logger = logging.getLogger(__name__)

_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
"""From which QuickTime counts seconds."""

_LONGEST_INDEX: Final = 64_000_000
"""Bytes of `moov`; 4 MB are an hour of pictures at 30 a second."""

_MOST_BOXES: Final = 10_000

_TIMED: Final = (b"mvhd", b"tkhd", b"mdhd")
"""Boxes that begin alike: version, flags, time of creation, time of change."""

_PARENTS: Final = {b"trak": 2, b"mdia": 1}
"""Where such boxes lie, and how many boxes deep."""

_TITLE, _COMMENT, _DAY, _TOOL = b"\xa9nam", b"\xa9cmt", b"\xa9day", b"\xa9too"
_TEXT: Final = 1
"""Kind of data: UTF-8."""


class _BadFileError(Exception):
    """It is no .mp4, or one whose index cannot be written anew."""


class _Box(NamedTuple):
    """A box: its kind, where it begins, where its content begins, and where both end."""

    kind: bytes
    start: int
    content: int
    end: int


def tag_mp4(path: Path, told: Told) -> bool:
    """Writes into an .mp4 when it was taken, by what, and that it is ours.

    A file that cannot be read, or a full disk, leaves the file as it was.

    Args:
        path: the file; nobody else writes to it.
        told: its time is local, with or without its zone.

    Returns:
        Whether it is in there now.
    """
    try:
        # What a buffer still held when the disk was full would be written as it is closed.
        with path.open("r+b", buffering=0) as file:
            _write_index(file, told)
    except (_BadFileError, OSError) as error:
        logger.warning("%s tells no time and pose: %s", path.name, error)
        return False
    return True


def _write_index(file: BinaryIO, told: Told) -> None:
    length = file.seek(0, os.SEEK_END)
    boxes = list(_boxes_of(file, length))
    found = [box for box in boxes if box.kind == b"moov"]
    if len(found) != 1:
        raise _BadFileError(f"it has {len(found)} indexes instead of one")
    (index,) = found
    if index.end - index.start > _LONGEST_INDEX:
        raise _BadFileError("its index is too long")
    if any(box.kind == b"moof" for box in boxes):
        raise _BadFileError("it is written in fragments")
    file.seek(index.content)
    told_index = _box(b"moov", _told_in(file.read(index.end - index.content), told))
    try:
        file.seek(length)
        left = memoryview(told_index)
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(length)
        raise
    file.seek(index.start + 4)
    file.write(b"free")


def _boxes_of(file: BinaryIO, length: int) -> Iterator[_Box]:
    """The boxes of a file, the outermost ones."""
    start = 0
    for _ in range(_MOST_BOXES):
        if start == length:
            return
        file.seek(start)
        box = _box_at(file.read(16), start, length)
        if start == 0 and box.kind != b"ftyp":
            raise _BadFileError("it is no MP4")
        yield box
        start = box.end
    raise _BadFileError("it has too many boxes")


def _children(data: bytes) -> Iterator[_Box]:
    """The boxes inside another, whose content this is."""
    start = 0
    # Apple's programs end some lists by four zeros.
    while len(data) - start >= 8:
        box = _box_at(data[start : start + 16], start, len(data))
        yield box
        start = box.end


def _box_at(head: bytes, start: int, bound: int) -> _Box:
    if len(head) < 8:
        raise _BadFileError("it ends within a box")
    size, kind, content = *struct.unpack(">I4s", head[:8]), 8
    if size == 1 and len(head) == 16:
        (size,), content = struct.unpack(">Q", head[8:]), 16
    # 0 is "to the end of the file": nothing can be put after it.
    if size < content or start + size > bound:
        raise _BadFileError(f"its box {kind!r} has no proper length")
    return _Box(kind, start, start + content, start + size)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _told_in(index: bytes, told: Told) -> bytes:
    """The content of `moov`, with what is told."""
    seconds = int((told.at.astimezone(UTC) - _EPOCH).total_seconds())
    old_texts = b""
    parts = []
    for box in _children(index):
        if box.kind == b"udta":
            old_texts = index[box.content : box.end]
        else:
            parts.append(_dated(index, box, seconds, 3))
    if not any(box.kind == b"mvhd" for box in _children(index)):
        raise _BadFileError("its index has no head")
    return b"".join(parts) + _box(b"udta", _told_in_texts(old_texts, told))


def _dated(data: bytes, box: _Box, seconds: int, room: int) -> bytes:
    """A box of the index, with the time wherever it belongs in it."""
    content = data[box.content : box.end]
    inside = _PARENTS.get(box.kind, room)
    if inside < room:
        parts = [_dated(content, each, seconds, inside) for each in _children(content)]
        return _box(box.kind, b"".join(parts))
    if box.kind not in _TIMED:
        return data[box.start : box.end]
    form = ">QQ" if content[:1] == b"\x01" else ">II"
    if len(content) < 4 + struct.calcsize(form):
        raise _BadFileError(f"its box {box.kind!r} is too short")
    if form == ">QQ" or 0 <= seconds < 2**32:
        times = struct.pack(form, seconds, seconds)
        content = content[:4] + times + content[4 + len(times) :]
    return _box(box.kind, content)


def _told_in_texts(user_data: bytes, told: Told) -> bytes:
    """The content of `udta`: what was there, our texts in place of those of their kinds."""
    texts = {
        _TITLE: told.comment,
        _COMMENT: f"{SOFTWARE}, {told.comment}",
        _DAY: told.at.astimezone().isoformat(timespec="seconds"),
        _TOOL: SOFTWARE,
    }
    kept, items = b"", b""
    for box in _children(user_data):
        if box.kind == b"meta":
            items += _items(user_data[box.content + 4 : box.end], without=tuple(texts))
        else:
            kept += user_data[box.start : box.end]
    for kind, text in texts.items():
        items += _box(kind, _box(b"data", struct.pack(">II", _TEXT, 0) + text.encode()))
    handler = struct.pack(">II4s4s9x", 0, 0, b"mdir", b"appl")
    return kept + _box(b"meta", bytes(4) + _box(b"hdlr", handler) + _box(b"ilst", items))


def _items(meta: bytes, without: tuple[bytes, ...]) -> bytes:
    items = b""
    for box in _children(meta):
        if box.kind == b"ilst":
            texts = meta[box.content : box.end]
            items += b"".join(
                texts[each.start : each.end]
                for each in _children(texts)
                if each.kind not in without
            )
    return items
