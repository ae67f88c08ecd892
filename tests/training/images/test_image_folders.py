from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from training.errors import TrainingError
from training.images.decoding import Store, fault_of, read_picture, resized
from training.images.folders import read_folders

Draw = Callable[..., Path]
Folders = Callable[..., Path]


def claim_size(path: Path, width: int, height: int) -> None:
    """Makes a PNG's header claim another size; its pixels no longer fit."""
    header = b"IHDR" + struct.pack(">II", width, height) + path.read_bytes()[24:29]
    checked = header + struct.pack(">I", zlib.crc32(header))
    path.write_bytes(path.read_bytes()[:12] + checked + path.read_bytes()[33:])


def test_class_folders_are_read_in_order(class_folders: Folders) -> None:
    samples = read_folders(class_folders("smoking", yes=3, no=4))
    assert samples.classes == ("no", "yes")
    assert samples.source == "smoking"
    assert samples.labels().tolist() == [0] * 4 + [1] * 3
    assert {sample.part for sample in samples.items} == {None}
    assert samples.notes == ()


def test_parts_that_are_there_are_kept(class_folders: Folders) -> None:
    folder = class_folders(**{"train/yes": 3, "train/no": 3, "val/yes": 1, "val/no": 1})
    class_folders(**{"test/yes": 2, "test/no": 1})
    samples = read_folders(folder)
    assert samples.counts() == {
        "train": {"no": 3, "yes": 3},
        "validation": {"no": 1, "yes": 1},
        "test": {"no": 1, "yes": 2},
    }


def test_a_class_may_be_called_test(class_folders: Folders) -> None:
    assert read_folders(class_folders(test=3, film=3)).classes == ("film", "test")


def test_people_in_folders_and_names(tmp_path: Path, draw: Draw) -> None:
    for label in ("yes", "no"):
        for who in ("s1", "s2", "s3"):
            for number in range(2):
                draw(tmp_path / "deep" / label / who / f"{number}.png", seed=number)
                draw(tmp_path / "flat" / label / f"{who}_{number}.png", seed=number)
    for name, told_by in (("deep", "folders"), ("flat", "beginnings")):
        samples = read_folders(tmp_path / name)
        assert {sample.person for sample in samples.items} == {"s1", "s2", "s3"}
        assert told_by in samples.notes[-1]


def test_what_cannot_be_used_is_left_out_and_told(class_folders: Folders, draw: Draw) -> None:
    folder = class_folders(yes=3, no=3)
    (folder / "yes" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (folder / "yes" / "empty.png").write_bytes(b"")
    cut = draw(folder / "no" / "cut.jpg", size=(400, 300), quality=95)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    draw(folder / "no" / "dot.png", size=(1, 1))
    for name, width in (("large.png", 12_000), ("bomb.png", 60_000)):
        claim_size(draw(folder / "no" / name), width, 9_000)
    (folder / "no" / "readme.txt").write_text("no picture, and none that was meant as one")
    draw(folder / "no" / ".thumbnails" / "kept.png")

    samples = read_folders(folder)

    assert len(samples.items) == 6
    reasons = {each.path.name: each.reason for each in samples.left_out}
    assert reasons == {
        "broken.jpg": "not a whole picture",
        "empty.png": "not a whole picture",
        "cut.jpg": "not a whole picture",
        "dot.png": "smaller than 8 pixels",
        "large.png": "more than 89 megapixels",
        "bomb.png": "more than 89 megapixels",
    }
    assert "1 other files (.txt) were not read" in samples.notes
    assert "left out 2 (of 6): more than 89 megapixels: no/bomb.png, no/large.png" in samples.notes


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, r"no class folders"),
        ({"yes": 5}, r"one class alone: yes"),
        ({"yes": 5, "no": 1}, r"class no has 1 picture"),
        ({"yes": 5, "none": 5}, r"none: no class may be called none"),
        ({"yes": 5, "None ": 5}, r"no class may be called none"),
        ({"yes": 5, "Yes": 5}, r"two names for one class: Yes and yes"),
        ({"train/yes": 5, "train/no": 5, "other": 1}, r"parts \(train\) beside other .*other"),
    ],
)
def test_folders_that_cannot_be_trained_with(
    class_folders: Folders, counts: dict[str, int], message: str
) -> None:
    folder = class_folders(**counts)
    folder.mkdir(exist_ok=True)
    with pytest.raises(TrainingError, match=message) as error:
        read_folders(folder)
    assert error.value.fix


