"""A picture and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""uint8 (height, width, 3), BGR, C-contiguous."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture on its way through vcam.

    Whoever holds a frame may read `image` for as long as it likes and must never write to it:
    several threads share it.

    Attributes:
        image: uint8 (H, W, 3) BGR.
        captured_at: seconds on the source's clock (monotonic for cameras and paced clips, media
            time for replays).
        index: counts up by one or more within one source; never repeats.
    """

    image: Image
    captured_at: float
    index: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]
