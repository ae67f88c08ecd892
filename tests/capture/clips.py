"""Small clips for tests: each frame has its own grey, so that it can be told from its picture."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2
import numpy as np

from vcam.core.contracts import Source
from vcam.core.errors import SourceEnded
from vcam.core.frame import Frame, Image

GREY_STEP = 10


def numbered_image(number: int, width: int = 64, height: int = 48) -> Image:
    """A grey picture that `number_of` reads."""
    return np.full((height, width, 3), 20 + GREY_STEP * number, np.uint8)


def number_of(image: Image) -> int:
    """Which frame of a numbered clip this is."""
    return round((float(image.mean()) - 20) / GREY_STEP)


def read_all(source: Source) -> list[Frame]:
    """Reads until the source has ended; the test hangs nowhere, since clips are finite."""
    frames = []
    with contextlib.suppress(SourceEnded):
        while True:
            frames.append(source.read())
    return frames


def write_clip(
    path: Path, frames: int = 20, fps: float = 10.0, width: int = 64, height: int = 48
) -> Path:
    """Writes a numbered clip; .avi is Motion JPEG of any size, everything else MPEG-4."""
    backend, code = cv2.CAP_FFMPEG, "mp4v"
    if path.suffix == ".avi":
        backend, code = cv2.CAP_OPENCV_MJPEG, "MJPG"
    fourcc = cv2.VideoWriter.fourcc(*code)
    writer = cv2.VideoWriter(str(path), backend, fourcc, fps, (width, height))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(numbered_image(number, width, height))
    writer.release()
    return path
