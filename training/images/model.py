"""The whole network: preparation, backbone, head."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from training.images.backbones import prepared
from training.images.googlenet import auxiliary_logits
from training.images.pretrained import build_backbone
from training.images.settings import NO_WEIGHTS, Recipe
from training.quiet import tensorflow


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A network in two forms that share their weights.

    Attributes:
        trained: from pictures float32 (n, side, side, 3) RGB 0..255 to logits
            (n, heads, classes); the first head counts, others help the training.
        network: from the same pictures to probabilities (n, classes); what is exported.
        backbone: the part that begins with weights.
    """

    trained: Any
    network: Any
    backbone: Any


def build_classifier(recipe: Recipe, classes: int) -> Classifier:
    """A network with the weights that it begins with.

    Args:
        recipe: how.
        classes: how many.

    Raises:
        TrainingError: the weights to begin with cannot be had or do not fit.
    """
    keras = tensorflow().keras
    layers = keras.layers
    architecture = recipe.architecture
    backbone = build_backbone(architecture, recipe.side, recipe.width, recipe.weights)
    picture = keras.Input((recipe.side, recipe.side, 3), name="picture")
    ready = prepared(picture, architecture.preparation)
    helpers: list[Any] = []
    if recipe.auxiliary:
        maps, classifiers = auxiliary_logits(backbone, classes)
        features, *inner = keras.Model(backbone.input, [backbone.output, *maps])(ready)
        helpers = [each(seen) for each, seen in zip(classifiers, inner, strict=True)]
    else:
        features = backbone(ready)
    head = keras.Sequential(
        [
            layers.GlobalAveragePooling2D(),
            layers.Dropout(recipe.dropout, seed=recipe.seed),
            layers.Dense(classes, dtype="float32", name="logits"),
        ],
        name="head",
    )
    logits = head(features)
    stacked = keras.ops.stack([logits, *helpers], axis=1)
    softmax = layers.Softmax(dtype="float32", name="probabilities")
    # Through the backbone alone, so that the auxiliary classifiers stay out of what is exported.
    exported = softmax(head(backbone(ready)) if helpers else logits)
    return Classifier(
        keras.Model(picture, stacked, name="trained"),
        keras.Model(picture, exported, name=recipe.architecture.name),
        backbone,
    )


def full_precision(classifier: Classifier, recipe: Recipe, classes: int) -> Any:
    """The exported form anew, in float32 and outside of any distribution, with the same weights."""
    with dtype_policy("float32"):
        fresh = build_classifier(replace(recipe, weights=NO_WEIGHTS), classes).network
    fresh.set_weights(classifier.network.get_weights())
    return fresh


def freeze(classifier: Classifier, unfrozen: float) -> None:
    """Says which of the backbone's layers learn.

    Layers of batch normalisation stay frozen, and so normalise by what they came with: a small data
    set would spoil their statistics.

    Args:
        classifier: whose.
        unfrozen: share of the backbone's layers, from its end; 0 freezes all.
    """
    keras = tensorflow().keras
    layers = classifier.backbone.layers
    first = len(layers) - round(unfrozen * len(layers))
    classifier.backbone.trainable = unfrozen > 0
    for place, layer in enumerate(layers):
        layer.trainable = place >= first and not isinstance(layer, keras.layers.BatchNormalization)


@contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Layers that are built inside compute so."""
    config = tensorflow().keras.config
    before = config.dtype_policy()
    config.set_dtype_policy(name)
    try:
        yield
    finally:
        config.set_dtype_policy(before)


def chosen_precision(asked: str, *, alone: bool) -> str:
    """What to train in.

    Args:
        asked: of `settings.Precision`; auto mixes on a graphics card with units for it: bfloat16
            from compute capability 8 on, float16 on 7.
        alone: no other workers; scaling the loss, which float16 needs, is not made for more.
    """
    if asked != "auto":
        return asked
    tf = tensorflow()
    cards = tf.config.list_physical_devices("GPU")
    if not cards:
        return "float32"
    details = tf.config.experimental.get_device_details(cards[0])
    capability = details.get("compute_capability", (0, 0))[0]
    if capability >= 8:
        return "mixed_bfloat16"
    return "mixed_float16" if capability == 7 and alone else "float32"
