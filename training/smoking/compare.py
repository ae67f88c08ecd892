"""An image model, a hand near the mouth, and the two together, on the same test pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from training.common.files import markdown_table, write_json, write_text
from training.common.progress import counted
from training.errors import TrainingError
from training.images.decoding import read_picture
from training.images.judging import Figures, judge
from training.images.lite import read_part
from training.images.models import open_model
from training.images.plots import write_plots
from training.images.run import data_of
from training.images.samples import Part, Samples
from training.smoking.logistic import fit_logistic
from training.smoking.near_mouth import near_mouth
from vcam.core.geometry import FloatArray
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer
from vcam.vision.stills import observe_picture

DECAY: Final = 1e-3
"""Of the regressions: a little, for numbers that are few and of like size; it was not tuned."""

_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Three readers on one test part.

    Attributes:
        run: folder's name of the image model.
        figures: by reader: `image model`, `hand near the mouth`, `both`.
        hands: share of the test pictures in which a hand was found.
        faces: the same of faces.
    """

    run: str
    figures: dict[str, Figures]
    hands: float
    faces: float

    def record(self) -> dict[str, object]:
        """As JSON can hold it."""
        return {
            "run": self.run,
            "hands_found": round(self.hands, 4),
            "faces_found": round(self.faces, 4),
            "readers": {name: each.record() for name, each in self.figures.items()},
        }

    def text(self) -> str:
        """To read, in Markdown."""
        rows = [
            [
                name,
                f"{each.accuracy:.3f} ({each.accuracy_low:.3f} to {each.accuracy_high:.3f})",
                *(_share(value) for value in _positive(each)),
                _share(each.report.macro.f1),
            ]
            for name, each in self.figures.items()
        ]
        header = ["reader", "accuracy (95 %)", "precision", "recall", "F1", "macro F1"]
        seen = f"A hand was found in {self.hands:.0%}, a face in {self.faces:.0%} of the pictures."
        return markdown_table(header, rows) + "\n\n" + seen


def compare_on(run: Path, *, int8: bool = False) -> Comparison:
    """Compares on the parts that the run was trained, tuned and tested with.

    The regression on hands learns from the training part. The mixture learns from the validation
    part, for on the training part the image model is surer than it has a right to be.

    Args:
        run: of the image trainer, of two classes; the second is the one that is looked for.
        int8: the run's 8-bit form.

    Raises:
        TrainingError: there is no such run, or its pictures have gone or changed.
        ModelError: its model cannot be used.
        WeightsError: the networks that find hands and faces are missing.
    """
    trained = open_model(run, int8=int8)
    samples = data_of(run).samples
    if len(samples.classes) != 2:
        raise TrainingError(
            f"{run} tells {len(samples.classes)} classes apart", "compare a run of two classes"
        )
    held = {part: held_hands(samples, part) for part in ("train", "validation", "test")}
    alone = fit_logistic(held["train"], samples.labels("train"), DECAY)
    seen = {part: read_part(trained.content, samples, part) for part in ("validation", "test")}
    both = fit_logistic(
        _evidence(seen["validation"].likely, alone.probabilities(held["validation"])),
        seen["validation"].labels,
        DECAY,
    )
    by_hand = alone.probabilities(held["test"])
    likely = {
        "image model": seen["test"].likely,
        "hand near the mouth": by_hand,
        "both": both.probabilities(_evidence(seen["test"].likely, by_hand)),
    }
    labels = samples.labels("test")
    return Comparison(
        run.name,
        {name: judge(each, labels, samples.classes) for name, each in likely.items()},
        float(held["test"][:, 1].mean()),
        float(held["test"][:, 0].mean()),
    )


def held_hands(samples: Samples, part: Part) -> FloatArray:
    """How hands are held to mouths in the pictures of a part, (n, features)."""
    observer = Observer.load(VisionSettings(max_hands=4))
    told = []
    for sample in counted(samples.of(part), f"hands and faces, {part}"):
        image = cv2.cvtColor(read_picture(sample.path), cv2.COLOR_RGB2BGR)
        told.append(near_mouth(observe_picture(observer, np.asarray(image, np.uint8))))
    return np.array(told, np.float32)


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Writes `smoking.json`, `smoking.md`, and a folder of plots for each reader.

    Raises:
        TrainingError: a file cannot be written.
    """
    write_json(folder / "smoking.json", comparison.record())
    write_text(folder / "smoking.md", comparison.text())
    for name, figures in comparison.figures.items():
        write_plots(folder / name.replace(" ", "_"), figures)


def _evidence(first: FloatArray, second: FloatArray) -> FloatArray:
    """Log odds of both readers, (n, 2)."""
    return np.stack(
        [np.log((each[:, 1] + _LEAST) / (each[:, 0] + _LEAST)) for each in (first, second)], axis=1
    )


def _positive(figures: Figures) -> tuple[float | None, float | None, float | None]:
    looked_for = figures.report.classes[1]
    return looked_for.precision, looked_for.recall, looked_for.f1


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
