"""A sheet of pictures with a few words under each: what a model got wrong, or right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.common.files import writing
from training.errors import TrainingError
from vcam.core.frame import Image

_PAPER, _INK = 250, (30, 30, 30)
_LINE_PX = 13
_FONT_SCALE = 0.36


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One picture of a sheet.

    Attributes:
        image: uint8 (h, w, 3) BGR, of any size.
        lines: under it; cut off where they are too long.
    """

    image: Image
    lines: tuple[str, ...]


def make_sheet(samples: Sequence[Sample], columns: int = 8, side: int = 128) -> Image:
    """All samples in rows.

    Args:
        samples: at least one.
        columns: most in a row.
        side: of the square that each picture is fitted into, pixels.
    """
    depth = max(len(sample.lines) for sample in samples)
    columns = min(columns, len(samples))
    rows = -(-len(samples) // columns)
    cell_w, cell_h = side + 6, side + 6 + _LINE_PX * depth + 4
    sheet = np.full((rows * cell_h, columns * cell_w, 3), _PAPER, np.uint8)
    for place, sample in enumerate(samples):
        top, left = place // columns * cell_h + 3, place % columns * cell_w + 3
        fitted = _fitted(sample.image, side)
        height, width = fitted.shape[:2]
        y, x = top + (side - height) // 2, left + (side - width) // 2
        sheet[y : y + height, x : x + width] = fitted
        for number, line in enumerate(sample.lines):
            at = (left, top + side + _LINE_PX * (number + 1))
            cv2.putText(
                sheet[:, : left + side],
                line,
                at,
                cv2.FONT_HERSHEY_SIMPLEX,
                _FONT_SCALE,
                _INK,
                1,
                cv2.LINE_AA,
            )
    return sheet


def write_sheet(path: Path, samples: Sequence[Sample], columns: int = 8, side: int = 128) -> None:
    """Writes `make_sheet` as the ending of `path` says.

    Raises:
        TrainingError: the file cannot be written.
    """
    sheet = make_sheet(samples, columns, side)
    with writing(path) as partial:
        good, packed = cv2.imencode(path.suffix, sheet)
        if not good:
            raise TrainingError(f"cannot pack {path}", "choose .png or .jpg")
        partial.write_bytes(packed.tobytes())


def _fitted(image: Image, side: int) -> Image:
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)
