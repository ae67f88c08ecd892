"""Renders the shipped packs' pictures from their SVG sources.

    pip install -e ".[art]"
    python tools/render_stickers.py [PACK ...]

`stickers/<pack>/source/<name>.svg` becomes `stickers/<pack>/<name>.png`. Only resvg draws, fonts
are not used, so the result is the same on every machine.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import resvg_py
from PIL import Image

STICKERS = Path(__file__).resolve().parents[1] / "stickers"


def render(svg: str) -> Image.Image:
    """An SVG text as a picture, at its own size."""
    data = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(data))).convert("RGBA")


def main(names: list[str]) -> None:
    """Renders the named packs, or all."""
    for source in sorted(STICKERS.glob("*/source/*.svg")):
        pack = source.parents[1]
        if names and pack.name not in names:
            continue
        target = pack / f"{source.stem}.png"
        render(source.read_text(encoding="utf-8")).save(target, optimize=True)
        print(f"{target.relative_to(STICKERS)}: {target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
