"""The training itself: phases, epochs, early stopping, checkpoints."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.common.progress import counted
from training.errors import TrainingError
from training.images.calibration import negative_log_likelihood
from training.images.decoding import pictures
from training.images.distributed import Crew
from training.images.googlenet import AUXILIARY_WEIGHT
from training.images.model import Classifier, freeze
from training.images.reading import Reader
from training.images.resuming import Checkpoints, Progress, Values, assign, values_of
from training.images.samples import Samples
from training.images.settings import Recipe
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray

logger = logging.getLogger(__name__)

_FINE_TUNING_RATE = 1e-5
_LAST_RATE = 0.01  # of the first one, at the end of the cosine


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the training with its own rate and its own layers that learn.

    Attributes:
        name: in tables and plots.
        epochs: at most.
        rate: learning rate at the start; it falls along a cosine.
        unfrozen: share of the backbone's layers that learn; None for all of the network, batch
            normalisation too.
    """

    name: str
    epochs: int
    rate: float
    unfrozen: float | None


def phases_of(recipe: Recipe) -> tuple[Phase, ...]:
    """From scratch one; with weights to begin with the head, then fine-tuning."""
    if recipe.from_scratch:
        rate = recipe.rate or recipe.architecture.scratch_rate
        return (Phase("from scratch", recipe.epochs, rate, None),)
    both = (
        Phase("frozen", recipe.head_epochs, recipe.head_rate, 0.0),
        Phase("fine-tuned", recipe.epochs, recipe.rate or _FINE_TUNING_RATE, recipe.unfrozen),
    )
    return tuple(phase for phase in both if phase.epochs)


def class_weights(samples: Samples) -> FloatArray:
    """(classes,) so that each class counts the same in all, and the mean over pictures is 1."""
    counts = np.bincount(samples.labels("train"), minlength=len(samples.classes))
    return np.asarray(counts.sum() / (len(counts) * np.maximum(counts, 1)), np.float32)


