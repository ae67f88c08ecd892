"""Small pictures of the moments that a report shows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from vcam.core.events import EventKind
from vcam.core.frame import Frame, Image
from vcam.core.observation import Hand
from vcam.lab.scoring import Span
from vcam.pipeline.looking import Look

WIDTH: Final = 240
_QUALITY: Final = 72
_MOST: Final = 60
"""Of one clip; a report of a clip in which more goes wrong needs no more pictures."""

_FINGERS: Final = ((0, 1, 2, 3, 4), (0, 5, 6, 7, 8), (5, 9, 10, 11, 12), (9, 13, 14, 15, 16))
_LINES: Final = (*_FINGERS, (13, 17, 18, 19, 20), (0, 17))
_INK: Final = (80, 230, 255)


class Thumbnails:
    """Takes a small picture at each start, and in the middle of each labelled span.

    Args:
        spans: the labels.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self._middles = sorted((span.start_s + span.end_s) / 2 for span in spans)
        self.kept: dict[float, bytes] = {}

    def note(self, frame: Frame, look: Look) -> None:
        """Looks whether this frame is worth keeping."""
        wanted = [event.at for event in look.events if event.kind is EventKind.START]
        while self._middles and frame.captured_at >= self._middles[0]:
            wanted.append(self._middles.pop(0))
        if wanted and len(self.kept) < _MOST:
            picture = thumbnail(frame.image, look.observation.hands)
            self.kept.update(dict.fromkeys(wanted, picture))


def thumbnail(image: Image, hands: Sequence[Hand] = ()) -> bytes:
    """A JPEG of the picture, small, with the hands' landmarks drawn in.

    Args:
        image: uint8 (h, w, 3) BGR; not changed.
        hands: in its pixels.
    """
    scale = WIDTH / image.shape[1]
    size = WIDTH, max(1, round(image.shape[0] * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    for hand in hands:
        points = np.round(hand.points * scale).astype(int)
        for line in _LINES:
            for a, b in pairwise(line):
                start, end = points[a].tolist(), points[b].tolist()
                cv2.line(small, start, end, _INK, 1, cv2.LINE_AA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes()
