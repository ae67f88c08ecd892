"""What is behind the person: the room blurred, a colour, a gradient, a picture, a video."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vcam.core.clock import Clock, MonotonicClock
from vcam.core.frame import Image
from vcam.effects.outline import Alpha
from vcam.effects.own_picture import OwnPicture, OwnRoom
from vcam.effects.own_video import OwnVideo
from vcam.effects.room_blur import RoomBlur
from vcam.settings.schema.showing import BackgroundSettings

logger = logging.getLogger(__name__)


def _nothing() -> None:
    pass


class Backdrop:
    """Makes what is shown where the person is not. Used from one thread.

    Whatever goes wrong, the room stays hidden: a file that cannot be used is replaced by the plane
    of `colour`, and so is a background that cannot be made.

    Args:
        settings: what is behind the person; nothing at first if not given.
        on_change: told when `problem` changes, on any thread.
        clock: paces videos.
    """

    def __init__(
        self,
        settings: BackgroundSettings | None = None,
        on_change: Callable[[], None] = _nothing,
        clock: Clock | None = None,
    ) -> None:
        self._settings = BackgroundSettings()
        self._on_change = on_change
        self._clock = clock or MonotonicClock()
        self._blur = RoomBlur()
        self._plane: Image | None = None
        self._own: OwnRoom | None = None
        self._own_is: tuple[str, str | None, tuple[int, int]] | None = None
        self._last_own: Image | None = None
        self._fault = ""
        self._told = ""
        if settings is not None:
            self.apply(settings)

    @property
    def problem(self) -> str:
        """Why the background is not the one that was asked for; empty while it is. Any thread."""
        own = self._own
        return self._fault or (own.problem if own is not None else "")

    def apply(self, settings: BackgroundSettings) -> None:
        """Takes other settings over."""
        if settings == self._settings:
            return
        self._settings = settings
        self._plane = None
        self._note_fault("")
        if settings.kind not in ("picture", "video"):
            self.close()
            self._last_own = None

    def room(self, canvas: Image, alpha: Alpha | None, at: float | None = None) -> Image | None:
        """What hides the room, uint8 (h, w, 3); None if the background's kind is none.

        It is not to be written to, and may be overwritten by the next call.

        Args:
            canvas: uint8 (h, w, 3) BGR; is not changed.
            alpha: uint8 (h, w), the person's share; None while that is not known.
            at: the picture's time, seconds, where pictures come one after another.
        """
        if self._settings.kind == "none":
            return None
        try:
            room = self._made(canvas, alpha, at)
        except Exception as error:
            if not self._fault:
                logger.exception("The background cannot be drawn")
            self._note_fault(f"The background cannot be drawn: {error}")
            return np.full(canvas.shape, bgr(self._settings.colour).astype(np.uint8))
        self._note_fault("")
        return room

    def close(self) -> None:
        """Ends what works in the background."""
        if self._own is not None:
            self._own.close()
        self._own = self._own_is = None

    def _note_fault(self, fault: str) -> None:
        if fault != self._fault:
            self._fault = fault
            self._on_change()

    def _made(self, canvas: Image, alpha: Alpha | None, at: float | None) -> Image:
        kind = self._settings.kind
        if kind == "blur":
            return self._blur.make(canvas, alpha, self._settings.strength, at)
        if kind in ("picture", "video"):
            own = self._own_room((canvas.shape[1], canvas.shape[0]))
            if own is not None:
                return own
        if self._plane is None or self._plane.shape != canvas.shape:
            self._plane = gradient(canvas.shape, self._settings)
        return self._plane

    def _own_room(self, size: tuple[int, int]) -> Image | None:
        """The picture or the video's; the one before it until it is there, None for the plane."""
        kind, name = self._settings.kind, self._settings.file
        if self._own is None or self._own_is != (kind, name, size):
            self.close()
            self._own_is = (kind, name, size)
            if kind == "picture":
                self._own = OwnPicture(name, size, self._tell)
            else:
                self._own = OwnVideo(name, size, self._tell, self._clock)
        picture = self._own.picture()
        if picture is not None:
            self._last_own = picture
        elif self._own.problem:
            self._last_own = None
        last = self._last_own
        return last if last is not None and last.shape[1::-1] == size else None

    def _tell(self) -> None:
        """On the thread of a picture or a video."""
        problem = self.problem
        if problem and problem != self._told:
            logger.warning("%s", problem)
        self._told = problem
        self._on_change()


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
