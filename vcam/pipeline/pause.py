"""The pause picture: a card with text, the last picture blurred, or the user's own image."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import cv2
import numpy as np

from vcam.capture.fit import Fitter
from vcam.core.frame import Image
from vcam.effects.card import render_card
from vcam.pipeline.veil import coarse
from vcam.settings.schema import PauseSettings

logger = logging.getLogger(__name__)

MAX_IMAGE_BYTES = 50 * 1024 * 1024


class PausePicture:
    """Makes the pause picture. Used from the output thread only.

    The user's own image is read on a thread of its own, for a disk may take its time; until it is
    there, the card stands in.

    Args:
        settings: which picture.
        size: width and height, pixels.
    """

    def __init__(self, settings: PauseSettings, size: tuple[int, int]) -> None:
        self._own: tuple[Path, float, Image] | None = None
        self._reading: threading.Thread | None = None
        self._told = ""
        self._blurred: Image | None = None
        self._made: Image | None = None
        self._size = size
        self.apply(settings, size)

    def apply(self, settings: PauseSettings, size: tuple[int, int]) -> None:
        """Takes other settings over, and reads the image if there is one to read."""
        if size != self._size:
            self._own = None
        self._settings, self._size = settings, size
        self._made = None
        self._read()

    def begin(self, last: Image | None) -> None:
        """A pause begins.

        Args:
            last: the last picture of the camera, None if there is none to blur.
        """
        self._blurred = coarse(last) if last is not None else None
        self._made = None
        self._read()

    def picture(self) -> Image:
        """The picture to show now: uint8 (height, width, 3); never written to again."""
        wanted, (width, height) = self._settings.picture, self._size
        if wanted == "image" and self._own is not None:
            return self._own[2]
        if wanted == "blur" and self._blurred is not None:
            if self._made is None:
                grown = cv2.resize(self._blurred, self._size, interpolation=cv2.INTER_CUBIC)
                self._made = np.ascontiguousarray(grown, np.uint8)
            return self._made
        return render_card(width, height, self._settings.text, [], crossed=True)

    def _read(self) -> None:
        path = self._settings.image
        if self._settings.picture != "image" or (self._reading and self._reading.is_alive()):
            return
        self._reading = threading.Thread(
            target=self._read_image, args=(path, self._size), name="pause picture", daemon=True
        )
        self._reading.start()

    def _read_image(self, name: str | None, size: tuple[int, int]) -> None:
        try:
            if name is None:
                raise ValueError("outputs.pause.image names none")
            path = Path(name).expanduser()
            changed_at = path.stat().st_mtime
            if self._own is not None and self._own[:2] == (path, changed_at):
                return
            self._own = path, changed_at, _read_fitted(path, size)
        except (OSError, ValueError, cv2.error) as error:
            self._own = None
            message = f"The pause image cannot be used, the card stands in: {_cause(name, error)}"
            if message != self._told:
                self._told = message
                logger.warning("%s", message)


def _read_fitted(path: Path, size: tuple[int, int]) -> Image:
    if path.stat().st_size > MAX_IMAGE_BYTES:
        raise ValueError("it is far too large")
    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise ValueError("it is no picture that can be read")
    return Fitter(*size, "letterbox").fit(np.ascontiguousarray(image, np.uint8))


def _cause(name: str | None, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{name}: {error.strerror or error}"
    return f"{name}: {error}" if name else str(error)
