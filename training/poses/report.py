"""What a run leaves behind: tables as CSV and JSON, a report to read, plots."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from training.poses.measure import IntArray, Score, threshold_curve
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES, SELFIE_POSES

Figures = dict[str, dict[str, Score]]

THRESHOLD_STEPS = np.arange(0.3, 1.0, 0.01, dtype=np.float32)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_figures(folder: Path, figures: Figures) -> None:
    """`figures.csv`: one line per set and pose with any picture."""
    header = ["set", "pose", "precision", "recall", "f1"]
    header += ["hits", "false", "support", "others", "unseen"]
    rows = [
        [name, pose, *map(_text, (score.precision, score.recall, score.f1)), *astuple(score)]
        for name, scores in figures.items()
        for pose, score in scores.items()
        if score.support or score.false or score.unseen
    ]
    write_csv(folder / "figures.csv", header, rows)


def write_threshold_curves(
    folder: Path, scores: FloatArray, shows: np.ndarray, chosen: FloatArray
) -> None:
    """`thresholds.csv` and `thresholds.png`: precision and recall of each pose.

    Args:
        folder: of the run.
        scores: (n, poses).
        shows: bool (n, poses), hands that show each pose and nothing else.
        chosen: (poses,), the thresholds in use.
    """
    rows: list[list[object]] = []
    plot = _figure(len(SELFIE_POSES) + 1, "score threshold", "share")
    places = {pose: axes for pose, axes in zip(SELFIE_POSES, plot.axes, strict=False)}
    for index, pose in enumerate(POSES[:-1]):
        precision, recall = threshold_curve(scores, shows[:, index], index, THRESHOLD_STEPS)
        rows += [
            [pose, f"{step:.2f}", f"{p:.4f}", f"{r:.4f}"]
            for step, p, r in zip(THRESHOLD_STEPS, precision, recall, strict=True)
        ]
        axes = places.get(pose)
        if axes is None:
            plot.axes[-1].plot(THRESHOLD_STEPS, recall, linewidth=1, label=pose)
            continue
        axes.plot(THRESHOLD_STEPS, precision, label="precision")
        axes.plot(THRESHOLD_STEPS, recall, label="recall")
        axes.axvline(float(chosen[index]), color="grey", linestyle=":")
        axes.set_title(pose)
        axes.set_ylim(0.8, 1.005)
        axes.legend()
    plot.axes[-1].set_title("recall of the others")
    plot.axes[-1].legend(fontsize=6)
    plot.savefig(folder / "thresholds.png")
    write_csv(folder / "thresholds.csv", ["pose", "threshold", "precision", "recall"], rows)


def write_curves(folder: Path, curves: Sequence[dict[str, float]]) -> None:
    """`curves.csv` and `curves.png`: the losses of each epoch."""
    names = list(curves[0])
    rows = [[epoch, *losses.values()] for epoch, losses in enumerate(curves, 1)]
    write_csv(folder / "curves.csv", ["epoch", *names], rows)
    plot = _figure(1, "epoch", "loss")
    for name in names:
        plot.axes[0].plot([losses[name] for losses in curves], label=name)
    plot.axes[0].set_yscale("log")
    plot.axes[0].legend()
    plot.savefig(folder / "curves.png")


def write_confusion(folder: Path, matrix: IntArray) -> None:
    """`confusion.csv` and `confusion.png`: expected (rows) by read (columns)."""
    rows = [[pose, *map(int, line)] for pose, line in zip(POSES, matrix, strict=True)]
    write_csv(folder / "confusion.csv", ["expected", *POSES], rows)
    plot = _figure(1, "read", "expected", size=7)
    axes = plot.axes[0]
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(POSES)), POSES, rotation=90)
    axes.set_yticks(range(len(POSES)), POSES)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        colour = "white" if share[row, column] > 0.5 else "black"
        axes.text(column, row, matrix[row, column], ha="center", va="center", color=colour)
    plot.savefig(folder / "confusion.png")


def write_reliability(folder: Path, table: FloatArray, error: float) -> None:
    """`reliability.png`: share of right ones among hands of one score."""
    plot = _figure(1, "score", "share right")
    used = table[table[:, 2] > 0]
    plot.axes[0].plot([0, 1], [0, 1], color="grey", linestyle=":")
    plot.axes[0].plot(used[:, 0], used[:, 1], marker="o")
    plot.axes[0].set_title(f"expected calibration error {error:.3f}")
    plot.savefig(folder / "reliability.png")


def markdown(readers: dict[str, Figures], poses: Sequence[str] = SELFIE_POSES) -> str:
    """A table of precision / recall of several readers, one line per set and reader.

    Args:
        readers: per reader's name, its figures.
        poses: columns.
    """
    lines = ["| set | reader | " + " | ".join(poses) + " |"]
    lines.append("|---|---|" + "---|" * len(poses))
    for name in next(iter(readers.values())):
        for reader, figures in readers.items():
            cells = [_cell(figures[name][pose]) for pose in poses]
            lines.append(f"| {name} | {reader} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_json(path: Path, content: object) -> None:
    """Indented, UTF-8."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _cell(score: Score) -> str:
    if not score.support:
        return f"{score.false} false of {score.others}" if score.others else "-"
    precision = "-" if score.precision is None else f"{score.precision:.3f}"
    recall = "-" if score.recall is None else f"{score.recall:.3f}"
    return f"{precision} / {recall} ({score.hits}+{score.false} of {score.support})"


def _text(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"


def _figure(columns: int, x: str, y: str, size: float = 4) -> Any:
    # The object way: pyplot keeps state, and wants a display on some machines.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size * columns, size), layout="constrained", dpi=110)
    for column in range(columns):
        axes = figure.add_subplot(1, columns, column + 1)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
    return figure
