"""Notices a camera that sees nothing but black: a lens cap, a privacy shutter."""

from __future__ import annotations

from vcam.core.frame import Image

LOOK_EVERY_S = 0.5
DARK_AFTER_S = 3.0
"""Cameras start with some dark pictures while they measure the light."""

STEP_PIXELS = 24
"""Every so many pixels across and down one is looked at."""

DARK_MEAN = 10.0
DARK_SPREAD = 4.0
"""Mean and standard deviation, grey levels of 255, up to which a picture is black: a shutter leaves
sensor noise alone. A room at night, lit by nothing but a screen, has more of both."""


class DarkWatch:
    """Tells whether a camera has been black for a while. Used from one thread; time comes in."""

    def __init__(self) -> None:
        self._look_at = float("-inf")
        self._dark_since: float | None = None
        self.is_dark = False

    def update(self, at: float, image: Image) -> bool:
        """Whether it is dark now; looks at a picture twice a second and at few of its pixels.

        Args:
            at: seconds.
            image: uint8 (H, W, 3).
        """
        if at < self._look_at:
            return self.is_dark
        self._look_at = at + LOOK_EVERY_S
        some = image[STEP_PIXELS // 2 :: STEP_PIXELS, STEP_PIXELS // 2 :: STEP_PIXELS]
        if some.size == 0:
            return self.is_dark
        if some.mean() > DARK_MEAN or some.std() > DARK_SPREAD:
            self._dark_since, self.is_dark = None, False
            return False
        if self._dark_since is None:
            self._dark_since = at
        self.is_dark = at - self._dark_since >= DARK_AFTER_S
        return self.is_dark