def test_an_empty_class_and_no_folder(class_folders: Folders, tmp_path: Path) -> None:
    folder = class_folders(yes=3, no=3)
    (folder / "maybe").mkdir()
    with pytest.raises(TrainingError, match=r"maybe has no pictures: fill it with \.bmp"):
        read_folders(folder)
    with pytest.raises(TrainingError, match="there is no folder"):
        read_folders(tmp_path / "nowhere")


def test_too_few_left_says_why(class_folders: Folders) -> None:
    folder = class_folders(yes=3, no=3)
    (folder / "no" / "000.png").write_bytes(b"broken")
    with pytest.raises(TrainingError, match=r"no has 2 picture.*1 left out: not a whole"):
        read_folders(folder)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_picture_that_may_not_be_read_is_left_out(class_folders: Folders) -> None:
    folder = class_folders(yes=4, no=4)
    (folder / "no" / "000.png").chmod(0)
    assert len(read_folders(folder).left_out) == 1


def test_a_folder_that_may_not_be_read(
    class_folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = class_folders(yes=3, no=3)

    def refused(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(TrainingError, match="set cannot be read: Permission denied"):
        read_folders(folder)


def test_pictures_stand_upright_and_in_rgb(tmp_path: Path) -> None:
    lying = np.zeros((20, 40, 3), np.uint8)
    lying[:, :20, 0] = 255  # red on the left
    exif = Pillow.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Pillow.fromarray(lying).save(tmp_path / "lying.png", exif=exif)
    upright = read_picture(tmp_path / "lying.png")
    assert upright.shape == (40, 20, 3)
    assert upright[5, 10].tolist() == [255, 0, 0]
    assert upright[35, 10].tolist() == [0, 0, 0]


def test_odd_kinds_of_pictures_look_as_they_should(tmp_path: Path) -> None:
    grey = np.full((10, 10), 128 << 8, np.uint16)
    Pillow.fromarray(grey).save(tmp_path / "deep.png")
    assert read_picture(tmp_path / "deep.png")[0, 0].tolist() == [128] * 3
    hidden = np.zeros((10, 10, 4), np.uint8)
    hidden[:5] = (255, 0, 0, 255)
    Pillow.fromarray(hidden).save(tmp_path / "hidden.png")
    shown = read_picture(tmp_path / "hidden.png")
    assert shown[0, 0].tolist() == [255, 0, 0]
    assert shown[9, 0].tolist() == [255, 255, 255]
    Pillow.new("CMYK", (10, 10), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    assert read_picture(tmp_path / "print.jpg")[0, 0, 0] > 200
    assert fault_of(tmp_path / "print.jpg") is None


def test_large_photographs_are_decoded_small(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "photo.jpg", size=(640, 480), quality=95)
    small, full = read_picture(path, 100), read_picture(path)
    assert small.shape == (120, 160, 3)
    assert full.shape == (480, 640, 3)
    apart = resized(small, 32).astype(int) - resized(full, 32)
    assert np.abs(apart).mean() < 3


def test_a_picture_that_went_away_names_itself(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"gone\.png is no whole picture"):
        read_picture(tmp_path / "gone.png")
    assert fault_of(tmp_path / "gone.png") == "not there"


def test_kept_pictures_are_decoded_once(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "one.png")
    keeps, forgets = Store([path], 16), Store([path], 16, most_bytes=100)
    first = keeps[0], forgets[0]
    draw(path, seed=1)
    assert np.array_equal(keeps[0], first[0])
    assert not np.array_equal(forgets[0], first[1])
