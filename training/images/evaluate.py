"""Judging: a trained network and its two LiteRT forms on a part that chose nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.common.classes import HEADER, IntArray
from training.common.files import markdown_table, write_csv, write_json, write_text
from training.common.folder import run_folder
from training.errors import TrainingError
from training.images.calibration import best_temperature, tempered
from training.images.card import card_figures, choose_thresholds
from training.images.data import read
from training.images.judging import Figures, judge
from training.images.lite import cpu_ms, read_part
from training.images.models import TrainedModel, open_model
from training.images.plots import write_plots
from training.images.samples import Part, Samples
from training.images.settings import DataChoice
from training.images.sheets import write_predictions
from vcam.core.geometry import FloatArray

logger = logging.getLogger(__name__)

FIGURES_FILE = "figures.json"

LEAST_TEMPERATURE = 0.5
"""A few validation pictures that are all read rightly would make a model as sure as can be."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One `.tflite` form of a network, measured.

    Attributes:
        name: of its file.
        model: the file's content.
        temperature: found on the validation part, with this form.
        thresholds: likewise.
        figures: of the test part.
        cpu_ms: process time a picture, one thread.
        of: pictures of the test part; the figures may stand on fewer.
    """

    name: str
    model: bytes
    temperature: float
    thresholds: dict[str, float]
    figures: Figures
    cpu_ms: float
    of: int

    @property
    def for_card(self) -> dict[str, Any]:
        """What its card tells."""
        return card_figures(self.figures, len(self.model), self.cpu_ms, self.of)

    @property
    def row(self) -> list[object]:
        """Of `FORMS_HEADER`."""
        return [
            self.name,
            self.figures.count,
            f"{self.figures.accuracy:.4f}",
            _text(self.figures.report.macro.f1),
            f"{len(self.model) / 1e3:.0f}",
            f"{self.cpu_ms:.2f}",
        ]


FORMS_HEADER = ("model", "pictures", "accuracy", "macro F1", "kB", "CPU ms")


def temperature_of(likely: FloatArray, labels: IntArray) -> float:
    """What the validation part says of how sure a model may be, within reason.

    Args:
        likely: (n, classes) of the validation part.
        labels: (n,).
    """
    return max(LEAST_TEMPERATURE, best_temperature(likely, labels))


def measure_form(name: str, model: bytes, samples: Samples) -> Form:
    """Reads validation and test part through LiteRT.

    Args:
        name: of the form.
        model: the `.tflite` file's content.
        samples: parted.
    """
    validation = read_part(model, samples, "validation")
    temperature = temperature_of(validation.likely, validation.labels)
    sure = tempered(validation.likely, temperature)
    test = read_part(model, samples, "test")
    figures = judge(test.likely, test.labels, samples.classes, temperature=temperature)
    thresholds = choose_thresholds(sure, validation.labels, samples.classes)
    return Form(name, model, temperature, thresholds, figures, cpu_ms(model), test.of)


def write_judged(
    folder: Path, samples: Samples, part: Part | None, likely: FloatArray, figures: Figures
) -> None:
    """Plots, sheets and tables of one part.

    Raises:
        TrainingError: a file cannot be written.
    """
    write_plots(folder, figures)
    labels = samples.labels(part)
    write_predictions(folder, samples.of(part), likely, labels, samples.classes)
    write_csv(folder / "classes.csv", HEADER, figures.report.rows)
    rows = [
        [name, *map(int, line)]
        for name, line in zip(figures.classes, figures.confusion, strict=True)
    ]
    write_csv(folder / "confusion.csv", ["expected", *figures.classes], rows)


def figures_text(figures: Figures) -> str:
    """Figures of one part to read, in Markdown."""
    loss = f"loss {figures.loss:.4f}, calibration error {figures.calibration_error:.4f}"
    lines = [
        f"{figures.count} pictures: accuracy {figures.accuracy:.4f} "
        f"({figures.accuracy_low:.4f} to {figures.accuracy_high:.4f}, 95 %), {loss} "
        f"({figures.tempered_error:.4f} at temperature {figures.temperature:.3f})",
        "",
        markdown_table(
            [*HEADER, "AUC"],
            [[*row, _text(figures.areas.get(str(row[0])))] for row in figures.report.rows],
        ),
    ]
    return "\n".join(lines)


def evaluate_run(
    model: Path, choice: DataChoice, folder: Path | None = None, *, int8: bool = False
) -> str:
    """Judges an exported model on pictures of any source, all of them, as the camera reads it.

    Args:
        model: a run, or a `.tflite` with its card.
        choice: which pictures.
        folder: where figures, plots and sheets go; None for nowhere.
        int8: of a run, the 8-bit form.

    Returns:
        The figures, in Markdown.

    Raises:
        ModelError: the model or its card cannot be used.
        TrainingError: the data cannot be used, or the folder not be written.
    """
    trained = open_model(model, int8=int8)
    samples = with_classes(read(choice), trained)
    reading = read_part(trained.content, samples, None, most=len(samples.items))
    temperature = trained.card.temperature
    figures = judge(reading.likely, reading.labels, samples.classes, temperature=temperature)
    text = figures_text(figures)
    if folder is not None:
        settings: dict[str, object] = {
            "what": "evaluation of an image model",
            "model": trained.card.name,
            "model_sha256": trained.card.model_sha256,
            "pictures": samples.source,
        }
        with run_folder(folder, settings) as place:
            write_judged(place, samples, None, reading.likely, figures)
            write_json(place / FIGURES_FILE, figures.record())
            write_text(place / "report.md", "\n".join([text, "", *_listed(samples.notes)]))
    return text


def with_classes(samples: Samples, trained: TrainedModel) -> Samples:
    """The pictures with the model's classes in the model's order.

    Raises:
        TrainingError: the pictures have a class that the model does not know.
    """
    unknown = set(samples.classes) - set(trained.card.classes)
    if unknown:
        raise TrainingError(
            f"{samples.source} has classes that {trained.card.name} does not know: "
            f"{', '.join(sorted(unknown))}",
            f"name the folders {', '.join(trained.card.classes)}",
        )
    return Samples(
        samples.items, trained.card.classes, samples.source, samples.left_out, samples.notes
    )


def _listed(lines: Sequence[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def _text(share: float | None) -> str | None:
    return None if share is None else f"{share:.4f}"
