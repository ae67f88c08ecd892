from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

import vcam.effects.pack as pack_module
from vcam.core.errors import PackError
from vcam.core.events import ReactionRule
from vcam.effects.pack import find_packs, load_pack
from vcam.effects.schema import ParticlesSpec, StickerSpec

MakePack = Callable[..., Path]

STICKER = "{kind: sticker, picture: a.png, anchor: face.eyes%s}"


def refusal(folder: Path) -> PackError:
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_pack_is_read_with_all_that_it_says(make_pack: MakePack) -> None:
    effect = STICKER % ", size: 2.5, offset: [0, 0.1], leave: {style: pop, ms: 250}"
    rule = "{gesture: v_sign, effect: it, mode: once, min_ms: 900, linger_ms: 5}"
    pack = load_pack(make_pack(effect, rule))
    assert (pack.name, pack.title, pack.author, pack.licence) == ("mine", "Mine", "me", "MIT")
    spec = pack.effects["it"].spec
    assert isinstance(spec, StickerSpec)
    assert (spec.size, spec.offset) == (2.5, (0, 0.1))
    assert pack.effects["it"].sprites[0].width == 40
    assert pack.rules == (ReactionRule("v_sign", "mine", "it", "once", 900, 5, 250),)


def test_particles_take_pictures_or_paper(make_pack: MakePack) -> None:
    pack = load_pack(make_pack("{kind: particles, pictures: [a.png, a.png], speed: 0.5}"))
    spec = pack.effects["it"].spec
    assert isinstance(spec, ParticlesSpec)
    assert (spec.speed.least, spec.speed.most) == (0.5, 0.5)
    first, second = pack.effects["it"].sprites
    assert first is second
    assert load_pack(make_pack('{kind: particles, paper: ["#ff0000"]}')).effects["it"].sprites == ()


def test_additive_pictures_are_turned_into_light(make_pack: MakePack) -> None:
    pack = load_pack(make_pack(STICKER % ", blend: add"))
    assert pack.effects["it"].sprites[0].level(0, 1.0).pixels[..., 3].max() == 0


@pytest.mark.parametrize(
    ("effect", "reactions", "wanted"),
    [
        (STICKER % ", colour: red", "", ["line 6", "effects.it.colour: there is no such key"]),
        (STICKER % ", ofset: [0, 0]", "", ["effects.it.ofset", "did you mean offset?"]),
        (
            "{kind: sticker, picture: a.png, anchor: face.eye}",
            "",
            ["line 6: effects.it.anchor: 'face.eye' is not one of", "did you mean face.eyes?"],
        ),
        ("{kind: stikcer, picture: a.png}", "", ["effects.it", "did you mean sticker?"]),
        ("{picture: a.png, anchor: hand}", "", ["effects.it.kind is missing"]),
        (
            "{kind: sticker, anchor: hand}",
            "",
            ["effects.it: give exactly one of picture, pictures"],
        ),
        (STICKER % ", size: -1", "", ["effects.it.size", "greater than 0", "-1"]),
        (STICKER % ", size: .nan", "", ["effects.it.size"]),
        (STICKER % ", enter: {style: popp}", "", ["effects.it.enter.style", "did you mean pop?"]),
        (STICKER % ", loop: {period_ms: 1}", "", ["effects.it.loop.period_ms", "100"]),
        ("{kind: particles}", "", ["effects.it", "exactly one of pictures, paper"]),
        ('{kind: particles, paper: ["red"]}', "", ["effects.it.paper.0"]),
        ('{kind: particles, paper: ["#112233"], speed: [3, 1]}', "", ["effects.it.speed"]),
        (STICKER % "", "{gesture: v_sign, effect: itt}", ["reactions.0.effect", "mean it?"]),
        (STICKER % "", "{gesture: V sign, effect: it}", ["reactions.0.gesture"]),
        (STICKER % "", "{gesture: none, effect: it}", ["reactions.0", "none"]),
        (
            STICKER % "",
            "{gesture: fist, effect: it}, {gesture: fist, effect: it}",
            ["reactions.1", "fist"],
        ),
        ("5", "", ["effects.it"]),
        ("[", "", ["line"]),
        ("{a: 1, a: 2}", "", ["twice"]),
        ("!!python/object/apply:os.system [ls]", "", ["not allowed"]),
    ],
)
def test_what_is_wrong_is_told_with_line_key_and_fix(
    make_pack: MakePack, effect: str, reactions: str, wanted: list[str]
) -> None:
    folder = make_pack(effect, reactions)
    error = refusal(folder)
    for text in [str(folder / "pack.yaml"), *wanted]:
        assert text in str(error)
    assert error.fix


def picture(name: str) -> str:
    return "{kind: sticker, anchor: hand, picture: %s}" % name  # noqa: UP031


def test_a_missing_picture_is_named_with_its_place(make_pack: MakePack) -> None:
    error = str(refusal(make_pack(picture("gone.png"))))
    assert "line 6: effects.it.picture" in error
    assert "gone.png does not exist" in error


def test_an_unreadable_picture_is_named_with_its_place(make_pack: MakePack) -> None:
    error = str(refusal(make_pack(picture("bad.png"), bad_png=b"\x89PNG\r\n\x1a\nnothing more")))
    assert "effects.it.picture" in error
    assert "bad.png" in error


PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nhttp://localhost/film.ts\n"


@pytest.mark.parametrize(
    ("file", "good", "bad"),
    [
        ("a_wav", b"RIFF\x04\0\0\0WAVE", b"OggS"),
        ("a_ogg", b"OggS", b""),
        ("a_mp4", b"\0\0\0\x14ftypisom", PLAYLIST),
        ("a_mov", b"\0\0\0\x08wide", b"ffconcat version 1.0\nfile b.mov\n"),
        ("a_webm", b"\x1a\x45\xdf\xa3", b"\x1a\x45"),
        ("a_mkv", b"\x1a\x45\xdf\xa3", PLAYLIST),
        ("a_avi", b"RIFF\x04\0\0\0AVI ", PLAYLIST),
    ],
)
def test_sounds_and_videos_are_what_their_name_says(
    make_pack: MakePack, file: str, good: bytes, bad: bytes
) -> None:
    name = file.replace("_", ".")
    is_sound = file in ("a_wav", "a_ogg")
    video = f"{{kind: background, style: video, file: {name}}}"
    body = STICKER % f", sound: {name}" if is_sound else video
    effect = load_pack(make_pack(body, **{file: good})).effects["it"]
    path = effect.sound if is_sound else effect.file
    assert path is not None
    assert path.name == name
    error = refusal(make_pack(body, **{file: bad}))
    assert f"effects.it.{'sound' if is_sound else 'file'}" in str(error)
    assert error.fix


@pytest.mark.parametrize(
    "name",
    ["../a.png", "/etc/passwd", "sub/../../a.png", "'..\\a.png'", "'C:a.png'", "'a\\b.png'"],
)
def test_no_path_leads_out_of_the_folder(make_pack: MakePack, name: str) -> None:
    assert "leads out of the pack's folder" in str(refusal(make_pack(picture(name))))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_are_refused(make_pack: MakePack, tmp_path: Path) -> None:
    folder = make_pack(picture("link.png"))
    (folder / "link.png").symlink_to(folder / "a.png")
    assert "symbolic link" in str(refusal(folder))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.png").write_bytes((folder / "a.png").read_bytes())
    folder = make_pack(picture("sub/b.png"))
    (folder / "sub").symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in str(refusal(folder))
    (folder / "pack.yaml").rename(tmp_path / "real.yaml")
    (folder / "pack.yaml").symlink_to(tmp_path / "real.yaml")
    assert "not a plain file" in str(refusal(folder))


def test_a_folder_for_a_picture_is_refused(make_pack: MakePack) -> None:
    folder = make_pack(picture("sub"))
    (folder / "sub").mkdir()
    assert "not a plain file" in str(refusal(folder))


def test_a_picture_too_large_is_refused(make_pack: MakePack) -> None:
    folder = make_pack(picture("big.png"))
    Pillow.new("L", (3000, 10)).save(folder / "big.png")
    assert "3000x10" in str(refusal(folder))


def test_all_pictures_together_are_bounded(
    make_pack: MakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_pack()
    monkeypatch.setattr(pack_module, "MAX_PACK_DECODED_BYTES", 1000)
    assert "too much memory" in str(refusal(folder))


def test_the_name_must_be_the_folders(make_pack: MakePack) -> None:
    folder = make_pack()
    other = folder.rename(folder.with_name("other"))
    error = refusal(other)
    assert "line 1: name" in str(error)
    assert "name: other" in error.fix


def test_no_pack_at_all(tmp_path: Path) -> None:
    assert "has no pack.yaml" in str(refusal(tmp_path))


def test_a_pack_file_that_is_no_text(make_pack: MakePack) -> None:
    folder = make_pack()
    (folder / "pack.yaml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in str(refusal(folder))


def test_a_huge_pack_file_is_not_read(make_pack: MakePack) -> None:
    folder = make_pack()
    (folder / "pack.yaml").write_bytes(b"#" * 300_000)
    assert "far too large" in str(refusal(folder))


def test_packs_are_found_by_folder_and_later_folders_win(
    make_pack: MakePack, tmp_path: Path
) -> None:
    mine = make_pack()
    (tmp_path / "empty").mkdir()
    second = tmp_path / "more" / "mine"
    second.mkdir(parents=True)
    (second / "pack.yaml").write_text("name: mine\n")
    assert find_packs([tmp_path]) == {"mine": mine}
    assert find_packs([tmp_path, tmp_path / "more"]) == {"mine": second}
    assert find_packs([tmp_path / "missing"]) == {}


@settings(deadline=None, max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["kind", "picture", "anchor", "size", "loop", "style", "x"])
                | st.text(max_size=4),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_effect_loads_or_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, effect: object
) -> None:
    import json

    folder = tmp_path_factory.mktemp("any") / "mine"
    folder.mkdir()
    (folder / "pack.yaml").write_text(
        "name: mine\ntitle: T\nauthor: a\nlicence: MIT\neffects:\n  it: " + json.dumps(effect),
        encoding="utf-8",
    )
    message = str(refusal(folder))
    assert str(folder) in message
