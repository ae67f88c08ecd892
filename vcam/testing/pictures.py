"""A live preview that shows what a test puts in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from vcam.control.contracts import TooManyWatchers
from vcam.control.state import HandJudgement, Judgement, PoseBar
from vcam.core.slot import LatestSlot
from vcam.testing.stages import plain_image


class FakePictures:
    """Pictures that the test puts in by `show`."""

    def __init__(self, max_watchers: int = 8) -> None:
        self.max_watchers = max_watchers
        self.watchers = 0
        self._jpegs: LatestSlot[bytes] = LatestSlot()
        self._lock = threading.Lock()
        self._closed = False

    def show(self, value: int = 90, width: int = 64, height: int = 36) -> bytes:
        """Publishes a plain grey JPEG and returns it."""
        jpeg = cv2.imencode(".jpg", plain_image(width, height, value))[1].tobytes()
        self.put(jpeg)
        return jpeg

    def put(self, jpeg: bytes) -> None:
        """Publishes a JPEG."""
        self._jpegs.put(jpeg)

    def close(self) -> None:
        """Ends it."""
        self._closed = True
        self._jpegs.put(None)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @contextmanager
    def watch(self) -> Iterator[int]:
        """See `vcam.control.contracts.Pictures`."""
        with self._lock:
            if self.watchers >= self.max_watchers:
                raise TooManyWatchers
            self.watchers += 1
        try:
            yield self._jpegs.wait_newer(-1, 0)[1]
        finally:
            with self._lock:
                self.watchers -= 1

    def wait_newer(self, version: int, timeout_s: float) -> tuple[bytes | None, int]:
        """See `vcam.control.contracts.Pictures`."""
        return self._jpegs.wait_newer(version, timeout_s)


def a_v_sign(width: int, height: int) -> Judgement:
    """What is told of a picture of this size: one V sign and a face."""
    bars = (PoseBar(pose="v_sign", score=0.96), PoseBar(pose="none", score=0.03))
    hand = HandJudgement(
        side="right", pose="v_sign", score=0.96, scores=bars, box=(0.2, 0.2, 0.5, 0.6)
    )
    return Judgement(
        pose="v_sign",
        score=0.96,
        hands=(hand,),
        faces=1,
        ms=21.5,
        picture=cv2.imencode(".jpg", plain_image(width, height, 120))[1].tobytes(),
        width=width,
        height=height,
    )
