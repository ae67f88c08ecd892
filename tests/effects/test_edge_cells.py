from __future__ import annotations

import cv2
import numpy as np
import pytest

from vcam.effects.edge_cells import EdgeCells
from vcam.effects.guided import guided_coefficients

CURVE = np.round(255 * np.clip((np.arange(256) / 255 - 0.25) / 0.5, 0, 1)).astype(np.uint8)


def scene(size: tuple[int, int]) -> np.ndarray:
    """A bright person with a thin arm, before a dark room."""
    width, height = size
    picture = np.full((height, width, 3), (60, 50, 40), np.uint8)
    cv2.ellipse(
        picture, (width // 2, height), (width // 5, height * 3 // 4), 0, 0, 360, (190,) * 3, -1
    )
    cv2.line(picture, (width // 2, height), (width // 8, height // 4), (200,) * 3, width // 60)
    return picture


def mask_of(picture: np.ndarray, cells: EdgeCells) -> np.ndarray:
    """The person, coarse and a little beside."""
    across, down = (cells.padded[i] - cells.size[i] for i in (0, 1))
    whole = cv2.copyMakeBorder(picture, 0, down, 0, across, cv2.BORDER_REPLICATE)
    share = (whole[..., 0] > 120).astype(np.float32)
    small = cv2.resize(share, cells.grid, interpolation=cv2.INTER_AREA)
    return np.asarray(np.roll(cv2.blur(small, (3, 3)), 1, axis=1), np.float32)


def by_the_book(picture: np.ndarray, mask: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """The fast guided filter on all of the picture."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    guide = cv2.resize(grey, grid, interpolation=cv2.INTER_AREA)
    slope, offset = guided_coefficients(guide, mask, 2, 5e-4)
    size = grey.shape[::-1]
    share = cv2.resize(slope, size) * grey + cv2.resize(offset, size)
    return CURVE[np.clip(255 * share, 0, 255).astype(np.uint8)]


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (960, 540)])
def test_it_draws_what_the_guided_filter_says_everywhere(size: tuple[int, int]) -> None:
    cells, picture = EdgeCells(size, 160), scene(size)
    mask = mask_of(picture, cells)
    cells.take(mask)
    outline = cells.fitted(picture, CURVE)
    off = np.abs(outline.alpha.astype(int) - by_the_book(picture, mask, cells.grid))
    assert outline.alpha.shape == size[::-1]
    assert 0.1 < (outline.alpha == 255).mean() < 0.5
    assert off.mean() < 0.3
    assert (off > 64).mean() < 0.001


def test_pictures_that_no_cell_fits_are_filled_to_their_edges() -> None:
    size = (853, 479)
    cells, picture = EdgeCells(size, 160), scene(size)
    cells.take(np.ones(cells.grid[::-1], np.float32))
    assert (cells.fitted(picture, CURVE).alpha == 255).all()
    cells.take(np.zeros(cells.grid[::-1], np.float32))
    alpha = cells.fitted(picture, CURVE).alpha
    assert alpha.shape == (479, 853)
    assert not alpha.any()


def test_the_cells_it_names_are_those_in_which_person_and_room_meet() -> None:
    size = (1280, 720)
    cells, picture = EdgeCells(size, 160), scene(size)
    cells.take(mask_of(picture, cells))
    outline = cells.fitted(picture, CURVE)
    canvas, room = np.full((2, 720, 1280, 3), 100, np.uint8)
    room[:] = 200
    before = canvas.copy()
    outline.lay(canvas, before, room)
    share = outline.alpha[..., np.newaxis] / 255
    between = (outline.alpha > 0) & (outline.alpha < 255)
    wanted = 100 * share + 200 * (1 - share)
    assert between.any()
    assert np.abs(canvas - wanted)[between].max() <= 1.01
