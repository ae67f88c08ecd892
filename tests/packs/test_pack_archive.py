"""Zip files of packs, kind and hostile ones."""

from __future__ import annotations

import io
import random
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from vcam.core.errors import PackError
from vcam.effects.pack import load_pack
from vcam.packs.archive import MAX_MEMBERS, PackArchive
from vcam.packs.store import PackStore

YAML = """\
name: cats
title: Cats
author: somebody
licence: MIT
effects:
  ears: {kind: sticker, picture: ears.png, anchor: face.top}
reactions:
  - {gesture: v_sign, effect: ears}
"""


def png(side: int = 12, colour: tuple[int, ...] = (200, 30, 60, 255)) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGBA", (side, side), colour).save(out, "PNG")
    return out.getvalue()


Files = dict[str, bytes]


def good(prefix: str = "cats/") -> Files:
    return {f"{prefix}pack.yaml": YAML.encode(), f"{prefix}ears.png": png()}


def zipped(folder: Path, files: Files, name: str = "cats.zip", **info: int) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            record = zipfile.ZipInfo(member)
            record.compress_type = zipfile.ZIP_DEFLATED
            record.external_attr = info.get(member, 0o644) << 16
            archive.writestr(record, data)
    return path


def forbid(folder: Path, files: Files, message: str, **info: int) -> None:
    store = PackStore(folder / "packs")
    with pytest.raises(PackError, match=message) as raised:
        store.install(zipped(folder, files, **info))
    assert raised.value.fix
    assert "\n" not in str(raised.value)
    assert list((folder / "packs").iterdir() if (folder / "packs").exists() else []) == []


@pytest.mark.parametrize("prefix", ["", "cats/", "another name/"])
def test_pack_is_found_in_the_root_or_in_one_folder(tmp_path, prefix):
    pack = PackStore(tmp_path / "packs").install(zipped(tmp_path, good(prefix)))
    assert pack.name == "cats"
    assert load_pack(tmp_path / "packs" / "cats").effects.keys() == {"ears"}
    assert [child.name for child in (tmp_path / "packs").iterdir()] == ["cats"]


def test_what_file_managers_add_is_passed_over(tmp_path):
    files = good() | {
        "__MACOSX/cats/._ears.png": b"x",
        "cats/.DS_Store": b"x",
        "cats/source/ears.svg": b"<svg/>",
        "cats/LICENSE": b"MIT",
    }
    PackStore(tmp_path / "packs").install(zipped(tmp_path, files))
    assert sorted(p.name for p in (tmp_path / "packs" / "cats").iterdir()) == [
        "ears.png",
        "pack.yaml",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png",
        "cats/../../evil.png",
        "/evil.png",
        "cats/sub/../../../evil.png",
        "C:/evil.png",
        "cats/..\\evil.png",
        "cats\\evil.png",
        "//server/share/evil.png",
    ],
)
def test_paths_that_lead_out(tmp_path, name):
    # zipfile itself would clean some of these up while writing; a hostile file does not.
    forbid(tmp_path, good() | {name: png()}, "leads out of|not every system")
    assert not (tmp_path / "evil.png").exists()


@pytest.mark.parametrize(
    "name",
    [
        "cats/con.png",
        "cats/a\x07.png",
        "cats/ b.png",
        "cats/x/./b.png",
        "cats/nul",
        "cats/a./b.png",
    ],
)
def test_names_that_not_every_system_can_write(tmp_path, name):
    forbid(tmp_path, good() | {name: png()}, "not every system|lies in")


def test_symbolic_links_and_devices(tmp_path):
    files = good() | {"cats/link.png": b"/etc/passwd"}
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK):
        forbid(tmp_path, files, "link or a device", **{"cats/link.png": kind | 0o644})


def test_programs_and_archives_in_it(tmp_path):
    for name in ("cats/run.exe", "cats/lib.so", "cats/more.zip", "cats/page.html"):
        forbid(tmp_path, good() | {name: b"MZ"}, "no file that packs have")


def test_two_of_one_name(tmp_path):
    forbid(tmp_path, good() | {"cats/EARS.PNG": png()}, "is there twice")
    forbid(tmp_path, good() | {"cats/ears.png/more.png": png()}, "lies in a file")
    forbid(tmp_path, {"cats/ears.png/more.png": png(), **good()}, "is there twice")


def test_too_many_and_too_deep(tmp_path):
    many = good() | {f"cats/{number}.png": b"x" for number in range(MAX_MEMBERS)}
    forbid(tmp_path, many, "a pack has at most")
    forbid(tmp_path, good() | {"cats/" + "a/" * 9 + "b.png": png()}, "too deep")
    forbid(tmp_path, good() | {"cats/" + "a" * 120 + ".png": png()}, "too long")


def test_bomb_of_zeros(tmp_path):
    forbid(tmp_path, good() | {"cats/bomb.png": bytes(30 * 2**20)}, "far too much")