@dataclass(slots=True, eq=False)
class Fitting:
    """One training.

    Attributes:
        classifier: what is trained; it has the best weights of the last phase at the end.
        recipe: how.
        samples: parted.
        crew: who trains.
        checkpoints: where it may go on from, and what it leaves.
    """

    classifier: Classifier
    recipe: Recipe
    samples: Samples
    crew: Crew
    checkpoints: Checkpoints
    progress: Progress = field(default_factory=Progress)

    def run(self) -> Progress:
        """Trains to the end, from the last checkpoint where there is one.

        Returns:
            What happened.

        Raises:
            TrainingError: the loss is no number any more, or a checkpoint cannot be written.
        """
        phases = phases_of(self.recipe)
        resumed = self.checkpoints.there
        if resumed:
            self.progress = self.checkpoints.load()
            logger.info("going on after %d epochs", len(self.progress.curves))
        for place in range(self.progress.phase, len(phases)):
            self._run_phase(phases[place], resumed=resumed)
            resumed = False
            self.progress.next_phase()
        if resumed:  # it broke off after the training
            assign(self._weights, self.checkpoints.load_best(), self.checkpoints.folder)
        self.checkpoints.save(self.progress, self._weights)
        return self.progress

    @property
    def _weights(self) -> list[Any]:
        return list(self.classifier.trained.variables)

    def _run_phase(self, phase: Phase, *, resumed: bool) -> None:
        if phase.unfrozen is not None:
            freeze(self.classifier, phase.unfrozen)
        mine = self.crew.share(self.samples)
        batch = max(1, self.recipe.batch // self.crew.strategy.num_replicas_in_sync)
        steps = -(-len(mine.of("train")) // batch)
        with self.crew.strategy.scope():
            optimizer = self._optimizer(phase, steps)
        state = [*self._weights, *optimizer.variables]
        best = values_of(self._weights)
        if resumed:
            self.progress = self.checkpoints.load(state)
            best = self.checkpoints.load_best()
        step = self._step(optimizer)
        batches = self.crew.batches(
            pictures(
                mine,
                "train",
                self.recipe.side,
                batch,
                self.recipe.seed,
                self.recipe.augmentation,
                epoch=lambda: len(self.progress.curves),
            )
        )
        validation = Reader(self.classifier.network, self.samples, "validation", self.recipe)
        while self.progress.epoch < phase.epochs and self.progress.waited < self.recipe.patience:
            title = f"{phase.name} {self.progress.epoch + 1}/{phase.epochs}"
            began, cpu = time.perf_counter(), time.process_time()
            loss, accuracy = _epoch(step, batches, title, steps)
            self._even_out()
            likely, labels = validation.read()
            now = negative_log_likelihood(likely, labels) if np.isfinite(likely).all() else np.nan
            if not np.isfinite(loss) or not np.isfinite(now):
                raise TrainingError(
                    f"the loss is no number any more in epoch {self.progress.epoch + 1}",
                    "train again with a lower --rate",
                )
            right = float((likely.argmax(axis=1) == labels).mean())
            if now < self.progress.best:
                self.progress.best, self.progress.waited = now, 0
                best = values_of(self._weights)
                self.checkpoints.save_best(best)
            else:
                self.progress.waited += 1
            self.progress.epoch += 1
            self.progress.seconds += time.perf_counter() - began
            self.progress.cpu_seconds += time.process_time() - cpu
            self.progress.curves.append(
                {
                    "phase": self.progress.phase,
                    "loss": loss,
                    "accuracy": accuracy,
                    "val_loss": now,
                    "val_accuracy": right,
                }
            )
            self.checkpoints.save(self.progress, state)
            logger.info(
                "%s: loss %.4f, accuracy %.3f; validation %.4f, %.3f",
                *(title, loss, accuracy, now, right),
            )
        assign(self._weights, best, "the best epoch")

    def _optimizer(self, phase: Phase, steps: int) -> Any:
        keras = tensorflow().keras
        total = max(1, steps * phase.epochs)
        first = phase.rate if phase.unfrozen is not None else phase.rate * 0.1
        rate = keras.optimizers.schedules.CosineDecay(
            first,
            total,
            alpha=_LAST_RATE,
            # From scratch the first steps are taken on noise: they must be small.
            warmup_target=phase.rate if phase.unfrozen is None else None,
            warmup_steps=steps if phase.unfrozen is None else 0,
        )
        optimizer = keras.optimizers.Adam(rate)
        if keras.config.dtype_policy().name == "mixed_float16":
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(self.classifier.trained.trainable_variables)
        return optimizer

    def _step(self, optimizer: Any) -> Callable[[Any, Any], tuple[Any, Any, Any]]:
        tf = tensorflow()
        network, strategy = self.classifier.trained, self.crew.strategy
        learn = network.trainable_variables
        heads = network.output_shape[1]
        shares = tf.constant([1.0, *[AUXILIARY_WEIGHT] * (heads - 1)], tf.float32)
        ones = np.ones(len(self.samples.classes), np.float32)
        weights = tf.constant(class_weights(self.samples) if self.recipe.class_weights else ones)

        def of_replica(images: Any, labels: Any) -> tuple[Any, Any, Any]:
            with tf.GradientTape() as tape:
                logits = network(images, training=True)
                repeated = tf.repeat(labels[:, tf.newaxis], heads, axis=1)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(repeated, logits)
                weighted = tf.gather(weights, labels) * tf.linalg.matvec(losses, shares)
                count = tf.cast(tf.shape(labels)[0], tf.float32)
                loss = tf.reduce_sum(weighted) / tf.maximum(count, 1.0)
                scaled = optimizer.scale_loss(loss / strategy.num_replicas_in_sync)
            optimizer.apply(tape.gradient(scaled, learn), learn)
            read = tf.argmax(logits[:, 0], axis=1)
            right = tf.reduce_sum(tf.cast(read == labels, tf.float32))
            return loss * count, right, count

        def step(images: Any, labels: Any) -> tuple[Any, Any, Any]:
            told = strategy.run(of_replica, args=(images, labels))
            loss, right, count = (
                strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None) for each in told
            )
            return loss, right, count

        made: Callable[[Any, Any], tuple[Any, Any, Any]] = tf.function(step)
        return made

    def _even_out(self) -> None:
        """Each worker's batch normalisation has seen its own pictures alone."""
        if self.crew.alone:
            return
        moving = [
            each
            for each in self.classifier.trained.non_trainable_variables
            if each.name.startswith("moving_")
        ]
        means: Values = self.crew.mean(values_of(moving))
        assign(moving, means, "the workers")


def _epoch(
    step: Callable[[Any, Any], tuple[Any, Any, Any]], batches: Any, title: str, steps: int
) -> tuple[float, float]:
    """Mean loss and share of right ones."""
    totals = np.zeros(3)
    for images, labels in counted(batches, title, total=steps):
        totals += [float(each) for each in step(images, labels)]
    loss, right, count = totals
    return loss / count, right / count
