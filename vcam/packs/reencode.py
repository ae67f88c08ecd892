"""Pictures of foreign packs, decoded within bounds and written anew.

What is kept is what was seen: no metadata, no trailing bytes, nothing that another program's
decoder might stumble over.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageOps, ImageSequence

from vcam.core.errors import PackError
from vcam.effects.sprite import DEFAULT_FRAME_MS, load_sprite

MAX_PHOTOGRAPH_SIDE = 4096
_PHOTOGRAPHS = (".jpg", ".jpeg")
_JPEG_QUALITY = 92


def reencode(file: Path) -> None:
    """Writes a picture anew, in its place and format; an APNG or GIF stays one.

    Raises:
        PackError: it cannot be decoded, or is beyond what a pack's picture may be.
        OSError: it cannot be written.
    """
    if file.suffix.lower() in _PHOTOGRAPHS:
        _photograph(file)
        return
    load_sprite(file)  # within all bounds, or it is told what is wrong
    with Pillow.open(file, formats=("PNG", "GIF", "WEBP")) as picture:
        kind = str(picture.format)
        first = 1 if getattr(picture, "default_image", False) else 0
        frames: list[Pillow.Image] = []
        durations: list[int] = []
        for index, frame in enumerate(ImageSequence.Iterator(picture)):
            if index < first:
                continue
            frames.append(_bare(frame.convert("RGBA")))
            durations.append(round(frame.info.get("duration", 0) or 0) or DEFAULT_FRAME_MS)
    _write(file, kind, frames, durations)


def _photograph(file: Path) -> None:
    try:
        with Pillow.open(file, formats=("JPEG",)) as picture:
            if max(picture.size) > MAX_PHOTOGRAPH_SIDE:
                raise PackError(
                    f"{file} is too large ({picture.width}x{picture.height} pixels)",
                    f"at most {MAX_PHOTOGRAPH_SIDE} pixels a side",
                )
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except PackError:
        raise
    except Exception as error:
        # As in `load_sprite`: decoders raise whatever broken bytes make of them.
        raise PackError(f"{file} is damaged ({error})", "save the picture again") from None
    _bare(upright).save(file, "JPEG", quality=_JPEG_QUALITY)


def _bare(picture: Pillow.Image) -> Pillow.Image:
    """The pixels alone: `save` writes some of what is noted in `info`."""
    return Pillow.frombytes(picture.mode, picture.size, picture.tobytes())


def _write(file: Path, kind: str, frames: Sequence[Pillow.Image], durations: list[int]) -> None:
    first, rest = frames[0], list(frames[1:])
    if not rest:
        first.save(file, kind, **({"lossless": True} if kind == "WEBP" else {}))
    elif kind == "WEBP":
        first.save(
            file, kind, save_all=True, append_images=rest, duration=durations, loop=0, quality=90
        )
    elif kind == "GIF":
        # Each frame stands alone, or what was transparent shows the frame before.
        first.save(
            file, kind, save_all=True, append_images=rest, duration=durations, loop=0, disposal=2
        )
    else:
        first.save(file, kind, save_all=True, append_images=rest, duration=durations, loop=0)
