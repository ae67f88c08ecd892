"""Pictures with transparency, still or animated, ready to be drawn at any size.

PNG, APNG, GIF and WebP are decoded by Pillow into premultiplied BGRA, within bounds that no
picture can talk its way out of: what a pack says about itself is not trusted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageSequence, UnidentifiedImageError

from vcam.core.errors import PackError

Bgra = npt.NDArray[np.uint8]
"""uint8 (h, w, 4): blue, green, red, each already multiplied by alpha, and alpha."""

MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_SIDE = 2048
MAX_FRAMES = 240
MAX_TOTAL_PIXELS = 16 * 1024 * 1024
"""Over all frames of one picture; 64 MiB decoded."""

DEFAULT_FRAME_MS = 100
"""Browsers show frames that claim 10 ms or less for 100 ms; so do we."""

_BORDER = 2
_LEVEL_STEP = 2.0**-0.5
_MIN_LEVEL_SIDE = 8

_UNSEEN, _NEARLY_ALL = 10, 0.99
"""Of 255: what a soft picture may be off by; and in how many of its pixels, as a share."""


@dataclass(frozen=True, eq=False)
class Level:
    """One frame of a sprite at one size.

    Attributes:
        pixels: uint8 (h, w, 4) premultiplied BGRA, with a transparent border.
        scale_x: pixels of the level per pixel of the original picture, across.
        scale_y: the same, downwards.
        centre: middle of the original picture in the level's pixels; may lie outside it, for
            transparent margins are cut away.
    """

    pixels: Bgra
    scale_x: float
    scale_y: float
    centre: tuple[float, float]

    @cached_property
    def softness(self) -> int:
        """So many times fewer pixels each way would do, 1, 2 or 4: enlarged, it looks alike."""
        # What OpenCV makes smaller evenly it makes fast.
        height, width = (max(1, side // 4 * 4) for side in self.pixels.shape[:2])
        pixels = self.pixels[:height, :width]
        softness = 1
        for times in (2, 4):
            size = max(1, width // times), max(1, height // times)
            small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
            again = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
            off = cv2.absdiff(again, pixels)
            alike = cv2.countNonZero(cv2.inRange(off, (0,) * 4, (_UNSEEN,) * 4))
            if alike < _NEARLY_ALL * height * width:
                break
            softness = times
        return softness

    @cached_property
    def hull(self) -> npt.NDArray[np.float64]:
        """The corners of what is round all that is not transparent, float64 (2, n): x and y.

        A pixel farther out: beyond, nothing is left of it even between the pixels.
        """
        filled = np.ascontiguousarray(self.pixels).view(np.uint32)[..., 0] != 0
        rows = np.flatnonzero(filled.any(axis=1))
        if not len(rows):
            return np.zeros((2, 1))
        height, width = filled.shape
        # Of each row only its ends can be corners.
        first = filled[rows].argmax(axis=1)
        last = width - 1 - filled[rows, ::-1].argmax(axis=1)
        x = np.concatenate([np.maximum(first - 1, 0), np.minimum(last + 1, width - 1)])
        ends = [np.maximum(rows - 1, 0), np.minimum(rows + 1, height - 1)]
        points = np.concatenate([np.stack([x, np.tile(y, 2)], axis=1) for y in ends])
        corners = cv2.convexHull(points.astype(np.int32))
        return np.asarray(corners.reshape(-1, 2).T, np.float64)


class Sprite:
    """A still or animated picture.

    Smaller copies (each by the square root of 2) are made when they are first asked for and kept:
    a warp from the right one neither aliases nor costs more than the pixels that are drawn.

    Args:
        frames: one or more premultiplied BGRA pictures of one size.
        durations_s: how long each is shown, seconds, each above 0.
    """

    def __init__(self, frames: Sequence[Bgra], durations_s: Sequence[float]) -> None:
        if not frames or len(frames) != len(durations_s) or min(durations_s) <= 0:
            raise ValueError("a sprite needs frames, each with a duration above 0")
        self.height, self.width = frames[0].shape[:2]
        left, top, right, bottom = _content_box(frames)
        self._centre = (self.width / 2 - left + _BORDER, self.height / 2 - top + _BORDER)
        self._frames = [_bordered(frame[top:bottom, left:right]) for frame in frames]
        self._levels: dict[tuple[int, int], Level] = {}
        ends: list[float] = []
        for duration_s in durations_s:
            ends.append((ends[-1] if ends else 0.0) + duration_s)
        self._ends_s = ends

    @property
    def frame_count(self) -> int:
        """How many frames it has; 1 for a still picture."""
        return len(self._frames)

    @property
    def duration_s(self) -> float:
        """Length of one round of the animation, seconds."""
        return self._ends_s[-1]

    @property
    def decoded_bytes(self) -> int:
        """Memory that the frames take at full size."""
        return sum(frame.nbytes for frame in self._frames)

    def frame_index(self, elapsed_s: float, repeat: bool = True) -> int:
        """Which frame is due `elapsed_s` after the start; the last one stays without `repeat`."""
        if len(self._frames) == 1:
            return 0
        elapsed_s = max(0.0, elapsed_s)
        if repeat:
            elapsed_s %= self.duration_s
        return min(bisect_right(self._ends_s, elapsed_s), len(self._frames) - 1)

    def level(self, frame: int, scale: float) -> Level:
        """The smallest kept size of a frame that need not be enlarged to be drawn at `scale`."""
        wanted = min(1.0, max(scale, 1e-3))
        octave = int(np.floor(np.log(wanted) / np.log(_LEVEL_STEP) + 1e-6))
        source = self._frames[frame]
        height, width = source.shape[:2]
        while octave and min(height, width) * _LEVEL_STEP**octave < _MIN_LEVEL_SIDE:
            octave -= 1
        key = (frame, octave)
        kept = self._levels.get(key)
        if kept is None:
            kept = self._levels[key] = self._make_level(source, _LEVEL_STEP**octave)
        return kept

    def _make_level(self, source: Bgra, scale: float) -> Level:
        if scale == 1.0:
            return Level(source, 1.0, 1.0, self._centre)
        height, width = source.shape[:2]
        size = (round(width * scale), round(height * scale))
        pixels = cast(Bgra, cv2.resize(source, size, interpolation=cv2.INTER_AREA))
        scale_x, scale_y = size[0] / width, size[1] / height
        centre = (self._centre[0] * scale_x, self._centre[1] * scale_y)
        return Level(pixels, scale_x, scale_y, centre)

    def additive(self) -> Sprite:
        """The same picture as light: it brightens what is behind it and covers nothing."""
        bare = [frame[_BORDER:-_BORDER, _BORDER:-_BORDER].copy() for frame in self._frames]
        for frame in bare:
            frame[..., 3] = 0
        starts = [0.0, *self._ends_s[:-1]]
        durations = [end - start for start, end in zip(starts, self._ends_s, strict=True)]
        light = Sprite(bare, durations)
        light.width, light.height, light._centre = self.width, self.height, self._centre
        return light


def load_sprite(path: Path) -> Sprite:
    """Reads and decodes a PNG, APNG, GIF or (animated) WebP file wholly.

    Raises:
        PackError: missing, unreadable, truncated, of another kind, or beyond the bounds of this
            module. The message names the file.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise PackError(
                f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB", "save a smaller picture"
            )
    except FileNotFoundError:
        raise PackError(f"{path} does not exist", "add it or correct its name") from None
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror})", "check its rights") from None
    try:
        with Pillow.open(path, formats=("PNG", "GIF", "WEBP")) as picture:
            _check_bounds(path, picture)
            pairs = list(_decode(path, picture))
    except PackError:
        raise
    except Pillow.DecompressionBombError:
        raise PackError(f"{path} has far too many pixels", _bounds_fix()) from None
    except UnidentifiedImageError:
        raise PackError(
            f"{path} is no PNG, GIF or WebP picture", "save it as one of these"
        ) from None
    except Exception as error:
        # Pillow's decoders raise whatever their C libraries and struct make of broken bytes.
        raise PackError(f"{path} is damaged ({error})", "save the picture again") from None
    return Sprite([frame for frame, _ in pairs], [duration_s for _, duration_s in pairs])


