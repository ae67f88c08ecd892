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

MAX_DRAWN_SIDE = 16_384
"""Sprites that would come out larger than this, in pixels, are not drawn."""

MIN_OPACITY = 1 / 255

_LARGE = 90_000
"""Pixels: above, what is soft or much enlarged is turned at half or a quarter of the size and
enlarged then, which costs half and looks the same."""
_ENLARGED = 1.7
_COARSEST = 4

_NEAR = 40_000
"""Pixels that are blended at a time."""


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
        restless: its size changes all the time, so that nobody sees edges that are rounded to
            whole pixels.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    opacity: float = 1.0
    pivot: tuple[float, float] = (0.5, 0.5)
    restless: bool = False


class Blender:
    """Draws sprites; keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._scratch: dict[str, npt.NDArray[np.uint8]] = {}

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
        across, down = window[2] - window[0], window[3] - window[1]
        if pose.restless and not matrix[0, 1] and across * down >= _LARGE:
            patch, left, top = self._upright(level, matrix, window, pose.opacity, person)
        else:
            patch, left, top = self._patch(level, matrix, window, scale, pose.opacity, person)
        height, width = patch.shape[:2]
        if height and width:
            self.blend(canvas[top : top + height, left : left + width], patch, 1.0, mode)
        return True

    def _patch(
        self,
        level: Level,
        matrix: npt.NDArray[np.float64],
        window: tuple[int, int, int, int],
        scale: float,
        opacity: float,
        person: Shade | None,
    ) -> tuple[npt.NDArray[np.uint8], int, int]:
        """The level as it lies in a window of the canvas, uint8 (h, w, 4), and its left and top."""
        left, top, right, bottom = window
        width, height = right - left, bottom - top
        step = _step(level, scale) if width * height >= _LARGE else 1
        odd_x, odd_y = left % step, top % step
        left, top, width, height = left - odd_x, top - odd_y, width + odd_x, height + odd_y
        # From the window's pixels to those of a grid of which each is `step` of them wide.
        matrix[0, 2] -= left
        matrix[1, 2] -= top
        matrix /= step
        matrix[:, 2] += (1 / step - 1) / 2
        size = -(-width // step), -(-height // step)
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
        if person is not None:
            person.hide(patch, left // step, top // step, step)
        if step == 1:
            return patch, left, top
        # What is turned is smaller than the box round its corners, and some may be hidden.
        x, y, across, down = cv2.boundingRect(patch.reshape(size[1], 4 * size[0]))
        x, across = x // 4, -(-(x + across) // 4) - x // 4
        if not (across and down):
            return patch[:0], left, top
        # A pixel more on each side, so that its edge is enlarged as a whole's would be.
        x, y, end_x, end_y = max(0, x - 1), max(0, y - 1), x + across + 1, y + down + 1
        patch = patch[y:end_y, x:end_x]
        size = patch.shape[1], patch.shape[0]
        left, top = left + step * x, top + step * y
        width, height = width - step * x, height - step * y
        if x:
            odd_x = 0
        if y:
            odd_y = 0
        large = self._take("large", step * size[1], step * size[0], 4)
        wide = step * size[0], step * size[1]
        cv2.resize(patch, wide, dst=large, interpolation=cv2.INTER_LINEAR)
        return large[odd_y:height, odd_x:width], left + odd_x, top + odd_y

    def _upright(
        self,
        level: Level,
        matrix: npt.NDArray[np.float64],
        window: tuple[int, int, int, int],
        opacity: float,
        person: Shade | None,
    ) -> tuple[npt.NDArray[np.uint8], int, int]:
        """The same as `_patch`, its edges at whole pixels, which takes a third of the time."""
        rows, columns = level.pixels.shape[:2]
        (across, _, shift_x), (_, down, shift_y) = matrix.tolist()
        left, top = round(shift_x - across / 2 + 0.5), round(shift_y - down / 2 + 0.5)
        width = max(1, round(shift_x + across * (columns - 0.5) + 0.5) - left)
        height = max(1, round(shift_y + down * (rows - 0.5) + 0.5) - top)
        whole = self._take("patch", height, width, 4)
        cv2.resize(level.pixels, (width, height), dst=whole, interpolation=cv2.INTER_LINEAR)
        from_x, from_y = max(0, window[0] - left), max(0, window[1] - top)
        patch = whole[from_y : window[3] - top, from_x : window[2] - left]
        left, top = left + from_x, top + from_y
        if opacity < 1:
            cv2.convertScaleAbs(patch, dst=patch, alpha=max(0.0, opacity))
        if person is not None:
            person.hide(patch, left, top)
        return patch, left, top

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
            self._blend_rows(target[top : top + rows], patch[top : top + rows], mode)

    def _blend_rows(self, target: Image, patch: npt.NDArray[np.uint8], mode: Blend) -> None:
        height, width = patch.shape[:2]
        colour = self._take("colour", height, width, 3)
        cover = self._take("cover", height, width, 3)
        cv2.cvtColor(patch, cv2.COLOR_BGRA2BGR, dst=colour)
        if mode == "screen":
            cv2.bitwise_not(colour, dst=cover)
        else:
            alpha = self._take("alpha", height, width, 1)
            cv2.extractChannel(patch, 3, dst=alpha)
            cv2.bitwise_not(alpha, dst=alpha)
            cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR, dst=cover)
        if mode == "multiply":
            cv2.add(cover, colour, dst=cover)
            cv2.multiply(target, cover, dst=target, scale=1 / 255)
            return
        cv2.multiply(target, cover, dst=cover, scale=1 / 255)
        cv2.add(cover, colour, dst=target)

    def _take(self, name: str, height: int, width: int, channels: int) -> npt.NDArray[np.uint8]:
        """A kept buffer; fresh ones of this size cost more in page faults than the blend does."""
        wanted = height * width * channels
        kept = self._scratch.get(name)
        if kept is None or kept.size < wanted:
            kept = self._scratch[name] = np.empty(wanted, np.uint8)
        return kept[:wanted].reshape(height, width, channels)


def _step(level: Level, scale: float) -> int:
    """How many of the canvas's pixels one may be wide that the level is turned into."""
    room = max(1.0, scale) * (2 if level.is_soft else 1)
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
) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the canvas's pixels that the level touches; None for none."""
    edges = _bounds(level, matrix)
    left, right = max(0, edges[0]), min(canvas_width, edges[2])
    top, bottom = max(0, edges[1]), min(canvas_height, edges[3])
    if left >= right or top >= bottom:
        return None
    return left, top, right, bottom


def _bounds(level: Level, matrix: npt.NDArray[np.float64]) -> tuple[int, int, int, int]:
    height, width = level.pixels.shape[:2]
    last_x, last_y = width - 1, height - 1
    (a, b, shift_x), (c, d, shift_y) = matrix.tolist()
    xs = (shift_x, shift_x + a * last_x, shift_x + b * last_y, shift_x + a * last_x + b * last_y)
    ys = (shift_y, shift_y + c * last_x, shift_y + d * last_y, shift_y + c * last_x + d * last_y)
    return (
        math.floor(min(xs)),
        math.floor(min(ys)),
        math.ceil(max(xs)) + 1,
        math.ceil(max(ys)) + 1,
    )
