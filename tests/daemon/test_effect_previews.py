"""Previews are kept by what they were made from."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

import vcam.effects.preview
from vcam.core.errors import PackError
from vcam.daemon import effect_previews
from vcam.daemon.effect_previews import EffectPreviews
from vcam.testing.fake_packs import small_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "packs" / "cats"
    zipfile.ZipFile(BytesIO(small_pack())).extractall(folder)
    return folder


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for a second of drawing; its own tests are elsewhere."""
    effects: list[str] = []

    def draw(pack: object, effect: str) -> bytes:
        effects.append(effect)
        return f"{effect} {len(effects)}".encode()

    monkeypatch.setattr(vcam.effects.preview, "effect_preview", draw)
    return effects


def test_preview_is_drawn_anew_only_when_the_pack_has_changed(tmp_path, pack, drawn):
    cache = tmp_path / "cache"
    assert EffectPreviews(cache).preview(pack, "ears", still=False) == b"ears 1"
    assert EffectPreviews(cache).preview(pack, "ears", still=False) == b"ears 1"
    text = (pack / "pack.yaml").read_text(encoding="utf-8")
    (pack / "pack.yaml").write_text(text.replace("face.top", "face.nose"), encoding="utf-8")
    assert EffectPreviews(cache).preview(pack, "ears", still=False) == b"ears 2"
    assert drawn == ["ears", "ears"]


def test_cache_that_cannot_be_written_to_is_done_without(tmp_path, pack, drawn):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    previews = EffectPreviews(blocked / "previews")
    assert [previews.preview(pack, "ears", still=False) for _ in range(2)] == [b"ears 1", b"ears 2"]


def test_cache_has_bounds(tmp_path, pack, drawn, monkeypatch):
    monkeypatch.setattr(effect_previews, "MOST_FILES", 4)
    cache = tmp_path / "cache"
    previews = EffectPreviews(cache)
    for number in range(9):
        previews.preview(pack, f"effect-{number}", still=False)
        assert len(list(cache.iterdir())) <= 4
    before = len(drawn)
    previews.preview(pack, "effect-8", still=False)
    assert len(drawn) == before


def test_what_is_no_pack_is_told(tmp_path):
    (tmp_path / "pack.yaml").write_text("name: 7", encoding="utf-8")
    with pytest.raises(PackError):
        EffectPreviews(tmp_path / "cache").preview(tmp_path, "ears", still=False)


def test_still_picture_is_a_thing_of_its_own(tmp_path, pack):
    still = EffectPreviews(tmp_path / "cache").preview(pack, "ears", still=True)
    with Pillow.open(BytesIO(still)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (320, 180))
        assert getattr(picture, "n_frames", 1) == 1
        red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB"), int), 2, 0)
    own = (red - green > 80) & (blue - green > 10)
    assert own.sum() > 100, "the pack's sticker is not in the picture"
    assert len(list((tmp_path / "cache").iterdir())) == 1
    with pytest.raises(PackError, match="no effect 'none'"):
        EffectPreviews(tmp_path / "cache").preview(pack, "none", still=True)
