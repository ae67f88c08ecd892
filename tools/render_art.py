"""Renders the shipped packs' pictures from their SVG sources.

    pip install -e ".[art]"
    python tools/render_stickers.py [PACK | PACK/NAME ...]

`stickers/<pack>/source/<name>.svg` becomes `stickers/<pack>/<name>.png`; one whose root has
`data-frames` and `data-frame-ms` becomes the animation `<name>.webp`. Only resvg draws, and fonts
are not used, so the result is the same on every machine.
"""

from __future__ import annotations

import io
import math
import re
import sys
from pathlib import Path

import resvg_py
from PIL import Image

STICKERS = Path(__file__).resolve().parents[1] / "stickers"
WEBP_QUALITY = 70


def render(svg: str) -> Image.Image:
    """An SVG text as a picture, at its own size."""
    data = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(data))).convert("RGBA")


def swayed(svg: str, phase: float, height: float) -> str:
    """The SVG with every path that has `data-sway` moved to `phase` (0..1) of the loop.

    `data-sway="pixels rounds shift"`: points move to the sides by so many pixels at the top of the
    picture and not at all at its bottom, a wave that climbs, `rounds` (whole) times a loop.
    """

    def move(match: re.Match[str]) -> str:
        pixels, rounds, shift = map(float, match["sway"].split())
        numbers = iter(match["d"].split())
        moved = []
        for token in numbers:
            letter = token[0] if token[0].isalpha() else ""
            if token in ("Z", "z"):
                moved.append(token)
                continue
            x, y = float(token.removeprefix(letter)), float(next(numbers))
            reach = max(0.0, 1 - y / height) ** 1.2
            wave = 2 * math.pi * (rounds * phase + shift + y / height * 1.3)
            side = math.sin(wave) + 0.4 * math.sin(2 * wave + x / 40)
            lift = math.cos(wave + x / 55)
            moved.append(f"{letter}{x + pixels * reach * side:.2f}")
            moved.append(f"{y + 0.9 * pixels * reach * lift:.2f}")
        return f'<path{match["before"]}d="{" ".join(moved)}"'

    return re.sub(
        r'<path(?P<before>[^>]*data-sway="(?P<sway>[^"]*)"[^>]*?)\bd="(?P<d>[^"]*)"', move, svg
    )


def render_file(source: Path) -> Path:
    """Renders one source; the path of the picture."""
    svg = source.read_text(encoding="utf-8")
    pack = source.parents[1]
    frames = re.search(r'data-frames="(\d+)" data-frame-ms="(\d+)"', svg)
    if frames is None:
        target = pack / f"{source.stem}.png"
        render(svg).save(target, optimize=True)
        return target
    count, frame_ms = int(frames[1]), int(frames[2])
    view = re.search(r'viewBox="\S+ \S+ \S+ (\S+)"', svg)
    if view is None:
        raise ValueError(f"{source} has no viewBox")
    pictures = [render(swayed(svg, index / count, float(view[1]))) for index in range(count)]
    target = pack / f"{source.stem}.webp"
    pictures[0].save(
        target,
        save_all=True,
        append_images=pictures[1:],
        duration=frame_ms,
        loop=0,
        quality=WEBP_QUALITY,
        method=4,
    )
    return target


def main(names: list[str]) -> None:
    """Renders the named packs or pictures, or all."""
    for source in sorted(STICKERS.glob("*/source/*.svg")):
        pack = source.parents[1].name
        if not names or pack in names or f"{pack}/{source.stem}" in names:
            target = render_file(source)
            print(f"{target.relative_to(STICKERS)}: {target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
