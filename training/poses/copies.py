"""Copies of a folder of pictures, each worsened in one way: a dark set out of a light one."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from tqdm import tqdm

from training.errors import TrainingError
from training.poses.coloured import LIGHTS
from training.poses.pictures import WORSENERS
from vcam.core.frame import Image

KINDS: Final = {**{worsen.__name__: worsen for worsen in WORSENERS}, **LIGHTS}
"""Ways of worsening, by the name on the command line."""

_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


def copy_folder(source: Path, to: Path, kind: str) -> int:
    """Writes a worsened copy of every picture under `source`, in the same folders.

    Each picture's chance depends on its name alone, so that the copies are the same each time and
    whatever else lies there. They are PNG, since another JPEG would worsen them once more.

    Args:
        source: folder of pictures, with folders inside or without.
        to: made where it is missing; must not lie in `source`.
        kind: one of `KINDS`.

    Returns:
        How many pictures were written.

    Raises:
        TrainingError: no such folder or kind, no picture there, or `to` lies in `source`.
    """
    if kind not in KINDS:
        raise TrainingError(f"there is no way {kind} to worsen pictures", f"use {', '.join(KINDS)}")
    if not source.is_dir():
        raise TrainingError(f"there is no folder {source}", "name one that holds pictures")
    if to.resolve().is_relative_to(source.resolve()):
        raise TrainingError(f"{to} lies in {source}", "write the copies somewhere else")
    files = sorted(file for file in source.rglob("*") if file.suffix.lower() in _ENDINGS)
    if not files:
        raise TrainingError(
            f"{source} holds no pictures", f"it needs {', '.join(sorted(_ENDINGS))}"
        )
    written = 0
    for file in tqdm(files, desc=kind, unit="", disable=None):
        image = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if image is None:
            continue
        target = to / file.relative_to(source).with_suffix(".png")
        target.parent.mkdir(parents=True, exist_ok=True)
        written += cv2.imwrite(str(target), worsened(np.asarray(image, np.uint8), file.name, kind))
    return written


def worsened(image: Image, name: str, kind: str) -> Image:
    """One worsened copy; the same for the same name.

    Args:
        image: BGR.
        name: of its file.
        kind: one of `KINDS`.
    """
    seed = [zlib.crc32(name.encode()), list(KINDS).index(kind)]
    return KINDS[kind](image, np.random.default_rng(seed))
