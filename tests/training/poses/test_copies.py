from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.errors import TrainingError
from training.poses.coloured import LIGHTS
from training.poses.copies import copy_folder, worsened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "light"
    for label in ("v_sign", "metal"):
        (source / label).mkdir(parents=True)
        for number in range(2):
            picture = np.full((80, 100, 3), 150 + 20 * number, np.uint8)
            assert cv2.imwrite(str(source / label / f"{number}.jpg"), picture)
    (source / "v_sign" / "notes.txt").write_text("no picture")
    (source / "metal" / "broken.jpg").write_bytes(b"no picture")
    return source


def test_every_picture_has_a_dark_copy_in_its_class(folder: Path, tmp_path: Path) -> None:
    to = tmp_path / "dark"
    assert copy_folder(folder, to, "darken") == 4
    assert {str(file.relative_to(to)) for file in to.rglob("*.*")} == {
        "metal/0.png",
        "metal/1.png",
        "v_sign/0.png",
        "v_sign/1.png",
    }
    copy = cv2.imread(str(to / "metal/0.png"))
    assert copy is not None
    assert copy.shape == (80, 100, 3)
    assert copy.mean() < 0.5 * 150


def test_copies_are_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    copy_folder(folder, tmp_path / "one", "dusk")
    copy_folder(folder, tmp_path / "two", "dusk")
    for file in (tmp_path / "one").rglob("*.png"):
        again = tmp_path / "two" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == again.read_bytes()


def test_what_cannot_be_copied_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no way night"):
        copy_folder(folder, tmp_path / "dark", "night")
    with pytest.raises(TrainingError, match="no folder"):
        copy_folder(tmp_path / "missing", tmp_path / "dark", "dusk")
    with pytest.raises(TrainingError, match="lies in"):
        copy_folder(folder, folder / "dark", "dusk")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match="holds no pictures"):
        copy_folder(tmp_path / "empty", tmp_path / "dark", "dusk")


@pytest.mark.parametrize("light", LIGHTS)
def test_coloured_light_changes_colours_and_nothing_else(light: str) -> None:
    rng = np.random.default_rng(4)
    image = rng.integers(0, 200, (20, 30, 3), dtype=np.uint8)
    copy = worsened(image, "a.jpg", light)
    grey = np.full((1, 1, 3), 150, np.uint8)
    blue, green, red = worsened(grey, "a.jpg", light)[0, 0].tolist()
    assert max(blue, green, red) > 1.2 * min(blue, green, red)
    for channel in range(3):
        order = np.argsort(image[..., channel], axis=None, kind="stable")
        assert (np.diff(copy[..., channel].ravel()[order].astype(int)) >= 0).all()
