"""Small pictures of saved files, so that the page need not load twenty whole ones."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
from PIL import Image as Pillow

from vcam.core.errors import VcamError

SIDE = 320
"""Longer side, pixels; the page shows half of that on screens of double density."""

QUALITY = 80


def thumbnail(path: Path) -> bytes:
    """A JPEG of at most `SIDE` by `SIDE` pixels: the picture, or the first of a clip.

    Args:
        path: a picture or an MP4 of our own.

    Raises:
        VcamError: it cannot be read any more.
    """
    try:
        picture = _first_frame(path) if path.suffix.lower() == ".mp4" else _picture(path)
    except (OSError, ValueError, Pillow.DecompressionBombError) as error:
        raise VcamError("The picture cannot be read any more") from error
    picture.thumbnail((SIDE, SIDE))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _picture(path: Path) -> Pillow.Image:
    with Pillow.open(path) as picture:
        # JPEGs are decoded at a fraction of their size then.
        picture.draft("RGB", (SIDE, SIDE))
        return picture.convert("RGB")


def _first_frame(path: Path) -> Pillow.Image:
    clip = cv2.VideoCapture(str(path))
    try:
        is_there, image = clip.read()
    finally:
        clip.release()
    if not is_there:
        raise OSError("no picture in the clip")
    return Pillow.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
