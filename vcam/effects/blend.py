"""Draws one sprite on a picture: sub-pixel placed, in 8 bit, only where it lands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.matting import Shade
from vcam.effects.schema import Blend
from vcam.effects.sprite import Level, Sprite
from vcam.effects.widening import Widener

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

MAX_DRAWN_SIDE = 16_384
"""Sprites that would come out larger than this, in pixels, are not drawn."""

MIN_OPACITY = 1 / 255

_LARGE = 90_000
"""Pixels: above, what is soft or much enlarged is turned at half or a quarter of the size and
enlarged then, which costs half and looks the same."""
_ENLARGED = 1.2
_GAP = 24
"""Pixels of what is turned that are left out where nothing is in them."""
_COARSEST = 4
_SHARING = 2
"""Rows of the picture that share one of what is soft."""

_NEAR, _NEAR_SOFT = 40_000, 200_000
"""Pixels that are blended at a time; of what is soft, many share what lies between the steps."""


@dataclass(frozen=True, slots=True)
class Pose2D:
    """Where and how a sprite is drawn.

    Attributes:
        x: where the sprite's pivot comes to lie on the canvas, pixels (0 is the left edge of the
            leftmost pixel).
        y: the same, downwards.
        width: width of the whole picture, pixels.
        height: its height, pixels.
        angle: radians, clockwise as seen on the picture.
        opacity: 0..1.
        pivot: the point of the picture that lies on (x, y) and that it turns about, as shares of
            its width and height.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    opacity: float = 1.0
    pivot: tuple[float, float] = (0.5, 0.5)


