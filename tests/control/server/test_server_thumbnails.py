from __future__ import annotations

from io import BytesIO

import cv2
import pytest
from PIL import Image as Pillow

from vcam.control.commands import TakeSnapshot
from vcam.control.server.thumbnails import SIDE, thumbnail
from vcam.core.errors import VcamError
from vcam.testing import plain_image


def size_of(jpeg: bytes) -> tuple[int, int]:
    with Pillow.open(BytesIO(jpeg)) as picture:
        assert picture.format == "JPEG"
        return picture.size


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif"])
def test_pictures_become_small(tmp_path, name):
    path = tmp_path / name
    Pillow.new("RGB", (1280, 720), (10, 90, 200)).save(path)
    assert size_of(thumbnail(path)) == (SIDE, SIDE * 9 // 16)


def test_clip_is_shown_by_its_first_picture(tmp_path):
    path = tmp_path / "a.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (640, 480))
    for grey in (200, 20):
        writer.write(plain_image(640, 480, grey))
    writer.release()
    jpeg = thumbnail(path)
    assert size_of(jpeg) == (SIDE, SIDE * 3 // 4)
    with Pillow.open(BytesIO(jpeg)) as picture:
        assert abs(picture.convert("L").getpixel((9, 9)) - 200) < 12


@pytest.mark.parametrize("name", ["a.png", "a.mp4"])
def test_what_is_gone_or_damaged_is_told(tmp_path, name):
    with pytest.raises(VcamError, match="cannot be read any more"):
        thumbnail(tmp_path / name)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(VcamError, match="cannot be read any more"):
        thumbnail(tmp_path / name)


def test_thumbnail_of_a_snapshot_is_served(program, daemon):
    name = daemon.run(TakeSnapshot()).data["name"]
    answer = program.get(f"/api/snapshots/{name}/thumbnail")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert max(size_of(answer.body)) <= SIDE
    assert program.get("/api/snapshots/none.png/thumbnail").status == 404
