"""An exported file of taught poses as a network of Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from training.common.files import writing
from training.errors import TrainingError
from training.quiet import tensorflow
from vcam.poses.classifier import PoseClassifier
from vcam.poses.features import DIRECTION_COUNT, SHAPE_COUNT
from vcam.poses.taught.hands import HandStack
from vcam.poses.taught.judging import learn
from vcam.poses.taught.known import BACKGROUND, known_hands
from vcam.poses.taught.learner import LEAST_SAMPLES, Learner
from vcam.poses.taught.model import TaughtModel
from vcam.poses.taught.places import DIRECTION_VARIANCE, SHAPE_VARIANCE
from vcam.poses.taught.samples import DamagedSamples, from_bytes, hands_of


def learnt_from(file: Path) -> TaughtModel:
    """The model of the poses in an exported file, as vcam learns it.

    Raises:
        TrainingError: it is no such file, or has too few samples.
    """
    try:
        samples = from_bytes(file.read_bytes())
    except OSError as error:
        raise TrainingError(f"cannot read {file}: {error.strerror}", "give another file") from error
    except DamagedSamples as error:
        raise TrainingError(
            f"{file} is no file of taught poses: {error}", "make one: vcam poses export FILE"
        ) from None
    chosen = {pose: each for pose, each in samples.poses.items() if len(each) >= LEAST_SAMPLES}
    if not chosen:
        raise TrainingError(
            f"no pose in {file} has {LEAST_SAMPLES} samples", "take more: vcam poses teach NAME"
        )
    hands: dict[str, HandStack] = {pose: hands_of(each) for pose, each in chosen.items()}
    takes = {pose: [each.take for each in own] for pose, own in chosen.items()}
    learner = Learner(PoseClassifier.load().describe_features, known_hands(BACKGROUND))
    return learn(learner, hands, takes).model


def write_keras(model: TaughtModel, path: Path) -> None:
    """Writes a network of Keras: `embedding`, `shape` and `directions` of a hand to its scores.

    These are what `vcam.poses.classifier.HandDescription` holds. The scores are in the order of
    `model.poses`, with `none` last; open-set rejection is in them.

    Raises:
        TrainingError: the file cannot be written.
    """
    keras = tensorflow().keras

    size = model.weights.shape[0] - 1 - SHAPE_COUNT - DIRECTION_COUNT
    inputs, scaled = [], []
    for name, count, variance in (
        ("embedding", size, 1.0),
        ("shape", SHAPE_COUNT, SHAPE_VARIANCE),
        ("directions", DIRECTION_COUNT, DIRECTION_VARIANCE),
    ):
        given = keras.Input((count,), name=name)
        inputs.append(given)
        scaled.append(keras.layers.Rescaling((count * variance) ** -0.5)(given))
    joined = keras.layers.Concatenate()(scaled)
    likely = keras.layers.Dense(len(model.poses) + 1, activation="softmax", name="likely")
    near = [_near(keras, joined, model, number) for number in range(len(model.poses))]
    nearness = keras.layers.Concatenate()(near) if len(near) > 1 else near[0]
    scores = likely(joined)
    poses = keras.ops.multiply(scores[:, :-1], nearness)
    none = 1 - keras.ops.sum(poses, axis=1, keepdims=True)
    network = keras.Model(inputs, keras.layers.Concatenate(name="scores")([poses, none]))
    likely.set_weights([model.weights[:-1], model.weights[-1]])
    with writing(path) as partial:
        network.save(partial)


def _near(keras: Any, joined: Any, model: TaughtModel, number: int) -> Any:
    """1 where a spot of a pose lies within reach, else 0."""
    spots = model.spots[model.spot_poses == number]
    lengths = (spots.astype(np.float64) ** 2).sum(axis=1) - float(model.reach[number])
    away = keras.layers.Dense(len(spots), trainable=False)
    squared = away(joined) + keras.ops.sum(joined * joined, axis=1, keepdims=True)
    away.set_weights([-2 * spots.T, lengths.astype(np.float32)])
    nearest = keras.ops.min(squared, axis=1, keepdims=True)
    return keras.ops.cast(nearest <= 0, "float32")
