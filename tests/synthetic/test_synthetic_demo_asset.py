from __future__ import annotations

from importlib.resources import files

import cv2

from vcam.synthetic.clip import FPS, FULL_SIZE, write_spans
from vcam.synthetic.clip_script import DURATION_S

ASSETS = files("vcam.capture") / "assets"


def test_the_bundled_clip_is_the_one_the_script_describes(tmp_path) -> None:
    write_spans(tmp_path / "spans.csv")
    bundled = (ASSETS / "demo.csv").read_text(encoding="utf-8")
    assert bundled == (tmp_path / "spans.csv").read_text(encoding="utf-8")


def test_the_bundled_clip_can_be_decoded_and_is_small() -> None:
    path = str(ASSETS / "demo.mp4")
    video = cv2.VideoCapture(path)
    try:
        assert video.get(cv2.CAP_PROP_FPS) == FPS
        assert video.get(cv2.CAP_PROP_FRAME_COUNT) == round(DURATION_S * FPS)
        read, picture = video.read()
    finally:
        video.release()
    assert read
    assert picture.shape == (FULL_SIZE[1], FULL_SIZE[0], 3)
    assert picture.std() > 20
    assert len((ASSETS / "demo.mp4").read_bytes()) < 4_000_000
