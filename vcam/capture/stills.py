"""A folder of pictures as a source: each is shown for some seconds."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import cast

import numpy as np

from vcam.capture.fit import Fitter
from vcam.capture.opencv import cv2
from vcam.core.clock import Clock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import SourceEnded, SourceError
from vcam.core.frame import Frame, Image

logger = logging.getLogger(__name__)

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

MAX_SIDE = 1920
"""Photographs are much larger than video; what goes out is at most about so large."""


class StillsSource:
    """Shows the pictures of a folder in the order of their names.

    All have the size of the first one; others are letterboxed. A picture is given again and again
    while it is shown, like a camera's.

    Args:
        folder: holds the pictures.
        clock: paces them.
        seconds_each: how long each is shown.
        fps: how often frames are given.
        loop: start over at the end; otherwise `read` raises `SourceEnded` there.
    """

    def __init__(
        self,
        folder: Path | str,
        clock: Clock,
        seconds_each: float = 3.0,
        fps: float = 15.0,
        loop: bool = True,
    ) -> None:
        self._folder = Path(folder)
        self._clock = clock
        self._frames_each = max(1, round(seconds_each * fps))
        self._fps = fps
        self._loop = loop
        self._interrupted = threading.Event()
        self._refused: set[Path] = set()
        self._index = -1
        self._close()

    def _close(self) -> None:
        self._pictures: list[Path] = []
        self._fitter: Fitter | None = None
        self._started_at: float | None = None
        self._ticks = -1
        self._turn_ends = self._frames_each
        self._place = -1
        self._shown: Image | None = None

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.name

    def open(self) -> VideoFormat:
        """Lists the folder and loads the first picture.

        Raises:
            SourceError: there is no such folder, or no picture in it that can be read.
        """
        self._close()
        self._interrupted.clear()
        if not self._folder.is_dir():
            raise SourceError(f"there is no folder {self._folder}", "check the path")
        found = sorted(p for p in self._folder.iterdir() if p.suffix.lower() in SUFFIXES)
        if not found:
            raise SourceError(
                f"{self._folder} holds no pictures",
                f"put some there ({', '.join(sorted(SUFFIXES))})",
            )
        self._pictures = found
        if self._go_on(found):
            assert self._fitter is not None
            return VideoFormat(self._fitter.width, self._fitter.height, self._fps)
        self._close()
        raise SourceError(
            f"none of the {len(found)} pictures in {self._folder} can be read",
            "they are damaged; put others there",
        )

    def read(self) -> Frame:
        """The picture whose turn it is; blocks until the next frame is due.

        Raises:
            SourceEnded: all were shown and they are not to be shown again.
            SourceError: it is not open, or `interrupt` was called.
        """
        if self._fitter is None:
            raise SourceError(f"{self.name} is not open")
        now = self._clock.now()
        if self._started_at is None:
            self._started_at = now
        # Ticks whose time has passed are left out, so that pictures change on time.
        self._ticks = max(self._ticks + 1, int((now - self._started_at) * self._fps))
        wait_s = self._started_at + self._ticks / self._fps - now
        if wait_s > 0:
            self._clock.wait(self._interrupted, wait_s)
        if self._interrupted.is_set():
            raise SourceError(f"{self.name} was interrupted")
        if self._ticks >= self._turn_ends:
            self._take_turn()
        assert self._shown is not None
        self._index += 1
        return Frame(self._shown, self._clock.now(), self._index)

    def interrupt(self) -> None:
        """Makes a waiting `read`, and every later one until `open`, raise `SourceError`."""
        self._interrupted.set()

    def close(self) -> None:
        """Drops the pictures."""
        self._close()

    def _take_turn(self) -> None:
        following = self._pictures[self._place + 1 :]
        if not self._go_on(following):
            if not self._loop:
                raise SourceEnded(f"{self.name} is over")
            self._place = -1
            if not self._go_on(self._pictures):
                raise SourceError(f"the pictures in {self._folder} are gone")
        self._turn_ends = max(self._turn_ends, self._ticks) + self._frames_each

    def _go_on(self, paths: list[Path]) -> bool:
        """Loads the first of `paths` that can be read; False when there is none."""
        for path in paths:
            self._place += 1
            image = self._loaded(path)
            if image is None:
                continue
            if self._fitter is None:
                height, width = image.shape[:2]
                scale = min(1.0, MAX_SIDE / max(width, height))
                size = max(1, round(width * scale)), max(1, round(height * scale))
                self._fitter = Fitter(*size, "letterbox")
            self._shown = self._fitter.fit(image)
            return True
        return False

    def _loaded(self, path: Path) -> Image | None:
        try:
            # Not cv2.imread: on Windows it cannot open names beyond the code page.
            data = np.frombuffer(path.read_bytes(), np.uint8)
            image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        except (OSError, cv2.error):
            image = None
        if image is None and path not in self._refused:
            self._refused.add(path)
            logger.warning("%s cannot be read as a picture and is left out", path)
        return cast("Image | None", image)
