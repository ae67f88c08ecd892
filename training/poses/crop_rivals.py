"""Readers of images and their mixes with the head, for `compare`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.common.files import writing
from training.common.plots import plot_curves
from training.common.progress import epochs
from training.errors import TrainingError
from training.poses.contest import Entry
from training.poses.crop_model import CropRecipe, crop_logits, input_side, train_crops
from training.poses.crops import Crops, drawn_crops
from training.poses.deep_features import (
    FEATURES,
    DeepRecipe,
    deep_features,
    deep_logits,
    train_deep,
)
from training.poses.export import as_tflite
from training.poses.hands import Hands
from training.poses.head import vote
from training.poses.mix import fit_stack, mean_of
from training.poses.rivals import (
    HeadReading,
    cpu_ms_of,
    lite_cpu_ms,
    read_with,
    unknown_to_none,
)
from training.poses.select import Judged, Labelled
from training.poses.table import LandmarkTable
from training.poses.train import best_temperature
from training.poses.views import Pictures, Rows, Views, cached_views, cut_views
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.poses.appearance import AppearanceReader
from vcam.poses.classifier import APPEARANCE_FILE, PoseClassifier
from vcam.poses.vocabulary import POSES

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class CropMaterial:
    """Squares to train the image network on, and to judge it by.

    Attributes:
        trained: photographed ones.
        validation: of other people.
        judged: of each judged set, in the order of its hands.
    """

    trained: Crops
    validation: Crops
    judged: Sequence[Crops]


def crop_material(
    table: LandmarkTable,
    labelled: Labelled,
    validation: Labelled,
    judged: Sequence[Judged],
    pictures: Pictures,
    keep_in: Path,
) -> CropMaterial | None:
    """The squares of all hands; None, with a line that says so, where pictures are missing.

    Args:
        table: all hands.
        labelled: to train on.
        validation: of other people.
        judged: what must not be trained on.
        pictures: where the pictures lie.
        keep_in: folder in which the squares are kept between runs.
    """
    squares = squares_of(table, [labelled, validation, *judged], pictures, keep_in)
    return CropMaterial(squares[0], squares[1], squares[2:]) if squares else None


def squares_of(
    table: LandmarkTable,
    parts: Sequence[Labelled | Judged],
    pictures: Pictures,
    keep_in: Path | None,
) -> list[Crops] | None:
    """The squares of hands; None, with a line that says so, where pictures are missing.

    Args:
        table: all hands.
        parts: of it.
        pictures: where the pictures lie.
        keep_in: folder in which the squares are kept between runs; None keeps none.
    """
    rows = np.concatenate([each.rows for each in parts])
    if keep_in:
        views = cached_views(table, rows, pictures, keep_in)
    else:
        views = cut_views(table, rows, pictures)
    if not views.found.all():
        missing = int((~views.found).sum())
        logger.info("no squares: the pictures of %d hands are not there (--data)", missing)
        return None
    return [_crops(views, each.rows, each.hands) for each in parts]


def _crops(views: Views, rows: Rows, hands: Hands) -> Crops:
    places = views.places(rows)
    return Crops(views.images[places], views.inside[places], hands)


def crop_network(
    material: CropMaterial, recipe: CropRecipe, folder: Path, keep_in: Path, ready: Path | None
) -> Any:
    """The image network: trained now, or an earlier one from its `.keras` file.

    Args:
        material: to train on.
        recipe: how.
        folder: of the run; `crop.keras` and the curves go there.
        keep_in: folder in which rendered hands are kept between runs.
        ready: an earlier network's file.

    Raises:
        TrainingError: `ready` is no network, or the weights to begin with cannot be had.
    """
    keras = tensorflow().keras
    if ready:
        try:
            network = keras.models.load_model(ready, compile=False)
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"{ready} is no image network", "give the crop.keras of an earlier comparison"
            ) from error
    else:
        drawn = drawn_crops(recipe.drawn, recipe.seed, keep_in)
        with epochs(recipe.epochs, "image network") as told:
            network, curves = train_crops(
                Crops.join([material.trained, drawn]), material.validation, recipe, told
            )
        plot_curves(folder / "crop-curves.png", curves)
    with writing(folder / "crop.keras") as partial:
        network.save(partial)
    return network


@dataclass(frozen=True, eq=False)
class ImageReader:
    """What a reader of images makes of hands.

    Attributes:
        name: of the reader.
        validation: probabilities (n, poses) on the validation hands.
        judged: the same on each judged set.
        kilobytes: of its file.
        cpu_ms: process time a hand, one thread.
    """

    name: str
    validation: FloatArray
    judged: Sequence[FloatArray]
    kilobytes: float
    cpu_ms: float


def read_by_crops(material: CropMaterial, network: Any, folder: Path) -> ImageReader:
    """What the image network makes of all squares; writes `crop.tflite` into `folder`."""
    validation = material.validation
    images, turns = validation.take(np.arange(1)).seen(input_side(network))
    return _reader(
        "image network",
        [crop_logits(network, each) for each in (validation, *material.judged)],
        validation.hands,
        network,
        [images, turns],
        folder / "crop.tflite",
    )


def read_by_appearance(material: CropMaterial, head: Path) -> ImageReader | None:
    """What the network for pictures that comes with a head makes of all squares.

    Args:
        material: all squares.
        head: its `.tflite` file.

    Returns:
        None where it has none.
    """
    reader = PoseClassifier.load(head).appearance
    if reader is None:
        return None
    squares, _ = material.validation.take(np.arange(1)).seen(reader.card.side)
    return ImageReader(
        "small network on pictures",
        np.exp(read_pictures(reader, material.validation)),
        [np.exp(read_pictures(reader, each)) for each in material.judged],
        head.with_name(APPEARANCE_FILE).stat().st_size / 1e3,
        cpu_ms_of(lambda: reader.read(squares[0], 0.0)),
    )


def read_pictures(reader: AppearanceReader, crops: Crops) -> FloatArray:
    """What vcam's network for pictures says of squares: logarithms (n, poses)."""
    squares, turns = crops.seen(reader.card.side)
    angles = np.arctan2(turns[:, 1], turns[:, 0])
    said = [reader.read(*each) for each in zip(squares, angles, strict=True)]
    return np.array(said, np.float32).reshape(len(crops), len(POSES))


