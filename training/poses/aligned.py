"""Networks on landmarks that are turned into one view first: by the palm, or as they learn to.

They are rivals of the head in `compare`. The head is given measures that hardly change with the
view; these are given the landmarks themselves, both those of the picture and those in metres, and
an alignment. All else is equal: hands, augmentation, loss, sizes of the layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from training.common.environment import set_seeds
from training.common.progress import Told
from training.poses.articulation import palm_frame
from training.poses.augment import augment, balance
from training.poses.hands import Hands
from training.poses.head import Architecture, partial_label_loss
from training.poses.train import Recipe, best_temperature
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES

Alignment = Literal["none", "palm", "learned"]

_CLOUDS, _JOINTS = 2, 21
_CYCLES = ([1, 2, 0], [2, 0, 1])
_DIRECTIONS = np.array([[0, -1, 0], [0, 0, -1]], np.float32)  # up, and towards the camera


@dataclass(frozen=True, eq=False)
class AlignedNetwork:
    """A trained one.

    Attributes:
        network: Keras model, `inputs_of` to logits (n, 1, poses).
        alignment: how its hands are turned.
        temperature: its logits are divided by.
    """

    network: Any
    alignment: Alignment
    temperature: float

    def logits(self, hands: Hands) -> FloatArray:
        """Calibrated logits, (n, 1, poses)."""
        given = inputs_of(hands, self.alignment)
        logits = np.asarray(self.network.predict(given, batch_size=2048, verbose=0))
        return np.asarray(logits / self.temperature, np.float32)


def inputs_of(hands: Hands, alignment: Alignment) -> FloatArray:
    """Both clouds of landmarks and the directions: float32 (n, 2, 23, 3).

    Left hands are mirrored, the middle of the palm is the origin, and the palm's length is 1. The
    last two rows are the unit vectors up and towards the camera: turned like the landmarks, they
    tell how the hand is held.
    """
    parts = []
    for landmarks in (hands.screen, hands.world):
        cloud = landmarks.copy()
        cloud[hands.left, :, 0] *= -1
        right = np.zeros(len(hands), np.bool_)
        axes, wrist, length = palm_frame(cloud, right)
        knuckles = cloud[:, [5, 9, 13, 17]].mean(axis=1, keepdims=True)
        cloud = (cloud - (wrist + knuckles) / 2) / length
        directions = np.broadcast_to(_DIRECTIONS, (len(hands), *_DIRECTIONS.shape))
        both = np.concatenate([cloud, directions], axis=1)
        parts.append(both @ axes if alignment == "palm" else both)
    # Landmarks that fall on one point have no palm length.
    return np.clip(np.stack(parts, axis=1), -9, 9).astype(np.float32)


def build_aligned(alignment: Alignment, sizes: Architecture, seed: int) -> Any:
    """`inputs_of` to logits (n, 1, poses).

    With "learned", a small network first predicts a rotation from the landmarks (a T-Net, after
    PointNet), as two vectors that are made orthonormal (Zhou and others, "On the continuity of
    rotation representations"). It begins as no rotation at all.
    """
    set_seeds(seed)
    keras = tensorflow().keras
    layers = keras.layers
    clouds = keras.Input((_CLOUDS, _JOINTS + len(_DIRECTIONS), 3), name="landmarks")
    x = clouds
    if alignment == "learned":
        y = layers.Flatten()(clouds)
        y = layers.Dense(96, activation="relu")(y)
        y = layers.Dense(48, activation="relu")(y)
        six = layers.Dense(
            6 * _CLOUDS,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant([1.0, 0, 0, 0, 1, 0] * _CLOUDS),
            name="two_vectors",
        )(y)
        x = layers.Lambda(_turn, output_shape=clouds.shape[1:], name="turn")([clouds, six])
    decay = keras.regularizers.L2(1e-5)
    x = layers.Flatten()(x)
    for units in (sizes.wide, sizes.deep):
        x = layers.Dense(units, activation="relu", kernel_regularizer=decay)(x)
        x = layers.Dropout(sizes.dropout)(x)
    logits = layers.Dense(len(POSES))(x)
    return keras.Model(clouds, layers.Reshape((1, len(POSES)))(logits), name=f"aligned_{alignment}")


def rotations_of(six: Any) -> Any:
    """Two vectors each, (n, clouds, 2, 3), to rotations with them as columns first."""
    tf = tensorflow()
    first = tf.math.l2_normalize(six[..., 0, :], axis=-1, epsilon=1e-6)
    along = tf.reduce_sum(first * six[..., 1, :], axis=-1, keepdims=True)
    second = tf.math.l2_normalize(six[..., 1, :] - along * first, axis=-1, epsilon=1e-6)
    # Their cross product by hand: LiteRT has none.
    next_first, last_first = (tf.gather(first, order, axis=-1) for order in _CYCLES)
    next_second, last_second = (tf.gather(second, order, axis=-1) for order in _CYCLES)
    third = next_first * last_second - last_first * next_second
    return tf.stack([first, second, third], axis=-1)


def _turn(given: Any) -> Any:
    clouds, six = given
    tf = tensorflow()
    return tf.matmul(clouds, rotations_of(tf.reshape(six, (-1, _CLOUDS, 2, 3))))


def train_aligned(
    hands: Hands,
    validation: Hands,
    recipe: Recipe,
    alignment: Alignment,
    told: Told | None = None,
) -> AlignedNetwork:
    """Trains one of them as the head is trained.

    Args:
        hands: to train on.
        validation: of other people; they choose the temperature.
        recipe: how; of its architecture, the sizes of one member.
        alignment: which.
        told: called after each epoch.
    """
    keras = tensorflow().keras
    network = build_aligned(alignment, recipe.architecture, recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    steps = max(1, recipe.epoch_size // recipe.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, steps * recipe.epochs, alpha=0.01
    )
    network.compile(optimizer=keras.optimizers.Adam(rate), loss=partial_label_loss)
    for epoch in range(1, recipe.epochs + 1):
        rows = balance(hands, recipe.epoch_size, rng)
        drawn = augment(hands.take(rows), recipe.augmentation, rng)
        fitted = network.fit(
            inputs_of(drawn, alignment),
            drawn.allowed.astype(np.float32),
            batch_size=recipe.batch_size,
            shuffle=False,  # the draw is random already
            verbose=0,
        )
        if told:
            told(epoch, {"loss": float(fitted.history["loss"][0])})
    logits = np.asarray(
        network.predict(inputs_of(validation, alignment), batch_size=2048, verbose=0)
    )
    return AlignedNetwork(network, alignment, best_temperature(logits, validation.allowed))
