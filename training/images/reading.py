"""What a network in Keras says of the pictures of one part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.common.classes import IntArray
from training.images.decoding import pictures
from training.images.samples import Part, Samples
from training.images.settings import Recipe
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray


@dataclass(slots=True, eq=False)
class Reader:
    """Reads the same pictures with the same network whenever it is asked.

    Attributes:
        network: from pictures to probabilities.
        samples: parted.
        part: which is read; None for all.
        recipe: says size and batch.
    """

    network: Any
    samples: Samples
    part: Part | None
    recipe: Recipe
    _batches: Any = field(init=False)
    _read: Any = field(init=False)

    def __post_init__(self) -> None:
        tf = tensorflow()
        self._batches = pictures(
            self.samples,
            self.part,
            self.recipe.side,
            self.recipe.batch,
            self.recipe.seed,
            None,
            shuffle=False,
        )
        # Not Keras' predict: that is not made for a worker that looks at all pictures by itself.
        self._read = tf.function(lambda images: self.network(images, training=False))

    def read(self) -> tuple[FloatArray, IntArray]:
        """Probabilities (n, classes) and labels (n,)."""
        told = [(self._read(images).numpy(), labels.numpy()) for images, labels in self._batches]
        likely, labels = zip(*told, strict=True)
        return np.concatenate(likely), np.concatenate(labels)
