"""Between a picture's pixels and those of a coarser grid over it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt


def shrunk(grey: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Means of a picture's pixels."""
    half = 2 * size[0], 2 * size[1]
    if grey.shape == (2 * half[1], 2 * half[0]):
        # Halving twice is what OpenCV is quick at.
        grey = np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def enlarge(
    share: npt.NDArray[np.uint8],
    start: tuple[int, int],
    grid: tuple[int, int],
    alpha: npt.NDArray[np.uint8],
) -> tuple[int, int, int, int] | None:
    """Writes a share larger into a picture's.

    Args:
        share: uint8 (rows, columns), a part of the grid; beyond it all is room.
        start: the part's left and top on the grid.
        grid: width and height of the grid.
        alpha: uint8 (h, w), as large as the picture.

    Returns:
        A box beyond which all of `alpha` is room, or None where it was not looked for.
    """
    columns, rows = grid
    height, width = alpha.shape
    if width % columns or height % rows:
        whole = np.zeros((rows, columns), np.uint8)
        whole[start[1] : start[1] + share.shape[0], start[0] : start[0] + share.shape[1]] = share
        cv2.resize(whole, (width, height), dst=alpha, interpolation=cv2.INTER_LINEAR)
        return None
    # Half of a usual picture is room.
    alpha.fill(0)
    left, top, across, down = cv2.boundingRect(share)
    if not across:
        return 0, 0, 0, 0
    # Two more cells round it: one for what bleeds out, one so that the edges are like the whole's.
    share = share[max(0, top - 2) : top + down + 2, max(0, left - 2) : left + across + 2]
    step_x, step_y = width // columns, height // rows
    left, top = (start[0] + max(0, left - 2)) * step_x, (start[1] + max(0, top - 2)) * step_y
    right, bottom = left + share.shape[1] * step_x, top + share.shape[0] * step_y
    part = alpha[top:bottom, left:right]
    cv2.resize(share, (right - left, bottom - top), dst=part, interpolation=cv2.INTER_LINEAR)
    return left, top, right, bottom


def grid_over(size: tuple[int, int], columns: int) -> tuple[int, int]:
    """Width and height of a grid over the picture, no finer than half its pixels."""
    share = min(columns / size[0], 0.5)
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
