"""What a run leaves behind about poses: figures of every set, threshold curves, tables to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np

from training.common.classes import HEADER, class_report
from training.common.files import write_csv
from training.common.plots import figure, plot_confusion, plot_curves, save
from training.poses.measure import IntArray, Score, threshold_curve
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES, SELFIE_POSES

Figures = dict[str, dict[str, Score]]

THRESHOLD_STEPS = np.arange(0.3, 1.0, 0.01, dtype=np.float32)


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
    plot = figure(len(SELFIE_POSES) + 1, "score threshold", "share")
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
    save(plot, folder / "thresholds.png")
    write_csv(folder / "thresholds.csv", ["pose", "threshold", "precision", "recall"], rows)


def write_curves(folder: Path, curves: Sequence[dict[str, float]]) -> None:
    """`curves.csv` and `curves.png`: the losses of each epoch."""
    rows = [[epoch, *losses.values()] for epoch, losses in enumerate(curves, 1)]
    write_csv(folder / "curves.csv", ["epoch", *curves[0]], rows)
    plot_curves(folder / "curves.png", curves)


def write_confusion(folder: Path, matrix: IntArray) -> None:
    """`confusion.csv`, `confusion.png`, and `classes.csv` with what follows from them.

    Expected (rows) by read (columns).
    """
    rows = [[pose, *map(int, line)] for pose, line in zip(POSES, matrix, strict=True)]
    write_csv(folder / "confusion.csv", ["expected", *POSES], rows)
    plot_confusion(folder / "confusion.png", matrix, POSES)
    write_csv(folder / "classes.csv", HEADER, class_report(matrix, POSES).rows)


def markdown(readers: dict[str, Figures], poses: Iterable[str] = SELFIE_POSES) -> str:
    """A table of precision / recall of several readers, one line per set and reader.

    Args:
        readers: per reader's name, its figures.
        poses: columns.
    """
    columns = list(poses)
    lines = ["| set | reader | " + " | ".join(columns) + " |"]
    lines.append("|---|---|" + "---|" * len(columns))
    for name in next(iter(readers.values())):
        for reader, figures in readers.items():
            cells = [_cell(figures[name][pose]) for pose in columns]
            lines.append(f"| {name} | {reader} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(score: Score) -> str:
    if not score.support:
        return f"{score.false} false of {score.others}" if score.others else "-"
    precision = "-" if score.precision is None else f"{score.precision:.3f}"
    recall = "-" if score.recall is None else f"{score.recall:.3f}"
    return f"{precision} / {recall} ({score.hits}+{score.false} of {score.support})"


def _text(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
