"""The card of an image model, as the camera reads it and as people do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from pydantic import ValidationError

from training.common.classes import IntArray
from training.common.curves import precision_and_recall
from training.common.files import markdown_table
from training.errors import TrainingError
from training.images.judging import Figures
from training.images.samples import Samples
from training.images.settings import Plan
from vcam.core.geometry import FloatArray
from vcam.recognizers.card import DataSource, InputSize, ModelCard

LEAST_PRECISION: Final = 0.95
"""A class counts from the lowest score with which, on the validation part, so many are right."""

_STEPS: Final = np.arange(0.5, 0.991, 0.01, dtype=np.float32)
_NO_DIGEST: Final = "0" * 64


def make_card(
    plan: Plan,
    samples: Samples,
    *,
    name: str | None = None,
    model: bytes = b"",
    temperature: float = 1.0,
    thresholds: dict[str, float] | None = None,
    figures: dict[str, Any] | None = None,
) -> ModelCard:
    """The card of a model; without the optional ones, to see early whether it can have one.

    Args:
        plan: of the run.
        samples: what it was trained with.
        name: of this form of the model; None for the plan's.
        model: the `.tflite` file's content.
        temperature: found on the validation part.
        thresholds: of `choose_thresholds`.
        figures: of the test part.

    Raises:
        TrainingError: the camera would not take such a card; the message says why.
    """
    purpose = plan.purpose
    try:
        return ModelCard(
            name=name or purpose.name,
            title=purpose.title or purpose.name,
            classes=samples.classes,
            input=InputSize(width=plan.recipe.side, height=plan.recipe.side),
            temperature=round(temperature, 4),
            region=purpose.region,
            region_margin=purpose.region_margin,
            thresholds=thresholds or {},
            off_by_default=purpose.off_by_default,
            model_sha256=hashlib.sha256(model).hexdigest() if model else _NO_DIGEST,
            data=(
                DataSource(
                    name=samples.source,
                    licence=purpose.data_licence,
                    pictures=len(samples.of("train")),
                ),
            ),
            figures=figures or {},
            licence=purpose.licence,
            intended_use=purpose.intended_use,
            not_for=purpose.not_for,
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise TrainingError(
            f"the camera would refuse this model: {place}: {first['msg']}",
            "give another --name, or rename the class",
        ) from error


def choose_thresholds(
    likely: FloatArray, labels: IntArray, classes: Sequence[str]
) -> dict[str, float]:
    """Per class, the lowest score with which `LEAST_PRECISION` of its readings are right.

    Where no score reaches that, the lowest with the best precision that any reaches.

    Args:
        likely: (n, classes) of the validation part, tempered.
        labels: (n,).
        classes: names.
    """
    best = likely.max(axis=1)
    chosen = {}
    for place, name in enumerate(classes):
        counted = np.where(likely.argmax(axis=1) == place, best, -1.0).astype(np.float32)
        # Steps at which nothing counts any more say nothing of precision.
        most = max(float(counted.max()), float(_STEPS[0]))
        steps = _STEPS[most >= _STEPS]
        precision, _ = precision_and_recall(counted, labels == place, steps)
        good = precision >= min(LEAST_PRECISION, float(precision.max()))
        chosen[name] = round(float(steps[good][0]), 2)
    return chosen


def card_figures(figures: Figures, size: int, cpu_ms: float, of: int) -> dict[str, Any]:
    """What a card tells of the test part.

    Args:
        figures: as the camera would read the model.
        size: of the `.tflite` file, bytes.
        cpu_ms: process time a picture, one thread.
        of: pictures of the test part; `figures` may stand on fewer.
    """
    return {
        "part": "test",
        "pictures": figures.count,
        "pictures_of_part": of,
        "accuracy": _rounded(figures.accuracy),
        "accuracy_interval": [_rounded(figures.accuracy_low), _rounded(figures.accuracy_high)],
        "macro_f1": _rounded(figures.report.macro.f1),
        "weighted_f1": _rounded(figures.report.weighted.f1),
        "calibration_error": _rounded(figures.calibration_error),
        "calibration_error_tempered": _rounded(figures.tempered_error),
        "classes": {
            each.name: {
                "precision": _rounded(each.precision),
                "recall": _rounded(each.recall),
                "f1": _rounded(each.f1),
                "support": each.support,
            }
            for each in figures.report.classes
        },
        "size_bytes": size,
        "cpu_ms": round(cpu_ms, 2),
    }


def card_text(card: ModelCard) -> str:
    """The card to read, in Markdown."""
    figures = dict(card.figures)
    classes = figures.pop("classes", None)
    lines = [
        f"# {card.title}",
        "",
        f"An image classifier of the {card.region}, {card.input.width}x{card.input.height} RGB: "
        f"{', '.join(card.classes)}.",
        "",
        f"- For: {card.intended_use}",
        f"- Not for: {card.not_for}",
        f"- Licence: {card.licence}",
        *(
            f"- Trained on {each.pictures} pictures of {each.name} (licence: {each.licence})"
            for each in card.data
        ),
        f"- A class counts from: {_listed(card.thresholds)} (after temperature {card.temperature})",
        "",
        "## Test part",
        "",
        markdown_table(["figure", "value"], figures.items()),
    ]
    if isinstance(classes, dict):
        header = ["class", "precision", "recall", "f1", "support"]
        rows = [
            [name, *(values.get(key) for key in header[1:])]
            for name, values in classes.items()
            if isinstance(values, dict)
        ]
        lines += ["", markdown_table(header, rows)]
    return "\n".join(lines)


def _listed(thresholds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in thresholds.items())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
