"""Small pictures of what samples of a pose were taken from."""

from __future__ import annotations

import threading
from collections import OrderedDict

from vcam.core.frame import Image
from vcam.core.observation import Hand

THUMBNAIL = 96
"""Pixels, both sides."""

MOST_THUMBNAILS = 3000
"""In memory; some 3 kB each."""

_ROOM = 0.3
_QUALITY = 80


class Thumbnails:
    """Small pictures of samples; in memory alone. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jpegs: OrderedDict[int, bytes] = OrderedDict()

    def __contains__(self, sample: int) -> bool:
        return sample in self._jpegs

    def keep(self, sample: int, picture: Image) -> None:
        """Keeps what a sample was taken from, uint8 (h, w, 3) BGR."""
        import cv2

        small = cv2.resize(picture, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
        done, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if done:
            with self._lock:
                self._jpegs[sample] = jpeg.tobytes()
                while len(self._jpegs) > MOST_THUMBNAILS:
                    self._jpegs.popitem(last=False)

    def get(self, sample: int) -> bytes | None:
        """The JPEG of a sample."""
        with self._lock:
            return self._jpegs.get(sample)

    def keep_only(self, samples: set[int]) -> None:
        """Forgets those of samples that there are no more."""
        with self._lock:
            for gone in set(self._jpegs) - samples:
                del self._jpegs[gone]


def cut_out(image: Image | None, hand: Hand) -> Image | None:
    """A square round the hand, copied; None where there is no picture, or no room for one."""
    if image is None:
        return None
    box = hand.box
    x, y = box.centre
    half = (0.5 + _ROOM) * max(box.width, box.height)
    top, bottom = max(0, int(y - half)), min(image.shape[0], int(y + half))
    left, right = max(0, int(x - half)), min(image.shape[1], int(x + half))
    side = min(bottom - top, right - left)
    if side < 2:
        return None
    # Cut to a square rather than squeezed: people shall know their hand.
    top += (bottom - top - side) // 2
    left += (right - left - side) // 2
    return image[top : top + side, left : left + side].copy()
