"""What is behind the person: the room blurred, a colour, a gradient, a picture, a video."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.matting import Matte
from vcam.effects.room_blur import RoomBlur
from vcam.settings.schema.showing import BackgroundSettings

logger = logging.getLogger(__name__)


def _nothing() -> None:
    pass


class Backdrop:
    """Replaces what is not person. Used from one thread.

    Attributes:
        problem: why the background is not the one that was asked for; empty while it is. The room
            is hidden all the same.

    Args:
        settings: what is behind the person; nothing at first if not given.
        on_change: told when `problem` changes, on any thread.
    """

    def __init__(
        self,
        settings: BackgroundSettings | None = None,
        on_change: Callable[[], None] = _nothing,
    ) -> None:
        self._settings = BackgroundSettings()
        self._on_change = on_change
        self.problem = ""
        self._matte = Matte()
        self._blur = RoomBlur()
        self._still: Image | None = None
        if settings is not None:
            self.apply(settings)

    @property
    def wants_mask_hz(self) -> float:
        """How often it wants to know where the person is; 0 for not at all."""
        return 0.0 if self._settings.kind == "none" else self._settings.rate_hz

    def apply(self, settings: BackgroundSettings) -> None:
        """Takes other settings over."""
        self._settings = settings
        self._still = None

    def draw(self, canvas: Image, alpha: npt.NDArray[np.uint8] | None, at: float) -> None:
        """Replaces what is not person, in place; does nothing if the background's kind is none.

        Args:
            canvas: uint8 (h, w, 3) BGR.
            alpha: uint8 (h, w), the person's share; None hides everything, for nobody knows where
                the person is.
            at: the time of the picture that goes out, seconds.
        """
        if self._settings.kind == "none":
            return
        room = self._room(canvas, alpha, at)
        if alpha is None:
            np.copyto(canvas, room)
        else:
            self._matte.lay(canvas, room, alpha)

    def close(self) -> None:
        """Ends what works in the background."""

    def _room(self, canvas: Image, alpha: npt.NDArray[np.uint8] | None, at: float) -> Image:
        if self._settings.kind == "blur":
            return self._blur.make(canvas, alpha, self._settings.strength)
        if self._still is None or self._still.shape != canvas.shape:
            self._still = gradient(canvas.shape, self._settings)
        return self._still


def gradient(shape: tuple[int, ...], settings: BackgroundSettings) -> Image:
    """A plane of the colour, or from it downwards to the one below: uint8 (h, w, 3) BGR."""
    top = bgr(settings.colour)
    below = bgr(settings.colour_below) if settings.kind == "gradient" else top
    share = np.linspace(0, 1, shape[0], dtype=np.float32)[:, np.newaxis, np.newaxis]
    plane = np.broadcast_to(top * (1 - share) + below * share, shape)
    # Without noise of half a step, eight bits show as bands.
    noise = (
        np.random.default_rng(0).random(shape, np.float32) if settings.kind == "gradient" else 0.5
    )
    return np.asarray(np.floor(plane + noise).clip(0, 255), np.uint8)


def bgr(colour: str) -> npt.NDArray[np.float32]:
    """`#rrggbb` as three numbers, 0..255."""
    return np.array([int(colour[at : at + 2], 16) for at in (5, 3, 1)], np.float32)
