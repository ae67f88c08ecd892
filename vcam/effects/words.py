"""Words as pictures: speech bubbles, clouds of thought, name tags, titles."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter

from vcam.effects.lettering import Lettering
from vcam.effects.schema import TextSpec
from vcam.effects.sprite import Sprite, premultiplied

LETTER = 88
"""Height of a line in the pictures that are made, pixels; they are drawn at any size."""

MAX_LINES = 4
_LINE = 1.18
_FINER = 3
"""Shapes are drawn so many times larger and then made small: Pillow draws without smoothing."""

_SHADOW = 90


@lru_cache(maxsize=16)
def text_picture(spec: TextSpec, text: str) -> tuple[Sprite, float] | None:
    """The picture of a text, and its width in units of the anchor; None if nothing is left of it.

    Args:
        spec: how it looks.
        text: whatever the user wrote.
    """
    lettering = _lettering()
    cleaned = lettering.cleaned(text)
    if not cleaned:
        return None
    room = max(2.0 * LETTER, spec.size / spec.letter * LETTER - 2 * _padding(spec)[0])
    lines = lettering.wrapped(cleaned, min(room, 24.0 * LETTER), MAX_LINES)
    picture = _set(spec, lettering, lines)
    sprite = Sprite([premultiplied(np.asarray(picture))], [1.0])
    return sprite, sprite.width / LETTER * spec.letter


@lru_cache(maxsize=1)
def _lettering() -> Lettering:
    return Lettering(round(LETTER * 0.78))


def _padding(spec: TextSpec) -> tuple[float, float]:
    """Beside and above the letters, pixels."""
    beside = {"plain": 0.25, "tag": 0.75, "bubble": 0.8, "cloud": 1.3}[spec.look]
    above = {"plain": 0.2, "tag": 0.32, "bubble": 0.5, "cloud": 0.8}[spec.look]
    return beside * LETTER, above * LETTER


def _set(spec: TextSpec, lettering: Lettering, lines: list[str]) -> Pillow.Image:
    beside, above = _padding(spec)
    widths = [lettering.width(line) for line in lines]
    step = LETTER * _LINE
    body_width = math.ceil(max(widths) + 2 * beside)
    body_height = math.ceil(step * len(lines) + 2 * above - (_LINE - 1) * LETTER)
    margin = round(0.2 * LETTER)
    below = round(0.75 * LETTER) if spec.look in ("bubble", "cloud") and spec.tail != "none" else 0
    size = body_width + 2 * margin, body_height + 2 * margin + below
    picture = Pillow.new("RGBA", size, (0, 0, 0, 0))
    if spec.look != "plain":
        box = (margin, margin, margin + body_width, margin + body_height)
        shape = _shape(spec, size, box)
        picture = _shadowed(shape, spec.fill)
        if spec.look == "tag":
            bar = (box[0], box[1], box[0] + round(0.3 * LETTER), box[3])
            _paint(picture, shape, bar, spec.accent)
    for number, (line, width) in enumerate(zip(lines, widths, strict=True)):
        left = margin + (body_width - width) / 2
        if spec.look == "tag":
            left = margin + beside + 0.1 * LETTER
        baseline = margin + above + step * number + 0.80 * LETTER
        if spec.look == "plain":
            lettering.draw(
                picture, left, baseline, line, spec.colour, round(0.09 * LETTER), spec.fill
            )
        # Pillow's own font is light; on a moving picture a little more weight reads better.
        lettering.draw(picture, left, baseline, line, spec.colour, 1)
    return picture


def _shape(spec: TextSpec, size: tuple[int, int], box: tuple[int, ...]) -> Pillow.Image:
    """The ground of the letters as a mask, 0..255."""
    large = Pillow.new("L", (size[0] * _FINER, size[1] * _FINER), 0)
    draw = ImageDraw.Draw(large)
    left, top, right, bottom = (side * _FINER for side in box)
    letter = LETTER * _FINER
    mirrored = spec.tail == "right"
    if spec.look == "cloud":
        _draw_cloud(
            draw, (left, top, right, bottom), letter, None if spec.tail == "none" else mirrored
        )
    else:
        radius = (bottom - top) / 2 if spec.look == "tag" else 0.62 * letter
        radius = min(radius, (bottom - top) / 2)
        if spec.look == "tag":
            radius = min(radius, 0.34 * letter)
        draw.rounded_rectangle((left, top, right, bottom), radius, fill=255)
        if spec.look == "bubble" and spec.tail != "none":
            _draw_tail(draw, (left, top, right, bottom), letter, mirrored)
    return large.resize(size, Pillow.Resampling.LANCZOS)


def _draw_tail(
    draw: ImageDraw.ImageDraw, box: tuple[float, ...], letter: float, mirrored: bool
) -> None:
    """A tail with bent sides that hangs from the lower edge."""
    left, _, right, bottom = box
    root, width = 0.75 * letter, 0.75 * letter
    tip = (0.25 * letter, 0.72 * letter)
    points = []
    for share in np.linspace(0, 1, 13):
        # From the root's outer end to the tip, bent inwards.
        bend = share * share
        points.append((root + (tip[0] - root) * bend, share * tip[1]))
    for share in np.linspace(1, 0, 13):
        bend = share**1.6
        points.append((root + width + (tip[0] - root - width) * bend, share * tip[1]))
    draw.polygon(
        [
            ((right - x) if mirrored else (left + x), bottom - 2 + y)
            for x, y in [(root, -0.1 * letter), *points, (root + width, -0.1 * letter)]
        ],
        fill=255,
    )


def _draw_cloud(
    draw: ImageDraw.ImageDraw, box: tuple[float, ...], letter: float, mirrored: bool | None
) -> None:
    """Puffs along the edge of an ellipse, and two bubbles below for a tail."""
    left, top, right, bottom = box
    puff = 0.52 * letter
    draw.rounded_rectangle(
        (left + puff / 2, top + puff / 2, right - puff / 2, bottom - puff / 2), puff, fill=255
    )
    for number, (x, y) in enumerate(
        _round((left + puff, top + puff, right - puff, bottom - puff), puff)
    ):
        radius = puff * (1.0 + 0.14 * math.sin(2.4 * number + 1))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    if mirrored is None:
        return
    for far, high, radius in ((0.9, 0.12, 0.24), (0.45, 0.48, 0.15)):
        x = right - far * letter if mirrored else left + far * letter
        y, size = bottom + high * letter, radius * letter
        draw.ellipse((x - size, y - size, x + size, y + size), fill=255)


def _round(box: tuple[float, ...], puff: float) -> list[tuple[float, float]]:
    """Points evenly along the edge of a box, its corners among them."""
    left, top, right, bottom = box
    across = max(1, round((right - left) / (1.3 * puff)))
    down = max(1, round((bottom - top) / (1.3 * puff)))
    xs, ys = np.linspace(left, right, across + 1), np.linspace(top, bottom, down + 1)
    points = [(x, top) for x in xs[:-1]] + [(right, y) for y in ys[:-1]]
    points += [(x, bottom) for x in xs[:0:-1]] + [(left, y) for y in ys[:0:-1]]
    return points


def _shadowed(shape: Pillow.Image, fill: str) -> Pillow.Image:
    """The shape in a colour, on a soft shadow of itself."""
    alpha = shape.filter(ImageFilter.GaussianBlur(LETTER * 0.07))
    shadow = Pillow.new("RGBA", shape.size, (10, 8, 20, 0))
    dark = alpha.point([value * _SHADOW // 255 for value in range(256)])
    moved = Pillow.new("L", shape.size, 0)
    moved.paste(dark, (0, round(LETTER * 0.06)))
    shadow.putalpha(moved)
    ground = Pillow.new("RGBA", shape.size, fill)
    ground.putalpha(shape)
    return Pillow.alpha_composite(shadow, ground)


def _paint(picture: Pillow.Image, shape: Pillow.Image, box: tuple[int, ...], colour: str) -> None:
    """Paints a part of the shape in a colour."""
    mask = Pillow.new("L", shape.size, 0)
    mask.paste(shape.crop((box[0], box[1], box[2], box[3])), (box[0], box[1]))
    picture.paste(Pillow.new("RGBA", shape.size, colour), (0, 0), mask)
