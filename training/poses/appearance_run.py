"""One run: squares in, a folder out with the network for pictures and the card of both readers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.common.environment import tool_versions
from training.common.files import write_json, write_text, writing
from training.common.folder import run_folder
from training.common.progress import epochs
from training.errors import TrainingError
from training.poses.appearance import (
    SIDE,
    AppearanceRecipe,
    appearance_logits,
    train_appearance,
)
from training.poses.appearance_report import (
    read_three_ways,
    with_joint_figures,
    write_together,
)
from training.poses.crop_rivals import CropMaterial, crop_material
from training.poses.crops import Crops, drawn_crops
from training.poses.export import as_tflite, data_sets, flat_settings, write_model
from training.poses.hands import Hands
from training.poses.measured import Unseen
from training.poses.photos import own_sets
from training.poses.report import write_curves
from training.poses.rivals import read_with
from training.poses.run import MODEL_NAME
from training.poses.select import labelled_hands
from training.poses.sets import PICTURE_SETS
from training.poses.table import LandmarkTable
from training.poses.train import best_temperature
from training.poses.views import Pictures
from vcam.core.geometry import FloatArray
from vcam.poses.appearance import log_probabilities, read_together
from vcam.poses.card import AppearanceCard, PoseCard
from vcam.poses.classifier import APPEARANCE_FILE, PoseClassifier, shipped_model
from vcam.poses.vocabulary import POSES, SELFIE_POSES

LOWEST_THRESHOLD: Final = 0.65
LEAST_PRECISION: Final = 0.99
"""On the validation hands, worsened copies among them."""

HEAD_EXPONENT: Final = 0.6
EXPONENT: Final = 0.5
"""How much landmarks and picture count: what `fit_stack` makes of the validation hands (0.63 and
0.54), down to a tenth."""

LOWEST: Final = {"thumb_up": 0.86}
"""A shaka whose little finger nobody sees is a thumb up to landmarks and picture alike."""

ASKED_FOR: Final = SELFIE_POSES
ASKED_FROM: Final = 0.005
"""Below it the picture could not make one of them likely, and hands at rest are left alone."""

_STEPS = np.arange(LOWEST_THRESHOLD, 0.981, 0.01, dtype=np.float32)


def appearance_run(
    table: LandmarkTable,
    recipe: AppearanceRecipe,
    folder: Path,
    pictures: Pictures,
    model: Path | None = None,
) -> str:
    """Trains the network for pictures of hands, and fits it to a head.

    Args:
        table: all hands.
        recipe: how.
        folder: of the run; an earlier run of that name is replaced.
        pictures: where the pictures lie.
        model: of the head, a `.tflite` file; None takes the shipped one.

    Returns:
        The figures of head, pictures and both together, in Markdown.

    Raises:
        ModelError: the head or its card cannot be used.
        TrainingError: pictures are missing, or the folder cannot be written.
    """
    head = PoseClassifier.load(model, pictures=False)
    sets = (*PICTURE_SETS, *own_sets(table))
    labelled = labelled_hands(table, "train", sets)
    unseen = Unseen.of(table, pictures)
    material = crop_material(
        table, labelled, unseen.validation, unseen.judged, pictures, folder.parent
    )
    if material is None:
        raise TrainingError(
            "pictures of the landmark table are missing", "say where they lie with --data"
        )
    settings: dict[str, object] = {
        "what": "network for pictures of hands",
        "head_sha256": head.card.model_sha256,
        "recipe": flat_settings(recipe),
        "hands": labelled.counts,
    }
    with run_folder(folder, settings) as place:
        trained = Crops.join(
            [material.trained, drawn_crops(recipe.drawn, recipe.seed, folder.parent)]
        )
        with epochs(recipe.epochs, "pictures of hands") as told:
            network, curves = train_appearance(trained, material.validation, recipe, told)
        write_curves(place, curves)
        with writing(place / "appearance.keras") as partial:
            network.save(partial)
        content = as_tflite(network)
        with writing(place / APPEARANCE_FILE) as partial:
            partial.write_bytes(content)
        card = _fitted(head, network, material, labelled.counts, recipe, content)
        written = write_model(place, MODEL_NAME, (model or shipped_model()).read_bytes(), card)
        shipped = PoseClassifier.load(written)
        assert shipped.appearance is not None
        squares = (material.validation, *material.judged)
        readers = read_three_ways(shipped, shipped.appearance, unseen, squares)
        measured = write_together(place, unseen, readers)
        whole = with_joint_figures(card, measured)
        write_json(written.with_suffix(".json"), whole.model_dump(mode="json"))
        report = readers.report(unseen, card)
        write_text(place / "report.md", report)
    return report


def _fitted(
    head: PoseClassifier,
    network: Any,
    material: CropMaterial,
    counts: Mapping[str, int],
    recipe: AppearanceRecipe,
    content: bytes,
) -> PoseCard:
    """The head's card with the new part: what both count, and thresholds of both together."""
    hands = material.validation.hands
    logits = appearance_logits(network, material.validation)
    temperature = best_temperature(logits[:, np.newaxis], hands.allowed)
    pictures = log_probabilities(logits, temperature)
    scores, _ = read_with(head, hands)
    own = head.card.appearance
    part = AppearanceCard(
        side=SIDE,
        temperature=round(temperature, 4),
        head_exponent=HEAD_EXPONENT,
        exponent=EXPONENT,
        asked_for=ASKED_FOR,
        asked_from=ASKED_FROM,
        head_thresholds=dict(own.head_thresholds if own else head.card.thresholds),
        model_sha256=hashlib.sha256(content).hexdigest(),
        trained_on=tuple(data_sets(counts)),
        settings={**flat_settings(recipe), "least_precision": LEAST_PRECISION},
        tools=tool_versions(),
    )
    precise = _precise(read_together(scores, pictures, part, POSES), hands)
    lowest = {pose: max(precise[pose], LOWEST.get(pose, 0.0)) for pose in ASKED_FOR}
    thresholds = {**part.head_thresholds, **lowest}
    return head.card.model_copy(update={"appearance": part, "thresholds": thresholds})


def _precise(scores: FloatArray, hands: Hands) -> dict[str, float]:
    """Per pose asked for, the lowest threshold with which precision holds on validation hands.

    One wrong reading is let pass, whatever share it is: of a rare pose it may be a wrong label.
    """
    chosen = {}
    for pose in ASKED_FOR:
        index = POSES.index(pose)
        shows = hands.shows(pose)
        clear = shows | ~hands.allowed[:, index]
        read = np.where(scores.argmax(axis=1) == index, scores[:, index], 0.0)
        passed = read[clear] >= _STEPS[:, np.newaxis]
        wrong = (passed & ~shows[clear]).sum(axis=1)
        most = np.maximum(1, (1 - LEAST_PRECISION) * passed.sum(axis=1))
        bad = np.flatnonzero(wrong > most)
        chosen[pose] = round(float(_STEPS[min(bad[-1] + 1, len(_STEPS) - 1) if len(bad) else 0]), 4)
    return chosen
