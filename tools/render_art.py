"""Renders the shipped packs' pictures from their SVG sources.

    pip install -e ".[art]"
    python tools/render_art.py [--check] [PACK | PACK/NAME ...]

`stickers/<pack>/source/<name>.svg` becomes `stickers/<pack>/<name>.png`; one whose root has
`data-frames` and `data-frame-ms` becomes the animation `<name>.webp`. Only resvg draws, and fonts
are not used, so the result is the same on every machine. `--check` writes nothing, and tells which
pictures are not what their sources say.
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


def rendered(source: Path) -> tuple[Path, bytes]:
    """Renders one source: the path of its picture, and what belongs into it.

    Raises:
        ValueError: an animation has no viewBox.
    """
    svg = source.read_text(encoding="utf-8")
    pack = source.parents[1]
    out = io.BytesIO()
    frames = re.search(r'data-frames="(\d+)" data-frame-ms="(\d+)"', svg)
    if frames is None:
        render(svg).save(out, "PNG", optimize=True)
        return pack / f"{source.stem}.png", out.getvalue()
    count, frame_ms = int(frames[1]), int(frames[2])
    view = re.search(r'viewBox="\S+ \S+ \S+ (\S+)"', svg)
    if view is None:
        raise ValueError(f"{source} has no viewBox")
    pictures = [render(swayed(svg, index / count, float(view[1]))) for index in range(count)]
    pictures[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=frame_ms,
        loop=0,
        quality=WEBP_QUALITY,
        method=4,
    )
    return pack / f"{source.stem}.webp", out.getvalue()


def differs(target: Path, data: bytes) -> bool:
    """Whether a picture is not what was rendered; how it was compressed is no difference."""
    if not target.is_file():
        return True
    with Image.open(target) as kept, Image.open(io.BytesIO(data)) as made:
        if kept.size != made.size or getattr(kept, "n_frames", 1) != getattr(made, "n_frames", 1):
            return True
        if target.suffix != ".png":
            return False  # lossy: other versions of the encoder make other pixels
        return kept.convert("RGBA").tobytes() != made.convert("RGBA").tobytes()


def main(arguments: list[str]) -> None:
    """Renders the named packs or pictures, or all; or checks them."""
    names = [each for each in arguments if each != "--check"]
    wrong = []
    for source in sorted(STICKERS.glob("*/source/*.svg")):
        pack = source.parents[1].name
        if names and pack not in names and f"{pack}/{source.stem}" not in names:
            continue
        target, data = rendered(source)
        if "--check" in arguments:
            if differs(target, data):
                wrong.append(target.relative_to(STICKERS).as_posix())
            continue
        target.write_bytes(data)
        print(f"{target.relative_to(STICKERS)}: {len(data) / 1024:.0f} KiB")
    if wrong:
        raise SystemExit(f"not what their sources say: {', '.join(wrong)}")


if __name__ == "__main__":
    main(sys.argv[1:])
