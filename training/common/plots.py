"""Plots of a run, each one PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.common.classes import IntArray
from training.common.curves import Roc
from training.common.files import writing
from vcam.core.geometry import FloatArray


def figure(columns: int, x: str, y: str, size: float = 4) -> Any:
    """A row of empty plots with the same labels."""
    # The object way: pyplot keeps state, and wants a display on some machines.
    from matplotlib.figure import Figure

    made = Figure(figsize=(size * columns, size), layout="constrained", dpi=110)
    for column in range(columns):
        axes = made.add_subplot(1, columns, column + 1)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
    return made


def save(plot: Any, path: Path) -> None:
    """Writes a figure.

    Raises:
        TrainingError: the file cannot be written.
    """
    with writing(path) as partial:
        plot.savefig(partial)


def plot_curves(path: Path, curves: Sequence[Mapping[str, float]], y: str = "loss") -> None:
    """Values of each epoch, on a logarithmic scale."""
    plot = figure(1, "epoch", y)
    for name in curves[0]:
        plot.axes[0].plot(range(1, len(curves) + 1), [each[name] for each in curves], label=name)
    plot.axes[0].xaxis.get_major_locator().set_params(integer=True)
    plot.axes[0].set_yscale("log")
    plot.axes[0].legend()
    save(plot, path)


def plot_confusion(path: Path, matrix: IntArray, names: Sequence[str]) -> None:
    """Expected (rows) by read (columns), with the counts."""
    plot = figure(1, "read", "expected", size=max(4.0, 0.54 * len(names)))
    axes = plot.axes[0]
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        colour = "white" if share[row, column] > 0.5 else "black"
        axes.text(column, row, matrix[row, column], ha="center", va="center", color=colour)
    save(plot, path)


def plot_reliability(path: Path, table: FloatArray, error: float) -> None:
    """Share of right ones among those of one score; `table` as of `curves.reliability`."""
    plot = figure(1, "score", "share right")
    used = table[table[:, 2] > 0]
    plot.axes[0].plot([0, 1], [0, 1], color="grey", linestyle=":")
    plot.axes[0].plot(used[:, 0], used[:, 1], marker="o")
    plot.axes[0].set_title(f"expected calibration error {error:.3f}")
    save(plot, path)


def plot_roc(
    path: Path,
    curves: Mapping[str, Mapping[str, Roc]],
    points: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    least_recall: float = 0.5,
) -> None:
    """One plot per class, one line per model; the rate of false ones on a logarithmic scale.

    Args:
        path: of the PNG.
        curves: per class, per model.
        points: per class, per model that knows yes and no alone: rate of false ones, and recall.
        least_recall: lower end of the plots.
    """
    plot = figure(len(curves), "share of negatives read as it", "recall")
    for axes, (name, models) in zip(plot.axes, curves.items(), strict=True):
        floor = 0.5 / max(1, max(each.negatives for each in models.values()))
        for model, each in models.items():
            rates = np.maximum(each.false_rate, floor)
            axes.step(rates, each.recall, where="post", label=model, linewidth=1)
        for model, (rate, recall) in (points or {}).get(name, {}).items():
            axes.plot([max(rate, floor)], [recall], "k*", label=model)
        axes.set_xscale("log")
        axes.set_ylim(least_recall, 1.005)
        axes.set_title(name)
        axes.legend(fontsize=6, loc="lower right")
    save(plot, path)
