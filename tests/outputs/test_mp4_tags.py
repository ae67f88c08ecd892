from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.outputs import mp4_tags
from vcam.outputs.clip import ClipFile
from vcam.outputs.mp4_tags import tag_mp4
from vcam.outputs.stills import Told

AT = datetime(2030, 1, 31, 23, 59, 58, tzinfo=UTC)
TOLD = Told(AT, "v_sign")
SECONDS = int((AT - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
FOUND_IN = {b"moov", b"trak", b"mdia", b"udta", b"ilst"}


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def boxes(data: bytes, way: tuple[bytes, ...] = ()) -> list[tuple[tuple[bytes, ...], bytes]]:
    """Every box with the way to it; by the book, and strict."""
    found, start = [], 0
    while start < len(data):
        size, kind = struct.unpack_from(">I4s", data, start)
        assert 8 <= size <= len(data) - start
        content = data[start + 8 : start + size]
        found.append(((*way, kind), content))
        if kind in FOUND_IN or (way and way[-1] == b"ilst"):
            found += boxes(content, (*way, kind))
        elif kind == b"meta":
            found += boxes(content[4:], (*way, kind))
        start += size
    return found


def texts(data: bytes) -> dict[bytes, str]:
    return {
        way[-2]: content[8:].decode()
        for way, content in boxes(data)
        if way[:4] == (b"moov", b"udta", b"meta", b"ilst") and way[-1] == b"data"
    }


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "a.mp4"
    film = ClipFile(path, (64, 48), 30)
    for number in range(12):
        film.add(np.full((48, 64, 3), 20 * number, np.uint8), number / 30)
    film.close()
    return path.read_bytes()


def pictures(path: Path) -> list[np.ndarray]:
    film, seen = cv2.VideoCapture(str(path)), []
    while (read := film.read())[0]:
        seen.append(read[1])
    film.release()
    return seen


def test_a_clip_tells_when_and_by_what_and_shows_the_same(tmp_path: Path, clip: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(clip)
    before = pictures(path)
    assert tag_mp4(path, TOLD)
    after = pictures(path)
    assert len(before) == len(after) == 12
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    told = texts(path.read_bytes())
    assert told[b"\xa9nam"] == "pose: v_sign"
    assert told[b"\xa9cmt"] == "vcam, pose: v_sign"
    assert datetime.fromisoformat(told[b"\xa9day"]) == AT
    kinds = (b"mvhd", b"tkhd", b"mdhd")
    timed = [content for way, content in boxes(path.read_bytes()) if way[-1] in kinds]
    assert len(timed) == 3
    assert all(struct.unpack_from(">4xII", content) == (SECONDS, SECONDS) for content in timed)


def test_ffprobe_shows_it(tmp_path: Path, clip: bytes) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    path = tmp_path / "a.mp4"
    path.write_bytes(clip)
    assert tag_mp4(path, TOLD)
    run = subprocess.run(
        ["ffprobe", "-v", "warning", "-of", "json", "-show_format", str(path)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert run.stderr == b""
    tags = json.loads(run.stdout)["format"]["tags"]
    assert tags["creation_time"] == "2030-01-31T23:59:58.000000Z"
    assert tags["comment"] == "vcam, pose: v_sign"
    assert tags["title"] == "pose: v_sign"
    assert datetime.fromisoformat(tags["date"]) == AT


def test_told_twice_the_last_one_counts_and_what_others_told_stays(tmp_path: Path) -> None:
    """Here the index comes first, in its newer form, and the pictures have a long length."""
    other = box(b"\xa9ART", box(b"data", struct.pack(">II", 1, 0), b"somebody"))
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(25)), box(b"ilst", other))
    head = box(b"mvhd", b"\x01" + bytes(111))
    offsets = box(b"trak", box(b"edts", b"kept"))
    user = box(b"udta", box(b"mine", b"1"), meta)
    film = b"pictures" * 5
    first = box(b"ftyp", b"isom") + box(b"moov", head, offsets, user)
    path = tmp_path / "a.mp4"
    path.write_bytes(first + struct.pack(">I4sQ", 1, b"mdat", 16 + len(film)) + film)
    assert tag_mp4(path, Told(AT, "metal"))
    assert tag_mp4(path, TOLD)
    data = path.read_bytes()
    start = len(first) + 16
    assert data[start : start + len(film)] == film
    index = data[data.rindex(b"moov") - 4 :]
    told = texts(index)
    assert told[b"\xa9ART"] == "somebody"
    assert told[b"\xa9nam"] == "pose: v_sign"
    inside = dict(boxes(index))
    assert inside[b"moov", b"udta", b"mine"] == b"1"
    assert inside[b"moov", b"trak", b"edts"] == b"kept"
    assert struct.unpack_from(">4xQQ", inside[b"moov", b"mvhd"]) == (SECONDS, SECONDS)
    assert [way for way, _ in boxes(index)].count((b"moov", b"udta", b"meta", b"ilst")) == 1
    assert data[: start - 16].count(b"moov") == 0


def test_a_full_disk_leaves_the_clip_as_it_was(
    tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mp4_tags.os, "fsync", full)
    path = tmp_path / "a.mp4"
    path.write_bytes(clip)
    assert not tag_mp4(path, TOLD)
    assert path.read_bytes() == clip


def test_a_disk_that_takes_a_part_of_it_leaves_the_clip_as_it_was(
    tmp_path: Path, clip: bytes
) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.mp4"
    path.write_bytes(clip)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(clip) + 100, hard))
    try:
        told = tag_mp4(path, TOLD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not told
    assert path.read_bytes() == clip


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no film at all, but some text",
        box(b"ftyp", b"isom") + box(b"mdat", b"abc"),
        box(b"ftyp", b"isom") + box(b"moov", box(b"trak", b"")),
        box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", b"short")),
        box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", bytes(100))) + box(b"moof"),
        box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", bytes(100))) + bytes(4) + b"mdat",
    ],
)
def test_what_is_no_clip_of_ours_is_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert not tag_mp4(path, TOLD)
    assert path.read_bytes() == data


def test_a_file_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert not tag_mp4(tmp_path / "a.mp4", TOLD)
    assert os.listdir(tmp_path) == []


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_broken_file_never_raises_nor_loses_its_pictures(
    tmp_path_factory: pytest.TempPathFactory, clip: bytes, data: st.DataObject
) -> None:
    broken = bytearray(clip)
    index = clip.index(b"moov") - 4
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(index, len(clip) - 1))] = data.draw(st.integers(0, 255))
    broken = broken[: data.draw(st.integers(index, len(clip)))]
    path = tmp_path_factory.getbasetemp() / "broken.mp4"
    path.write_bytes(broken)
    told = tag_mp4(path, TOLD)
    after = path.read_bytes()
    assert after[:index] == clip[:index]
    assert told or after == broken
