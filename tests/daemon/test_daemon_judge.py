from __future__ import annotations

import contextlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from vcam.core.errors import WeightsError
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation, PoseReading
from vcam.daemon import uploads
from vcam.daemon.judge import PictureJudge
from vcam.daemon.uploads import UploadError, decode_upload
from vcam.settings.schema import Settings, VisionSettings


def file_of(picture: Pillow.Image, kind: str, **options) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_formats(kind):
    image = decode_upload(file_of(Pillow.new("RGB", (40, 30), (250, 10, 20)), kind))
    assert image.shape == (30, 40, 3)
    assert np.allclose(image[15, 20], (20, 10, 250), atol=6), "BGR"


def test_other_formats_are_refused():
    for kind in ("GIF", "BMP", "TIFF", "PPM"):
        with pytest.raises(UploadError, match="PNG, JPEG or WebP"):
            decode_upload(file_of(Pillow.new("RGB", (9, 9)), kind))


def test_transparent_parts_are_white():
    picture = Pillow.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (decode_upload(file_of(picture, "PNG")) == 255).all()
    palette = Pillow.new("P", (4, 4), 0)
    assert (decode_upload(file_of(palette, "PNG", transparency=0)) == 255).all()


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "LA", "CMYK"])
def test_modes(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert decode_upload(file_of(Pillow.new(mode, (8, 6)), kind)).shape == (6, 8, 3)


def test_turned_upright():
    picture = Pillow.new("RGB", (40, 20), "black")
    picture.paste("white", (0, 0, 20, 20))
    exif = Pillow.Exif()
    exif[0x0112] = 6  # The camera was held upright: turn it to the right.
    image = decode_upload(file_of(picture, "JPEG", exif=exif))
    assert image.shape == (40, 20, 3)
    assert image[5].mean() > 200
    assert image[35].mean() < 50


def test_large_pictures_are_made_smaller():
    image = decode_upload(file_of(Pillow.new("RGB", (6000, 3000)), "JPEG"))
    assert image.shape == (1280, 2560, 3)


def test_too_many_bytes_or_pixels():
    with pytest.raises(UploadError, match="more than 12 MB"):
        decode_upload(bytes(uploads.MAX_BYTES + 1))
    bomb = file_of(Pillow.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(UploadError, match="more than 40 million pixels"):
        decode_upload(bomb)
    fewer = file_of(Pillow.new("1", (7_000, 7_000)), "PNG")
    with pytest.raises(UploadError, match="more than 40 million pixels"):
        decode_upload(fewer)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_cut_off_files(kind):
    whole = file_of(Pillow.effect_noise((64, 64), 90), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(UploadError):
            decode_upload(whole[: int(len(whole) * share)])


@given(st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 400))
def test_damaged_files_fail_in_one_way_alone(noise, kind, at):
    whole = file_of(Pillow.effect_noise((24, 24), 90), kind)
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    # Whatever it says of itself, either a picture comes out or the one error does.
    with contextlib.suppress(UploadError):
        assert decode_upload(damaged).ndim == 3


class Reader:
    """Sees one hand and one face wherever it looks."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []

    def read(self, image):
        self.seen.append(image.shape)
        height, width = image.shape[:2]
        corners = np.linspace(0.25, 0.75, 21, dtype=np.float32)
        points = np.stack([corners * width * 0.5, corners * height], axis=1)
        hand = Hand(1, points, np.zeros(21, np.float32), np.zeros((21, 3), np.float32), "left", 1.0)
        box = Box(0.7 * width, 0.1 * height, 0.2 * width, 0.3 * height)
        face = Face(1, box, np.zeros((2, 2), np.float32), np.zeros(2), np.zeros(2), 1.0)
        observation = Observation(0, 0.0, (width, height), (hand,), (face,))
        return observation, [PoseReading(1, {"v_sign": 0.97, "metal": 0.01, "none": 0.02})]


def test_judgement():
    reader = Reader()
    judge = PictureJudge(lambda settings: reader)
    picture = file_of(Pillow.new("RGB", (2000, 1000), (90, 90, 90)), "PNG")
    judgement = judge.judge(picture, Settings(), ["v_sign"])
    assert (judgement.pose, judgement.score, judgement.faces) == ("v_sign", 0.97, 1)
    (hand,) = judgement.hands
    assert (hand.side, hand.pose, hand.score) == ("left", "v_sign", 0.97)
    assert [bar.pose for bar in hand.scores] == ["v_sign", "none", "metal"]
    assert hand.box == (0.125, 0.25, 0.25, 0.5)
    assert reader.seen == [(1000, 2000, 3)]
    shown = cv2.imdecode(np.frombuffer(judgement.picture, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (640, 1280, 3) == (judgement.height, judgement.width, 3)
    changed = np.abs(shown.astype(int) - 90).max(axis=2) > 40
    assert changed[100:600, 100:600].any(), "the hand is drawn"
    assert changed[:, 880:920].any(), "the face is drawn"
    assert not changed[:, 1200:].any()


def test_thresholds_decide():
    settings = Settings.model_validate({"triggers": {"gestures": {"v_sign": {"enter": 0.99}}}})
    picture = file_of(Pillow.new("RGB", (300, 300)), "PNG")
    judgement = PictureJudge(lambda settings: Reader()).judge(picture, settings, ())
    assert judgement.pose == "none"
    assert judgement.score == 0.97, "the nearest"


def test_networks_are_loaded_once_and_again_for_other_settings():
    loaded = []

    def load(settings):
        loaded.append(settings)
        return Reader()

    judge = PictureJudge(load)
    picture = file_of(Pillow.new("RGB", (30, 30)), "PNG")
    with pytest.raises(UploadError):
        judge.judge(b"no picture", Settings(), ())
    assert loaded == []
    judge.judge(picture, Settings(), ())
    judge.judge(picture, Settings.model_validate({"outputs": {"fps": 20}}), ())
    assert len(loaded) == 1
    other = Settings.model_validate({"vision": {"max_hands": 1}})
    judge.judge(picture, other, ())
    assert loaded == [VisionSettings(), other.vision]


def test_missing_weights_are_told():
    def load(settings):
        raise WeightsError("no weights", "vcam weights pull")

    with pytest.raises(WeightsError, match="vcam weights pull"):
        PictureJudge(load).judge(file_of(Pillow.new("RGB", (9, 9)), "PNG"), Settings(), ())
