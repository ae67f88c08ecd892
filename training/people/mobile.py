"""The student project's way: MobileNetV2 with a class for each person, on aligned crops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from training.common.environment import set_seeds
from training.people.faces import FaceSet
from training.people.rivals import Names
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray


@dataclass(frozen=True, slots=True)
class MobileRecipe:
    """How it is trained.

    Attributes:
        side: of the input, pixels.
        epochs: passes over varied copies of the enrolled faces.
        copies: varied copies of each face in a pass.
        learning_rate: of Adam at the start; it falls along a cosine.
        alpha: width of the network.
        weights: `none`, or a Keras weights file to begin with.
        seed: of weights and variations.
    """

    side: int = 96
    epochs: int = 12
    copies: int = 4
    learning_rate: float = 1e-3
    alpha: float = 0.5
    weights: str = "none"
    seed: int = 7


class MobileNetRival:
    """MobileNetV2 trained on the enrolled faces; likeness is the probability.

    Args:
        given: aligned crops of the enrolled, as of `crops`.
        people: whose they are.
        recipe: how it is trained.
    """

    def __init__(self, given: FloatArray, people: Names, recipe: MobileRecipe) -> None:
        self.names: Names = np.unique(people)
        set_seeds(recipe.seed)
        keras = tensorflow().keras
        body = keras.applications.MobileNetV2(
            (recipe.side, recipe.side, 3),
            alpha=recipe.alpha,
            include_top=False,
            weights=None if recipe.weights == "none" else recipe.weights,
            pooling="avg",
        )
        for layer in body.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                # Keras' 0.999 takes thousands of steps, and there are a few hundred.
                layer.momentum = 0.9
        x = keras.layers.Dropout(0.3)(body.output)
        given_classes = keras.layers.Dense(len(self.names), activation="softmax")(x)
        self._network = keras.Model(body.input, given_classes)
        labels = np.searchsorted(self.names, people)
        batch = 16
        steps = recipe.epochs * -(-len(given) * recipe.copies // batch)
        rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
        self._network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        rng = np.random.default_rng(recipe.seed)
        for _ in range(recipe.epochs):
            faces = np.concatenate([_varied(given, rng) for _ in range(recipe.copies)])
            self._network.fit(
                faces, np.tile(labels, recipe.copies), batch_size=batch, verbose=0, shuffle=True
            )

    def __call__(self, given: FloatArray) -> FloatArray:
        """Probabilities, (n, names)."""
        return np.asarray(self._network.predict(given, batch_size=64, verbose=0), np.float32)


def crops(faces: FaceSet, side: int) -> FloatArray:
    """Aligned crops as the network takes them: RGB in -1..1, (n, side, side, 3)."""
    rows: list[Any] = [
        cv2.resize(
            cv2.cvtColor(face.crop, cv2.COLOR_BGR2RGB), (side, side), interpolation=cv2.INTER_AREA
        )
        for face in faces.faces
    ]
    return np.array(rows, np.float32) / 127.5 - 1


def _varied(given: FloatArray, rng: np.random.Generator) -> FloatArray:
    side = given.shape[1]
    varied = np.empty_like(given)
    for row, face in enumerate(given):
        matrix = cv2.getRotationMatrix2D(
            (side / 2, side / 2), rng.uniform(-12, 12), rng.uniform(0.9, 1.12)
        )
        matrix[:, 2] += rng.uniform(-0.05, 0.05, 2) * side
        moved = cv2.warpAffine(face, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
        if rng.random() < 0.5:
            moved = moved[:, ::-1]
        varied[row] = np.clip(moved * rng.uniform(0.75, 1.25) + rng.uniform(-0.2, 0.2), -1, 1)
    return varied
