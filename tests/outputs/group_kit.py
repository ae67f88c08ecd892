"""Frames, outputs that block, and a group that is open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.outputs.group import OutputGroup
from vcam.testing import FakeOutput, plain_image

FORMAT = VideoFormat(64, 48, 30)


def frame(index: int) -> Frame:
    return Frame(plain_image(), index / 30, index)


def eventually(condition: Callable[[], bool], timeout_s: float = 5.0) -> bool:
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.002)
    return True


class BlockingOutput(FakeOutput):
    """Blocks in `send` until it is released."""

    def __init__(self) -> None:
        super().__init__("blocking output")
        self.release = threading.Event()
        self.entered = threading.Event()
        self.threads: set[int] = set()

    def open(self, video_format: VideoFormat) -> None:
        self.threads.add(threading.get_ident())
        super().open(video_format)

    def send(self, frame: Frame) -> None:
        self.entered.set()
        self.release.wait(10)
        super().send(frame)


@contextmanager
def opened(group: OutputGroup) -> Iterator[OutputGroup]:
    group.open(FORMAT)
    try:
        yield group
    finally:
        group.close()
