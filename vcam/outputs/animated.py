"""Short moving pictures: GIF and WebP, of few frames that are kept small until the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from vcam.core.frame import Image
from vcam.outputs.stills import Told, exif

Format = Literal["gif", "webp"]


class _Limits(NamedTuple):
    """Longest side in pixels, and frames in a second."""

    side: int
    fps: float


LIMITS: Final[dict[Format, _Limits]] = {"gif": _Limits(480, 12.5), "webp": _Limits(640, 15.0)}
"""What messengers still show smoothly and send without making it worse: some 3 to 6 MB for 3 s. A
GIF's frames last hundredths of a second: 12.5 a second are 8 of them."""

_WEBP_QUALITY, _WEBP_METHOD = 78, 2
_BITS = 5
"""Of each colour, for the table from colours to a GIF's palette."""

_COLOURS = 255
_BAYER = (
    np.array(
        [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]],
        np.int16,
    )
    - 8
)
"""Ordered dithering: its pattern stands still, while spread errors swim from frame to frame."""


class Reel:
    """Gathers frames for a moving picture. Used from one thread at a time.

    Args:
        kind: the file format.
    """

    def __init__(self, kind: Format) -> None:
        self._kind = kind
        self._frames: list[npt.NDArray[np.uint8]] = []
        self._begun_at: float | None = None

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, image: Image, at: float) -> None:
        """Takes a frame if it is time for one, made small; the gaps before it are filled.

        Args:
            image: uint8 (H, W, 3) BGR.
            at: seconds.
        """
        side, fps = LIMITS[self._kind]
        if self._begun_at is None:
            self._begun_at = at
        place = round((at - self._begun_at) * fps)
        if place < len(self._frames):
            return
        while self._frames and len(self._frames) < place:
            self._frames.append(self._frames[-1])
        height, width = image.shape[:2]
        scale = min(1.0, side / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        if self._frames and self._frames[0].shape != small.shape:
            # The camera was opened anew in another size.
            small = cv2.resize(small, self._frames[0].shape[1::-1])
        self._frames.append(np.asarray(small, np.uint8))

    def write(self, path: Path, told: Told) -> None:
        """Writes the file; takes a second or so.

        Raises:
            OSError: it cannot be written.
            ValueError: there are no frames.
        """
        if not self._frames:
            raise ValueError("there are no frames")
        if self._kind == "gif":
            self._write_gif(path, told)
        else:
            self._write_webp(path, told)

    def _duration_ms(self) -> int:
        return round(1000 / LIMITS[self._kind].fps)

    def _write_gif(self, path: Path, told: Told) -> None:
        colours, table = _palette(self._frames)
        pictures = [_indexed(frame, colours, table) for frame in self._frames]
        pictures[0].save(
            path,
            "GIF",
            save_all=True,
            append_images=pictures[1:],
            duration=self._duration_ms(),
            loop=0,
            optimize=False,
            comment=f"{told.comment}, {told.at.isoformat(timespec='seconds')}".encode(),
        )

    def _write_webp(self, path: Path, told: Told) -> None:
        pictures = [
            Pillow.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)) for frame in self._frames
        ]
        pictures[0].save(
            path,
            "WEBP",
            save_all=True,
            append_images=pictures[1:],
            duration=self._duration_ms(),
            loop=0,
            quality=_WEBP_QUALITY,
            method=_WEBP_METHOD,
            exif=exif(told),
        )


def _palette(frames: Sequence[npt.NDArray[np.uint8]]) -> tuple[bytes, npt.NDArray[np.uint8]]:
    """One palette for all frames, and the place in it of each colour of `_BITS` bits.

    One for all keeps still parts still, and lets a table do the work of each frame.
    """
    step = max(1, len(frames) // 8)
    sample = np.concatenate([cv2.resize(frame, (128, 128)) for frame in frames[::step]])
    mosaic = Pillow.fromarray(cv2.cvtColor(sample, cv2.COLOR_BGR2RGB))
    few = mosaic.quantize(_COLOURS, Pillow.Quantize.MEDIANCUT, kmeans=1)
    colours = bytes(few.getpalette() or ())
    known = np.frombuffer(colours, np.uint8).reshape(-1, 3).astype(np.float32)
    levels = (np.arange(1 << _BITS, dtype=np.float32) + 0.5) * (256 >> _BITS)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    # |a - b|² = |a|² - 2ab + |b|², of which |a|² does not matter for which b is nearest.
    far = (known**2).sum(axis=1) - 2 * cube @ known.T
    return colours, far.argmin(axis=1).astype(np.uint8)


def _indexed(
    frame: npt.NDArray[np.uint8], colours: bytes, table: npt.NDArray[np.uint8]
) -> Pillow.Image:
    """A frame in the colours of the palette, dithered."""
    height, width = frame.shape[:2]
    pattern = np.tile(_BAYER, (-(-height // 4), -(-width // 4)))[:height, :width, None]
    shifted = np.clip(frame.astype(np.int16) + pattern, 0, 255) >> (8 - _BITS)
    blue, green, red = (shifted[..., band].astype(np.int32) for band in range(3))
    picture = Pillow.fromarray(table[(red << (2 * _BITS)) | (green << _BITS) | blue])
    picture.putpalette(colours)
    return picture
