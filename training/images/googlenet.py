"""GoogLeNet (Inception v1), which Keras does not have, built to its paper.

C. Szegedy et al., "Going deeper with convolutions", CVPR 2015 (arXiv:1409.4842): table 1 for the
layers, section 5 for the auxiliary classifiers. What the paper leaves open is taken from its
authors' time: local response normalisation with the constants of A. Krizhevsky et al. 2012 as
Caffe applies them (5 channels, alpha 0.0001 over their mean, beta 0.75), once before and once
after the 3x3 reduction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from training.quiet import tensorflow

AUXILIARY_WEIGHT: Final = 0.3
"""Of each auxiliary classifier's loss; section 5 of the paper."""

LEAST_AUXILIARY_SIDE_PX: Final = 80
"""The auxiliary classifiers average windows of 5x5 in a map that is a sixteenth as wide."""

_AUXILIARY_DROPOUT: Final = 0.7
_AUXILIARY_MAPS: Final = ("inception_4a", "inception_4d")


@dataclass(frozen=True, slots=True)
class Inception:
    """One row of table 1.

    Attributes:
        name: as in the table.
        single: filters of the 1x1 convolution.
        reduce_3: filters of the reduction before the 3x3 convolution.
        triple: filters of the 3x3 convolution.
        reduce_5: filters of the reduction before the 5x5 convolution.
        fivefold: filters of the 5x5 convolution.
        pooled: filters of the projection after pooling.
    """

    name: str
    single: int
    reduce_3: int
    triple: int
    reduce_5: int
    fivefold: int
    pooled: int


TABLE_1: Final = (
    Inception("3a", 64, 96, 128, 16, 32, 32),
    Inception("3b", 128, 128, 192, 32, 96, 64),
    Inception("4a", 192, 96, 208, 16, 48, 64),
    Inception("4b", 160, 112, 224, 24, 64, 64),
    Inception("4c", 128, 128, 256, 24, 64, 64),
    Inception("4d", 112, 144, 288, 32, 64, 64),
    Inception("4e", 256, 160, 320, 32, 128, 128),
    Inception("5a", 256, 160, 320, 32, 128, 128),
    Inception("5b", 384, 192, 384, 48, 128, 128),
)


def googlenet(side: int) -> Any:
    """The layers up to the last inception module, as `keras.applications` gives others without top.

    Args:
        side: of the pictures, pixels.

    Returns:
        A Keras model from float32 (n, side, side, 3) to (n, side / 32, side / 32, 1024), rounded
        up, with 5,973,552 weights.
    """
    keras = tensorflow().keras
    picture = keras.Input((side, side, 3))
    x = _convolution(picture, 64, 7, "conv1", strides=2)
    x = _halved(x, "pool1")
    x = local_response_normalization(x)
    x = _convolution(x, 64, 1, "conv2_reduce")
    x = _convolution(x, 192, 3, "conv2")
    x = local_response_normalization(x)
    x = _halved(x, "pool2")
    for row in TABLE_1:
        if row.name in ("4a", "5a"):
            x = _halved(x, f"pool{int(row.name[0]) - 1}")
        x = _inception(x, row)
    return keras.Model(picture, x, name="googlenet")


def local_response_normalization(x: Any) -> Any:
    """Divides each value by what its four neighbour channels and itself have, squared.

    Written with Keras' own layers and operations, so that a saved model loads without this module.
    """
    keras = tensorflow().keras
    layers, ops = keras.layers, keras.ops
    _, height, width, channels = x.shape
    squares = layers.Reshape((height * width, channels, 1))(ops.square(x))
    # Zeros at both ends: a mean over what is there would divide by less there.
    squares = layers.ZeroPadding2D((0, 2))(squares)
    base = 1.0 + 1e-4 * layers.AveragePooling2D((1, 5), strides=1)(squares)
    # To the power of -3/4 by roots, and reshaped last: TensorFlow 2.21 measures the range of the
    # factor for 8 bits after the product has overwritten it, if the product takes it directly.
    root = ops.rsqrt(base)
    factor = root * ops.rsqrt(base * root)
    return x * layers.Reshape((height, width, channels))(factor)


def auxiliary_logits(backbone: Any, classes: int) -> tuple[list[Any], list[Any]]:
    """The two classifiers that help the training along and are thrown away after it.

    Args:
        backbone: of `googlenet`, at least `LEAST_AUXILIARY_SIDE_PX` wide.
        classes: how many.

    Returns:
        The backbone's inner maps that they look at, and for each a Keras model from it to logits.
    """
    keras = tensorflow().keras
    layers = keras.layers
    maps = [backbone.get_layer(name).output for name in _AUXILIARY_MAPS]
    classifiers = []
    for name, inner in zip(_AUXILIARY_MAPS, maps, strict=True):
        seen = keras.Input(inner.shape[1:])
        x = layers.AveragePooling2D(5, strides=3)(seen)
        x = _convolution(x, 128, 1, "reduce")
        x = layers.Dense(1024, activation="relu")(layers.Flatten()(x))
        x = layers.Dropout(_AUXILIARY_DROPOUT)(x)
        logits = layers.Dense(classes, dtype="float32", name="logits")(x)
        classifiers.append(keras.Model(seen, logits, name=f"auxiliary_{name}"))
    return maps, classifiers


def _inception(x: Any, row: Inception) -> Any:
    layers = tensorflow().keras.layers
    name = f"inception_{row.name}"
    single = _convolution(x, row.single, 1, f"{name}_1x1")
    triple = _convolution(x, row.reduce_3, 1, f"{name}_3x3_reduce")
    triple = _convolution(triple, row.triple, 3, f"{name}_3x3")
    fivefold = _convolution(x, row.reduce_5, 1, f"{name}_5x5_reduce")
    fivefold = _convolution(fivefold, row.fivefold, 5, f"{name}_5x5")
    pooled = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
    pooled = _convolution(pooled, row.pooled, 1, f"{name}_pool_proj")
    return layers.Concatenate(name=name)([single, triple, fivefold, pooled])


def _convolution(x: Any, filters: int, size: int, name: str, strides: int = 1) -> Any:
    return tensorflow().keras.layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        activation="relu",
        # Keras' own: with larger ones (He) the first logits of pictures of -124..151 are near 100.
        kernel_initializer="glorot_uniform",
        name=name,
    )(x)


def _halved(x: Any, name: str) -> Any:
    layers = tensorflow().keras.layers
    return layers.MaxPooling2D(3, strides=2, padding="same", name=name)(x)
