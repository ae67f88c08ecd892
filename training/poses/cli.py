"""`python -m training poses build|train|evaluate|compare|export|darken`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.poses.train import Recipe

logger = logging.getLogger(__name__)

RUNS = Path("runs")
TABLE = RUNS / "poses-table.npz"
SHIPPED = Path("vcam/poses/models")


def add_to(tools: Any) -> None:
    """Adds this tool to the subparsers of `python -m training`."""
    parser = tools.add_parser("poses", help="the pose head", description=__doc__)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")

    build = _step(steps, "build", _build, "find the hands of all pictures and clips, once")
    build.add_argument("--data", type=Path, required=True, help="has hands/ and clips/")
    build.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    build.add_argument("--limit", type=int, help="pictures of a class, clips of a set")
    build.add_argument("--plain", action="store_true", help="no dark and coarse copies")

    recipe = Recipe()
    train = _step(steps, "train", _train, "train a head, measure it and write its folder")
    train.add_argument("--name", default="poses", help="of the run and its folder")
    train.add_argument("--runs", type=Path, default=RUNS, help="where folders of runs are")
    train.add_argument("--seed", type=int, default=recipe.seed)
    train.add_argument("--epochs", type=int, default=recipe.epochs)
    train.add_argument("--epoch-size", type=int, default=recipe.epoch_size)
    train.add_argument("--synthetic", type=int, default=recipe.synthetic, help="hands per pose")

    evaluate = _step(steps, "evaluate", _evaluate, "measure a model on people it never saw")
    compare = _step(steps, "compare", _compare, "finger rule, plain network and a model")
    for each in (evaluate, compare):
        each.add_argument("--model", type=Path, help="a .tflite with its card (default: shipped)")
    compare.add_argument("--seed", type=int, default=recipe.seed)

    export = _step(steps, "export", _export, "make a run's head the one that vcam ships")
    export.add_argument("folder", type=Path, help="of the run")
    export.add_argument("--to", type=Path, default=SHIPPED, help=f"default {SHIPPED}")

    copies = _step(steps, "darken", _darken, "dark, coarse or smeared copies of a folder")
    copies.add_argument("source", type=Path, help="folder of pictures")
    copies.add_argument("to", type=Path, help="where the copies go")
    copies.add_argument("--kind", default="darken", help="darken, dusk, coarsen, smear or reheld")


def _step(
    steps: Any, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = steps.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    if name not in ("export", "darken"):
        parser.add_argument(
            "--table", type=Path, default=TABLE, help=f"the landmark table (default {TABLE})"
        )
    return parser


# The steps import what they need themselves: TensorFlow takes seconds, and build needs none of it.


def _build(chosen: argparse.Namespace) -> None:
    from training.poses.build import build_table

    table = build_table(
        chosen.data, worsened=not chosen.plain, limit=chosen.limit, jobs=chosen.jobs
    )
    table.save(chosen.table)
    logger.info("%d hands in %d pictures: %s", len(table), len(table.sets), chosen.table)


def _train(chosen: argparse.Namespace) -> None:
    from training.poses.run import train_run
    from training.poses.table import LandmarkTable

    recipe = replace(
        Recipe(),
        seed=chosen.seed,
        epochs=chosen.epochs,
        epoch_size=chosen.epoch_size,
        synthetic=chosen.synthetic,
    )
    folder = chosen.runs / chosen.name
    report = train_run(LandmarkTable.load(chosen.table), recipe, folder)
    logger.info("%s", report)
    logger.info("everything is in %s", folder)


def _evaluate(chosen: argparse.Namespace) -> None:
    from training.poses.compare import measure_model
    from training.poses.report import markdown
    from training.poses.table import LandmarkTable
    from vcam.core.observation import NONE_POSE
    from vcam.poses.vocabulary import POSES

    figures = measure_model(LandmarkTable.load(chosen.table), chosen.model)
    poses = [pose for pose in POSES if pose != NONE_POSE]
    logger.info("%s", markdown({"head": figures}, poses))


def _compare(chosen: argparse.Namespace) -> None:
    from training.poses.compare import compare_readers
    from training.poses.report import markdown
    from training.poses.table import LandmarkTable

    readers = compare_readers(LandmarkTable.load(chosen.table), chosen.model, chosen.seed)
    logger.info("%s", markdown(readers))


def _darken(chosen: argparse.Namespace) -> None:
    from training.poses.copies import copy_folder

    logger.info("%d pictures: %s", copy_folder(chosen.source, chosen.to, chosen.kind), chosen.to)


def _export(chosen: argparse.Namespace) -> None:
    from training.poses.run import export_run

    logger.info("wrote %s and its card", export_run(chosen.folder, chosen.to))
