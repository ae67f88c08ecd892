"""Saves one picture."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Literal

import cv2
import simplejpeg

from vcam.core.errors import OutputError
from vcam.core.frame import Image
from vcam.outputs.new_file import reserve

JPEG_QUALITY = 95


def save_snapshot(
    image: Image, folder: Path | str, at: datetime, kind: Literal["png", "jpg"] = "png"
) -> Path:
    """Saves `image` as `vcam-2030-01-31-235959.png`, numbered if there is one already.

    The file is complete as soon as its content shows up: it is written beside and moved there.

    Args:
        image: uint8 (H, W, 3) BGR.
        folder: where to put it; made if need be.
        at: local time for the name.
        kind: file format.

    Returns:
        The file's path.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    if kind == "png":
        data = cv2.imencode(".png", image)[1].tobytes()
    else:
        data = simplejpeg.encode_jpeg(image, JPEG_QUALITY, "BGR", "444")
    path = reserve(Path(folder).expanduser() / f"vcam-{at:%Y-%m-%d-%H%M%S}.{kind}")
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        for leftover in (beside, path):
            with contextlib.suppress(OSError):
                leftover.unlink()
        raise OutputError(
            f"{path} cannot be written ({error.strerror or error})", "free some space on the disk"
        ) from error
    return path
