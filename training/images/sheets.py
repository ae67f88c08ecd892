"""Sheets of pictures: what a model got right and wrong, and what it is trained with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from training.common import sheet
from training.common.classes import IntArray
from training.common.files import write_csv
from training.images.augment import Augmentation, augmented
from training.images.decoding import read_picture, resized
from training.images.samples import Sample
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray

_MOST_HITS = 24
_MOST_MISTAKES = 48
_READ_SIDE = 128  # of the pictures on a sheet


def write_predictions(
    folder: Path,
    samples: Sequence[Sample],
    probabilities: FloatArray,
    labels: IntArray,
    classes: Sequence[str],
    seed: int = 0,
) -> None:
    """`predictions.csv` with every picture, `mistakes.jpg` and `hits.jpg` with some of them.

    Mistakes stand in the order of how sure the model was of them; hits are drawn, by turns of each
    class. A sheet without pictures is not written.

    Args:
        folder: of the run.
        samples: (n) the pictures that were judged.
        probabilities: (n, classes).
        labels: (n,) numbers of the true classes.
        classes: names.
        seed: of the draw of hits.

    Raises:
        TrainingError: a file cannot be written, or a picture no longer be read.
    """
    read = probabilities.argmax(axis=1)
    score = probabilities.max(axis=1)
    rows = [
        [_name(sample), classes[label], classes[guess], f"{sure:.4f}", int(label == guess)]
        for sample, label, guess, sure in zip(samples, labels, read, score, strict=True)
    ]
    write_csv(folder / "predictions.csv", ["file", "expected", "read", "score", "right"], rows)
    wrong = np.flatnonzero(read != labels)
    wrong = wrong[np.argsort(-score[wrong], kind="stable")][:_MOST_MISTAKES]
    chosen = {"mistakes.jpg": wrong.tolist(), "hits.jpg": _hits(read, labels, seed)}
    for name, places in chosen.items():
        shown = [
            sheet.Sample(
                _bgr(read_picture(samples[place].path, _READ_SIDE)),
                (
                    f"is {classes[labels[place]]}",
                    f"{classes[read[place]]} {score[place]:.2f}",
                    samples[place].path.name,
                ),
            )
            for place in places
        ]
        if shown:
            sheet.write_sheet(folder / name, shown)


def write_augmented(
    path: Path, samples: Sequence[Sample], augmentation: Augmentation, size: int, seed: int = 0
) -> None:
    """Some pictures, each followed by seven varied ones: to see whether they still show the class.

    Args:
        path: of the sheet.
        samples: pictures to draw six from.
        augmentation: how much they are varied.
        size: of the model's input, pixels.
        seed: of the draw.

    Raises:
        TrainingError: the file cannot be written, or a picture not be read.
    """
    rng = np.random.default_rng(seed)
    shown = []
    for place in rng.permutation(len(samples))[:6].tolist():
        image = resized(read_picture(samples[place].path, 2 * size), size)
        shown.append(sheet.Sample(_bgr(image), (samples[place].label,)))
        for _ in range(7):
            varied = augmented(image, augmentation, rng).astype(np.uint8)
            shown.append(sheet.Sample(_bgr(varied), ("varied",)))
    if shown:
        sheet.write_sheet(path, shown)


def _hits(read: IntArray, labels: IntArray, seed: int) -> list[int]:
    rng = np.random.default_rng(seed)
    by_class = [
        rng.permutation(np.flatnonzero((labels == number) & (read == number))).tolist()
        for number in np.unique(labels)
    ]
    longest = max((len(places) for places in by_class), default=0)
    turns = [places[turn] for turn in range(longest) for places in by_class if turn < len(places)]
    return turns[:_MOST_HITS]


def _name(sample: Sample) -> str:
    return f"{sample.path.parent.name}/{sample.path.name}"


def _bgr(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)
