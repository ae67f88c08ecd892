from __future__ import annotations

import itertools

import numpy as np
import pytest

from vcam.control.tray.icons import SIZES, draw_icon
from vcam.control.tray.menu import PROGRESS_STEPS, Look

FIGURES = ("live", "asleep", "paused", "frozen", "lost")


def pixels(look: Look, size: int) -> np.ndarray:
    return np.asarray(draw_icon(look, size)).astype(int)


def luminance(rgb: np.ndarray) -> float:
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("size", SIZES)
def test_all_looks_can_be_told_apart_at_every_size(size):
    looks = [
        *(Look(figure, watched) for figure in FIGURES for watched in (False, True)),
        Look("live", progress=3),
        Look("live", progress=9),
    ]
    for one, other in itertools.combinations(looks, 2):
        difference = np.abs(pixels(one, size) - pixels(other, size)).max(axis=2)
        # As many pixels as a dot of an eighth of the side has.
        assert (difference > 60).sum() >= (size / 8) ** 2, (one, other)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("panel", ["#202020", "#f0f0f0"])
def test_tile_stands_out_from_the_panel_and_the_sign_from_the_tile(figure, panel):
    tile = pixels(Look(figure), 64)[32, 3, :3]
    ground = np.array([int(panel[i : i + 2], 16) for i in (1, 3, 5)])
    assert contrast(tile, ground) >= 3
    assert contrast(tile, np.array([255, 255, 255])) >= 4.5


def test_ring_grows_clockwise_from_the_top():
    lit = []
    for step in range(1, PROGRESS_STEPS + 1):
        ring = pixels(Look("live", progress=step), 64)[..., :3]
        lit.append((np.abs(ring - [255, 196, 159]).max(axis=2) < 20).sum())
    assert lit == sorted(lit)
    assert lit[0] > 0
    quarter = np.abs(pixels(Look("live", progress=3), 64)[..., :3] - [255, 196, 159]).max(axis=2)
    ys, xs = np.nonzero(quarter < 20)
    assert xs.min() >= 31
    assert ys.max() <= 33


def test_corners_are_clear():
    assert pixels(Look("live"), 22)[0, 0, 3] < 60
