"""From a trained head to what vcam ships: a `.tflite` file and its card."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from training.common.environment import tool_versions
from training.common.files import write_json, writing
from training.poses.head import finished_head
from training.poses.measure import Score
from training.poses.photos import OWN_LICENCE, OWN_PREFIX, OWN_SOURCE
from training.poses.sets import CLIP_SETS, PICTURE_SETS, ClipSet, PictureSet
from training.poses.train import Recipe, TrainedHead
from training.quiet import native_stderr_closed, tensorflow
from vcam.core.observation import NONE_POSE
from vcam.poses.card import CARD_FORMAT, DataSet, PoseCard, PoseFigures
from vcam.poses.features import FEATURE_VERSION
from vcam.poses.vocabulary import POSES

SYNTHETIC_SET = "drawn hands"


def finished(head: TrainedHead) -> Any:
    """The network as it ships, in Keras."""
    return finished_head(head.network, head.hidden, head.temperature, head.distances)


def as_tflite(network: Any) -> bytes:
    """A finished network as LiteRT takes it."""
    tf = tensorflow()
    # A saved model in between: the direct way from Keras 3 leaves warnings and resources behind.
    with tempfile.TemporaryDirectory() as folder, native_stderr_closed():
        network.export(folder, verbose=False)
        model = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return bytes(model)


def make_card(
    name: str,
    head: TrainedHead,
    recipe: Recipe,
    counts: dict[str, int],
    figures: dict[str, dict[str, Score]],
    calibration_error: float,
    model: bytes,
) -> PoseCard:
    """The card of a finished model.

    Args:
        name: of the model.
        head: what was exported.
        recipe: how it was trained.
        counts: hands trained on, per set.
        figures: per set that judged it, per pose.
        calibration_error: on the validation hands.
        model: the `.tflite` file's content.
    """
    return PoseCard(
        format=CARD_FORMAT,
        name=name,
        feature_version=FEATURE_VERSION,
        classes=POSES,
        embedding_size=head.distances.axes.shape[1],
        thresholds=_by_pose(head.thresholds),
        distance_limits=_by_pose(head.limits),
        temperature=round(head.temperature, 4),
        model_sha256=hashlib.sha256(model).hexdigest(),
        trained_on=tuple(data_sets(counts)),
        held_out=tuple(
            each.name for each in PICTURE_SETS if each.role == "held_out" and each.name in figures
        ),
        figures=card_figures(figures),
        calibration_error=round(calibration_error, 4),
        settings=flat_settings(recipe),
        tools=tool_versions(),
        checks=head.checks,
    )


def card_figures(figures: Mapping[str, Mapping[str, Score]]) -> dict[str, dict[str, PoseFigures]]:
    """What a card tells of figures: per set, the poses that it shows or was read as."""
    return {
        name: {
            pose: PoseFigures(
                precision=_rounded(score.precision),
                recall=_rounded(score.recall),
                support=score.support,
                others=score.others,
            )
            for pose, score in scores.items()
            if score.support or score.false
        }
        for name, scores in figures.items()
    }


def data_sets(counts: Mapping[str, int]) -> list[DataSet]:
    """What a card tells of the sets behind a model.

    Args:
        counts: hands trained on, per set.
    """
    known: list[PictureSet | ClipSet] = [*PICTURE_SETS, *CLIP_SETS]
    sources = {each.name: each for each in known}
    trained_on = [
        DataSet(name=each, source=sources[each].source, licence=sources[each].licence, hands=number)
        for each, number in counts.items()
        if each in sources and number
    ]
    trained_on += [
        DataSet(name=each, source=OWN_SOURCE, licence=OWN_LICENCE, hands=number)
        for each, number in counts.items()
        if each.startswith(OWN_PREFIX) and number
    ]
    if counts.get(SYNTHETIC_SET):
        trained_on.append(
            DataSet(
                name=SYNTHETIC_SET,
                source="joints drawn by vcam/synthetic, no photographs",
                licence="MIT",
                hands=counts[SYNTHETIC_SET],
            )
        )
    return trained_on


def write_model(folder: Path, name: str, model: bytes, card: PoseCard) -> Path:
    """Writes `<name>.tflite` and `<name>.json`; returns the first one's path.

    Raises:
        TrainingError: one of the two cannot be written.
    """
    path = folder / f"{name}.tflite"
    with writing(path) as partial:
        partial.write_bytes(model)
    write_json(path.with_suffix(".json"), card.model_dump(mode="json"))
    return path


def flat_settings(recipe: Any) -> dict[str, str | int | float | bool | None]:
    """A recipe, any dataclass, as one level of names, `augmentation.roll_deg` and so on."""
    flat: dict[str, str | int | float | bool | None] = {}
    for name, value in asdict(recipe).items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            flat[name] = value
    return flat


def _by_pose(values: np.ndarray) -> dict[str, float]:
    return {
        pose: round(float(value), 4)
        for pose, value in zip(POSES, values, strict=True)
        if pose != NONE_POSE
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
