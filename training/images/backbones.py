"""The backbones, each with its own way to prepare pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.images.googlenet import LEAST_AUXILIARY_SIDE_PX, googlenet
from training.quiet import tensorflow

Preparation = Literal["caffe", "tf", "mean"]
"""What a backbone wants its pictures to be: BGR less the mean of ImageNet (caffe), -1..1 (tf), or
RGB less that mean. The first two are the modes of `keras.applications.imagenet_utils`."""

IMAGENET_MEAN: Final = (123.68, 116.779, 103.939)
"""Of red, green and blue, 0..255; as in `keras.applications.imagenet_utils`."""

LEAST_SIDE_PX: Final = 32
"""All of them halve their maps five times."""

MOST_SIDE_PX: Final = 1024
"""Larger pictures are surely a slip, and take a laptop's memory."""


@dataclass(frozen=True, slots=True)
class Backbone:
    """One architecture.

    Attributes:
        name: as the command line takes it.
        keras_name: of the function of `keras.applications`; None where Keras has none.
        preparation: what it wants its pictures to be.
        widths: factors of the numbers of filters for which ImageNet weights are published; only
            (1,) where the architecture has no such factor.
        scratch_rate: learning rate from scratch. Those without batch normalisation leave chance
            level at small rates alone.
    """

    name: str
    keras_name: str | None
    preparation: Preparation
    widths: tuple[float, ...] = (1.0,)
    scratch_rate: float = 1e-3

    @property
    def has_imagenet(self) -> bool:
        """Whether Keras publishes weights for it."""
        return self.keras_name is not None

    def build(self, side: int, width: float, weights: str | None) -> Any:
        """The Keras model without its top, for pictures that are prepared.

        Args:
            side: of the pictures, pixels.
            width: one of `widths`, or any other with no weights.
            weights: "imagenet" or None; this function does not translate what Keras raises.
        """
        if self.keras_name is None:
            return googlenet(side)
        make: Callable[..., Any] = getattr(tensorflow().keras.applications, self.keras_name)
        more = {"alpha": width} if len(self.widths) > 1 else {}
        return make(input_shape=(side, side, 3), include_top=False, weights=weights, **more)


BACKBONES: Final[dict[str, Backbone]] = {
    each.name: each
    for each in (
        Backbone("mobilenet", "MobileNet", "tf", (0.25, 0.5, 0.75, 1.0)),
        Backbone("mobilenet_v2", "MobileNetV2", "tf", (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)),
        Backbone("vgg16", "VGG16", "caffe", scratch_rate=1e-4),
        Backbone("vgg19", "VGG19", "caffe", scratch_rate=1e-4),
        Backbone("googlenet", None, "mean", scratch_rate=1e-4),
        Backbone("resnet50", "ResNet50", "caffe"),
        Backbone("resnet101", "ResNet101", "caffe"),
    )
}

_PLAIN: Final = {name.replace("_", ""): each for name, each in BACKBONES.items()}


def backbone_of(name: str) -> Backbone:
    """The backbone of that name; case, dashes and underscores do not matter.

    Raises:
        TrainingError: there is none.
    """
    found = _PLAIN.get(name.lower().replace("_", "").replace("-", ""))
    if found is None:
        raise TrainingError(f"there is no backbone {name!r}", f"choose of {', '.join(BACKBONES)}")
    return found


def check_input(backbone: Backbone, side: int, width: float, *, auxiliary: bool) -> None:
    """Whether an architecture can be built so.

    Raises:
        TrainingError: it cannot.
    """
    if not LEAST_SIDE_PX <= side <= MOST_SIDE_PX:
        raise TrainingError(
            f"{backbone.name} cannot take pictures of {side} pixels",
            f"give --size {LEAST_SIDE_PX} to {MOST_SIDE_PX}",
        )
    if width != 1 and len(backbone.widths) == 1:
        raise TrainingError(f"{backbone.name} has no --width", "leave it out")
    if not 0.1 <= width <= 2:
        raise TrainingError(f"the width {width:g} makes no sense", "give --width 0.1 to 2")
    if auxiliary and backbone.name != "googlenet":
        raise TrainingError(f"{backbone.name} has no auxiliary classifiers", "drop --auxiliary")
    if auxiliary and side < LEAST_AUXILIARY_SIDE_PX:
        raise TrainingError(
            f"pictures of {side} pixels are too small for auxiliary classifiers",
            f"give --size {LEAST_AUXILIARY_SIDE_PX} or more, or drop --auxiliary",
        )


def prepared(picture: Any, preparation: Preparation) -> Any:
    """Pictures as a backbone wants them, by a layer of the model.

    One fixed 1x1 convolution: it can swap colours, scale and shift at once, Keras loads it without
    code of ours, and it stays exact in a quantised model.

    Args:
        picture: Keras tensor (n, side, side, 3) RGB 0..255.
        preparation: how.
    """
    keras = tensorflow().keras
    kernel, bias = preparation_matrix(preparation)
    layer = keras.layers.Conv2D(3, 1, trainable=False, dtype="float32", name="preparation")
    made = layer(picture)
    layer.set_weights([kernel[np.newaxis, np.newaxis], bias])
    return made


def preparation_matrix(
    preparation: Preparation,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(3, 3) RGB by wanted colours, and (3,), which is added after it."""
    mean = np.array(IMAGENET_MEAN, np.float32)
    if preparation == "caffe":
        return np.eye(3, dtype=np.float32)[:, ::-1], -mean[::-1]
    if preparation == "mean":
        return np.eye(3, dtype=np.float32), -mean
    return np.eye(3, dtype=np.float32) / np.float32(127.5), np.full(3, -1, np.float32)
