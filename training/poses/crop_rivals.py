"""The image network and its mixes with the head, as readers for `compare`."""

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
from training.poses.export import as_tflite
from training.poses.hands import Hands
from training.poses.head import vote
from training.poses.mix import fit_stack, mean_of
from training.poses.rivals import lite_cpu_ms, read_with, unknown_to_none
from training.poses.select import Judged, Labelled
from training.poses.table import LandmarkTable
from training.poses.train import best_temperature
from training.poses.views import Pictures, Rows, Views, cached_views
from training.quiet import tensorflow
from vcam.core.geometry import FloatArray
from vcam.poses.classifier import PoseClassifier

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
    rows = np.concatenate([labelled.rows, validation.rows, *(each.rows for each in judged)])
    views = cached_views(table, rows, pictures, keep_in)
    if not views.found.all():
        missing = int((~views.found).sum())
        logger.info("no image network: the pictures of %d hands are not there (--data)", missing)
        return None
    return CropMaterial(
        _crops(views, labelled.rows, labelled.hands),
        _crops(views, validation.rows, validation.hands),
        [_crops(views, each.rows, each.hands) for each in judged],
    )


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


def crop_entries(
    material: CropMaterial,
    network: Any,
    classifier: PoseClassifier,
    head_raw: Sequence[FloatArray],
    head_known: Sequence[np.ndarray],
    head: Entry,
    folder: Path,
) -> list[Entry]:
    """The image network alone, the mean of it and the head, and the learned product of the two.

    Args:
        material: squares.
        network: the image network.
        classifier: the head.
        head_raw: its probabilities on each judged set.
        head_known: which hands it knows.
        head: its entry, for size and time.
        folder: of the run; `crop.tflite` goes there.
    """
    validation = material.validation
    logits = crop_logits(network, validation)
    temperature = best_temperature(logits, validation.hands.allowed)
    likely = vote(logits, temperature)
    stack = fit_stack(read_with(classifier, validation.hands)[0], likely, validation.hands.allowed)
    logger.info("learned product: head ^ %.2f x image network ^ %.2f", stack.first, stack.second)
    alone = [vote(crop_logits(network, each), temperature) for each in material.judged]
    model = as_tflite(network)
    with writing(folder / "crop.tflite") as partial:
        partial.write_bytes(model)
    images, turns = validation.take(np.arange(1)).seen(input_side(network))
    ms = lite_cpu_ms(model, [images, turns])
    size = len(model) / 1e3
    both_kb, both_ms = size + (head.kilobytes or 0.0), ms + (head.cpu_ms or 0.0)

    def known(scores: Sequence[FloatArray]) -> list[FloatArray]:
        return [unknown_to_none(*each) for each in zip(scores, head_known, strict=True)]

    def mixed(name: str, mix: Callable[[FloatArray, FloatArray], FloatArray]) -> Entry:
        scores = known([mix(*pair) for pair in zip(head_raw, alone, strict=True)])
        return Entry(name, scores, kilobytes=both_kb, cpu_ms=both_ms)

    return [
        Entry("image network", alone, kilobytes=size, cpu_ms=ms),
        mixed("head and image, mean", mean_of),
        mixed("head and image, learned", stack.mix),
    ]
