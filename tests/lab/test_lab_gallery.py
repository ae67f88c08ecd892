from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from vcam.cli.packs import pack as pack_commands
from vcam.core.errors import VcamError
from vcam.effects.pack import load_pack, shipped_pack_folder
from vcam.lab.gallery import INDEX, Gallery, shipped_packs

DOCS = Path(__file__).resolve().parents[2] / "docs"
MAX_PICTURE_BYTES = 250_000
MAX_GALLERY_BYTES = 6 * 2**20


def test_the_gallery_writes_a_picture_of_each_effect_an_index_and_a_page(tmp_path: Path) -> None:
    pack = load_pack(shipped_pack_folder() / "selfie-glasses")
    gallery = Gallery(tmp_path / "out", [pack])
    entries = list(gallery.write())
    assert [entry.name for entry in entries] == list(pack.effects)
    assert gallery.total == len(entries)
    listed = json.loads((tmp_path / "out" / INDEX).read_text(encoding="utf-8"))
    for each in listed["pictures"]:
        data = (tmp_path / "out" / each["file"]).read_bytes()
        assert len(data) == each["bytes"]
        assert data[8:12] == b"WEBP"
    page = gallery.page("gallery")
    assert page.count("](gallery/selfie-glasses/") == len(entries)
    assert "sticker on face.eyes, v_sign" in page


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    pack = load_pack(shipped_pack_folder() / "selfie-glasses")
    with pytest.raises(VcamError, match="cannot be written"):
        next(Gallery(tmp_path / "taken", [pack]).write())


def test_the_gallery_of_the_docs_is_of_the_packs_as_they_are_and_small() -> None:
    listed = json.loads((DOCS / "gallery" / INDEX).read_text(encoding="utf-8"))["pictures"]
    shown = {(each["pack"], each["name"]) for each in listed if each["kind"] == "effect"}
    assert shown == {(pack.name, name) for pack in shipped_packs() for name in pack.effects}
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    files = {path.relative_to(DOCS).as_posix() for path in (DOCS / "gallery").glob("*/*.webp")}
    assert set(re.findall(r"\((gallery/[^)]+)\)", page)) == files
    sizes = [(DOCS / file).stat().st_size for file in files]
    assert max(sizes) <= MAX_PICTURE_BYTES
    assert sum(sizes) <= MAX_GALLERY_BYTES


def test_pack_preview_writes_a_page_that_needs_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    folder = shipped_pack_folder() / "badges"
    result = CliRunner().invoke(
        pack_commands, ["preview", str(folder), "--effect", "rock", "--to", str(file), "--json"]
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["effects"] == ["rock"]
    page = file.read_text(encoding="utf-8")
    sources = re.findall(r'src="([^"]*)"', page)
    assert len(sources) == 1
    assert base64.b64decode(sources[0].removeprefix("data:image/webp;base64,"))[8:12] == b"WEBP"
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_pack_preview_opens_the_page_where_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    folder = shipped_pack_folder() / "badges"
    result = CliRunner().invoke(pack_commands, ["preview", str(folder), "--effect", "rock"])
    assert result.exit_code == 0, result.output
    assert len(opened) == 1
    assert opened[0].startswith("file://")


def test_pack_preview_suggests_the_effect_that_was_meant(tmp_path: Path) -> None:
    folder = shipped_pack_folder() / "badges"
    result = CliRunner().invoke(pack_commands, ["preview", str(folder), "--effect", "rok"])
    assert isinstance(result.exception, VcamError)
    assert "rock" in result.exception.fix
