"""Picture files, and what looks at them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np

from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.core.observation import Observation, PoseReading


class PictureError(VcamError):
    """A picture that cannot be read."""


class StillReader(Protocol):
    """A picture in; what is seen in it and the reading of each hand out.

    `vcam.daemon.recognition.HandRecognizer` is the real one.
    """

    def read(self, image: Image) -> tuple[Observation, Sequence[PoseReading]]:
        """Looks at one picture, uint8 (h, w, 3) BGR."""
        ...


def read_image(path: Path) -> Image:
    """Reads a picture file, turned upright as its EXIF data says.

    Returns:
        uint8 (h, w, 3) BGR.

    Raises:
        PictureError: it cannot be read or is no picture.
    """
    try:
        # Not cv2.imread: on Windows that does not open names outside the code page.
        raw = np.fromfile(path, np.uint8)
        image = cv2.imdecode(raw, cv2.IMREAD_COLOR) if raw.size else None
    except OSError as error:
        raise PictureError(f"cannot read {path} ({error.strerror})") from None
    except cv2.error:
        # A size that no picture has, or more pixels than OpenCV agrees to decode.
        image = None
    if image is None:
        raise PictureError(f"{path} is no picture that can be decoded")
    return cast(Image, image)


class Stopwatch:
    """Processor time of this process since it was made, which other programs cannot stretch."""

    def __init__(self) -> None:
        self._started_s = time.process_time()

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds of processor time."""
        return (time.process_time() - self._started_s) * 1000
