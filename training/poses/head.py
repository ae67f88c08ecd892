"""The network: a small ensemble over landmark features, calibrated, with distances to the poses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.features import FEATURE_COUNT
from vcam.poses.vocabulary import POSES

NEVER = -1e4
"""Logit of a pose that is ruled out."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes.

    Attributes:
        members: networks that vote; each has its own weights and sees the same hands.
        wide: units of the first hidden layer.
        deep: units of the second, whose values also give the distances.
        dropout: share of units left out while training.
        feature_noise: standard deviation of noise on the standardised features while training.
        distance_axes: dimensions of the space in which distances are measured.
    """

    members: int = 5
    wide: int = 160
    deep: int = 48
    dropout: float = 0.2
    feature_noise: float = 0.05
    distance_axes: int = 24


def build_head(
    architecture: Architecture, mean: FloatArray, spread: FloatArray, seed: int
) -> tuple[Any, Any]:
    """A network to train and its twin that shows the hidden values.

    Args:
        architecture: sizes.
        mean: per feature, over the training hands.
        spread: per feature, standard deviation.
        seed: of weights and dropout.

    Returns:
        Two Keras models that share weights: features to logits (n, members, poses), and features
        to hidden values (n, members x deep).
    """
    keras = tensorflow().keras
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    features = keras.Input((FEATURE_COUNT,), name="features")
    x = layers.Normalization(mean=mean, variance=np.square(spread), name="standardise")(features)
    # A feature far outside what training saw must not drown the others.
    x = layers.ReLU(max_value=10.0, name="clip")(layers.Rescaling(1.0, offset=5.0)(x))
    x = layers.Rescaling(1.0, offset=-5.0)(x)
    logits, hidden = [], []
    decay = keras.regularizers.L2(1e-5)
    for member in range(architecture.members):
        y = layers.GaussianNoise(architecture.feature_noise)(x)
        for name, units in (("wide", architecture.wide), ("deep", architecture.deep)):
            y = layers.Dense(
                units, activation="relu", kernel_regularizer=decay, name=f"{name}_{member}"
            )(y)
            if name == "deep":
                hidden.append(y)
            y = layers.Dropout(architecture.dropout)(y)
        logits.append(layers.Dense(len(POSES), name=f"logits_{member}")(y))
    stacked = layers.Reshape((architecture.members, len(POSES)))(layers.Concatenate()(logits))
    return (
        keras.Model(features, stacked, name="pose_head"),
        keras.Model(features, layers.Concatenate(name="hidden")(hidden), name="pose_hidden"),
    )


def partial_label_loss(allowed: Any, logits: Any) -> Any:
    """Minus the logarithm of the probability given to the poses that the hand may be.

    With one allowed pose it is the usual cross-entropy; with several it does not care which.

    Args:
        allowed: (n, poses), 1 for allowed ones.
        logits: (n, members, poses).
    """
    tf = tensorflow()
    ruled_out = (1.0 - tf.cast(allowed, logits.dtype)[:, tf.newaxis]) * NEVER
    every = tf.reduce_logsumexp(logits, axis=-1)
    right = tf.reduce_logsumexp(logits + ruled_out, axis=-1)
    return tf.reduce_mean(every - right, axis=-1)


def vote(logits: FloatArray, temperature: float) -> FloatArray:
    """Probabilities (n, poses): the mean of the members', each softened by the temperature."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=-1, keepdims=True)
    likely = np.exp(scaled)
    likely /= likely.sum(axis=-1, keepdims=True)
    return np.asarray(likely.mean(axis=1), np.float32)


@dataclass(frozen=True, eq=False)
class Distances:
    """Where each pose lies in the space of the hidden values.

    Attributes:
        centre: (hidden,), taken off first.
        axes: (hidden, k), then to k axes along which hands of one pose spread equally.
        poses: (poses, k), centre of each.
    """

    centre: FloatArray
    axes: FloatArray
    poses: FloatArray

    def measure(self, hidden: FloatArray) -> FloatArray:
        """Squared distance (n, poses) of each hand from each pose; 1 is usual."""
        place = (hidden - self.centre) @ self.axes
        apart = place[:, np.newaxis] - self.poses
        return np.asarray((apart**2).mean(axis=-1), np.float32)


def fit_distances(hidden: FloatArray, pose: np.ndarray, axes: int) -> Distances:
    """Finds centres and a common spread (a Mahalanobis distance on the main axes).

    Args:
        hidden: (n, hidden) of hands whose pose is sure.
        pose: (n,), index of each one's pose.
        axes: how many.
    """
    means = np.zeros((len(POSES), hidden.shape[1]))
    residuals = hidden.astype(np.float64).copy()
    for index in range(len(POSES)):
        chosen = pose == index
        if chosen.any():
            means[index] = hidden[chosen].mean(axis=0)
            residuals[chosen] -= means[index]
    centre = hidden.mean(axis=0)
    real = pose != POSES.index(NONE_POSE)
    # Axes that carry the most of what hands vary in at all, scaled by how much one pose varies.
    total = np.cov(hidden[real].T)
    _, vectors = np.linalg.eigh(total)
    main = vectors[:, ::-1][:, :axes]
    within = np.cov((residuals[real] @ main).T) + 1e-6 * np.eye(axes)
    values, turned = np.linalg.eigh(within)
    whiten = main @ (turned / np.sqrt(np.maximum(values, 1e-6)))
    return Distances(
        centre.astype(np.float32),
        whiten.astype(np.float32),
        ((means - centre) @ whiten).astype(np.float32),
    )


def finished_head(trained: Any, hidden: Any, temperature: float, distances: Distances) -> Any:
    """The network as it ships.

    Features (1, F) to (1, 2 x poses + axes): probabilities, distances, and the place in the space
    in which the distances are measured.
    """
    keras = tensorflow().keras
    layers = keras.layers
    members = trained.output_shape[1]
    # One model in the other, and nothing of what `compile` added: shared layers and our own loss
    # would not come back from the file.
    both = keras.Model(trained.input, [trained.output, hidden.output], name="pose_layers")
    features = keras.Input(batch_shape=(1, FEATURE_COUNT), name="features")
    logits, values = both(features)
    logits = layers.Rescaling(1.0 / temperature)(logits)
    likely = layers.Softmax(axis=-1)(logits)
    likely = layers.Reshape((len(POSES),))(layers.AveragePooling1D(members)(likely))
    place = _fixed_dense(distances.axes, -distances.centre @ distances.axes)(values)
    # |p - c|^2 = |p|^2 - 2 p.c + |c|^2, divided by the number of axes.
    axes = distances.axes.shape[1]
    square = layers.Multiply()([place, place])
    square = _fixed_dense(np.full((axes, len(POSES)), 1 / axes, np.float32), None)(square)
    cross = _fixed_dense(
        -2 * distances.poses.T / axes, (distances.poses**2).mean(axis=1).astype(np.float32)
    )(place)
    apart = layers.Add(name="squared_distance")([square, cross])
    return keras.Model(features, layers.Concatenate(name="reading")([likely, apart, place]))


def _fixed_dense(kernel: FloatArray, bias: FloatArray | None) -> Any:
    """A dense layer with given weights."""
    keras = tensorflow().keras
    layer = keras.layers.Dense(kernel.shape[1], use_bias=bias is not None, trainable=False)
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel] if bias is None else [kernel, bias])
    return layer
