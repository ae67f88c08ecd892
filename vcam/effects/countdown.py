"""A selfie's countdown, the mark while pictures are taken, and the shutter's flash."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vcam.core.frame import Image
from vcam.effects.blend import Blender

_Cover = npt.NDArray[np.uint8]

_SHARPER: Final = 4
"""Discs and digits are drawn so many times larger and made small: edges without steps."""

_DISC, _DISC_OPACITY = (26, 18, 16), 0.66
_TRACK, _RING, _DIGIT = (255, 255, 255), (255, 255, 255), (255, 255, 255)
_TRACK_OPACITY = 0.22
_RECORDING = (62, 66, 240)
"""BGR: the red that cameras mark a recording with."""

COUNT_RADIUS: Final = 0.15
"""Of the countdown's disc, heights of the picture."""

TAKING_RADIUS: Final = 0.045

FLASH_S: Final = 0.45
"""Length of the flash. There is one a selfie, so that a picture never flashes more than three times
a second (WCAG 2.3.1)."""

_FLASH_PEAK = 0.85
_POP_S = 0.22


def draw_countdown(canvas: Image, left_s: float, share: float, still: bool = False) -> None:
    """Draws the seconds that are left in a ring that closes, low in the middle of the picture.

    Args:
        canvas: uint8 (H, W, 3) BGR, written in place.
        left_s: seconds until the picture is taken; the digit is that, rounded up.
        share: how much of the countdown is over, 0..1.
        still: without anything that swells.
    """
    if not math.isfinite(left_s) or left_s <= 0:
        return
    height, width = canvas.shape[:2]
    radius = COUNT_RADIUS * min(height, width)
    centre = (width / 2, height - 1.35 * radius)
    _lay(canvas, _disc(round(radius)), centre)
    ring = 0.84 * radius
    thick = max(2.0, 0.085 * radius)
    _lay(canvas, _ring(round(ring), round(thick * 4), 1.0, _TRACK, _TRACK_OPACITY), centre)
    _arc(canvas, centre, ring, min(1.0, max(0.0, share)), thick)
    since_s = math.ceil(left_s) - left_s
    swell = 1.0 if still else 1 + 0.22 * (1 - min(1.0, since_s / _POP_S)) ** 3
    # Few sizes, so that a digit that swells is drawn anew a few times alone.
    size = round(1.02 * radius * swell / 4) * 4
    _lay(canvas, _digits(str(math.ceil(left_s)), max(8, size)), centre)


def draw_taking(canvas: Image, share: float) -> None:
    """Draws a small red mark in a ring that fills while pictures are taken.

    Args:
        canvas: uint8 (H, W, 3) BGR, written in place.
        share: how much has been taken, 0..1.
    """
    height, width = canvas.shape[:2]
    radius = TAKING_RADIUS * min(height, width)
    centre = (width / 2, height - 1.9 * radius)
    _lay(canvas, _disc(max(4, round(radius))), centre)
    _lay(canvas, _dot(max(2, round(0.42 * radius)), _RECORDING), centre)
    _arc(canvas, centre, 0.74 * radius, min(1.0, max(0.0, share)), max(2.0, 0.12 * radius))


def draw_shutter(canvas: Image, since_s: float) -> None:
    """Draws the shutter's flash: soft white that goes away by itself.

    Args:
        canvas: uint8 (H, W, 3) BGR, written in place.
        since_s: seconds since the picture was taken; from `FLASH_S` on there is nothing.
    """
    if not 0 <= since_s < FLASH_S:
        return
    strength = _FLASH_PEAK * (1 - since_s / FLASH_S) ** 2
    cv2.convertScaleAbs(canvas, dst=canvas, alpha=1 - strength, beta=255 * strength)


def _lay(canvas: Image, sprite: Image, centre: tuple[float, float]) -> None:
    """Lays a premultiplied BGRA picture down with its middle at `centre`, cut at the edges."""
    height, width = sprite.shape[:2]
    left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
    x, y = max(0, left), max(0, top)
    right, bottom = min(canvas.shape[1], left + width), min(canvas.shape[0], top + height)
    if x < right and y < bottom:
        part = sprite[y - top : bottom - top, x - left : right - left]
        Blender().blend(canvas[y:bottom, x:right], cast(Image, np.ascontiguousarray(part)))