def read_by_features(material: CropMaterial, recipe: DeepRecipe, folder: Path) -> ImageReader:
    """Trains the reader of the landmark network's own features, and reads all squares with it.

    Its time is that of the reader alone: vision has the features anyway. It writes
    `features.keras` and `features.tflite` into `folder`.
    """
    trained = deep_features(material.trained)
    with epochs(recipe.epochs, "landmark network's features") as told:
        network = train_deep(trained, material.trained, recipe, told)
    with writing(folder / "features.keras") as partial:
        network.save(partial)
    parts = [(each, deep_features(each)) for each in (material.validation, *material.judged)]
    one = np.zeros((1, FEATURES + 2), np.float32)
    return _reader(
        "landmark network's features",
        [deep_logits(network, features, each) for each, features in parts],
        material.validation.hands,
        network,
        [one],
        folder / "features.tflite",
    )


def _reader(
    name: str,
    logits: Sequence[FloatArray],
    validation: Hands,
    network: Any,
    one: Sequence[np.ndarray],
    file: Path,
) -> ImageReader:
    """Calibrates logits, of the validation hands first, and measures the network as LiteRT."""
    temperature = best_temperature(logits[0], validation.allowed)
    likely = [vote(each, temperature) for each in logits]
    model = as_tflite(network)
    with writing(file) as partial:
        partial.write_bytes(model)
    return ImageReader(name, likely[0], likely[1:], len(model) / 1e3, lite_cpu_ms(model, one))


def image_entries(
    reader: ImageReader, validation: Hands, classifier: PoseClassifier, head: HeadReading
) -> list[Entry]:
    """A reader of images alone, the mean of it and the head, and the learned product of the two.

    Args:
        reader: of images.
        validation: the hands that the product's exponents are fitted to.
        classifier: the head.
        head: what it makes of the judged sets.
    """
    stack = fit_stack(read_with(classifier, validation)[0], reader.validation, validation.allowed)
    logger.info("head ^ %.2f x %s ^ %.2f", stack.first, reader.name, stack.second)
    kilobytes = reader.kilobytes + (head.entry.kilobytes or 0.0)
    cpu_ms = reader.cpu_ms + (head.entry.cpu_ms or 0.0)

    def mixed(name: str, mix: Callable[[FloatArray, FloatArray], FloatArray]) -> Entry:
        pairs = zip(head.raw, reader.judged, strict=True)
        scores = [
            unknown_to_none(mix(*pair), known)
            for pair, known in zip(pairs, head.known, strict=True)
        ]
        return Entry(name, scores, kilobytes=kilobytes, cpu_ms=cpu_ms)

    return [
        Entry(reader.name, reader.judged, kilobytes=reader.kilobytes, cpu_ms=reader.cpu_ms),
        mixed(f"head and {reader.name}, mean", mean_of),
        mixed(f"head and {reader.name}, learned", stack.mix),
    ]
