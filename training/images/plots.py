"""Plots of a run and of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.common.plots import figure, plot_confusion, plot_reliability, save
from training.images.judging import Figures

_MOST_LABELS = 12  # more lines have no place for names in a plot


@dataclass(frozen=True, slots=True)
class Contender:
    """One model of a comparison; None where something was not measured.

    Attributes:
        name: of the backbone.
        accuracy: on the test part.
        accuracy_low: lower end of its interval.
        accuracy_high: upper end.
        macro_f1: on the test part.
        size_mb: of the `.tflite`.
        cpu_ms: process time a picture on one thread.
        training_s: how long it was trained.
    """

    name: str
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float | None = None
    size_mb: float | None = None
    cpu_ms: float | None = None
    training_s: float | None = None


def write_plots(folder: Path, figures: Figures) -> None:
    """`confusion.png`, `roc.png` and `reliability.png` of one part.

    Raises:
        TrainingError: a file cannot be written.
    """
    plot_confusion(folder / "confusion.png", figures.confusion, figures.classes)
    plot_one_against_all(folder / "roc.png", figures)
    plot_reliability(folder / "reliability.png", figures.reliability, figures.calibration_error)


def plot_one_against_all(path: Path, figures: Figures) -> None:
    """ROC of each class against all others, with the areas under the curves.

    Raises:
        TrainingError: the file cannot be written.
    """
    plot = figure(1, "share of the others read as it", "recall", size=4.5)
    axes = plot.axes[0]
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    for name, curve in zip(figures.classes, figures.curves, strict=True):
        if curve is not None:
            label = f"{name} ({curve.area:.3f})"
            axes.plot(curve.false_rate, curve.recall, linewidth=1, label=label)
    _legend(axes, "lower right")
    save(plot, path)


def plot_learning(
    path: Path, history: Sequence[Mapping[str, float]], unfrozen_at: int | None = None
) -> None:
    """Accuracy and loss of each epoch, of training and validation.

    Args:
        path: of the PNG.
        history: one mapping an epoch with Keras' names: `loss`, `val_loss`, `accuracy`,
            `val_accuracy`; others are not shown, missing ones leave gaps.
        unfrozen_at: number of the first epoch, from 1, in which the backbone learns too.

    Raises:
        TrainingError: the file cannot be written.
    """
    plot = figure(2, "epoch", "")
    epochs = np.arange(1, len(history) + 1)
    for axes, value in zip(plot.axes, ("accuracy", "loss"), strict=True):
        for key, label in ((value, "training"), (f"val_{value}", "validation")):
            values = [each.get(key, np.nan) for each in history]
            axes.plot(epochs, values, marker=".", label=label)
        if unfrozen_at is not None:
            axes.axvline(unfrozen_at, color="grey", linestyle=":", label="backbone learns too")
        axes.set_ylabel(value)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
    save(plot, path)


_PANELS: Final = (
    ("macro_f1", "macro F1"),
    ("size_mb", "size, MB"),
    ("cpu_ms", "CPU ms a picture"),
    ("training_s", "training, s"),
)


def plot_comparison(path: Path, contenders: Sequence[Contender]) -> None:
    """All models side by side: accuracy with its interval, F1, size, CPU time, training time.

    Raises:
        TrainingError: the file cannot be written.
    """
    plot = figure(1 + len(_PANELS), "", "", size=max(3.0, 0.45 * len(contenders) + 1.2))
    rows = np.arange(len(contenders))
    accuracy = np.array([each.accuracy for each in contenders])
    reach = [
        accuracy - [each.accuracy_low for each in contenders],
        [each.accuracy_high for each in contenders] - accuracy,
    ]
    plot.axes[0].errorbar(accuracy, rows, xerr=np.maximum(reach, 0), fmt="o", capsize=3)
    plot.axes[0].set_xlabel("accuracy, 95 % interval")
    for axes, (name, title) in zip(plot.axes[1:], _PANELS, strict=True):
        values = [getattr(each, name) for each in contenders]
        bars = axes.barh(rows, [0 if value is None else value for value in values])
        axes.bar_label(bars, ["-" if value is None else f"{value:.3g}" for value in values])
        axes.margins(x=0.25)
        axes.set_xlabel(title)
    for place, axes in enumerate(plot.axes):
        axes.set_yticks(rows, [each.name for each in contenders] if place == 0 else [])
        axes.set_ylim(len(contenders) - 0.5, -0.5)
    save(plot, path)


def _legend(axes: Any, place: str) -> None:
    handles, _ = axes.get_legend_handles_labels()
    if 0 < len(handles) <= _MOST_LABELS:
        axes.legend(fontsize=7, loc=place)
