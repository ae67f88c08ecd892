from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from vcam.core.errors import PackError
from vcam.effects.sprite import MAX_FRAMES, MAX_SIDE, Sprite, load_sprite, premultiplied

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 128)


def save_animation(path: Path, durations_ms: list[int]) -> Path:
    frames = [Pillow.new("RGBA", (12, 8), (255, 10 * i, 0, 255)) for i in range(len(durations_ms))]
    options = {"lossless": True} if path.suffix == ".webp" else {}
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=durations_ms, loop=0, **options
    )
    return path


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif"])
def test_still_pictures_load_premultiplied(tmp_path: Path, name: str) -> None:
    picture = Pillow.new("RGBA", (12, 8), RED)
    picture.save(tmp_path / name, **({"lossless": True} if name.endswith("webp") else {}))
    sprite = load_sprite(tmp_path / name)
    assert (sprite.width, sprite.height, sprite.frame_count) == (12, 8, 1)
    assert sprite.level(0, 1.0).pixels[5, 5].tolist() == [0, 0, 255, 255]


def test_colour_is_multiplied_by_alpha_rounded() -> None:
    rgba = np.array([[[255, 100, 1, 128], [9, 9, 9, 0]]], np.uint8)
    assert premultiplied(rgba).tolist() == [[[1, 50, 128, 128], [0, 0, 0, 0]]]


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif"])
def test_frames_are_shown_for_their_own_time(tmp_path: Path, name: str) -> None:
    sprite = load_sprite(save_animation(tmp_path / name, [50, 200, 90]))
    assert sprite.frame_count == 3
    assert sprite.duration_s == pytest.approx(0.34)
    shown = [sprite.frame_index(t) for t in (0.0, 0.049, 0.051, 0.249, 0.251, 0.339, 0.341)]
    assert shown == [0, 0, 1, 1, 2, 2, 0]
    assert sprite.frame_index(99.0, repeat=False) == 2
    assert sprite.frame_index(-1.0) == 0


def test_frames_that_claim_no_time_get_a_tenth_of_a_second(tmp_path: Path) -> None:
    assert load_sprite(save_animation(tmp_path / "a.gif", [0, 0])).duration_s == pytest.approx(0.2)


def test_transparent_margins_are_cut_but_the_middle_is_kept() -> None:
    rgba = np.zeros((100, 60, 4), np.uint8)
    rgba[80:90, 10:30] = 255
    level = Sprite([premultiplied(rgba)], [0.1]).level(0, 1.0)
    assert level.pixels.shape[:2] == (14, 24)
    assert level.centre == (60 / 2 - 10 + 2, 100 / 2 - 80 + 2)


def test_levels_are_never_smaller_than_what_is_drawn_and_are_kept() -> None:
    sprite = Sprite([np.full((200, 300, 4), 255, np.uint8)], [0.1])
    for scale in (2.0, 1.0, 0.9, 0.5, 0.3, 0.11):
        level = sprite.level(0, scale)
        assert level.scale_x >= min(1.0, scale) * 0.98
        assert level is sprite.level(0, scale)
    assert sprite.level(0, 0.3).scale_x < 0.43


def test_light_covers_nothing() -> None:
    light = Sprite([np.full((20, 20, 4), 200, np.uint8)], [0.1]).additive()
    pixels = light.level(0, 1.0).pixels
    assert pixels[10, 10].tolist() == [200, 200, 200, 0]
    assert (light.width, light.height) == (20, 20)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(100)))
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [MAX_SIDE + 1, 9500, 60_000])
def test_bombs_are_refused_before_they_are_decoded(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_that_claims(side, side))
    with pytest.raises(PackError, match=r"bomb\.png") as caught:
        load_sprite(path)
    assert str(MAX_SIDE) in caught.value.fix


def test_too_many_frames_are_refused(tmp_path: Path) -> None:
    frames = [Pillow.new("L", (1, 2), i % 256) for i in range(MAX_FRAMES + 5)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=20)
    with pytest.raises(PackError, match="too long an animation"):
        load_sprite(tmp_path / "a.gif")


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"gone\.png does not exist"):
        load_sprite(tmp_path / "gone.png")


def test_a_picture_of_another_kind_is_refused(tmp_path: Path) -> None:
    Pillow.new("RGB", (8, 8)).save(tmp_path / "a.bmp")
    (tmp_path / "a.bmp").rename(tmp_path / "a.png")
    with pytest.raises(PackError, match="no PNG, GIF or WebP"):
        load_sprite(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif"])
def test_a_truncated_picture_is_one_clear_error(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    noise = Pillow.fromarray(rng.integers(0, 256, (64, 64, 4), np.uint8), "RGBA")
    noise.save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(PackError, match=name):
        load_sprite(tmp_path / name)


@settings(deadline=None, max_examples=60)
@given(st.integers(8, 400), st.integers(0, 255))
def test_a_flipped_byte_loads_or_is_refused_cleanly(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    path = tmp_path_factory.mktemp("flip") / "a.png"
    save_animation(path, [50, 60, 70])
    data = bytearray(path.read_bytes())
    data[place % len(data)] = value
    path.write_bytes(data)
    try:
        sprite = load_sprite(path)
    except PackError as error:
        refusal = error.message
    else:
        refusal = str(path)
        assert sprite.frame_count >= 1
    assert str(path) in refusal


def test_blurred_pictures_are_soft_and_sharp_ones_are_not() -> None:
    sharp = np.zeros((96, 96, 4), np.uint8)
    sharp[32:64, 32:64] = 255
    found = [
        Sprite([np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma), np.uint8)], [1.0])
        .level(0, 1.0)
        .softness
        for sigma in (0.1, 3.0, 9.0)
    ]
    assert found == [1, 2, 4]


def test_the_hull_is_close_round_all_that_is_not_transparent() -> None:
    pixels = np.zeros((101, 101, 4), np.uint8)
    cv2.circle(pixels, (50, 50), 50, (255, 255, 255, 255), -1)
    level = Sprite([pixels], [1.0]).level(0, 1.0)
    distance = np.hypot(*(level.hull - np.reshape(level.centre, (2, 1)) + 0.5))
    assert distance.min() >= 50
    assert distance.max() <= 53
    nothing = Sprite([np.zeros((9, 9, 4), np.uint8)], [1.0]).level(0, 1.0)
    assert nothing.hull.shape == (2, 1)
