"""Four pictures one above the other on a strip of paper, as a photo booth gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vcam.core.frame import Image

WIDEST = 1280
"""Pictures are made no wider than this, pixels; a strip of four is taller than any screen then."""

_PAPER = (240, 246, 250)
_INK, _FAINT = (46, 40, 38), (150, 144, 140)
"""BGR."""

_MARGIN, _GAP, _FOOT = 0.055, 0.034, 0.15
_CORNER = 0.028
_SHADE = 0.16
"""Shares of a picture's width; the last one is how dark the shadow is."""


def make_strip(pictures: Sequence[Image], at: datetime) -> Image:
    """A strip.

    Args:
        pictures: uint8 (H, W, 3) BGR, at least one; all are made the size of the first.
        at: local time, written below.

    Returns:
        uint8 (h, w, 3) BGR.
    """
    height, width = pictures[0].shape[:2]
    scale = min(1.0, WIDEST / width)
    size = wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    margin, gap, foot = (max(2, round(share * wide)) for share in (_MARGIN, _GAP, _FOOT))
    count = len(pictures)
    shape = (margin + count * high + (count - 1) * gap + foot, wide + 2 * margin, 3)
    strip = np.empty(shape, np.uint8)
    strip[:] = _PAPER
    cover = _rounded(*size, max(1, round(_CORNER * wide)))
    for number, picture in enumerate(pictures):
        top = margin + number * (high + gap)
        _cast_shadow(strip, margin, top, cover)
        part = strip[top : top + high, margin : margin + wide]
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        fitted = cv2.resize(picture, size, interpolation=method)
        _lay(part, np.asarray(fitted, np.uint8), cover)
    return _signed(strip, foot, margin, at)


def _lay(part: Image, picture: Image, cover: npt.NDArray[np.float32]) -> None:
    share = cover[..., None]
    part[:] = (picture * share + part * (1 - share) + 0.5).astype(np.uint8)


@lru_cache(maxsize=2)
def _rounded(width: int, height: int, corner: int) -> npt.NDArray[np.float32]:
    """How much of each pixel is in a rectangle with round corners, 0..1, float32 (h, w)."""
    across = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - corner)
    down = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - corner)
    beyond = np.hypot(across.clip(0)[None, :], down.clip(0)[:, None])
    return np.asarray(np.clip(corner - beyond + 0.5, 0, 1), np.float32)


def _cast_shadow(strip: Image, left: int, top: int, cover: npt.NDArray[np.float32]) -> None:
    """A soft shadow below a picture, so that it seems to lie on the paper."""
    height, width = cover.shape
    reach = max(1, left // 2)
    padded = cv2.copyMakeBorder(cover, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0.0)
    shadow = _SHADE * cv2.GaussianBlur(padded, (0, 0), reach / 3)
    down = reach // 3
    y, x = top - reach + down, left - reach
    part = strip[y : y + height + 2 * reach, x : x + width + 2 * reach]
    part[:] = (part * (1 - shadow[: part.shape[0], : part.shape[1], None]) + 0.5).astype(np.uint8)


def _signed(strip: Image, foot: int, margin: int, at: datetime) -> Image:
    """Writes the date at the left and the time at the right below the pictures."""
    picture = Pillow.fromarray(cv2.cvtColor(strip, cv2.COLOR_BGR2RGB))
    draw = ImageDraw.Draw(picture)
    size = max(8, round(foot * 0.34))
    font = ImageFont.load_default(size)
    middle = strip.shape[0] - foot / 2
    stroke = max(1, round(size * 0.02))
    date = f"{at.day} {at:%B %Y}"
    draw.text(
        (margin, middle),
        date,
        _INK[::-1],
        font,
        anchor="lm",
        stroke_width=stroke,
        stroke_fill=_INK[::-1],
    )
    draw.text((strip.shape[1] - margin, middle), f"{at:%H:%M}", _FAINT[::-1], font, anchor="rm")
    return cast(Image, cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR))
