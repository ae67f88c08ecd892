"""Picture buffers that are used again: fresh ones cost more in page faults than in work.

`cv2.imdecode` into a fresh 720p buffer takes about 1,300 page faults, a third of its time.
"""

from __future__ import annotations

import sys
from typing import cast

import numpy as np

from vcam.core.frame import Image


class ImagePool:
    """Hands out picture buffers, and takes one back as soon as nobody else refers to it.

    Not thread-safe: one thread takes; any thread may hold and drop what was taken.

    Args:
        keep: how many buffers are kept at most; beyond that `take` gives fresh ones.
    """

    def __init__(self, keep: int = 6) -> None:
        self._keep = keep
        self._buffers: list[Image] = []
        # What the interpreter counts for a buffer that only the list holds differs between
        # versions of Python, so it is measured rather than written down.
        self._buffers.append(np.empty((1, 1, 3), np.uint8))
        self._unused_count = self._references(0)
        self._buffers.clear()

    def _references(self, place: int) -> int:
        return sys.getrefcount(self._buffers[place])

    def take(self, width: int, height: int) -> Image:
        """A buffer uint8 (height, width, 3) with undefined content, all yours to write."""
        shape = (height, width, 3)
        if self._buffers and self._buffers[0].shape != shape:
            self._buffers.clear()
        for place in range(len(self._buffers)):
            if self._references(place) == self._unused_count:
                return self._buffers[place]
        buffer = cast(Image, np.empty(shape, np.uint8))
        if len(self._buffers) < self._keep:
            self._buffers.append(buffer)
        return buffer
