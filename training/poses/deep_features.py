"""What the landmark network itself sees in a hand, before it boils it down to landmarks.

Its last layers are linear maps from 1152 averaged features to landmarks, presence and side. Those
features come with every look that vcam takes anyway, so that a reader on them costs nothing but
its own few products. It is the image network for people without a day of computing to spare: a
MobileNet-like backbone that was trained on hands, kept frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from training.common.environment import set_seeds
from training.common.progress import Told, counted
from training.errors import TrainingError
from training.poses.augment import balance, relabel, thumb_up_share
from training.poses.crops import CropAugmentation, Crops, random_rolls, rolled, turns_of
from training.poses.head import partial_label_loss
from training.poses.views import angles
from training.quiet import native_stderr_closed, tensorflow
from vcam.core.geometry import FloatArray
from vcam.core.litert import Network
from vcam.poses.vocabulary import POSES
from vcam.vision.pixels import brightened, to_input
from vcam.vision.weights import Weights, locate

FEATURES: Final = 1152
"""Width of the last layer that landmarks, presence and side are all read from."""


@dataclass(frozen=True, slots=True)
class DeepRecipe:
    """How the reader on these features is trained.

    Attributes:
        seed: of draws, weights and dropout.
        epochs: passes, each over a new draw.
        epoch_size: hands a pass.
        batch_size: hands a step.
        learning_rate: of Adam at the start; it falls along a cosine.
        dropout: share of features left out while training.
        noise: standard deviation of noise on the standardised features while training.
    """

    seed: int = 7
    epochs: int = 20
    epoch_size: int = 12_000
    batch_size: int = 256
    learning_rate: float = 1e-3
    dropout: float = 0.4
    noise: float = 0.2


def feature_model() -> bytes:
    """The landmark network with its features as the only output.

    Raises:
        WeightsError: the network is missing.
        TrainingError: it is not built as expected.
    """
    path = locate(Weights.HAND_LANDMARK_FULL)
    with native_stderr_closed():
        tensorflow()
        from tensorflow.lite.tools import flatbuffer_utils

        model = flatbuffer_utils.read_model(str(path))
        graph = model.subgraphs[0]
        found = [
            index
            for index, tensor in enumerate(graph.tensors)
            if tensor.shape is not None
            and list(tensor.shape) == [1, FEATURES]
            and b"global_average" in tensor.name
        ]
        if len(found) != 1:
            raise TrainingError(
                f"{path} has no features of {FEATURES} numbers", "fetch it again: vcam weights pull"
            )
        graph.outputs = np.array(found, np.int32)
        for definition in model.signatureDefs or []:
            definition.outputs = definition.outputs[:1]
            definition.outputs[0].tensorIndex = found[0]
        return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def deep_features(crops: Crops) -> FloatArray:
    """The features of each square, float32 (n, FEATURES), as vision would give them."""
    network = Network(feature_model(), "features of hand_landmark_full")
    side = network.input_shape[1]
    given = np.zeros((len(crops), FEATURES), np.float32)
    for row in counted(range(len(crops)), "features of squares"):
        square = crops.take(np.array([row])).seen(side)[0][0]
        given[row] = network.run(to_input(brightened(square), (0.0, 1.0)))[0][0]
    return given


def train_deep(
    features: FloatArray, crops: Crops, recipe: DeepRecipe, told: Told | None = None
) -> Any:
    """Trains a reader on the features.

    Args:
        features: (n, FEATURES), of `crops`.
        crops: for their labels and turns.
        recipe: how.
        told: called after each epoch.

    Returns:
        A Keras model: features and turns (n, FEATURES + 2) to logits (n, 1, poses).
    """
    set_seeds(recipe.seed)
    keras = tensorflow().keras
    layers = keras.layers
    given = keras.Input((FEATURES + 2,), name="features_and_turn")
    mean = np.concatenate([features.mean(axis=0), np.zeros(2)])
    variance = np.concatenate([features.var(axis=0) + 1e-6, np.ones(2)])
    x = layers.Normalization(mean=mean, variance=variance)(given)
    x = layers.GaussianNoise(recipe.noise)(x)
    x = layers.Dropout(recipe.dropout)(x)
    for units in (96, 48):
        x = layers.Dense(units, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4))(
            x
        )
        x = layers.Dropout(recipe.dropout / 2)(x)
    logits = layers.Dense(len(POSES))(x)
    network = keras.Model(given, layers.Reshape((1, len(POSES)))(logits), name="pose_features")
    rng = np.random.default_rng(recipe.seed)
    steps = max(1, recipe.epoch_size // recipe.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, steps * recipe.epochs, alpha=0.01
    )
    network.compile(optimizer=keras.optimizers.Adam(rate), loss=partial_label_loss)
    how = CropAugmentation()
    for epoch in range(1, recipe.epochs + 1):
        rows = balance(crops.hands, recipe.epoch_size, rng)
        hands = crops.hands.take(rows)
        roll = random_rolls(len(rows), how, rng)
        screen = rolled(hands.screen, np.radians(roll))
        before = thumb_up_share(hands.screen)
        allowed = relabel(hands, screen, before, np.abs(roll).astype(np.float32))
        turns = turns_of(angles(screen[..., :2]))
        fitted = network.fit(
            np.concatenate([features[rows], turns], axis=1),
            allowed.astype(np.float32),
            batch_size=recipe.batch_size,
            shuffle=False,  # the draw is random already
            verbose=0,
        )
        if told:
            told(epoch, {"loss": float(fitted.history["loss"][0])})
    return network


def deep_logits(network: Any, features: FloatArray, crops: Crops) -> FloatArray:
    """Its logits, (n, 1, poses)."""
    turns = turns_of(angles(crops.hands.screen[..., :2]))
    given = np.concatenate([features, turns], axis=1)
    return np.asarray(network.predict(given, batch_size=2048, verbose=0))
