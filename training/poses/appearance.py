"""The small network that reads a pose from the square round a hand, and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from training.common.environment import set_seeds
from training.common.progress import Told
from training.poses.crops import CropAugmentation, Crops
from training.poses.crops_fit import fit_on_draws
from training.poses.head import partial_label_loss
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.poses.appearance import appearance_input
from vcam.poses.vocabulary import POSES

SIDE: Final = 64
"""Pixels of its squares; the landmark network sees the same at 224."""

_WIDTHS: Final = ((16, 2), (32, 2), (32, 1), (64, 2), (64, 1), (96, 2), (96, 1))
"""Of its convolutions, with their strides: 9.4 million products a hand."""
# As long as Keras' default this does not train.
_STATISTICS_MOMENTUM = 0.95


@dataclass(frozen=True, slots=True)
class AppearanceRecipe:
    """Everything that decides how the network turns out, besides the data.

    Attributes:
        seed: of draws, weights and dropout.
        epochs: passes, each over new draws.
        epoch_size: squares a pass.
        batch_size: squares a step.
        learning_rate: of Adam at its height; it falls along a cosine.
        dropout: share of what the convolutions found that is left out while training.
        drawn: rendered hands of each shape, see `drawn_crops`.
        augmentation: how squares are varied.
    """

    seed: int = 7
    epochs: int = 60
    epoch_size: int = 12_000
    batch_size: int = 64
    learning_rate: float = 2e-3
    dropout: float = 0.3
    drawn: int = 500
    augmentation: CropAugmentation = field(default_factory=CropAugmentation)


def build_appearance_network(recipe: AppearanceRecipe) -> Any:
    """`appearance_input` of squares, float32 (n, SIDE * SIDE + 2), to logits (n, poses)."""
    set_seeds(recipe.seed)
    keras = tensorflow().keras
    layers = keras.layers
    seen = keras.Input((SIDE * SIDE + 2,), name="square_and_turn")
    x = layers.Reshape((SIDE, SIDE, 1))(seen[:, : SIDE * SIDE])
    for width, stride in _WIDTHS:
        x = layers.Conv2D(width, 3, stride, "same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=_STATISTICS_MOMENTUM)(x)
        x = layers.ReLU()(x)
    x = layers.Dropout(recipe.dropout)(layers.Flatten()(x))
    x = layers.Concatenate()([x, seen[:, SIDE * SIDE :]])
    x = layers.Dropout(0.2)(layers.Dense(128, activation="relu", name="hidden")(x))
    return keras.Model(seen, layers.Dense(len(POSES), name="logits")(x), name="appearance")


def train_appearance(
    crops: Crops, validation: Crops, recipe: AppearanceRecipe, told: Told | None = None
) -> tuple[Any, list[dict[str, float]]]:
    """Trains the network.

    Args:
        crops: to train on.
        validation: of other people; only looked at.
        recipe: how.
        told: called after each epoch.

    Returns:
        The Keras model, and per epoch its losses.
    """
    network = build_appearance_network(recipe)
    curves = fit_on_draws(
        network,
        _loss,
        _inputs,
        crops,
        validation,
        recipe,
        side=SIDE,
        last_share=0.01,
        told=told,
    )
    return network, curves


def inputs_of(crops: Crops) -> FloatArray:
    """What vcam would give the network of these squares, (n, SIDE * SIDE + 2)."""
    return _inputs(*crops.seen(SIDE))


def appearance_logits(network: Any, crops: Crops) -> FloatArray:
    """Its logits (n, poses)."""
    return np.asarray(network.predict(inputs_of(crops), batch_size=256, verbose=0), np.float32)


def _inputs(images: np.ndarray, turns: FloatArray) -> FloatArray:
    angles = np.arctan2(turns[:, 1], turns[:, 0])
    made = [appearance_input(*each) for each in zip(images, angles, strict=True)]
    return np.array(made, np.float32).reshape(len(images), SIDE * SIDE + 2)


def _loss(allowed: Any, logits: Any) -> Any:
    return partial_label_loss(allowed, logits[:, None])