def test_bomb_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path, good() | {"cats/bomb.png": bytes(20 * 2**20)})
    data = bytearray(path.read_bytes())
    place = data.rfind(b"cats/bomb.png") - 46  # its record in the directory at the end
    assert data[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, place + 24, 100)
    path.write_bytes(data)
    with pytest.raises(PackError):
        PackStore(tmp_path / "packs").install(path)
    assert list((tmp_path / "packs").iterdir()) == []


def test_picture_bombs(tmp_path):
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk + png()[33:]
    forbid(tmp_path, good() | {"cats/ears.png": bomb}, "too many pixels|too large|damaged")


def test_encrypted_and_damaged_members(tmp_path):
    path = zipped(tmp_path, good())
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(signature)
        data[place + offset] |= 1
    path.write_bytes(data)
    with pytest.raises(PackError, match="encrypted"):
        PackStore(tmp_path / "packs").install(path)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06", b"PK" * 400])
def test_no_zip_file(tmp_path, content):
    path = tmp_path / "cats.zip"
    path.write_bytes(content)
    with pytest.raises(PackError, match=r"no zip file|holds no"):
        PackStore(tmp_path / "packs").install(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(PackError, match="does not exist"):
        PackArchive(tmp_path / "none.zip")
    with pytest.raises(PackError, match=r"is no file|cannot be read"):
        PackArchive(tmp_path)


def test_faults_of_the_pack_are_told_as_the_archives(tmp_path):
    wrong = YAML.replace("face.top", "face.tpo").encode()
    path = zipped(tmp_path, good() | {"cats/pack.yaml": wrong})
    with pytest.raises(PackError) as raised:
        PackStore(tmp_path / "packs").install(path)
    assert f"{path}: pack.yaml, line 6" in str(raised.value)
    assert "vcam-new" not in str(raised.value)
    assert "did you mean face.top" in str(raised.value)


def hostile(number: int) -> tuple[Files, dict[str, int]]:
    """A good pack with one to three things wrong, or with bytes of it turned over."""
    rng = random.Random(number)
    files, modes = good(rng.choice(["", "cats/"])), {}
    for _ in range(rng.randint(1, 3)):
        match rng.randrange(8):
            case 0:
                files["../" * rng.randint(1, 4) + "x.png"] = png()
            case 1:
                modes[name := f"cats/{number}.png"] = stat.S_IFLNK | 0o777
                files[name] = b"../../../etc/passwd"
            case 2:
                files[f"cats/{rng.choice(['aux', 'lpt1', 'com3'])}.png"] = png()
            case 3:
                name = rng.choice(sorted(files))
                data = bytearray(files[name])
                for _ in range(rng.randint(1, 30)):
                    data[rng.randrange(len(data))] = rng.randrange(256)
                files[name] = bytes(data)
            case 4:
                name = rng.choice(sorted(files))
                files[name] = files[name][: rng.randrange(len(files[name]))]
            case 5:
                files["cats/big.png"] = bytes(rng.randint(14, 20) * 2**20)
            case 6:
                files[f"cats/{rng.randrange(9)}.exe"] = b"MZ"
            case 7:
                key, value = rng.choice(
                    [("anchor", "[[[[[[["), ("kind", "sticker2"), ("name", "'../../up'")]
                )
                spoiled = YAML + f"\n{key}: {value}\n"
                files[next(n for n in files if n.endswith("pack.yaml"))] = spoiled.encode()
    return files, modes


def refusal(packs: Path, path: Path) -> PackError | None:
    try:
        PackStore(packs).install(path)
    except PackError as error:
        return error
    return None


@pytest.mark.parametrize("number", range(200))
def test_hostile_archives_install_wholly_or_not_at_all(tmp_path, number):
    files, modes = hostile(number)
    packs = tmp_path / "home" / "packs"
    before = sorted(p for p in tmp_path.rglob("*"))
    path = zipped(tmp_path, files, **modes)
    error = refusal(packs, path)
    if error is None:
        load_pack(packs / "cats")
        assert [child.name for child in packs.iterdir()] == ["cats"]
    else:
        assert error.fix
        assert str(path) in str(error)
        assert not packs.exists() or list(packs.iterdir()) == []
    outside = [p for p in tmp_path.rglob("*") if packs not in (p, *p.parents)]
    assert sorted(outside) == sorted({*before, path, *([packs.parent] if packs.exists() else [])})
    assert not any(p.is_symlink() for p in tmp_path.rglob("*"))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=600), at=st.integers(0, 400))
def test_any_bytes_in_any_place_give_one_clear_error_or_a_pack(tmp_path_factory, data, at):
    folder = tmp_path_factory.mktemp("bytes")
    path = zipped(folder, good())
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + data + whole[at + len(data) :])
    error = refusal(folder / "packs", path)
    assert error is None or (error.fix and str(path) in error.message)
