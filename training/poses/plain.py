"""The plain network: a perceptron on normalised landmarks, as most projects train it."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.poses.hands import Hands
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES


def plain_features(hands: Hands) -> FloatArray:
    """Picture landmarks about the wrist, over their largest value: float32 (n, 42)."""
    flat = hands.screen[..., :2] - hands.screen[:, :1, :2]
    flat = flat.reshape(len(hands), 42)
    return np.asarray(flat / (np.abs(flat).max(axis=1, keepdims=True) + 1e-9), np.float32)


def train_plain(hands: Hands, seed: int, epochs: int = 60) -> Any:
    """Trains it on hands with one label each; no augmentation but mirroring.

    Args:
        hands: to train on; loosely labelled ones are left out.
        seed: of weights, dropout and shuffling.
        epochs: passes.
    """
    keras = tensorflow().keras
    keras.utils.set_random_seed(seed)
    sure = hands.take(hands.allowed.sum(axis=1) == 1)
    features = plain_features(sure)
    mirrored = features.copy()
    mirrored[:, ::2] *= -1
    labels = sure.allowed.argmax(axis=1)
    network = keras.Sequential(
        [
            keras.Input((42,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(len(POSES), activation="softmax"),
        ]
    )
    network.compile("adam", "sparse_categorical_crossentropy")
    network.fit(
        np.concatenate([features, mirrored]),
        np.concatenate([labels, labels]),
        epochs=epochs,
        batch_size=128,
        verbose=0,
    )
    return network


def read_plain(network: Any, hands: Hands) -> FloatArray:
    """Its scores, (n, poses)."""
    return np.asarray(network.predict(plain_features(hands), batch_size=2048, verbose=0))
