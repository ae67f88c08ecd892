"""All backbones on one data set, in one table."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.common.files import markdown_table, write_csv, write_json, write_text
from training.common.folder import SETTINGS_FILE, unfinished
from training.errors import TrainingError
from training.images.backbones import backbone_of
from training.images.data import Data, describe, prepare
from training.images.evaluate import FIGURES_FILE
from training.images.models import INT8
from training.images.plots import Contender, plot_comparison
from training.images.resuming import Checkpoints
from training.images.run import read_settings, train_run
from training.images.settings import IMAGENET, NO_WEIGHTS, Plan
from training.quiet import tensorflow

logger = logging.getLogger(__name__)

HEADER = (
    "backbone",
    "weights",
    "accuracy",
    "macro F1",
    "int8 accuracy",
    "parameters",
    "kB",
    "int8 kB",
    "CPU ms",
    "int8 CPU ms",
    "epochs",
    "training CPU s",
)


def plan_for(plan: Plan, name: str) -> Plan:
    """The same plan with another backbone.

    A width is for those that have one, and so are ImageNet weights.

    Raises:
        TrainingError: there is no such backbone, or it cannot be built so.
    """
    backbone = backbone_of(name)
    recipe = plan.recipe
    made = replace(
        recipe,
        backbone=backbone.name,
        width=recipe.width if len(backbone.widths) > 1 else 1.0,
        auxiliary=False,
        weights=(
            NO_WEIGHTS
            if recipe.weights == IMAGENET and not backbone.has_imagenet
            else recipe.weights
        ),
    )
    return replace(
        plan,
        recipe=made,
        purpose=replace(plan.purpose, name=f"{plan.purpose.name}-{backbone.name}"),
    )


def compare_run(plan: Plan, backbones: Sequence[str], folder: Path) -> str | None:
    """Trains each backbone in a run of its own, and puts all of them into one table.

    A backbone that is done already is not trained again, and one that broke off goes on, where plan
    and pictures are still the same.

    Args:
        plan: what to do; its backbone is not looked at.
        backbones: names.
        folder: has a folder for each backbone, and the table.

    Returns:
        The table, in Markdown; None on a worker that is not the chief.

    Raises:
        TrainingError: as for `train_run`.
    """
    plans = {backbone_of(name).name: plan_for(plan, name) for name in backbones}
    if len(plans) < 2:
        raise TrainingError("one backbone alone cannot be compared", "name two and more")
    data = prepare(plan.choice)
    chief = True
    for name, each in plans.items():
        run = folder / name
        if _is_done(run, each, data):
            logger.info("%s is done", name)
            continue
        logger.info("%s", name)
        # One that broke off with another plan is not gone on with, but told of.
        resume = Checkpoints(unfinished(run)).there and _same(unfinished(run), each, data)
        chief = train_run(each, run, resume=resume, data=data) is not None
        tensorflow().keras.backend.clear_session()
    if not chief:
        return None
    return write_comparison(folder, plans, data)


def write_comparison(folder: Path, plans: dict[str, Plan], data: Data) -> str:
    """`comparison.json`, `.csv`, `.md` and `.png` out of the backbones' runs.

    Raises:
        TrainingError: a run is missing or broken, or a file cannot be written.
    """
    figures = {name: _figures(folder / name) for name in plans}
    rows = [_row(name, plans[name], figures[name]) for name in plans]
    contenders = [_contender(name, figures[name], plans[name]) for name in plans]
    write_json(
        folder / "comparison.json",
        {"data": describe(data), "rows": [dict(zip(HEADER, row, strict=True)) for row in rows]},
    )
    write_csv(folder / "comparison.csv", HEADER, rows)
    plot_comparison(folder / "comparison.png", contenders)
    text = "\n".join(
        [
            f"# {len(rows)} backbones on {data.samples.source}",
            "",
            markdown_table(HEADER, rows),
            "",
            "Accuracy and macro F1 of the test part. CPU ms: process time a picture, one thread.",
            "",
            *(f"- {line}" for line in describe(data)),
        ]
    )
    write_text(folder / "comparison.md", text)
    return text


def _is_done(run: Path, plan: Plan, data: Data) -> bool:
    return (run / SETTINGS_FILE).is_file() and _same(run, plan, data)


def _same(run: Path, plan: Plan, data: Data) -> bool:
    told = read_settings(run)
    wanted = json.loads(json.dumps({**plan.record(), "data_sha256": data.sha256}))
    return all(told.get(name) == value for name, value in wanted.items())


def _figures(run: Path) -> dict[str, Any]:
    path = run / FIGURES_FILE
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read", "delete its run and compare again") from error
    return record


def _row(name: str, plan: Plan, figures: dict[str, Any]) -> list[object]:
    test = figures["test"]
    exact, int8 = _forms(plan, figures)
    return [
        name,
        plan.recipe.weights if plan.recipe.weights in (IMAGENET, NO_WEIGHTS) else "file",
        round(test["accuracy"], 4),
        round(test["macro"]["f1"], 4),
        int8["accuracy"],
        figures["parameters"],
        round(exact["size_bytes"] / 1e3),
        round(int8["size_bytes"] / 1e3),
        exact["cpu_ms"],
        int8["cpu_ms"],
        figures["epochs"],
        figures["training_cpu_s"],
    ]


def _contender(name: str, figures: dict[str, Any], plan: Plan) -> Contender:
    test = figures["test"]
    exact, _ = _forms(plan, figures)
    low, high = test["accuracy_interval"]
    return Contender(
        name,
        test["accuracy"],
        low,
        high,
        macro_f1=test["macro"]["f1"],
        size_mb=exact["size_bytes"] / 1e6,
        cpu_ms=exact["cpu_ms"],
        training_s=figures["training_s"],
    )


def _forms(plan: Plan, figures: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    name = plan.purpose.name
    return figures["forms"][name], figures["forms"][f"{name}{INT8}"]
