from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from training.errors import TrainingError
from training.poses import crop_model
from training.poses.crop_model import CropRecipe, build_crop_network, crop_logits, train_crops
from training.poses.crops import (
    REGION_SIDE,
    CropAugmentation,
    Crops,
    backdrops,
    drawn_crops,
    new_backdrop,
    turns_of,
    vary,
)
from training.poses.views import INSIDE_SIDE, VIEW_SIDE
from training.quiet import tensorflow
from vcam.poses.vocabulary import POSES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

STILL = CropAugmentation(
    turn_deg=0,
    zoom=0,
    shift=0,
    roll_deg=0,
    far_roll_share=0,
    backdrop_share=0,
    blur_share=0,
    dark_share=0,
)


def crops_of(hands, images: np.ndarray | None = None) -> Crops:
    count = len(hands)
    if images is None:
        rng = np.random.default_rng(0)
        images = rng.integers(0, 255, (count, VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    return Crops(images, np.full((count, INSIDE_SIDE, INSIDE_SIDE), 255, np.uint8), hands)


def test_the_middle_is_what_vision_sees(draw_hands) -> None:
    images = np.zeros((2, VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    low = (VIEW_SIDE - REGION_SIDE) // 2
    images[:, low:-low, low:-low] = 200
    for side in (REGION_SIDE, 48):
        seen, turns = crops_of(draw_hands("fist", 2), images).seen(side)
        assert seen.shape == (2, side, side, 3)
        assert (seen == 200).all()
        np.testing.assert_allclose((turns**2).sum(axis=1), 1, rtol=1e-5)


def test_a_thumb_that_is_rolled_far_is_none_and_its_square_tells(draw_hands) -> None:
    thumbs = crops_of(draw_hands("thumb_up", 40))
    behind = backdrops(1, 4)
    images, turns, allowed = vary(
        thumbs, behind, CropAugmentation(far_roll_share=1), np.random.default_rng(1), 32
    )
    assert images.shape == (40, 32, 32, 3)
    up = allowed[:, POSES.index("thumb_up")]
    assert up.any()
    assert not up.all()
    apart = np.abs((turns * thumbs.seen(32)[1]).sum(axis=1))  # cosine of the turn, mirrored or not
    assert np.isfinite(apart).all()
    again = vary(thumbs, behind, CropAugmentation(far_roll_share=1), np.random.default_rng(1), 32)
    np.testing.assert_array_equal(images, again[0])


def test_without_augmentation_squares_only_mirror(draw_hands) -> None:
    fists = crops_of(draw_hands("fist", 12))
    images, turns, allowed = vary(fists, backdrops(1, 2), STILL, np.random.default_rng(2))
    before = fists.seen(REGION_SIDE)[1]
    np.testing.assert_allclose(turns[:, 0], before[:, 0], atol=1e-5)
    np.testing.assert_allclose(np.abs(turns[:, 1]), np.abs(before[:, 1]), atol=1e-5)
    np.testing.assert_array_equal(allowed, fists.hands.allowed)
    assert images.dtype == np.uint8


def test_what_lies_beyond_the_picture_is_filled_anew() -> None:
    view, behind = np.full((8, 8, 3), 50, np.uint8), np.full((8, 8, 3), 200, np.uint8)
    inside = np.zeros((INSIDE_SIDE, INSIDE_SIDE), np.uint8)
    inside[:, : INSIDE_SIDE // 2] = 255
    filled = new_backdrop(view, inside, behind)
    assert (filled[:, :3] == 50).all()
    assert (filled[:, 5:] == 200).all()
    assert new_backdrop(view, np.full_like(inside, 255), behind) is view


def test_turns_are_cosine_and_sine() -> None:
    np.testing.assert_allclose(
        turns_of(np.array([0, np.pi / 2], np.float32)), [[1, 0], [0, 1]], atol=1e-6
    )


def test_drawn_hands_are_kept_until_shapes_change(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.poses.crops.SHAPES", {"v_sign": None, "relaxed": None})
    first = drawn_crops(1, 3, tmp_path)
    # What effects answer is drawn three times as often.
    relaxed, v_sign, *more = first.hands.allowed
    assert [each.tolist() for each in more] == [v_sign.tolist()] * 2
    assert v_sign.nonzero()[0].tolist() == [POSES.index("v_sign")]
    assert {POSES[index] for index in relaxed.nonzero()[0]} == {"none", "palm"}
    monkeypatch.setattr("training.poses.crops.sample", None)
    np.testing.assert_array_equal(drawn_crops(1, 3, tmp_path).images, first.images)
    monkeypatch.setattr("training.poses.crops.SHAPES", {"v_sign": None, "fist": None})
    with pytest.raises(TypeError):
        drawn_crops(1, 3, tmp_path)


def _small_backbone(_: CropRecipe) -> Any:
    layers = tensorflow().keras.layers
    return tensorflow().keras.Sequential(
        [layers.Conv2D(4, 3, strides=2, activation="relu"), layers.GlobalAveragePooling2D()]
    )


def test_the_image_network_learns_two_colours(draw_hands, monkeypatch: pytest.MonkeyPatch) -> None:
    # MobileNetV2 takes half a minute before its first step.
    monkeypatch.setattr(crop_model, "_backbone", _small_backbone)
    hands = draw_hands("fist", 16)
    hands.allowed[8:] = False
    hands.allowed[8:, POSES.index("palm")] = True
    images = np.zeros((16, VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    images[:8, ..., 0] = 220
    images[8:, ..., 2] = 220
    crops = crops_of(hands, images)
    recipe = CropRecipe(epochs=3, epoch_size=64, batch_size=16, side=32, augmentation=STILL, seed=1)
    network, curves = train_crops(crops, crops, recipe)
    assert [set(each) for each in curves] == [{"loss", "validation_loss"}] * 3
    assert curves[-1]["loss"] < curves[0]["loss"]
    logits = crop_logits(network, crops)
    assert logits.shape == (16, 1, len(POSES))


def test_weights_to_begin_with(tmp_path) -> None:
    with pytest.raises(TrainingError, match="there is no weights file"):
        build_crop_network(CropRecipe(weights=str(tmp_path / "gone.weights.h5"), side=32))
    (tmp_path / "broken.weights.h5").write_bytes(b"no weights")
    with pytest.raises(TrainingError, match="cannot be loaded"):
        build_crop_network(CropRecipe(weights=str(tmp_path / "broken.weights.h5"), side=32))
    first = build_crop_network(CropRecipe(side=32, seed=1))
    (backbone,) = (layer for layer in first.layers if "mobilenet" in layer.name)
    backbone.save_weights(tmp_path / "mine.weights.h5")
    second = build_crop_network(
        CropRecipe(side=32, seed=2, weights=str(tmp_path / "mine.weights.h5"))
    )
    (begun,) = (layer for layer in second.layers if "mobilenet" in layer.name)
    for mine, theirs in zip(begun.get_weights(), backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_noise_keeps_the_brightness() -> None:
    from training.poses.crops import spoil_image

    grey = np.full((64, 64, 3), 128, np.uint8)
    rng = np.random.default_rng(0)
    means = [
        cv2.mean(spoil_image(grey, CropAugmentation(dark_share=0, blur_share=0), rng))[0]
        for _ in range(40)
    ]
    assert 110 < np.mean(means) < 146


def test_features_of_the_landmark_network_tell_hands_apart(draw_hands) -> None:
    from training.poses.deep_features import (
        FEATURES,
        DeepRecipe,
        deep_features,
        deep_logits,
        train_deep,
    )
    from vcam.core.errors import WeightsError

    hands = draw_hands("fist", 4)
    hands.allowed[2:] = False
    hands.allowed[2:, POSES.index("palm")] = True
    images = np.zeros((4, VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    images[2:, 20:80, 30:60] = 210
    crops = crops_of(hands, images)
    try:
        features = deep_features(crops)
    except WeightsError as error:
        pytest.skip(str(error))
    assert features.shape == (4, FEATURES)
    np.testing.assert_array_equal(features[0], features[1])
    assert np.abs(features[0] - features[2]).max() > 0.1
    recipe = DeepRecipe(epochs=4, epoch_size=256, batch_size=32, dropout=0, noise=0)
    network = train_deep(features, crops, recipe)
    likely = deep_logits(network, features, crops)
    assert POSES[likely[0, 0].argmax()] == "fist"
    assert POSES[likely[3, 0].argmax()] == "palm"
