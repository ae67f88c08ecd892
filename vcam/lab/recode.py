"""A clip written anew in the form that a webcam gives: Motion JPEG of a given size and rate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from vcam.capture.fit import Fitter
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceEnded, VcamError
from vcam.core.frame import Image

LONGEST_S = 30.0
"""More than this of a clip says nothing new, and takes a gigabyte at 1080p."""

JPEG_QUALITY = 85
"""Webcams send about 100 kB a picture at 720p, which is what this gives."""


@contextmanager
def as_camera_clip(clip: Path, size: tuple[int, int] | None, fps: float | None) -> Iterator[Path]:
    """A Motion JPEG file with the clip's first half minute in that size and rate.

    With neither `size` nor `fps` it is the clip itself. The file is gone afterwards.

    Args:
        clip: a video file.
        size: width and height; None keeps the clip's. What does not fit is cut off.
        fps: frames are left out or repeated to reach it; None keeps the clip's.

    Raises:
        SourceError: the clip cannot be read.
        VcamError: the file cannot be written.
    """
    if size is None and fps is None:
        yield clip
        return
    with tempfile.TemporaryDirectory(prefix="vcam-bench-") as folder:
        target = Path(folder) / "camera.avi"
        _recode(clip, target, size, fps)
        yield target


def _recode(clip: Path, target: Path, size: tuple[int, int] | None, fps: float | None) -> None:
    source = VideoSource(clip, paced=False, loop=False, clock=MonotonicClock())
    video_format = source.open()
    width, height = size or (video_format.width, video_format.height)
    rate = fps or video_format.fps
    fitter = Fitter(width, height, "crop")
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(target), cv2.CAP_OPENCV_MJPEG, fourcc, rate, (width, height))
    writer.set(cv2.VIDEOWRITER_PROP_QUALITY, JPEG_QUALITY)
    try:
        if not writer.isOpened():
            raise VcamError(f"cannot write {target}", "free some disk space")
        written = 0
        for until, image in _pictures(source, 1 / video_format.fps):
            fitted = fitter.fit(image)
            # A hundredth of a frame is less than any rounding of time stamps should decide.
            while written < until * rate - 0.01:
                writer.write(fitted)
                written += 1
    finally:
        writer.release()
        source.close()


def _pictures(source: VideoSource, last_lasts_s: float) -> Iterator[tuple[float, Image]]:
    """Each picture with the media time until which it is shown, seconds."""
    shown: Image | None = None
    at = 0.0
    while at <= LONGEST_S:
        try:
            frame = source.read()
        except SourceEnded:
            break
        at = frame.captured_at
        if shown is not None:
            yield at, shown
        shown = frame.image
    if shown is not None:
        yield at + last_lasts_s, shown
