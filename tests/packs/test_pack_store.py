"""The user's own packs: replacing, removing, exporting, and what happens when the disk refuses."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from vcam.core.errors import PackError
from vcam.effects.pack import load_pack, shipped_pack_folder
from vcam.packs import store as store_module
from vcam.packs.reencode import reencode
from vcam.packs.store import PackStore

YAML = """\
name: {name}
title: {title}
author: somebody
licence: MIT
effects:
  ears: {{kind: sticker, picture: ears.png, anchor: face.top}}
"""


def archive(folder: Path, name: str = "cats", title: str = "Cats", file: str = "a.zip") -> Path:
    out = io.BytesIO()
    Pillow.new("RGBA", (8, 8), (9, 9, 9, 255)).save(out, "PNG")
    path = folder / file
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("pack.yaml", YAML.format(name=name, title=title))
        opened.writestr("ears.png", out.getvalue())
    return path


@pytest.fixture
def store(tmp_path):
    return PackStore(tmp_path / "packs")


def test_taken_name_needs_replace(store, tmp_path):
    store.install(archive(tmp_path))
    newer = archive(tmp_path, title="More cats", file="b.zip")
    with pytest.raises(PackError, match="installed already"):
        store.install(newer)
    assert load_pack(store.folder / "cats").title == "Cats"
    store.install(newer, replace=True)
    assert load_pack(store.folder / "cats").title == "More cats"
    assert [child.name for child in store.folder.iterdir()] == ["cats"]


def test_shipped_names_are_not_to_be_had(store, tmp_path):
    with pytest.raises(PackError, match="comes with vcam"):
        store.install(archive(tmp_path, name="party"), replace=True)
    with pytest.raises(PackError, match="comes with vcam"):
        store.remove("party")
    assert (shipped_pack_folder() / "party").is_dir()


def test_broken_pack_does_not_replace_a_good_one(store, tmp_path):
    store.install(archive(tmp_path))
    broken = tmp_path / "b.zip"
    with zipfile.ZipFile(broken, "w") as opened:
        opened.writestr("pack.yaml", YAML.format(name="cats", title="No picture"))
    with pytest.raises(PackError, match="does not exist"):
        store.install(broken, replace=True)
    assert load_pack(store.folder / "cats").title == "Cats"


def test_remove(store, tmp_path):
    store.install(archive(tmp_path))
    assert store.remove("cats") == store.folder / "cats"
    assert list(store.folder.iterdir()) == []
    for name in ("cats", "", "..", ".", "../packs"):
        with pytest.raises(PackError, match="no pack"):
            store.remove(name)


def test_exported_pack_can_be_installed_and_is_the_same_each_time(store, tmp_path):
    store.install(archive(tmp_path))
    one = store.export(store.folder / "cats", tmp_path / "one.zip")
    os.utime(store.folder / "cats" / "ears.png", (1, 1))
    two = store.export(store.folder / "cats", tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    other = PackStore(tmp_path / "elsewhere")
    assert other.install(one).title == "Cats"
    with pytest.raises(PackError, match="exists already"):
        store.export(store.folder / "cats", one)


def test_every_shipped_pack_can_be_shared(tmp_path):
    store = PackStore(tmp_path / "packs", shipped=tmp_path / "none shipped")
    for folder in sorted(path.parent for path in shipped_pack_folder().glob("*/pack.yaml")):
        file = store.export(folder, tmp_path / f"{folder.name}.zip")
        installed = store.install(file)
        original = load_pack(folder)
        assert installed.effects.keys() == original.effects.keys()
        assert installed.rules == original.rules


def test_disk_that_fills_up_leaves_nothing(store, tmp_path, monkeypatch):
    def full(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module.PackArchive, "extract", lambda self, folder: full(folder))
    with pytest.raises(PackError, match="No space left on device"):
        store.install(archive(tmp_path))
    assert list(store.folder.iterdir()) == []


def test_failed_swap_puts_the_old_pack_back(store, tmp_path, monkeypatch):
    store.install(archive(tmp_path))

    rename = os.rename

    def refuse(old: Path, new: Path) -> None:
        if new == store.folder / "cats" and old.name == "cats":
            raise OSError(errno.EIO, "Input/output error")
        rename(old, new)

    monkeypatch.setattr(store_module.os, "rename", refuse)
    with pytest.raises(PackError, match="Input/output error"):
        store.install(archive(tmp_path, title="New", file="b.zip"), replace=True)
    assert load_pack(store.folder / "cats").title == "Cats"


def test_export_that_fails_leaves_no_file(store, tmp_path, monkeypatch):
    store.install(archive(tmp_path))

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(PackError, match="No space left"):
        store.export(store.folder / "cats", tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_reencoded_picture_has_the_pixels_and_nothing_else(tmp_path):
    path = tmp_path / "a.png"
    picture = Pillow.effect_noise((20, 10), 60).convert("RGBA")
    notes = PngInfo()
    notes.add_text("Comment", "taken at home")
    picture.save(path, pnginfo=notes)
    path.write_bytes(path.read_bytes() + b"<script>trailing</script>")
    reencode(path)
    assert b"home" not in path.read_bytes()
    assert b"trailing" not in path.read_bytes()
    with Pillow.open(path) as again:
        assert again.convert("RGBA").tobytes() == picture.tobytes()


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_reencoded_animation_keeps_frames_and_times(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    frames = [Pillow.new("RGBA", (16, 16), (40 * n, 0, 200, 255)) for n in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[50, 60, 70, 80])
    reencode(path)
    with Pillow.open(path) as again:
        assert again.n_frames == 4
        shown = []
        for number in range(4):
            again.seek(number)
            again.load()
            shown.append(again.info["duration"])
    assert shown == [50, 60, 70, 80]


def test_photograph_is_turned_upright_and_loses_its_place(tmp_path):
    path = tmp_path / "a.jpg"
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "at home"
    Pillow.new("RGB", (30, 10), (9, 200, 9)).save(path, exif=exif)
    reencode(path)
    with Pillow.open(path) as again:
        assert again.size == (10, 30)
        assert not dict(again.getexif())
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(PackError, match="is damaged"):
        reencode(path)
