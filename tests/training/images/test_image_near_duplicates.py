from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageEnhance

from training.images.near_duplicates import (
    across,
    close_pairs,
    find_near_duplicates,
    groups_of,
    perceptual_hash,
    small_grey,
    soft_copy,
)
from training.images.samples import Sample, Samples

Draw = Callable[..., Path]


def pairs_of(words: list[int], most_bits: int) -> list[np.ndarray]:
    blocks = list(close_pairs(np.array(words, np.uint64), most_bits))
    empty = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    return [np.concatenate(each) for each in zip(empty, *blocks, strict=True)]


def samples_of(*paths: Path) -> Samples:
    parts = ("train", "validation", "test")
    items = tuple(Sample(path, "a", part=parts[place % 3]) for place, path in enumerate(paths))
    return Samples(items, ("a",), "set")


@pytest.mark.parametrize("way", ["packed", "small", "light", "cut"])
def test_copies_are_found(tmp_path: Path, draw: Draw, way: str) -> None:
    originals = [draw(tmp_path / f"{seed}.png", seed, (200, 160)) for seed in range(8)]
    with Pillow.open(originals[3]) as picture:
        if way == "small":
            picture = picture.resize((80, 64))
        elif way == "light":
            picture = ImageEnhance.Brightness(picture).enhance(0.8)
        elif way == "cut":
            picture = picture.crop((4, 3, 200, 160))
        picture.save(tmp_path / "copy.jpg", quality=30)
    samples = samples_of(*originals, tmp_path / "copy.jpg")
    assert find_near_duplicates(samples) == ((3, 8),)
    (found,) = across(samples, [(3, 8)])
    assert found.parts == ("train", "test")
    assert [path.name for path in found.paths] == ["3.png", "copy.jpg"]
    assert across(samples, [(0, 3)]) == ()


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(0, 20))
def test_pairs_are_those_of_a_plain_loop(words: list[int], most_bits: int) -> None:
    words += [word ^ 0b1011 for word in words[:10]]
    first, second = pairs_of(words, most_bits)
    expected = {
        (low, high)
        for low in range(len(words))
        for high in range(low + 1, len(words))
        if (words[low] ^ words[high]).bit_count() <= most_bits
    }
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == expected
    assert len(first) == len(expected)


def test_pairs_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = [5, 900, 5, 2**60, 900, 5]
    whole = pairs_of(hashes, 0)
    monkeypatch.setattr("training.images.near_duplicates._BLOCK_PAIRS", 8)
    blocks = pairs_of(hashes, 0)
    pairs = [set(zip(*map(np.ndarray.tolist, each), strict=True)) for each in (whole, blocks)]
    assert pairs[0] == pairs[1] == {(0, 2), (0, 5), (2, 5), (1, 4)}


@given(st.integers(0, 10_000), st.floats(0.5, 1.5), st.floats(-20, 20))
def test_light_and_contrast_hardly_change_the_hash(seed: int, gain: float, offset: float) -> None:
    grey = np.random.default_rng(seed).uniform(60, 160, (32, 32)).astype(np.float32)
    lit = (gain * grey + offset).astype(np.float32)
    apart = int(perceptual_hash(grey) ^ perceptual_hash(lit)).bit_count()
    assert apart <= 2  # the median stands between bits; rounding may move it


def test_a_film_is_one_group_and_blank_pictures_another() -> None:
    blank = [small_grey(np.full((20, 20, 3), light, np.uint8)) for light in (0, 9, 255)]
    rng = np.random.default_rng(0)
    still, other = (rng.uniform(0, 255, (32, 32)).astype(np.float32) for _ in range(2))
    film = [still + rng.normal(0, 3, (32, 32)).astype(np.float32) for _ in range(40)]
    greys = [*film, *blank, other]
    hashes = np.array([perceptual_hash(grey) for grey in greys], np.uint64)
    softs = np.stack([soft_copy(grey) for grey in greys])
    assert groups_of(hashes, softs) == (tuple(range(40)), (40, 41, 42))
    assert groups_of(hashes[:0], softs[:0]) == ()


def test_alike_hashes_of_other_pictures_are_no_copies() -> None:
    rng = np.random.default_rng(1)
    softs = np.stack([soft_copy(rng.uniform(0, 255, (32, 32)).astype(np.float32)) for _ in "ab"])
    assert groups_of(np.zeros(2, np.uint64), softs) == ()
    assert groups_of(np.zeros(2, np.uint64), softs[[0, 0]]) == ((0, 1),)