def premultiplied(rgba: npt.NDArray[np.uint8]) -> Bgra:
    """Straight-alpha RGBA, uint8 (h, w, 4), as premultiplied BGRA, rounded to nearest."""
    return _premultiplied(Pillow.fromarray(rgba))


def _premultiplied(picture: Pillow.Image) -> Bgra:
    # "RGBa" is Pillow's name for premultiplied alpha.
    rgba = np.asarray(picture.convert("RGBa"))
    return cast(Bgra, cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))


def _bounds_fix() -> str:
    return (
        f"at most {MAX_SIDE}x{MAX_SIDE} pixels, {MAX_FRAMES} frames and "
        f"{MAX_TOTAL_PIXELS // 2**20} million pixels over all frames"
    )


def _check_bounds(path: Path, picture: Pillow.Image) -> None:
    width, height = picture.size
    if max(width, height) > MAX_SIDE:
        raise PackError(f"{path} is too large ({width}x{height} pixels)", _bounds_fix())
    frames = getattr(picture, "n_frames", 1)
    if frames > MAX_FRAMES or frames * width * height > MAX_TOTAL_PIXELS:
        raise PackError(
            f"{path} is too long an animation ({frames} frames of {width}x{height})", _bounds_fix()
        )


def _decode(path: Path, picture: Pillow.Image) -> Iterator[tuple[Bgra, float]]:
    # An APNG may carry a still picture for old viewers that is no part of the animation.
    first = 1 if getattr(picture, "default_image", False) else 0
    for index, frame in enumerate(ImageSequence.Iterator(picture)):
        if index > MAX_FRAMES:
            raise PackError(f"{path} has more frames than it says", _bounds_fix())
        if index < first:
            continue
        # WebP tells a frame's duration only once the frame is decoded.
        rgba = frame.convert("RGBA")
        shown_ms = float(frame.info.get("duration", DEFAULT_FRAME_MS) or 0)
        if shown_ms <= 10:
            shown_ms = DEFAULT_FRAME_MS
        yield _premultiplied(rgba), shown_ms / 1000


def _content_box(frames: Sequence[Bgra]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is not wholly transparent in any frame."""
    seen = np.zeros(frames[0].shape[:2], bool)
    for frame in frames:
        # The four bytes of a pixel as one number: several times faster than looking at each.
        seen |= np.ascontiguousarray(frame).view(np.uint32)[..., 0] != 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _bordered(frame: Bgra) -> Bgra:
    """With a transparent border, so that its edges stay smooth wherever they fall."""
    bordered = cv2.copyMakeBorder(
        frame, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)
    )
    return cast(Bgra, bordered)
