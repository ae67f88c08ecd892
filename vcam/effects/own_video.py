"""A video of the user's own as the background: decoded at its own rate, on a thread of its own."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from vcam.core.clock import Clock
from vcam.core.frame import Image
from vcam.core.pool import ImagePool
from vcam.effects.own_picture import UnusableFile, covering, usable_path

MAX_VIDEO_SIDE = 4096
"""Width and height; a larger video takes more of the processor than a background may."""

MOST_FPS = 30.0
"""Of a faster video, pictures are left out."""

FALLBACK_FPS = 25.0
FPS_BOUNDS = (1.0, 240.0)

UNSEEN_S = 1.0
"""A video that nobody has asked for so long waits until somebody does."""


class OwnVideo:
    """A video that covers the background and starts over at its end.

    It holds the picture that is shown, the next one, and no more.

    Args:
        name: the file, as the settings have it; None for none.
        size: width and height of the background, pixels.
        on_change: told when `problem` has come; on the decoding thread.
        clock: paces it.
    """

    def __init__(
        self,
        name: str | None,
        size: tuple[int, int],
        on_change: Callable[[], None],
        clock: Clock,
    ) -> None:
        self.problem = ""
        self._name = name
        self._size = size
        self._on_change = on_change
        self._clock = clock
        self._pool = ImagePool(keep=4)
        self._picture: Image | None = None
        self._asked_at = clock.now()
        self._ended = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background video", daemon=True)
        self._thread.start()

    def picture(self) -> Image | None:
        """The picture whose turn it is, uint8 (h, w, 3); None before there is one."""
        unseen = self._clock.now() - self._asked_at > UNSEEN_S
        self._asked_at = self._clock.now()
        if unseen:
            self._wake.set()
        return self._picture

    def close(self) -> None:
        """Ends the thread after the picture that it is at."""
        self._ended = True
        self._wake.set()

    def _run(self) -> None:
        try:
            path = usable_path(self._name)
            while not self._ended:
                self._play(path)
        except UnusableFile as error:
            self._picture = None
            self.problem = f"The background video cannot be used: {error}"
            self._on_change()
        except (cv2.error, MemoryError) as error:
            self._picture = None
            self.problem = f"The background video cannot be used: {self._name}: {error}"
            self._on_change()

    def _play(self, path: Path) -> None:
        """Once from beginning to end.

        Raises:
            UnusableFile: it is no video that can be played.
        """
        # FFmpeg alone: other backends would take a file's name for a pattern or a device.
        capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        try:
            fps = _checked_rate(capture, path)
            every = math.ceil(fps / MOST_FPS)
            due_at = self._clock.now()
            count = 0
            while not self._ended and capture.grab():
                count += 1
                late = self._clock.now() - due_at > every / fps
                if count % every == 1 % every and not late:
                    ok, picture = capture.retrieve()
                    if ok:
                        self._show(np.asarray(picture, np.uint8))
                due_at += 1 / fps
                due_at = self._wait_until(due_at)
            if not count or self._picture is None:
                raise UnusableFile(f"{path} holds no picture that can be decoded")
        finally:
            capture.release()
        if count == 1:
            # A still picture: opened again for each that goes out, it would cost more than a film.
            self._wake.clear()
            if not self._ended:
                self._wake.wait()

    def _show(self, picture: Image) -> None:
        self._picture = covering(picture, self._size, self._pool.take(*self._size))

    def _wait_until(self, due_at: float) -> float:
        """Waits, for longer while nobody looks; when the next picture is due."""
        now = self._clock.now()
        if now - self._asked_at > UNSEEN_S:
            self._wake.clear()
            if not self._ended and now - self._asked_at > UNSEEN_S:
                self._wake.wait()
            return self._clock.now()
        if due_at > now:
            self._wake.clear()
            if not self._ended:
                self._clock.wait(self._wake, due_at - now)
        # What was missed is left out; after a sleep of the machine, all of it.
        return due_at if now - due_at < UNSEEN_S else now


def _checked_rate(capture: cv2.VideoCapture, path: Path) -> float:
    """Pictures a second.

    Raises:
        UnusableFile: it is no video, or too large a one.
    """
    width = capture.get(cv2.CAP_PROP_FRAME_WIDTH)
    height = capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    if not capture.isOpened() or not (width > 0 and height > 0):
        raise UnusableFile(f"{path} is damaged or no video")
    if max(width, height) > MAX_VIDEO_SIDE:
        raise UnusableFile(
            f"{path} is {width:.0f} by {height:.0f} pixels: make it at most {MAX_VIDEO_SIDE} wide"
        )
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    believable = math.isfinite(fps) and FPS_BOUNDS[0] <= fps <= FPS_BOUNDS[1]
    return fps if believable else FALLBACK_FPS