class Blender:
    """Draws sprites; keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._scratch: dict[str, npt.NDArray[np.uint8]] = {}
        self._widener = Widener()

    def draw(
        self,
        canvas: Image,
        sprite: Sprite,
        frame: int,
        pose: Pose2D,
        mode: Blend = "normal",
        person: Shade | None = None,
    ) -> bool:
        """Blends one frame of `sprite` into `canvas`, uint8 (H, W, 3), in place.

        A pose that is not finite, has no size, or lies off the canvas draws nothing. Light that is
        added is a sprite without alpha (`Sprite.additive`). With `person` it passes behind.

        Returns:
            Whether anything was drawn.
        """
        if not is_drawable(pose):
            return False
        scale = max(pose.width / sprite.width, pose.height / sprite.height)
        level = sprite.level(frame, scale)
        matrix = _matrix(sprite, level, pose)
        window = _window(level, matrix, canvas.shape[1], canvas.shape[0])
        if window is None:
            return False
        area = (window[2] - window[0]) * (window[3] - window[1])
        step = _step(level, scale) if area >= _LARGE else 1
        if step > 1:
            self._soft(canvas, level, matrix, window, step, pose.opacity, mode, person)
            return True
        left, top, right, bottom = window
        patch = self._turned(level, matrix, window, 1, pose.opacity)
        if person is not None:
            person.hide(patch, left, top)
        self.blend(canvas[top:bottom, left:right], patch, 1.0, mode)
        return True

    def _soft(
        self,
        canvas: Image,
        level: Level,
        matrix: npt.NDArray[np.float64],
        window: Box,
        step: int,
        opacity: float,
        mode: Blend,
        person: Shade | None,
    ) -> None:
        """Draws a level that is turned `step` times smaller than it is to be, and made larger."""
        left, top = window[0] // step * step, window[1] // step * step
        right, bottom = window[2], window[3]
        small = self._turned(level, matrix, (left, top, right, bottom), step, opacity)
        if person is not None:
            person.hide(small, left // step, top // step, step)
        band = max(2, _NEAR_SOFT // (step * step * small.shape[1]))
        for first, last, start, end in _filled(small, band):
            if step == _SHARING:
                lines = small[first:last, start:end]
            else:
                # A row more on each side, since they are spread between the rows.
                above = min(first, 1)
                lines = small[first - above : last + 1, start:end]
                across, down = lines.shape[1], _SHARING * lines.shape[0]
                tall = self._take("tall", down, across, 4)
                cv2.resize(lines, (across, down), dst=tall, interpolation=cv2.INTER_LINEAR)
                lines = tall[_SHARING * above : _SHARING * (above + last - first)]
            colour, cover = self._layers(self._widener.widen(lines, step), mode)
            x, y = left + step * start, top + step * first
            target = canvas[y : min(bottom, top + step * last), x : min(right, left + step * end)]
            for row in range(_SHARING):
                shared = target[row::_SHARING]
                part = np.s_[: shared.shape[0], : shared.shape[1]]
                if shared.size:
                    self._lay(shared, colour[part], cover[part], mode)

    def _turned(
        self,
        level: Level,
        matrix: npt.NDArray[np.float64],
        window: Box,
        step: int,
        opacity: float,
    ) -> npt.NDArray[np.uint8]:
        """The level as it lies in a window, at a share of the size, uint8 (h, w, 4)."""
        left, top, right, bottom = window
        # From the window's pixels to those of a grid of which each is `step` of them wide.
        matrix = matrix.copy()
        matrix[0, 2] -= left
        matrix[1, 2] -= top
        matrix /= step
        matrix[:, 2] += (1 / step - 1) / 2
        if step == 2:
            # Where `Widener` takes its pixels to lie.
            matrix[0, 2] += 0.25
        size = -(-(right - left) // step), -(-(bottom - top) // step)
        patch = self._take("patch", size[1], size[0], 4)
        cv2.warpAffine(
            level.pixels,
            matrix,
            size,
            dst=patch,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(0, 0, 0, 0),
        )
        if opacity < 1:
            cv2.convertScaleAbs(patch, dst=patch, alpha=max(0.0, opacity))
        return patch

    def blend(
        self,
        target: Image,
        patch: npt.NDArray[np.uint8],
        opacity: float = 1.0,
        mode: Blend = "normal",
    ) -> None:
        """Lays `patch` over `target`: patch * opacity + target * (1 - alpha * opacity).

        Args:
            target: uint8 (h, w, 3), written in place; may be a view.
            patch: uint8 (h, w, 4) premultiplied BGRA; faded in place if `opacity` is below 1.
            opacity: 0..1.
            mode: `screen` is as if two projectors shone on one wall, `multiply` as if two slides
                lay in one; for both, what is transparent changes nothing.
        """
        height, width = patch.shape[:2]
        if opacity < 1:
            cv2.convertScaleAbs(patch, dst=patch, alpha=max(0.0, opacity))
        # So few rows at a time that what lies between the steps stays near the processor.
        rows = max(8, _NEAR // max(1, width))
        for top in range(0, height, rows):
            colour, cover = self._layers(patch[top : top + rows], mode)
            self._lay(target[top : top + rows], colour, cover, mode)

    def _layers(
        self, patch: npt.NDArray[np.uint8], mode: Blend
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """What a patch adds, and what it leaves of what it lies on, uint8 (h, w, 3) each."""
        height, width = patch.shape[:2]
        colour = self._take("colour", height, width, 3)
        cover = self._take("cover", height, width, 3)
        cv2.cvtColor(patch, cv2.COLOR_BGRA2BGR, dst=colour)
        if mode == "screen":
            cv2.bitwise_not(colour, dst=cover)
            return colour, cover
        alpha = self._take("alpha", height, width, 1)
        cv2.extractChannel(patch, 3, dst=alpha)
        cv2.bitwise_not(alpha, dst=alpha)
        cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR, dst=cover)
        if mode == "multiply":
            cv2.add(cover, colour, dst=cover)
        return colour, cover

    def _lay(
        self,
        target: Image,
        colour: npt.NDArray[np.uint8],
        cover: npt.NDArray[np.uint8],
        mode: Blend,
    ) -> None:
        if mode == "multiply":
            cv2.multiply(target, cover, dst=target, scale=1 / 255)
            return
        height, width = target.shape[:2]
        left = self._take("left", height, width, 3)
        cv2.multiply(target, cover, dst=left, scale=1 / 255)
        cv2.add(left, colour, dst=target)

    def _take(self, name: str, height: int, width: int, channels: int) -> npt.NDArray[np.uint8]:
        """A kept buffer; fresh ones of this size cost more in page faults than the blend does."""
        wanted = height * width * channels
        kept = self._scratch.get(name)
        if kept is None or kept.size < wanted:
            kept = self._scratch[name] = np.empty(wanted, np.uint8)
        return kept[:wanted].reshape(height, width, channels)


def _filled(patch: npt.NDArray[np.uint8], band: int) -> list[tuple[int, int, int, int]]:
    """First and last row and column of the parts of a patch, (h, w, 4), that hold all of it.

    Args:
        patch: contiguous.
        band: so many rows are looked at together.
    """
    pixels = patch.view(np.int32)[..., 0]
    rows, columns = pixels.shape
    parts = []
    for first in range(0, rows, band):
        last = min(rows, first + band)
        used = np.flatnonzero(np.bitwise_or.reduce(pixels[first:last], axis=0))
        if not used.size:
            continue
        gaps = np.flatnonzero(np.diff(used) > _GAP)
        starts = [int(used[0]), *used[gaps + 1].tolist()]
        ends = [*used[gaps].tolist(), int(used[-1])]
        # A pixel more on each side, since they are spread between the pixels.
        parts += [
            (first, last, max(0, start - 1), min(columns, end + 2))
            for start, end in zip(starts, ends, strict=True)
        ]
    return parts


def _step(level: Level, scale: float) -> int:
    """How many of the canvas's pixels one may be wide that the level is turned into."""
    room = max(1.0, scale) * level.softness
    return _COARSEST if room >= 2 * _ENLARGED else 2 if room >= _ENLARGED else 1


