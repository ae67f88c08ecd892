"""A picture of the user's own as the background, read with mistrust on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from vcam.core.frame import Image

MAX_PICTURE_BYTES = 50 * 1024 * 1024
MAX_PICTURE_PIXELS = 64_000_000
"""More than cameras and telephones make; decoded, it takes 200 MB for a moment."""

FORMATS = ("BMP", "JPEG", "PNG", "WEBP")


class UnusableFile(Exception):
    """Why a file cannot be the background, in a few words."""


class OwnRoom(Protocol):
    """A room that is made of a file, on a thread of its own."""

    @property
    def problem(self) -> str:
        """Why there is none; empty while it is being read, and once it is there. Any thread."""
        ...

    def picture(self) -> Image | None:
        """What to show now, uint8 (h, w, 3), not to be written to; None while there is nothing."""
        ...

    def close(self) -> None:
        """Ends the thread, soon."""
        ...


class OwnPicture:
    """A still picture that covers the background.

    Args:
        name: the file, as the settings have it; None for none.
        size: width and height of the background, pixels.
        on_change: told when it is there, or `problem` is; on the reading thread.
    """

    def __init__(
        self, name: str | None, size: tuple[int, int], on_change: Callable[[], None]
    ) -> None:
        self.problem = ""
        self._name = name
        self._size = size
        self._on_change = on_change
        self._picture: Image | None = None
        threading.Thread(target=self._read, name="background picture", daemon=True).start()

    def picture(self) -> Image | None:
        """The picture, uint8 (h, w, 3); None before it was read, and where it cannot be."""
        return self._picture

    def close(self) -> None:
        """Nothing is left to end: reading ends by itself."""

    def _read(self) -> None:
        try:
            self._picture = read_picture(self._name, self._size)
        except (UnusableFile, cv2.error, MemoryError) as error:
            self.problem = f"The background picture cannot be used: {error}"
        self._on_change()


def read_picture(name: str | None, size: tuple[int, int]) -> Image:
    """A picture, turned as its EXIF says, scaled and cut so that it covers `size`.

    Raises:
        UnusableFile: it is missing, too large, or no picture.
    """
    path = usable_path(name, MAX_PICTURE_BYTES)
    try:
        with Pillow.open(path, formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PICTURE_PIXELS:
                raise Pillow.DecompressionBombError
            # JPEG alone: decodes no more than is needed, whichever way it is turned.
            opened.draft("RGB", (2 * max(size), 2 * max(size)))
            upright = ImageOps.exif_transpose(opened)
            if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
                upright = upright.convert("RGBA")
                under = Pillow.new("RGBA", upright.size, (255, 255, 255, 255))
                upright = Pillow.alpha_composite(under, upright)
            pixels = np.asarray(upright.convert("RGB"))
    except Pillow.DecompressionBombError as error:
        most = MAX_PICTURE_PIXELS // 1_000_000
        raise UnusableFile(
            f"{path} has more than {most} million pixels: make it smaller"
        ) from error
    except MemoryError as error:
        raise UnusableFile(f"{path} does not fit into memory: make it smaller") from error
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError) as error:
        # Damaged files make Pillow raise any of these.
        kinds = ", ".join(FORMATS)
        raise UnusableFile(f"{path} is damaged or not one of {kinds}") from error
    return covering(np.ascontiguousarray(pixels[..., ::-1]), size)


def usable_path(name: str | None, most_bytes: int | None = None) -> Path:
    """The path of a file that is there.

    Raises:
        UnusableFile: it is not, or it is larger than `most_bytes`.
    """
    if not name:
        raise UnusableFile("effects.background.file names none")
    try:
        path = Path(name).expanduser()
        if not path.is_file():
            raise UnusableFile(f"there is no file {path}")
        if most_bytes is not None and path.stat().st_size > most_bytes:
            raise UnusableFile(f"{path} is larger than {most_bytes // 1024 // 1024} MB")
    except (OSError, RuntimeError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else None
        raise UnusableFile(f"{name}: {cause or error}") from error
    return path


def covering(picture: Image, size: tuple[int, int], out: Image | None = None) -> Image:
    """The middle of a picture, scaled so that it covers `size`.

    Args:
        picture: uint8 (h, w, 3), at least 1 by 1.
        size: width and height, pixels.
        out: uint8, of that size, to be written to.
    """
    rows, columns = picture.shape[:2]
    scale = max(size[0] / columns, size[1] / rows)
    width = min(columns, max(1, round(size[0] / scale)))
    height = min(rows, max(1, round(size[1] / scale)))
    left, top = (columns - width) // 2, (rows - height) // 2
    cut = picture[top : top + height, left : left + width]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    result = np.empty((size[1], size[0], 3), np.uint8) if out is None else out
    cv2.resize(cut, size, dst=result, interpolation=method)
    return result
