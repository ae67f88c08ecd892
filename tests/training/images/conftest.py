"""Small drawn pictures in folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

Draw = Callable[..., Path]


@pytest.fixture
def draw() -> Draw:
    """Writes one picture of coarse random squares; no two with different seeds are alike."""

    def drawn(path: Path, seed: int = 0, size: tuple[int, int] = (48, 40), **save: object) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
        picture = Pillow.fromarray(coarse).resize(size, Pillow.Resampling.BICUBIC)
        picture.save(path, **save)
        return path

    return drawn


@pytest.fixture
def class_folders(tmp_path: Path, draw: Draw) -> Callable[..., Path]:
    """Writes so many pictures of each class into a folder."""

    def written(name: str = "set", **counts: int) -> Path:
        for label, count in counts.items():
            for number in range(count):
                file = tmp_path / name / label / f"{number:03d}.png"
                draw(file, seed=1000 * len(label) + hash_of(label) + number)
        return tmp_path / name

    return written


def hash_of(text: str) -> int:
    """The same in each process, unlike `hash`."""
    return sum(ord(letter) * 257**place for place, letter in enumerate(text)) % 1_000_003
