"""The icon: a coloured tile with a white sign, so that it reads on a light and on a dark panel."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image, ImageDraw

from vcam.control.tray.menu import PROGRESS_STEPS, Figure, Look

SIZES = (16, 22, 24, 32, 48, 64)
"""Pixels; panels take the nearest, and scale."""

_SCALE = 4
"""Drawn so many times larger and reduced, as Pillow's shapes have no soft edges."""

_TILES: dict[Figure, str] = {
    "live": "#0d7c7f",
    "asleep": "#64707c",
    "paused": "#5b62b8",
    "frozen": "#2f74b5",
    "lost": "#b4540a",
}
"""All of middling lightness: contrast of 3:1 at least to a dark panel (#202020), of 4.2:1 to a
light one (#f0f0f0) and of 4.8:1 to the sign (WCAG 2.2, contrast ratio)."""

_SIGN = "#ffffff"
_PROGRESS = "#ffc49f"
_TRACK = "#4fa3a5"
_WATCHED, _WATCHED_RIM = "#ff4d4d", "#ffffff"


@lru_cache(maxsize=48)
def draw_icon(look: Look, size: int) -> Image.Image:
    """The icon, RGBA, `size` by `size` pixels."""
    full = size * _SCALE
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    pen = _Pen(ImageDraw.Draw(image), full, small=size < 32)
    pen.tile(_TILES[look.figure])
    match look.figure:
        case "paused":
            pen.pause_bars()
        case "frozen":
            pen.snowflake()
        case "lost":
            pen.exclamation_mark()
        case "asleep":
            pen.fingers()
        case "live":
            if look.progress:
                pen.ring(look.progress / PROGRESS_STEPS)
            pen.fingers(inside_ring=look.progress > 0)
    if look.watched:
        pen.watched_dot()
    return image.resize((size, size), Image.Resampling.LANCZOS)


class _Pen:
    """Draws in shares of the side, 0..1; strokes are thicker on small icons."""

    def __init__(self, draw: ImageDraw.ImageDraw, full: int, small: bool) -> None:
        self._draw = draw
        self._full = full
        self._stroke = 0.13 if small else 0.1

    def tile(self, colour: str) -> None:
        last = self._full - 1
        self._draw.rounded_rectangle((0, 0, last, last), self._full * 0.26, fill=colour)

    def fingers(self, inside_ring: bool = False) -> None:
        """The V that vcam is made for."""
        half, top, bottom = (0.13, 0.36, 0.66) if inside_ring else (0.22, 0.26, 0.76)
        self._line([(0.5 - half, top), (0.5, bottom), (0.5 + half, top)], _SIGN, self._stroke)

    def pause_bars(self) -> None:
        for centre in (0.36, 0.64):
            self._box(centre - 0.08, 0.26, centre + 0.08, 0.74, _SIGN)

    def snowflake(self) -> None:
        for degrees in (0, 60, 120):
            across = 0.3 * math.sin(math.radians(degrees)), 0.3 * math.cos(math.radians(degrees))
            ends = [(0.5 - across[0], 0.5 - across[1]), (0.5 + across[0], 0.5 + across[1])]
            self._line(ends, _SIGN, 0.8 * self._stroke)

    def exclamation_mark(self) -> None:
        self._line([(0.5, 0.24), (0.5, 0.54)], _SIGN, 1.2 * self._stroke)
        self._disc(0.5, 0.77, 0.75 * self._stroke, _SIGN)

    def ring(self, share: float) -> None:
        margin, width = 0.08 * self._full, round(0.12 * self._full)
        box = (margin, margin, self._full - margin, self._full - margin)
        self._draw.arc(box, 0, 360, fill=_TRACK, width=width)
        self._draw.arc(box, -90, -90 + 360 * share, fill=_PROGRESS, width=width)

    def watched_dot(self) -> None:
        self._disc(0.79, 0.79, 0.21, _WATCHED_RIM)
        self._disc(0.79, 0.79, 0.15, _WATCHED)

    def _box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        edges = tuple(value * self._full for value in (left, top, right, bottom))
        self._draw.rounded_rectangle(edges, 0.05 * self._full, fill=colour)

    def _disc(self, x: float, y: float, radius: float, colour: str) -> None:
        edges = tuple(v * self._full for v in (x - radius, y - radius, x + radius, y + radius))
        self._draw.ellipse(edges, fill=colour)

    def _line(self, points: list[tuple[float, float]], colour: str, width: float) -> None:
        scaled = [(x * self._full, y * self._full) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * self._full), joint="curve")
        for x, y in (points[0], points[-1]):
            self._disc(x, y, width / 2, colour)
