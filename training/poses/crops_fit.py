"""How any network for squares round hands is trained: each pass over a new draw of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from training.common.progress import Told
from training.poses.augment import balance
from training.poses.crops import CropAugmentation, Crops, backdrops, vary
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray

Inputs = Callable[[np.ndarray, FloatArray], Any]
"""From squares uint8 (n, side, side, 3) and their turns (n, 2) to what the network takes."""


class DrawnRecipe(Protocol):
    """What a recipe says of training on draws; both networks' own recipes do."""

    @property
    def seed(self) -> int:
        """Of the draws."""

    @property
    def epochs(self) -> int:
        """Passes, each over new draws."""

    @property
    def epoch_size(self) -> int:
        """Squares a pass."""

    @property
    def batch_size(self) -> int:
        """Squares a step."""

    @property
    def learning_rate(self) -> float:
        """Of Adam at its height; it falls along a cosine."""

    @property
    def augmentation(self) -> CropAugmentation:
        """How squares are varied."""


def fit_on_draws(
    network: Any,
    loss: Callable[[Any, Any], Any],
    inputs: Inputs,
    crops: Crops,
    validation: Crops,
    how: DrawnRecipe,
    *,
    side: int,
    last_share: float,
    told: Told | None = None,
) -> list[dict[str, float]]:
    """Trains a Keras model in place.

    Args:
        network: not compiled yet.
        loss: of (allowed poses, logits).
        inputs: what it takes.
        crops: to train on.
        validation: of other people; only looked at.
        how: the recipe.
        side: of the squares, pixels.
        last_share: of the learning rate that is left at the end.
        told: called after each epoch.

    Returns:
        Per epoch its losses.
    """
    keras = tensorflow().keras
    rng = np.random.default_rng(how.seed)
    steps = max(1, how.epoch_size // how.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        how.learning_rate * 0.05,
        steps * how.epochs,
        alpha=last_share,
        warmup_target=how.learning_rate,
        warmup_steps=steps,
    )
    network.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    behind = backdrops(how.seed)
    watched = inputs(*validation.seen(side))
    curves = []
    for epoch in range(1, how.epochs + 1):
        drawn = crops.take(balance(crops.hands, how.epoch_size, rng))
        images, turns, allowed = vary(drawn, behind, how.augmentation, rng, side)
        fitted = network.fit(
            inputs(images, turns),
            allowed.astype(np.float32),
            batch_size=how.batch_size,
            shuffle=False,  # the draw is random already
            verbose=0,
        )
        validated = network.evaluate(
            watched, validation.hands.allowed.astype(np.float32), batch_size=256, verbose=0
        )
        losses = {"loss": float(fitted.history["loss"][0]), "validation_loss": float(validated)}
        curves.append(losses)
        if told:
            told(epoch, losses)
    return curves
