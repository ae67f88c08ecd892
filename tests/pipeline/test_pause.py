from __future__ import annotations

import os

import cv2
import numpy as np
import pytest

from vcam.effects.card import render_card
from vcam.pipeline.pause import PausePicture
from vcam.settings.schema import PauseSettings
from vcam.testing import plain_image

SIZE = (320, 180)
CARD = render_card(*SIZE, "Back soon", [])


def settled(pause: PausePicture) -> PausePicture:
    """With the image read."""
    if pause._reading is not None:
        pause._reading.join(20)
    return pause


def own(path, **more) -> PauseSettings:
    return PauseSettings(picture="image", image=str(path), **more)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), plain_image(90, 90, 200))
    return path


def test_card_has_the_text():
    assert np.array_equal(PausePicture(PauseSettings(), SIZE).picture(), CARD)
    other = PausePicture(PauseSettings(text="At lunch"), SIZE).picture()
    assert not np.array_equal(other, CARD)


def test_own_image_is_shown_whole_with_bars(photo):
    picture = settled(PausePicture(own(photo), SIZE)).picture()
    assert picture.shape == (180, 320, 3)
    assert (picture[:, 75:245] == 200).all()
    assert not picture[:, :69].any()
    assert not picture[:, 251:].any()


@pytest.mark.parametrize("fault", ["missing", "none", "rubbish", "empty", "folder"])
def test_image_that_cannot_be_used_falls_back_to_the_card_and_is_told_once(fault, tmp_path, caplog):
    path = tmp_path / "photo.png"
    if fault == "rubbish":
        path.write_bytes(b"no picture at all")
    elif fault == "empty":
        path.touch()
    elif fault == "folder":
        path.mkdir()
    settings = PauseSettings(picture="image") if fault == "none" else own(path)
    pause = settled(PausePicture(settings, SIZE))
    for _ in range(3):
        pause.begin(None)
        settled(pause)
        assert np.array_equal(pause.picture(), CARD)
    assert len(caplog.records) == 1
    assert "pause image" in caplog.text


def test_image_that_was_changed_is_read_again(photo):
    pause = settled(PausePicture(own(photo), SIZE))
    first = pause.picture()
    pause.begin(None)
    assert settled(pause).picture() is first, "unchanged, it is not read again"
    cv2.imwrite(str(photo), plain_image(90, 90, 60))
    stamp = photo.stat().st_mtime + 5
    os.utime(photo, (stamp, stamp))
    pause.begin(None)
    assert settled(pause).picture()[90, 160, 0] == 60


def test_blur_leaves_the_colours_and_nothing_to_recognise():
    image = plain_image(1280, 720, 40)
    image[::8] = 220
    image[:, 640:] = 160
    cv2.putText(image, "SECRET", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 5, (255, 255, 255), 12)
    pause = PausePicture(PauseSettings(picture="blur"), (1280, 720))
    pause.begin(image)
    blurred = pause.picture()
    assert blurred.shape == image.shape
    assert abs(float(blurred[:, 900:].mean()) - float(image[:, 900:].mean())) < 6
    steps = np.abs(np.diff(blurred.astype(int), axis=1)).max()
    assert steps < 12, "no edge is left"
    assert pause.picture() is blurred


def test_nothing_to_blur_is_the_card():
    pause = PausePicture(PauseSettings(picture="blur"), SIZE)
    pause.begin(None)
    assert np.array_equal(pause.picture(), CARD)


def test_next_pause_blurs_its_own_picture():
    pause = PausePicture(PauseSettings(picture="blur"), SIZE)
    for value in (30, 200):
        pause.begin(plain_image(320, 180, value))
        assert pause.picture().mean() == pytest.approx(value, abs=1)


def test_other_size_and_other_picture_are_taken_over(photo):
    pause = PausePicture(PauseSettings(), SIZE)
    pause.apply(own(photo), (640, 360))
    assert settled(pause).picture().shape == (360, 640, 3)
    pause.apply(PauseSettings(text="At lunch"), (640, 360))
    assert np.array_equal(pause.picture(), render_card(640, 360, "At lunch", []))
