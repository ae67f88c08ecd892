"""Training: draws, epochs, calibration, thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.poses.articulation import NEAR_MISSES, spoil
from training.poses.augment import Augmentation, augment, balance
from training.poses.checks import CheckRecipe, checked
from training.poses.hands import Hands
from training.poses.head import (
    Architecture,
    Distances,
    build_head,
    fit_distances,
    partial_label_loss,
    vote,
)
from training.poses.measure import NONE, threshold_curve
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.card import PoseCheck
from vcam.poses.vocabulary import POSES

_LIMIT_QUANTILE = 0.995
_LIMIT_MARGIN = 1.2
_HIGHEST_THRESHOLD = 0.90
_PRECISION_SLACK = 0.003
_ENOUGH = 20  # hands, for a quantile to mean anything

Progress = Callable[[int, dict[str, float]], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides how a head turns out, besides the data.

    Attributes:
        seed: of draws, weights and dropout.
        epochs: passes, each over new draws.
        epoch_size: hands a pass.
        batch_size: hands a step.
        learning_rate: of Adam at the start; it falls to nearly nothing along a cosine.
        augmentation: how hands are varied.
        architecture: sizes.
        synthetic: drawn hands of each pose.
        least_precision: that thresholds must reach on the validation hands.
        most_near_misses: share of near misses that thresholds may let pass.
        lowest_threshold: no pose counts below it.
        check: how the check of a pose's near miss is fitted.
    """

    seed: int = 7
    epochs: int = 40
    epoch_size: int = 24_000
    batch_size: int = 256
    learning_rate: float = 2e-3
    augmentation: Augmentation = field(default_factory=Augmentation)
    architecture: Architecture = field(default_factory=Architecture)
    synthetic: int = 300
    least_precision: float = 0.995
    most_near_misses: float = 0.002
    lowest_threshold: float = 0.75
    check: CheckRecipe = field(default_factory=CheckRecipe)


@dataclass(eq=False)
class TrainedHead:
    """A trained head, still in Keras.

    Attributes:
        network: features to logits (n, members, poses).
        hidden: features to hidden values.
        temperature: of the calibration.
        distances: of hidden values from the poses.
        thresholds: (poses,).
        limits: (poses,), of distance.
        curves: per epoch, the losses.
        checks: per pose, what a hand must pass beside the network.
    """

    network: Any
    hidden: Any
    temperature: float
    distances: Distances
    thresholds: FloatArray
    limits: FloatArray
    curves: list[dict[str, float]]
    checks: dict[str, PoseCheck] = field(default_factory=dict)

    def read(self, hands: Hands) -> tuple[FloatArray, FloatArray]:
        """Scores and distances, both (n, poses)."""
        features = hands.features()
        logits = np.asarray(self.network.predict(features, batch_size=2048, verbose=0))
        hidden = np.asarray(self.hidden.predict(features, batch_size=2048, verbose=0))
        columns = {POSES.index(pose): check for pose, check in self.checks.items()}
        scores = checked(vote(logits, self.temperature), features, columns)
        return scores, self.distances.measure(hidden)


def train_head(
    hands: Hands, validation: Hands, recipe: Recipe, progress: Progress | None = None
) -> TrainedHead:
    """Trains, calibrates, and chooses thresholds.

    Args:
        hands: to train on.
        validation: of other people; they choose temperature, limits and thresholds, not weights.
        recipe: how.
        progress: called after each epoch with its number (from 1) and its losses.
    """
    rng = np.random.default_rng(recipe.seed)
    first = augment(hands, recipe.augmentation, rng).features()
    network, hidden = build_head(
        recipe.architecture, first.mean(axis=0), first.std(axis=0) + 1e-3, recipe.seed
    )
    curves = _fit(network, hands, validation, recipe, rng, progress)
    logits = np.asarray(network.predict(validation.features(), batch_size=2048, verbose=0))
    temperature = best_temperature(logits, validation.allowed)
    sure = hands.take(hands.allowed.sum(axis=1) == 1)
    shown = augment(sure, recipe.augmentation, rng)
    certain = shown.allowed.sum(axis=1) == 1
    distances = fit_distances(
        np.asarray(hidden.predict(shown.features()[certain], batch_size=2048, verbose=0)),
        shown.allowed[certain].argmax(axis=1),
        recipe.architecture.distance_axes,
    )
    head = TrainedHead(
        network,
        hidden,
        temperature,
        distances,
        np.full(len(POSES), recipe.lowest_threshold, np.float32),
        np.full(len(POSES), np.inf, np.float32),
        curves,
    )
    head.limits = choose_limits(head, augment(validation, recipe.augmentation, rng))
    head.thresholds = choose_thresholds(head, validation, recipe)
    return head


