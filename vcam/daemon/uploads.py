"""Pictures that somebody uploads, decoded with mistrust."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from vcam.core.errors import VcamError
from vcam.core.frame import Image

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""More than any phone's camera gives by default; 120 MB decoded."""

MAX_SIDE = 2560
"""Larger pictures are made smaller before anybody looks: the networks see 224 pixels of a hand."""

FORMATS = ("PNG", "JPEG", "WEBP")

_FIX = "choose a PNG, JPEG or WebP file"


class UploadError(VcamError):
    """A picture that cannot be used."""


def decode_upload(data: bytes) -> Image:
    """The picture, upright as its EXIF data says, on white where it is transparent.

    Args:
        data: a PNG, JPEG or WebP file; of an animated one the first picture counts.

    Returns:
        uint8 (h, w, 3) BGR, at most `MAX_SIDE` long.

    Raises:
        UploadError: it is too large, no such file, or damaged.
    """
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 2**20
        raise UploadError(f"The picture has more than {limit} MB", "make it smaller")
    try:
        return _decoded(data)
    except UploadError:
        raise
    except Pillow.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception as error:
        # Damaged files make Pillow's readers fail in every way that there is.
        raise UploadError(f"This is no picture that can be read ({_shown(error)})", _FIX) from None


def _decoded(data: bytes) -> Image:
    with Pillow.open(BytesIO(data), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise _too_many_pixels()
        # JPEG can be decoded at a half, a quarter or an eighth for much less work and memory.
        picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Pillow.Resampling.BICUBIC)
        upright = ImageOps.exif_transpose(picture)
        if upright.has_transparency_data:
            rgba = upright.convert("RGBA")
            upright = Pillow.new("RGBA", rgba.size, "white")
            upright.alpha_composite(rgba)
        return np.ascontiguousarray(np.asarray(upright.convert("RGB"))[:, :, ::-1])


def _too_many_pixels() -> UploadError:
    limit = MAX_PIXELS // 1_000_000
    return UploadError(f"The picture has more than {limit} million pixels", "make it smaller")


def _shown(error: Exception) -> str:
    text = str(error)
    # Pillow names the buffer that it read from, which says nothing to anybody.
    return "unknown format" if not text or "BytesIO" in text else ascii(text)[1:-1][:100]
