from __future__ import annotations

import numpy as np
import pytest

from training.poses.pictures import COARSE, DARK, DIM, REHELD, WORSENERS, coarsen, smear


def scene(height: int = 120, width: int = 90) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.integers(60, 220, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize("worsen", WORSENERS)
def test_worsened_pictures_keep_their_size_and_are_repeatable(worsen: object) -> None:
    assert callable(worsen)
    one = worsen(scene(), np.random.default_rng(3))
    assert one.shape == (120, 90, 3)
    assert one.dtype == np.uint8
    np.testing.assert_array_equal(one, worsen(scene(), np.random.default_rng(3)))
    assert not np.array_equal(one, scene())


@pytest.mark.parametrize("variant", DARK + DIM)
def test_dark_copies_are_dark(variant: int) -> None:
    for seed in range(5):
        dark = WORSENERS[variant - 1](scene(), np.random.default_rng(seed))
        assert dark.mean() < 0.5 * scene().mean()


def test_every_variant_is_of_one_kind() -> None:
    assert sorted(DARK + COARSE + REHELD + DIM) == list(range(1, len(WORSENERS) + 1))


def test_a_smeared_picture_keeps_its_light() -> None:
    smeared = smear(np.full((60, 60, 3), 130, np.uint8), np.random.default_rng(2))
    assert abs(smeared.astype(int) - 130).max() <= 2


def test_a_coarse_picture_has_no_fine_detail() -> None:
    coarse = coarsen(scene(), np.random.default_rng(2)).astype(float)
    assert (
        np.abs(np.diff(coarse, axis=1)).mean()
        < 0.3 * np.abs(np.diff(scene().astype(float), axis=1)).mean()
    )


def test_a_tiny_picture_survives() -> None:
    assert coarsen(scene(12, 8), np.random.default_rng(2)).shape == (12, 8, 3)
