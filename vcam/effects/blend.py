"""Draws one sprite on a picture: sub-pixel placed, in 8 bit, only where it lands."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.effects.matting import Shade
from vcam.effects.pose2d import Box, Pose2D, bounds_of, is_drawable, matrix_of, window_of
from vcam.effects.schema import Blend
from vcam.effects.scratch import Scratch
from vcam.effects.sprite import Level, Sprite
from vcam.effects.widening import Widener

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


class Blender:
    """Draws sprites; keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._scratch = Scratch()
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
        matrix = matrix_of(sprite, level, pose)
        window = window_of(level, matrix, canvas.shape[1], canvas.shape[0])
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
                tall = self._scratch.take("tall", (down, across, 4))
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
        patch = self._scratch.take("patch", (size[1], size[0], 4))
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
        colour = self._scratch.take("colour", (height, width, 3))
        cover = self._scratch.take("cover", (height, width, 3))
        cv2.cvtColor(patch, cv2.COLOR_BGRA2BGR, dst=colour)
        if mode == "screen":
            cv2.bitwise_not(colour, dst=cover)
            return colour, cover
        alpha = self._scratch.take("alpha", (height, width, 1))
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
        left = self._scratch.take("left", (height, width, 3))
        cv2.multiply(target, cover, dst=left, scale=1 / 255)
        cv2.add(left, colour, dst=target)


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


def warped(sprite: Sprite, frame: int, pose: Pose2D) -> tuple[npt.NDArray[np.uint8], int, int]:
    """All of a sprite as it lies at a drawable pose, and the canvas pixel of its first one.

    Returns:
        uint8 (h, w, 4) premultiplied BGRA of its own, `pose.opacity` left out; left; top.
    """
    scale = max(pose.width / sprite.width, pose.height / sprite.height)
    level = sprite.level(frame, scale)
    matrix = matrix_of(sprite, level, pose)
    left, top, right, bottom = bounds_of(level, matrix)
    matrix[0, 2] -= left
    matrix[1, 2] -= top
    patch = cv2.warpAffine(level.pixels, matrix, (right - left, bottom - top))
    return np.asarray(patch, np.uint8), left, top