def _fit(
    network: Any,
    hands: Hands,
    validation: Hands,
    recipe: Recipe,
    rng: np.random.Generator,
    progress: Progress | None,
) -> list[dict[str, float]]:
    keras = tensorflow().keras
    steps = max(1, recipe.epoch_size // recipe.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, steps * recipe.epochs, alpha=0.01
    )
    network.compile(optimizer=keras.optimizers.Adam(rate), loss=partial_label_loss)
    features, allowed = validation.features(), validation.allowed.astype(np.float32)
    curves = []
    for epoch in range(1, recipe.epochs + 1):
        drawn = augment(
            hands.take(balance(hands, recipe.epoch_size, rng)), recipe.augmentation, rng
        )
        fitted = network.fit(
            drawn.features(),
            drawn.allowed.astype(np.float32),
            batch_size=recipe.batch_size,
            shuffle=False,  # the draw is random already
            verbose=0,
        )
        losses = {
            "loss": float(fitted.history["loss"][0]),
            "validation_loss": float(
                network.evaluate(features, allowed, batch_size=2048, verbose=0)
            ),
        }
        curves.append(losses)
        if progress:
            progress(epoch, losses)
    return curves


def best_temperature(logits: FloatArray, allowed: np.ndarray) -> float:
    """The temperature at which the vote's probabilities explain the labels best."""
    steps = np.exp(np.linspace(np.log(0.3), np.log(5), 60))
    losses = [
        -np.log((vote(logits, float(step)) * allowed).sum(axis=1) + 1e-9).mean() for step in steps
    ]
    return float(steps[int(np.argmin(losses))])


def choose_limits(head: TrainedHead, varied: Hands) -> FloatArray:
    """Per pose, a distance that nearly every hand that shows it and is read as it stays within.

    Args:
        head: its limits are not looked at.
        varied: hands of other people, augmented: views and landmark errors beyond the pictures'.
    """
    scores, distances = head.read(varied)
    limits = np.full(len(POSES), np.inf, np.float32)
    best = scores.argmax(axis=1)
    for index, pose in enumerate(POSES):
        right = varied.shows(pose) & (best == index)
        if pose != NONE_POSE:
            usual = distances[right if right.sum() >= _ENOUGH else best >= 0, index]
            limits[index] = _LIMIT_MARGIN * np.quantile(usual, _LIMIT_QUANTILE)
    return limits


def choose_thresholds(head: TrainedHead, validation: Hands, recipe: Recipe) -> FloatArray:
    """Per pose, the lowest threshold from which on precision holds and near misses do not pass.

    Args:
        head: its thresholds are not looked at.
        validation: hands of other people.
        recipe: says which precision, and which threshold is the lowest.
    """
    scores, _ = head.read(validation)
    steps = np.arange(recipe.lowest_threshold, _HIGHEST_THRESHOLD + 0.001, 0.01, dtype=np.float32)
    thresholds = np.full(len(POSES), recipe.lowest_threshold, np.float32)
    for index, pose in enumerate(POSES):
        if index == NONE:
            continue
        shows = validation.shows(pose)
        clear = shows | ~validation.allowed[:, index]
        precision, _ = threshold_curve(scores[clear], shows[clear], index, steps)
        # A few wrong labels may keep it out of reach: then the best that any threshold reaches.
        needed = min(recipe.least_precision, float(precision.max()) - _PRECISION_SLACK)
        bad = precision < needed
        if pose in NEAR_MISSES:
            bad |= _passed(head, validation, pose, steps, recipe.seed) > recipe.most_near_misses
        low = np.flatnonzero(bad)
        thresholds[index] = steps[min(low[-1] + 1, len(steps) - 1) if len(low) else 0]
    return thresholds


def _passed(
    head: TrainedHead, validation: Hands, pose: str, steps: FloatArray, seed: int
) -> FloatArray:
    """Share of the pose's near misses that is read as it, at each threshold."""
    shown = validation.take(validation.shows(pose))
    if len(shown) == 0:
        return np.zeros(len(steps), np.float32)
    rng = np.random.default_rng(seed)
    spoilt = Hands.join([spoil(shown, 1.0, rng) for _ in range(4)])
    scores, _ = head.read(spoilt)
    over = scores[:, POSES.index(pose)] >= steps[:, np.newaxis]
    return np.asarray(over.mean(axis=1), np.float32)