def is_drawable(pose: Pose2D) -> bool:
    """Whether a pose is finite, has a size, and is within what may be drawn."""
    numbers = (pose.x, pose.y, pose.width, pose.height, pose.angle, pose.opacity)
    if not all(map(math.isfinite, numbers)) or pose.opacity < MIN_OPACITY:
        return False
    if not (0.5 <= max(pose.width, pose.height) <= MAX_DRAWN_SIDE):
        return False
    return min(pose.width, pose.height) > 0 and max(abs(pose.x), abs(pose.y)) <= 1e6


def warped(sprite: Sprite, frame: int, pose: Pose2D) -> tuple[npt.NDArray[np.uint8], int, int]:
    """All of a sprite as it lies at a drawable pose, and the canvas pixel of its first one.

    Returns:
        uint8 (h, w, 4) premultiplied BGRA of its own, `pose.opacity` left out; left; top.
    """
    scale = max(pose.width / sprite.width, pose.height / sprite.height)
    level = sprite.level(frame, scale)
    matrix = _matrix(sprite, level, pose)
    left, top, right, bottom = _bounds(level, matrix)
    matrix[0, 2] -= left
    matrix[1, 2] -= top
    patch = cv2.warpAffine(level.pixels, matrix, (right - left, bottom - top))
    return np.asarray(patch, np.uint8), left, top


def _matrix(sprite: Sprite, level: Level, pose: Pose2D) -> npt.NDArray[np.float64]:
    """From indices of the level's pixels to indices of the canvas's, float64 (2, 3)."""
    across = pose.width / (sprite.width * level.scale_x)
    down = pose.height / (sprite.height * level.scale_y)
    cos, sin = math.cos(pose.angle), math.sin(pose.angle)
    a, b, c, d = across * cos, -down * sin, across * sin, down * cos
    pivot_x = level.centre[0] + (pose.pivot[0] - 0.5) * sprite.width * level.scale_x - 0.5
    pivot_y = level.centre[1] + (pose.pivot[1] - 0.5) * sprite.height * level.scale_y - 0.5
    shift_x = pose.x - 0.5 - a * pivot_x - b * pivot_y
    shift_y = pose.y - 0.5 - c * pivot_x - d * pivot_y
    return np.array([[a, b, shift_x], [c, d, shift_y]])


def _window(
    level: Level, matrix: npt.NDArray[np.float64], canvas_width: int, canvas_height: int
) -> Box | None:
    """Left, top, right, bottom of the canvas's pixels that the level touches; None for none."""
    edges = _bounds(level, matrix)
    left, right = max(0, edges[0]), min(canvas_width, edges[2])
    top, bottom = max(0, edges[1]), min(canvas_height, edges[3])
    if left >= right or top >= bottom:
        return None
    return left, top, right, bottom


def _bounds(level: Level, matrix: npt.NDArray[np.float64]) -> Box:
    (a, b, shift_x), (c, d, shift_y) = matrix.tolist()
    x, y = level.hull
    xs, ys = a * x + b * y, c * x + d * y
    return (
        math.floor(xs.min() + shift_x),
        math.floor(ys.min() + shift_y),
        math.ceil(xs.max() + shift_x) + 1,
        math.ceil(ys.max() + shift_y) + 1,
    )
