"""The picture that is sent while there is none: what is the matter, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vcam.core.frame import Image

_TOP, _BOTTOM = (46, 40, 58), (20, 18, 26)
_GLOW = (96, 84, 150)
_TITLE, _TEXT, _ICON = (248, 248, 250), (192, 192, 206), (222, 218, 240)
_SHARPER = 3
"""The icon is drawn so many times larger and then made small: Pillow draws without smoothing."""

_TILE = 128
"""Side of the square of noise that is laid out over the background."""

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def render_card(
    width: int, height: int, title: str, lines: Sequence[str], crossed: bool = True
) -> Image:
    """A picture with an icon, a title and a few lines, readable from 640x360 up.

    The same card is made once and then shared: it must not be written to.

    Args:
        width: pixels.
        height: pixels.
        title: a few words.
        lines: sentences; long ones are wrapped, and what does not fit is cut with an ellipsis.
        crossed: whether the camera of the icon is crossed out.

    Returns:
        uint8 (height, width, 3) BGR.
    """
    return _render(width, height, title, tuple(lines), crossed)


@lru_cache(maxsize=8)
def _render(width: int, height: int, title: str, lines: tuple[str, ...], crossed: bool) -> Image:
    picture = Pillow.fromarray(_background(width, height))
    draw = ImageDraw.Draw(picture)
    base = min(height, width * 9 / 16)
    room = int(width * 0.84)
    title_font, title_rows = _fitted(draw, title, base * 0.088, room, 2)
    text_font, rows = _fitted(draw, "\n".join(lines), base * 0.052, room, 5)
    icon = round(base * 0.20)
    title_step, text_step = base * 0.115, base * 0.078
    gap = base * 0.07
    total = icon + gap + title_step * len(title_rows) + base * 0.03 + text_step * len(rows)
    y = (height - total) / 2
    _draw_icon(picture, width / 2, y + icon / 2, icon, crossed)
    y += icon + gap
    for row in title_rows:
        draw.text((width / 2, y), row, _TITLE, title_font, anchor="ma")
        y += title_step
    y += base * 0.03
    for row in rows:
        draw.text((width / 2, y), row, _TEXT, text_font, anchor="ma")
        y += text_step
    return np.asarray(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR), np.uint8)


def _background(width: int, height: int) -> Image:
    """Dark, a little lighter behind the icon; dithered, for bands show on dark gradients."""
    down = np.linspace(0, 1, height, dtype=np.float32)
    across = np.linspace(-1, 1, width, dtype=np.float32)
    # The glow is a product of one curve across and one down, so no pixel needs an exponential.
    glow = 0.34 * np.outer(np.exp(-((down - 0.34) ** 2) / 0.08), np.exp(-(across**2) / 0.35))
    noise = np.random.default_rng(0).random((_TILE, _TILE), np.float32)
    noise = np.tile(noise, (-(-height // _TILE), -(-width // _TILE)))[:height, :width]
    picture = np.empty((height, width, 3), np.uint8)
    for channel, (top, bottom, light) in enumerate(zip(_TOP, _BOTTOM, _GLOW, strict=True)):
        colour = (top + (bottom - top) * down)[:, None]
        picture[..., channel] = colour + (light - colour) * glow + noise
    return picture


def _draw_icon(picture: Pillow.Image, x: float, y: float, size: int, crossed: bool) -> None:
    """A camera, `size` pixels wide, centred on (x, y)."""
    side = size * _SHARPER
    mask = Pillow.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)

    def scaled(*values: float) -> list[float]:
        return [value * side for value in values]

    pen = max(1, round(side * 0.055))
    draw.rounded_rectangle(scaled(0.04, 0.24, 0.70, 0.76), side * 0.11, outline=255, width=pen)
    horn = scaled(0.76, 0.46, 0.95, 0.33, 0.95, 0.67, 0.76, 0.54, 0.76, 0.46)
    draw.line(horn, 255, pen, joint="curve")
    if crossed:
        draw.line(scaled(0.17, 0.10, 0.83, 0.90), 0, pen * 3)
        draw.line(scaled(0.15, 0.12, 0.81, 0.92), 255, pen)
        for end in ((0.15, 0.12), (0.81, 0.92)):
            spot = [end[0] * side, end[1] * side]
            half = pen / 2
            draw.ellipse([spot[0] - half, spot[1] - half, spot[0] + half, spot[1] + half], 255)
    mask = mask.resize((size, size), Pillow.Resampling.LANCZOS)
    picture.paste(_ICON, (round(x - size / 2), round(y - size / 2)), mask)


def _fitted(
    draw: ImageDraw.ImageDraw, text: str, size: float, room: int, most_rows: int
) -> tuple[_Font, list[str]]:
    """The text in rows no wider than `room`, made smaller or in the end cut to fit."""
    font = ImageFont.load_default(max(8, size))
    for share in (1.0, 0.85, 0.7):
        font = ImageFont.load_default(max(8, size * share))
        rows = [row for line in text.split("\n") for row in _wrapped(draw, line, font, room)]
        if len(rows) <= most_rows:
            return font, rows
    rows = rows[:most_rows]
    rows[-1] = _cut(draw, rows[-1], font, room)
    return font, rows


def _wrapped(draw: ImageDraw.ImageDraw, line: str, font: _Font, room: int) -> list[str]:
    rows: list[str] = []
    for word in line.split():
        if rows and draw.textlength(f"{rows[-1]} {word}", font) <= room:
            rows[-1] += f" {word}"
        else:
            rows.append(
                word if draw.textlength(word, font) <= room else _cut(draw, word, font, room)
            )
    return rows


def _cut(draw: ImageDraw.ImageDraw, text: str, font: _Font, room: int) -> str:
    while text and draw.textlength(text + "…", font) > room:
        text = text[:-1]
    return text + "…"
