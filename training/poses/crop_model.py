"""The image network: MobileNetV2 on the square round a hand, and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from training.common.environment import set_seeds
from training.common.progress import Told
from training.errors import TrainingError
from training.poses.crops import CropAugmentation, Crops
from training.poses.crops_fit import fit_on_draws
from training.poses.head import partial_label_loss
from training.quiet import native_stderr_closed, tensorflow
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES

# Keras' MobileNetV2 averages its statistics over a thousand steps, longer than this trains.
_STATISTICS_MOMENTUM = 0.95


@dataclass(frozen=True, slots=True)
class CropRecipe:
    """Everything that decides how an image network turns out, besides the data.

    Attributes:
        seed: of draws, weights and dropout.
        epochs: passes, each over new draws.
        epoch_size: squares a pass.
        batch_size: squares a step.
        learning_rate: of Adam at the start; it falls along a cosine.
        side: of the squares that it sees, pixels; at least 32.
        width: MobileNetV2's alpha.
        dropout: share of features left out while training.
        drawn: rendered hands of each shape.
        weights: "none" to begin from scratch, "imagenet" to fetch Keras' weights, or the path of
            a weights file for this width and no top.
        augmentation: how squares are varied.
    """

    seed: int = 7
    epochs: int = 36
    epoch_size: int = 6_000
    batch_size: int = 64
    learning_rate: float = 3e-3
    side: int = 96
    width: float = 0.35
    dropout: float = 0.25
    drawn: int = 24
    weights: str = "none"
    augmentation: CropAugmentation = field(default_factory=CropAugmentation)


def build_crop_network(recipe: CropRecipe) -> Any:
    """Squares uint8 (n, side, side, 3) BGR, and turns (n, 2), to logits (n, 1, poses).

    The square stands upright however the hand is held, so that the turn must be told apart:
    nothing else tells a thumb up from a thumb down.

    Raises:
        TrainingError: the weights to begin with cannot be had or do not fit.
    """
    set_seeds(recipe.seed)
    keras = tensorflow().keras
    layers = keras.layers
    image = keras.Input((recipe.side, recipe.side, 3), dtype="uint8", name="square")
    turn = keras.Input((2,), name="turn")
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(image)
    backbone = _backbone(recipe)
    features = layers.Dropout(recipe.dropout)(backbone(x))
    joined = layers.Concatenate()([features, turn])
    hidden = layers.Dense(64, activation="relu", name="hidden")(joined)
    logits = layers.Dense(len(POSES), name="logits")(hidden)
    return keras.Model([image, turn], layers.Reshape((1, len(POSES)))(logits), name="pose_crop")


def _backbone(recipe: CropRecipe) -> Any:
    keras = tensorflow().keras
    begin = None if recipe.weights == "none" else recipe.weights
    if begin not in (None, "imagenet") and not Path(str(begin)).is_file():
        raise TrainingError(
            f"there is no weights file {begin}", "give a .weights.h5 file, imagenet, or none"
        )
    try:
        with native_stderr_closed():
            backbone = keras.applications.MobileNetV2(
                input_shape=(recipe.side, recipe.side, 3),
                alpha=recipe.width,
                include_top=False,
                weights=begin,
                pooling="avg",
            )
    except Exception as error:  # Keras raises a bare Exception where it cannot fetch
        cause = " ".join(str(error).split())[:160]
        raise TrainingError(
            f"the weights {recipe.weights} cannot be loaded: {cause}",
            "train from scratch with --crop-weights none",
        ) from error
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = _STATISTICS_MOMENTUM
    return backbone


def train_crops(
    crops: Crops, validation: Crops, recipe: CropRecipe, told: Told | None = None
) -> tuple[Any, list[dict[str, float]]]:
    """Trains the image network.

    Args:
        crops: to train on.
        validation: of other people; only looked at.
        recipe: how.
        told: called after each epoch.

    Returns:
        The Keras model, and per epoch its losses.

    Raises:
        TrainingError: as for `build_crop_network`.
    """
    network = build_crop_network(recipe)
    curves = fit_on_draws(
        network,
        partial_label_loss,
        _inputs,
        crops,
        validation,
        recipe,
        side=recipe.side,
        last_share=0.002,
        told=told,
    )
    return network, curves


def input_side(network: Any) -> int:
    """Side of the squares that an image network takes, pixels."""
    return int(network.input_shape[0][1])


def crop_logits(network: Any, crops: Crops) -> FloatArray:
    """Its logits (n, 1, poses), the mean over each square and its mirror image."""
    images, turns = crops.seen(input_side(network))
    flipped = np.ascontiguousarray(images[:, :, ::-1])
    mirrored = turns * np.array([1, -1], np.float32)
    logits = [
        np.asarray(network.predict(list(each), batch_size=256, verbose=0))
        for each in ((images, turns), (flipped, mirrored))
    ]
    return np.asarray((logits[0] + logits[1]) / 2, np.float32)


def _inputs(images: np.ndarray, turns: FloatArray) -> list[np.ndarray]:
    return [images, turns]
