"""Saves one picture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from vcam.core.frame import Image
from vcam.outputs.stills import encode_still, save_bytes


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
    wanted = Path(folder).expanduser() / f"vcam-{at:%Y-%m-%d-%H%M%S}.{kind}"
    return save_bytes(wanted, encode_still(image, kind))
