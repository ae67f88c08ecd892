"""LiteRT models: made out of Keras ones, read as the camera reads them, and timed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.common.classes import IntArray
from training.common.environment import usable_cores
from training.common.progress import counted
from training.images.decoding import pictures
from training.images.samples import Part, Samples
from training.images.serving import write_saved_model
from training.quiet import native_stderr_closed, tensorflow
from vcam.core.geometry import FloatArray
from vcam.core.litert import Network

MOST_CALIBRATING: Final = 200
"""Pictures that the ranges of an int8 model are measured on; TensorFlow's guide says 100 to 500."""

MOST_JUDGED: Final = 2000
"""Pictures of a part that a LiteRT model reads; the interval of its accuracy is then 2 % wide."""


def lite_forms(network: Any, samples: Samples) -> tuple[bytes, bytes]:
    """A Keras network as the content of two `.tflite` files, for one picture at a time.

    The first is float32. The second has 8-bit weights and activations: uint8 pictures go in, uint8
    shares come out. What LiteRT has no 8-bit form of stays float inside (of our backbones, the
    squares in GoogLeNet's normalisation).

    Args:
        network: from pictures to probabilities.
        samples: the training part says how large the numbers inside get.
    """
    tf = tensorflow()
    side = int(network.input_shape[1])
    with tempfile.TemporaryDirectory() as folder:
        # A saved model in between: the direct way from Keras 3 leaves warnings and resources.
        write_saved_model(network, Path(folder) / "model", batch=1)
        with native_stderr_closed():
            converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/model")
            exact = bytes(converter.convert())
            converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/model")
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: _typical(samples, side)
            converter.target_spec.supported_ops = [
                tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
                tf.lite.OpsSet.TFLITE_BUILTINS,
            ]
            converter.inference_input_type = tf.uint8
            converter.inference_output_type = tf.uint8
            return exact, bytes(converter.convert())


def _typical(samples: Samples, side: int) -> Iterator[list[Any]]:
    batches = pictures(samples, "train", side, 1, 0, None, shuffle=True)
    for image, _ in batches.take(MOST_CALIBRATING):
        shown = image.numpy()
        # The whole range in each, so that one step of the input is one step of the picture.
        shown[0, 0, 0], shown[0, 0, 1] = 0, 255
        yield [shown]


@dataclass(frozen=True, slots=True, eq=False)
class LiteReading:
    """What a LiteRT model says of one part.

    Attributes:
        likely: (n, classes).
        labels: (n,).
        of: pictures that the part has; it read n of them, evenly.
    """

    likely: FloatArray
    labels: IntArray
    of: int


def read_part(
    model: bytes, samples: Samples, part: Part | None, most: int = MOST_JUDGED
) -> LiteReading:
    """Reads a part, picture by picture, as the camera does.

    Args:
        model: the `.tflite` file's content.
        samples: parted.
        part: which; None for all.
        most: pictures; from a larger part, that many evenly.
    """
    network = Network(model, "image model", threads=usable_cores())
    batches = pictures(samples, part, network.input_shape[1], 1, 0, None, shuffle=False)
    count = len(samples.of(part))
    chosen = set(np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int)))
    likely, labels = [], []
    for place, (image, label) in enumerate(counted(batches, f"LiteRT, {part}", total=count)):
        if place in chosen:
            likely.append(network.run(image.numpy())[0][0])
            labels.append(int(label[0]))
    return LiteReading(np.array(likely, np.float32), np.array(labels, np.int64), count)


def cpu_ms(model: bytes, runs: int = 15) -> float:
    """Process time of one picture on one thread, milliseconds; the median of some runs."""
    network = Network(model, "image model", threads=1)
    picture = np.random.default_rng(0).integers(0, 256, network.input_shape)
    shown = picture.astype(np.float32)
    network.run(shown)
    times = []
    for _ in range(runs):
        begin = time.process_time()
        network.run(shown)
        times.append(time.process_time() - begin)
    return 1e3 * float(np.median(times))
