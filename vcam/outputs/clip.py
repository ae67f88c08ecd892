"""A short .mp4, written frame by frame by whoever has them."""

from __future__ import annotations

from pathlib import Path

import cv2

from vcam.core.errors import OutputError
from vcam.core.frame import Image
from vcam.outputs.recorder import CODECS, LEAST_FREE_BYTES, TimedPicture, Track, free_bytes


class ClipFile:
    """Writes one file of constant rate; each frame stands where its time puts it.

    Used from one thread. Unlike a recording it is not for pictures that cannot wait: `add` takes
    as long as encoding does.

    Args:
        path: the file; it is replaced.
        size: width and height of all frames, pixels; others are scaled to it.
        fps: its rate.

    Raises:
        OutputError: the disk is nearly full, or OpenCV cannot encode.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        if free_bytes(path.parent) < LEAST_FREE_BYTES:
            raise OutputError(f"the disk of {path.parent} is full", "free some space there")
        self._path = path
        self._size = size
        self._begun_at: float | None = None
        codec = cv2.VideoWriter.fourcc(*CODECS[".mp4"])
        self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, codec, fps, size)
        if not self._writer.isOpened():
            raise OutputError(
                f"{path} cannot be recorded at {size[0]}x{size[1]}", "let selfie.clip_format be gif"
            )
        self._track = Track(self._writer, fps, lambda: 0.0)

    def add(self, image: Image, at: float) -> None:
        """Writes a frame, and fills the gap before it.

        Args:
            image: uint8 (H, W, 3) BGR.
            at: seconds.
        """
        if self._begun_at is None:
            self._begun_at = at
        if image.shape[1::-1] != self._size:
            image = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        self._track.put(TimedPicture(image, at - self._begun_at))

    def close(self) -> None:
        """Finishes the file.

        Raises:
            OutputError: it was not written whole.
        """
        self._writer.release()
        # VideoWriter does not tell when writing fails.
        if not self._path.is_file() or free_bytes(self._path.parent) < LEAST_FREE_BYTES // 10:
            raise OutputError(f"{self._path} was not written whole", "free some space on the disk")