def _arc(
    canvas: Image, centre: tuple[float, float], radius: float, share: float, thick: float
) -> None:
    if share <= 0:
        return
    reach = math.ceil(radius + thick + 2)
    side = 2 * reach
    steps = max(2, math.ceil(share * 96))
    angle = np.linspace(0, 2 * math.pi * share, steps + 1) - math.pi / 2
    # The same rounding as of what is laid down as a picture, so that the two fit.
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + reach - 0.5
    cover = np.zeros((side, side), np.uint8)
    fixed = (points * 16).round().astype(np.int32)
    cv2.polylines(cover, [fixed], share >= 1, (255,), max(2, round(thick)), cv2.LINE_AA, 4)
    _lay(canvas, _coloured(cover, _RING, 1.0), centre)


def _coloured(cover: _Cover, colour: tuple[int, int, int], opacity: float) -> Image:
    """A premultiplied BGRA picture of one colour."""
    alpha = cv2.convertScaleAbs(cover, alpha=opacity)
    bands = [cv2.convertScaleAbs(alpha, alpha=value / 255) for value in colour]
    return cast(Image, cv2.merge([*bands, alpha]))


def _small(cover: _Cover) -> _Cover:
    size = (cover.shape[1] // _SHARPER, cover.shape[0] // _SHARPER)
    return np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), np.uint8)


@lru_cache(maxsize=4)
def _disc(radius: int) -> Image:
    """Dark and round, with an edge that fades into a shadow."""
    reach = round(radius * 1.25)
    far = np.arange(-reach, reach) + 0.5
    distance = np.hypot(far[:, None], far[None, :])
    inside = np.clip(radius - distance + 0.5, 0, 1)
    shadow = 0.4 * np.exp(-(((distance - radius).clip(0) / (0.09 * radius + 1)) ** 2))
    opacity = inside * _DISC_OPACITY + (1 - inside) * shadow
    return _coloured(np.asarray(255 * opacity, np.uint8), _DISC, 1.0)


@lru_cache(maxsize=4)
def _dot(radius: int, colour: tuple[int, int, int]) -> Image:
    side = 2 * (radius + 1) * _SHARPER
    cover = np.zeros((side, side), np.uint8)
    cv2.circle(cover, (side // 2, side // 2), radius * _SHARPER, (255,), -1)
    return _coloured(_small(cover), colour, 1.0)


@lru_cache(maxsize=4)
def _ring(
    radius: int, quarter_thick: int, share: float, colour: tuple[int, int, int], opacity: float
) -> Image:
    thick = quarter_thick / 4
    side = 2 * (radius + math.ceil(thick) + 1) * _SHARPER
    cover = np.zeros((side, side), np.uint8)
    middle = (side // 2, side // 2)
    cv2.circle(cover, middle, radius * _SHARPER, (255,), round(thick * _SHARPER))
    return _coloured(_small(cover), colour, opacity)


@lru_cache(maxsize=16)
def _digits(text: str, size: int) -> Image:
    """Digits with round ends, `size` pixels high, in the middle of their picture."""
    large = size * _SHARPER
    font = ImageFont.load_default(large)
    stroke = max(1, round(large * 0.035))
    wide = round(font.getlength(text)) + 6 * stroke
    picture = Pillow.new("L", (wide + wide % 2, large * 2), 0)
    draw = ImageDraw.Draw(picture)
    box = draw.textbbox((0, 0), text, font, anchor="ls", stroke_width=stroke)
    # By what is to be seen: a font's own middle leaves room for letters that hang down.
    x = (picture.width - (box[2] - box[0])) / 2 - box[0]
    y = (picture.height - (box[3] - box[1])) / 2 - box[1]
    draw.text((x, y), text, 255, font, anchor="ls", stroke_width=stroke)
    return _coloured(_small(np.asarray(picture)), _DIGIT, 1.0)
