"""A small picture of a pack, made of its own art."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw

from vcam.effects.pack import Pack
from vcam.effects.schema import ParticlesSpec, StickerSpec

SIDE = 256
_MARGIN = 8
_MOST_PICTURES = 4


def pack_thumbnail(pack: Pack, folder: Path) -> bytes:
    """A transparent PNG of `SIDE` by `SIDE` pixels with up to four of the pack's pictures.

    Args:
        pack: checked when it was loaded.
        folder: where its pictures lie.
    """
    canvas = Pillow.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    tiles = _tiles(pack, folder)
    columns = 1 if len(tiles) == 1 else 2
    side = SIDE // columns
    top = 0 if len(tiles) != 2 else SIDE // 4
    for number, tile in enumerate(tiles):
        tile.thumbnail((side - 2 * _MARGIN, side - 2 * _MARGIN), Pillow.Resampling.LANCZOS)
        left = side * (number % columns) + (side - tile.width) // 2
        above = top + side * (number // columns) + (side - tile.height) // 2
        canvas.alpha_composite(tile, (left, above))
    buffer = BytesIO()
    canvas.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _tiles(pack: Pack, folder: Path) -> list[Pillow.Image]:
    pictures: list[str] = []
    papers: list[str] = []
    for effect in pack.effects.values():
        spec = effect.spec
        if isinstance(spec, ParticlesSpec):
            pictures += spec.pictures[:1]
            papers += spec.paper + spec.glow
        elif isinstance(spec, StickerSpec):
            loop = spec.clips.loop if spec.clips is not None else None
            pictures += [each for each in (spec.picture, *spec.pictures[:1], loop) if each]
    tiles = [_first_frame(folder / picture) for picture in dict.fromkeys(pictures)]
    if papers and len(tiles) < _MOST_PICTURES:
        tiles.append(_slips(papers))
    return tiles[:_MOST_PICTURES]


def _first_frame(path: Path) -> Pillow.Image:
    with Pillow.open(path) as picture:
        rgba = picture.convert("RGBA")
    box = rgba.getbbox()
    return rgba.crop(box) if box else rgba


def _slips(colours: list[str]) -> Pillow.Image:
    """Slips of paper in the pack's colours, for effects that have no pictures."""
    tile = Pillow.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(tile)
    step = SIDE // 4
    for number in range(16):
        # Each second row and column is shifted, so that it looks strewn and not tiled.
        left = step * (number % 4) + 12 * (number // 4 % 2)
        top = step * (number // 4) + 14 * (number % 2)
        draw.rectangle(
            (left, top, left + step // 2, top + step // 3), colours[number % len(colours)]
        )
    return tile
