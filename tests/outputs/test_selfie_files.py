from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from vcam.core.errors import OutputError
from vcam.outputs import clip as clip_module
from vcam.outputs.animated import LIMITS, Reel
from vcam.outputs.clip import ClipFile
from vcam.outputs.stills import Told, encode_still, save_whole
from vcam.outputs.strip import WIDEST, make_strip
from vcam.testing import plain_image

AT = datetime(2030, 1, 31, 23, 59, 58)
TOLD = Told(AT, "v_sign")
IMAGE = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_still_tells_when_and_by_what(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(encode_still(IMAGE, kind, TOLD))
    with Pillow.open(path) as picture:
        picture.load()
        tags = picture.getexif()
        assert tags[306] == tags.get_ifd(0x8769)[36867] == "2030:01:31 23:59:58"
        assert tags[270] == "pose: v_sign"
        if kind == "png":
            assert picture.info["Creation Time"] == "2030-01-31T23:59:58"
    read = cv2.imread(str(path))
    assert read.shape == IMAGE.shape
    if kind == "png":
        assert np.array_equal(read, IMAGE)


def test_without_pose_it_is_a_selfie(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encode_still(IMAGE, "png", Told(AT)))
    with Pillow.open(path) as picture:
        assert picture.info["Title"] == "selfie"


def test_writing_that_fails_leaves_nothing(tmp_path):
    def write(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        save_whole(tmp_path / "a.gif", write)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (1920, 1080), (64, 48)])
def test_strip_has_all_pictures_on_paper(size):
    shades = (40, 90, 140, 190)
    strip = make_strip([plain_image(*size, value) for value in shades], AT)
    width = min(size[0], WIDEST)
    assert width < strip.shape[1] < 1.2 * width
    assert strip.shape[0] > 4 * width * size[1] / size[0]
    assert (strip[0, 0] > 230).all()
    middle = strip[:, strip.shape[1] // 2, 0]
    assert [value for value in shades if (middle == value).sum() > 20] == list(shades)


def test_strip_has_round_corners_and_a_date():
    pictures = [plain_image(640, 360, 40)] * 4
    strip = make_strip(pictures, AT)
    margin = round(0.055 * 640)
    assert strip[margin + 180, margin, 0] == 40
    assert strip[margin, margin, 0] > 120
    foot = strip[-round(0.15 * 640) :]
    assert foot.min() < 80
    assert not np.array_equal(foot, make_strip(pictures, AT.replace(day=1))[-foot.shape[0] :])


def moving(count):
    for number in range(count):
        image = plain_image(640, 360, 40)
        cv2.circle(image, (50 + 12 * number, 180), 40, (60, 90, 240), -1)
        yield image, number / 30


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_moving_picture_lasts_as_long_as_it_was(tmp_path, kind):
    reel = Reel(kind)
    for image, at in moving(45):
        reel.add(image, 7.0 + at)
    path = tmp_path / f"a.{kind}"
    reel.write(path, TOLD)
    with Pillow.open(path) as picture:
        frames, length_ms = picture.n_frames, 0
        for number in range(frames):
            picture.seek(number)
            picture.load()
            length_ms += picture.info["duration"]
        assert max(picture.size) == min(LIMITS[kind].side, 640)
        assert picture.info["loop"] == 0
    assert frames == pytest.approx(1.5 * LIMITS[kind].fps, abs=1.5)
    assert length_ms == pytest.approx(1500, abs=100)
    assert path.stat().st_size < 1_000_000


def test_gif_keeps_colours_and_movement(tmp_path):
    reel = Reel("gif")
    for image, at in moving(30):
        reel.add(image, at)
    reel.write(tmp_path / "a.gif", TOLD)
    with Pillow.open(tmp_path / "a.gif") as picture:
        assert b"v_sign" in picture.info["comment"]
        picture.seek(5)
        shown = np.asarray(picture.convert("RGB")).astype(int)
    red = np.argwhere((shown[..., 0] > 200) & (shown[..., 2] < 110))
    # A frame stands for the time from half a frame before it.
    expected_x = (50 + 12 * np.ceil(4.5 * 30 / LIMITS["gif"].fps)) * 480 / 640
    assert red[:, 1].mean() == pytest.approx(expected_x, abs=8)
    assert shown[5, 400] == pytest.approx([40, 40, 40], abs=12)


def test_gaps_are_filled_and_other_sizes_fitted():
    reel = Reel("gif")
    reel.add(plain_image(640, 360), 0.0)
    reel.add(plain_image(320, 240), 1.0)
    assert len(reel) == round(LIMITS["gif"].fps) + 1
    assert all(frame.shape == (270, 480, 3) for frame in reel._frames)


def test_empty_reel_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no frames"):
        Reel("gif").write(tmp_path / "a.gif", TOLD)


def test_clip_is_a_film_of_its_length(tmp_path):
    path = tmp_path / "a.mp4"
    clip = ClipFile(path, (640, 360), 30)
    for image, at in moving(45):
        clip.add(image, at)
    clip.close()
    film = cv2.VideoCapture(str(path))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == pytest.approx(45, abs=1)
    assert (film.get(3), film.get(4)) == (640, 360)
    film.release()


def test_clip_on_a_full_disk_is_not_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(clip_module, "free_bytes", lambda folder: 1000)
    with pytest.raises(OutputError, match="is full"):
        ClipFile(tmp_path / "a.mp4", (640, 360), 30)
    assert os.listdir(tmp_path) == []
