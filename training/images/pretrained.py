"""Backbones with weights to begin with, and plain words where those cannot be had."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any

from training.errors import TrainingError
from training.images.backbones import Backbone
from training.images.settings import IMAGENET, NO_WEIGHTS
from training.quiet import native_stderr_closed, tensorflow

_URL = re.compile(r"https?://\S+/(\S+?\.h5)\b")
_SCRATCH = "train from scratch with --weights none"

# Keras' own value suits a million pictures: over a few hundred steps the statistics lag behind.
_SCRATCH_STATISTICS_MOMENTUM = 0.9


def build_backbone(backbone: Backbone, side: int, width: float, weights: str) -> Any:
    """The Keras model without its top.

    Args:
        backbone: which.
        side: of its pictures, pixels.
        width: factor of its numbers of filters.
        weights: "imagenet", "none", or the path of a weights file of that backbone and width
            without top: Keras' own `….h5`, or what `save_weights` wrote.

    Raises:
        TrainingError: the weights cannot be had or do not fit.
    """
    if weights == IMAGENET:
        return _imagenet(backbone, side, width)
    network = backbone.build(side, width, None)
    if weights == NO_WEIGHTS:
        _hasten_statistics(network)
    else:
        _load(network, Path(weights), backbone, width)
    return network


def weights_folder() -> Path:
    """Where Keras keeps, and looks for, ImageNet weights."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models"


def _imagenet(backbone: Backbone, side: int, width: float) -> Any:
    if not backbone.has_imagenet:
        raise TrainingError(
            f"Keras has no ImageNet weights for {backbone.name}",
            f"{_SCRATCH}, or give a weights file of your own",
        )
    if width not in backbone.widths:
        published = ", ".join(f"{each:g}" for each in backbone.widths)
        raise TrainingError(
            f"there are no ImageNet weights for {backbone.name} of width {width:g}",
            f"give --width {published}, or {_SCRATCH}",
        )
    try:
        with warnings.catch_warnings(), native_stderr_closed():
            # Keras warns that it takes the weights of 224 pixels for other sizes: as it should.
            warnings.simplefilter("ignore")
            return backbone.build(side, width, IMAGENET)
    except Exception as error:  # Keras raises a bare Exception where it cannot fetch
        text = " ".join(str(error).split())
        found = _URL.search(text)
        place = f"put {found[1]} into {weights_folder()}, or " if found else ""
        raise TrainingError(
            f"the ImageNet weights of {backbone.name} cannot be had: {text[:200]}",
            f"{place}{_SCRATCH}",
        ) from error


def _load(network: Any, file: Path, backbone: Backbone, width: float) -> None:
    if not file.is_file():
        raise TrainingError(
            f"there is no weights file {file}", "give an .h5 file, imagenet, or none"
        )
    before = [float(abs(each).sum()) for each in network.get_weights()]
    try:
        network.load_weights(file)
    except Exception as error:  # of h5py, zip or Keras, as the file is wrong
        reason = " ".join(str(error).split())[:200]
        raise TrainingError(
            f"the weights {file} do not fit {backbone.name} of width {width:g} without top: "
            f"{reason}",
            f"give the file for that, or {_SCRATCH}",
        ) from error
    after = [float(abs(each).sum()) for each in network.get_weights()]
    if before == after:
        raise TrainingError(f"the weights {file} changed nothing in {backbone.name}", _SCRATCH)


def _hasten_statistics(network: Any) -> None:
    normalization = tensorflow().keras.layers.BatchNormalization
    for layer in network.layers:
        if isinstance(layer, normalization):
            layer.momentum = _SCRATCH_STATISTICS_MOMENTUM
