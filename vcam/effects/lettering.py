"""Letters from Pillow's own font and, for what it lacks, from the fonts of the system."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

_FALLBACKS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "segoeui.ttf",
    "msyh.ttc",
    "seguisym.ttf",
    "Arial Unicode.ttf",
    "Hiragino Sans GB.ttc",
    "Symbola.ttf",
    "NotoEmoji-Regular.ttf",
)
"""Names of fonts on Linux, Windows and macOS, as Pillow finds them by name."""

_EMOJI = (("NotoColorEmoji.ttf", 109), ("seguiemj.ttf", 96), ("Apple Color Emoji.ttc", 96))
"""Fonts with coloured pictures, and a size that each has."""

_NOWHERE = "\U0010ffff"
"""No font has it: what is drawn for it stands for everything that a font lacks."""

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """A font at one size.

    Attributes:
        face: Pillow's font.
        scale: what its letters are scaled by to get the size that is wanted.
        lacking: how a letter looks that it lacks.
    """

    face: _Font
    scale: float
    lacking: bytes

    def has(self, letter: str) -> bool:
        """Whether it has this letter."""
        try:
            return bytes(self.face.getmask(letter)) != self.lacking
        except (OSError, ValueError):
            return False


class Lettering:
    """Sets lines of text in one size.

    Args:
        size: of the letters, pixels.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._fonts: dict[str, Font | None] = {}

    def cleaned(self, text: str) -> str:
        """`text` on one line, without what no font here has."""
        letters = []
        for letter in " ".join(text.split()):
            if unicodedata.category(letter)[0] == "C" or letter in "\ufe0e\ufe0f":
                continue
            if letter == " " or self._font(letter) is not None:
                letters.append(letter)
        return " ".join("".join(letters).split())

    def width(self, text: str) -> float:
        """How wide a line is, pixels."""
        return sum(font.face.getlength(part) * font.scale for part, font in self._runs(text))

    def wrapped(self, text: str, room: float, most_lines: int) -> list[str]:
        """`text` in lines no wider than `room` pixels; what is over is cut with an ellipsis."""
        lines: list[str] = []
        for word in text.split():
            if lines and self.width(f"{lines[-1]} {word}") <= room:
                lines[-1] += f" {word}"
            else:
                lines += self._broken(word, room)
        if len(lines) > most_lines:
            last = lines[most_lines - 1]
            while last and self.width(last + "…") > room:
                last = last[:-1]
            lines = [*lines[: most_lines - 1], last.rstrip() + "…"]
        return lines

    def draw(
        self,
        picture: Pillow.Image,
        x: float,
        baseline: float,
        text: str,
        colour: str,
        stroke: int = 0,
        stroke_colour: str | None = None,
    ) -> None:
        """Draws a line on an RGBA picture, beginning at x, standing on the baseline.

        Args:
            picture: drawn on in place.
            x: pixels.
            baseline: pixels.
            text: one line, cleaned.
            colour: `#rrggbb`.
            stroke: pixels that letters are made thicker by.
            stroke_colour: of that edge; None for the letters' own.
        """
        draw = ImageDraw.Draw(picture)
        for part, font in self._runs(text):
            if font.scale == 1:
                draw.text(
                    (x, baseline),
                    part,
                    colour,
                    font.face,
                    anchor="ls",
                    stroke_width=stroke,
                    stroke_fill=stroke_colour or colour,
                )
            else:
                _draw_pictures(picture, x, baseline, part, font)
            x += font.face.getlength(part) * font.scale

    def _broken(self, word: str, room: float) -> list[str]:
        """A word, in pieces if it is wider than the room."""
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.width(pieces[-1] + letter) > room:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def _runs(self, text: str) -> list[tuple[str, Font]]:
        """The text in parts of one font each."""
        runs: list[tuple[str, Font]] = []
        for letter in text:
            font = runs[-1][1] if letter == " " and runs else self._font(letter)
            if font is None:
                continue
            if runs and runs[-1][1] is font:
                runs[-1] = (runs[-1][0] + letter, font)
            else:
                runs.append((letter, font))
        return runs

    def _font(self, letter: str) -> Font | None:
        if letter not in self._fonts:
            fonts = _fonts(self._size)
            self._fonts[letter] = next((font for font in fonts if font.has(letter)), None)
        return self._fonts[letter]


@lru_cache(maxsize=4)
def _fonts(size: int) -> tuple[Font, ...]:
    own = ImageFont.load_default(size)
    fonts = [_known(own, 1.0)]
    for names in (_FALLBACKS, _EMOJI):
        for each in names:
            name, native = (each, size) if isinstance(each, str) else each
            try:
                face = ImageFont.truetype(name, native)
            except (OSError, ValueError):
                continue
            # Coloured letters are drawn apart, even where their size would fit.
            scale = 1.0 if isinstance(each, str) else size / native * 1.0001
            fonts.append(_known(face, scale))
    return tuple(fonts)


def _known(face: _Font, scale: float) -> Font:
    try:
        lacking = bytes(face.getmask(_NOWHERE))
    except (OSError, ValueError):
        lacking = b""
    return Font(face, scale, lacking)


def _draw_pictures(picture: Pillow.Image, x: float, baseline: float, text: str, font: Font) -> None:
    """Draws coloured letters, scaled from the size that the font has."""
    box = font.face.getbbox(text, anchor="ls")
    width, height = int(box[2] - min(0, box[0])) + 1, int(box[3] - box[1]) + 1
    if width <= 0 or height <= 0:
        return
    drawn = Pillow.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).text(
        (0, -box[1]), text, "#000000", font.face, anchor="ls", embedded_color=True
    )
    size = (max(1, round(width * font.scale)), max(1, round(height * font.scale)))
    small = drawn.resize(size, Pillow.Resampling.LANCZOS)
    at = (round(x), round(baseline + box[1] * font.scale))
    picture.alpha_composite(small, (max(0, at[0]), max(0, at[1])))
