"""A video file, decoded frame by frame with sane media times."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import cast

from vcam.capture.opencv import cv2
from vcam.core.errors import SourceError
from vcam.core.frame import Image
from vcam.core.pool import ImagePool

logger = logging.getLogger(__name__)

FALLBACK_FPS = 30.0
"""Taken when the file tells no believable rate."""

FPS_BOUNDS = (1.0, 240.0)
"""Rates outside these are no rates: files of varying rate say 1000 or 90000."""

LONGEST_STEP_S = 60.0
"""A longer step between two frames is a damaged time stamp."""


class Clip:
    """One pass through a video file: `advance` to the next frame, then take its `picture`.

    Rotation that the file asks for is applied. Media time starts at 0 and always advances:
    time stamps that stand still, go back or leap are replaced by the nominal step.

    Args:
        path: the file.

    Raises:
        SourceError: it is missing, empty, or holds no picture that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ImagePool()
        self._capture = _opened(path)
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        believable = math.isfinite(fps) and FPS_BOUNDS[0] <= fps <= FPS_BOUNDS[1]
        self.fps = fps if believable else FALLBACK_FPS
        self.media_s = 0.0
        self.frames_read = 0
        self._stamp_s = 0.0
        self._size: tuple[int, int] | None = None
        self._first_is_waiting = self._grab()
        try:
            if not self._first_is_waiting:
                raise _no_picture(path)
            image = self.picture()
        except SourceError:
            self.close()
            raise
        self._size = image.shape[1], image.shape[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, pixels."""
        assert self._size is not None
        return self._size

    @property
    def duration_s(self) -> float:
        """How long what was read so far plays, seconds."""
        return self.media_s + 1 / self.fps

    @property
    def expected_frames(self) -> int:
        """How many frames the file's header promises; 0 when it does not say."""
        return max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))

    def advance(self) -> bool:
        """Goes to the next frame (at first, to the first one); False when there is none."""
        if self._first_is_waiting:
            self._first_is_waiting = False
            return True
        return self._grab()

    def _grab(self) -> bool:
        if not self._capture.grab():
            return False
        stamp_s = float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000
        if self.frames_read > 0:
            step_s = stamp_s - self._stamp_s
            plausible = math.isfinite(step_s) and 0 < step_s <= LONGEST_STEP_S
            self.media_s += step_s if plausible else 1 / self.fps
        self._stamp_s = stamp_s
        self.frames_read += 1
        return True

    def picture(self) -> Image:
        """The frame that `advance` went to: uint8 (H, W, 3) BGR, never written to again.

        Raises:
            SourceError: it cannot be decoded.
        """
        buffer = self._pool.take(*self._size) if self._size is not None else None
        done, image = self._capture.retrieve(buffer)
        if not done or image is None:
            raise _no_picture(self._path)
        return cast(Image, image)

    def close(self) -> None:
        """Closes the file."""
        self._capture.release()


def _opened(path: Path) -> cv2.VideoCapture:
    if not path.exists():
        raise SourceError(f"there is no file {path}", "check the path")
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty", "copy or record the clip again")
    # One thread decodes 720p several times faster than it plays; more of them cost more CPU.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    if not capture.isOpened():
        raise SourceError(
            f"{path} cannot be read as a video",
            "it is cut off, damaged, or no video; copy it again or convert it to MP4 (H.264)",
        )
    return capture


def _no_picture(path: Path) -> SourceError:
    return SourceError(
        f"{path} holds no picture that can be decoded",
        "it is damaged or needs a codec that OpenCV lacks; convert it to MP4 (H.264)",
    )
