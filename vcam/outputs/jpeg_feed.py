"""The newest frame as JPEG, encoded once for all who watch, and not at all when nobody does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import simplejpeg

from vcam.core.clock import Clock
from vcam.core.errors import TooManyWatchers
from vcam.core.frame import Frame, Image
from vcam.core.pool import ImagePool
from vcam.core.slot import LatestSlot

MAX_FPS = 15.0
"""A preview need not be smoother; each encoded 720p frame costs some 3 ms."""

MAX_WIDTH = 1280
"""Wider pictures are scaled down: a page shows no more, and encoding grows with the area."""

QUALITY = 80
MAX_WATCHERS = 32

EARLY_SHARE = 0.9
"""A frame that comes this share of the interval after the last is taken: ticks jitter."""

IDLE_WAKE_S = 60.0


class JpegFeed:
    """Turns offered frames into JPEG for any number of watchers.

    `offer` comes from one thread; `watch` and `wait_newer` from as many as there are watchers.

    Attributes:
        mirror: whether pictures are flipped left to right; any thread may set it.

    Args:
        clock: limits the rate.
        max_fps: frames a second that are encoded at most.
        max_watchers: who comes beyond that is refused.
    """

    def __init__(
        self, clock: Clock, max_fps: float = MAX_FPS, max_watchers: int = MAX_WATCHERS
    ) -> None:
        self.mirror = False
        self._clock = clock
        self._interval_s = 1 / max_fps
        self._max_watchers = max_watchers
        self._watchers = 0
        self._lock = threading.Lock()
        self._pool = ImagePool()
        self._images: LatestSlot[Image] = LatestSlot()
        self._jpegs: LatestSlot[bytes] = LatestSlot()
        self._taken_at = -1e9
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def watchers(self) -> int:
        """How many watch now."""
        return self._watchers

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed.is_set()

    def offer(self, frame: Frame) -> None:
        """Takes a copy of the frame if somebody watches and the last one is old enough."""
        if self._watchers == 0:
            return
        now = self._clock.now()
        if now - self._taken_at < EARLY_SHARE * self._interval_s:
            return
        self._taken_at = now
        self._images.put(self._copied(frame.image))

    @contextmanager
    def watch(self) -> Iterator[int]:
        """Counts as a watcher while it is entered; gives the version to wait from.

        Raises:
            TooManyWatchers: there are enough already.
        """
        with self._lock:
            if self._watchers >= self._max_watchers:
                raise TooManyWatchers
            self._watchers += 1
            self._start()
        try:
            # A picture from before must not pass for a fresh one.
            yield self._jpegs.wait_newer(-1, 0)[1]
        finally:
            with self._lock:
                self._watchers -= 1

    def wait_newer(self, version: int, timeout_s: float) -> tuple[bytes | None, int]:
        """The newest JPEG after `version`, and its version; None after a time-out or `close`."""
        return self._jpegs.wait_newer(version, timeout_s)

    def close(self) -> None:
        """Stops encoding, for good, and wakes all who wait."""
        with self._lock:
            self._closed.set()
        self._images.put(None)
        self._jpegs.put(None)
        if self._thread is not None:
            self._thread.join(1.0)

    def _start(self) -> None:
        """With the lock held; who never watches costs no thread."""
        if self._thread is None and not self._closed.is_set():
            self._thread = threading.Thread(
                target=self._encode, name="preview encoder", daemon=True
            )
            self._thread.start()

    def _copied(self, image: Image) -> Image:
        height, width = image.shape[:2]
        if width <= MAX_WIDTH:
            buffer = self._pool.take(width, height)
            if self.mirror:
                cv2.flip(image, 1, dst=buffer)
            else:
                buffer[:] = image
            return buffer
        size = (MAX_WIDTH, max(1, round(height * MAX_WIDTH / width)))
        buffer = self._pool.take(*size)
        cv2.resize(image, size, dst=buffer, interpolation=cv2.INTER_LINEAR)
        if self.mirror:
            cv2.flip(buffer, 1, dst=buffer)
        return buffer

    def _encode(self) -> None:
        version = 0
        while not self._closed.is_set():
            image, version = self._images.wait_newer(version, IDLE_WAKE_S)
            if image is None:
                continue
            jpeg = simplejpeg.encode_jpeg(image, QUALITY, "BGR", "420", fastdct=True)
            del image
            if not self._closed.is_set():
                self._jpegs.put(jpeg)
