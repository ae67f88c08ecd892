"""A backbone of three layers beside the real ones: what trains it is the same, and takes seconds.

Run as a program it is `python -m training` with that backbone.
"""

from __future__ import annotations

import sys
from typing import Any

from training.images import backbones
from training.images.backbones import Backbone
from training.quiet import tensorflow


class TinyBackbone(Backbone):
    """One convolution and a normalisation."""

    def build(self, side: int, width: float, weights: str | None) -> Any:
        keras = tensorflow().keras
        picture = keras.Input((side, side, 3))
        x = keras.layers.Conv2D(8, 3, strides=4, name="conv")(picture)
        x = keras.layers.BatchNormalization(name="norm")(x)
        return keras.Model(picture, keras.layers.ReLU()(x), name="tiny")


TINY = TinyBackbone("tiny", None, "tf", scratch_rate=2e-2)
"""Tells light from dark after a few steps."""


def register() -> None:
    """Makes it known by its name, and by another; it is in no list."""
    backbones._PLAIN["tiny"] = TINY
    backbones._PLAIN["small"] = TinyBackbone("small", None, "mean", scratch_rate=1e-3)


if __name__ == "__main__":
    from training.__main__ import main

    register()
    raise SystemExit(main(sys.argv[1:]))
