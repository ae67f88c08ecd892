"""Several machines, each with a copy of the network and a share of the pictures.

`TF_CONFIG` says who they are, as TensorFlow's documentation has it; without it one machine works
alone. All of them run the same command; only the chief (worker 0) writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from training.errors import TrainingError
from training.images.resuming import Values
from training.images.samples import Sample, Samples
from training.quiet import tensorflow

CONFIG = "TF_CONFIG"
_FIX = (
    'set it as {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}'
)


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """Who trains.

    Attributes:
        strategy: of `tf.distribute`.
        workers: machines, or processes.
        index: of this one, from 0, the chief.
    """

    strategy: Any
    workers: int = 1
    index: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this one writes."""
        return self.index == 0

    @property
    def alone(self) -> bool:
        """Whether there are no others."""
        return self.workers == 1

    def share(self, samples: Samples) -> Samples:
        """This worker's part of the training pictures; of the same size for all.

        At most one picture per worker is left out, because each step needs all of them.

        Raises:
            TrainingError: there are fewer pictures than workers.
        """
        if self.alone:
            return samples
        chosen = samples.of("train")
        size = len(chosen) // self.workers
        if not size:
            raise TrainingError(
                f"{len(chosen)} training pictures for {self.workers} workers", "use fewer workers"
            )
        mine: list[Sample] = list(chosen[self.index :: self.workers][:size])
        return replace(samples, items=tuple(mine))

    def batches(self, dataset: Any) -> Any:
        """The same dataset for all passes, as the strategy takes it."""
        if self.alone:
            return dataset
        return self.strategy.distribute_datasets_from_function(lambda _: dataset)

    def mean(self, values: Values) -> Values:
        """Over all workers, for each of these arrays."""
        if self.alone or not values:
            return values
        tf = tensorflow()
        flat = np.concatenate([each.ravel().astype(np.float64) for each in values])

        def reduced() -> Any:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.MEAN, tf.constant(flat))

        told = self.strategy.experimental_local_results(self.strategy.run(reduced))[0].numpy()
        sizes = np.cumsum([each.size for each in values])[:-1]
        return [
            part.reshape(each.shape).astype(each.dtype)
            for part, each in zip(np.split(told, sizes), values, strict=True)
        ]


def muster() -> Crew:
    """Who trains here; to be called before TensorFlow does anything else.

    Waits for the other workers.

    Raises:
        TrainingError: `TF_CONFIG` makes no sense, or the workers do not find each other.
    """
    text = os.environ.get(CONFIG)
    if not text:
        return Crew(tensorflow().distribute.get_strategy())
    workers, index = workers_of(text)
    if workers == 1:
        return Crew(tensorflow().distribute.get_strategy())
    return Crew(_joined(tensorflow().distribute.MultiWorkerMirroredStrategy), workers, index)


def workers_of(text: str) -> tuple[int, int]:
    """How many workers a `TF_CONFIG` names, and which this one is.

    Raises:
        TrainingError: it makes no sense.
    """
    try:
        config = json.loads(text)
        cluster, task = config["cluster"], config["task"]
        names = [*cluster.get("chief", []), *cluster["worker"]]
        place = int(task["index"])
        kind = task["type"]
        if not all(isinstance(name, str) for name in names) or set(cluster) - {"chief", "worker"}:
            raise ValueError("other tasks")
        index = place + (len(cluster.get("chief", [])) if kind == "worker" else 0)
        if kind not in cluster or not 0 <= place < len(cluster[kind]):
            raise ValueError("no such task")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            f"{CONFIG} does not name workers and which this one is", _FIX
        ) from error
    return len(names), index


def _joined(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except (RuntimeError, ValueError, OSError) as error:
        raise TrainingError(
            f"the workers of {CONFIG} do not find each other: {' '.join(str(error).split())[:160]}",
            "start the same command on each of them, and see that their ports are free",
        ) from error
