"""`python -m training poses build|train|appearance|evaluate|compare|repair|export|darken`.

And of taught poses: known, digits, few-shot, export-taught.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.errors import TrainingError
from training.poses.appearance import AppearanceRecipe
from training.poses.taught import cli as taught
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
    _pictures(build)
    build.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    build.add_argument("--limit", type=int, help="pictures of a class, clips of a set")
    build.add_argument(
        "--drawn", type=int, default=60, help="drawn pictures of each shape (default 60)"
    )
    build.add_argument("--plain", action="store_true", help="no worsened copies")

    recipe = Recipe()
    train = _step(steps, "train", _train, "train a head, measure it and write its folder")
    _folder(train, "poses")
    _pictures(train)
    train.add_argument("--seed", type=int, default=recipe.seed)
    train.add_argument("--epochs", type=int, default=recipe.epochs)
    train.add_argument("--epoch-size", type=int, default=recipe.epoch_size)
    train.add_argument("--synthetic", type=int, default=recipe.synthetic, help="hands per pose")

    evaluate = _step(steps, "evaluate", _evaluate, "measure a model on people it never saw")
    _folder(evaluate, None)
    compare = _step(steps, "compare", _compare, "all readers at equal false starts")
    _folder(compare, "comparison")
    repair = _step(steps, "repair", _repair, "what marked mistakes hold back, and what they cost")
    _folder(repair, "repair")
    repair.add_argument("--seed", type=int, default=0, help="of the draws (default 0)")
    for each in (evaluate, compare, repair):
        each.add_argument("--model", type=Path, help="a .tflite with its card (default: shipped)")
    for each in (evaluate, compare):
        _pictures(each)
    compare.add_argument("--seed", type=int, default=recipe.seed)
    compare.add_argument("--epochs", type=int, default=20, help="of each network on landmarks")
    compare.add_argument("--epoch-size", type=int, default=12_000, help="hands a pass of those")
    compare.add_argument(
        "--readers",
        help="of rule,plain,ablation,aligned,features,crops,appearance (default: all)",
    )
    compare.add_argument("--crop-epochs", type=int, default=36, help="of the image network")
    compare.add_argument("--crop-epoch-size", type=int, default=6_000, help="squares a pass")
    compare.add_argument("--crop-side", type=int, default=96, help="of its input, pixels")
    compare.add_argument("--crop-drawn", type=int, default=24, help="rendered hands per shape")
    compare.add_argument(
        "--crop-weights", default="none", help="to begin with: none, imagenet, or a weights file"
    )
    compare.add_argument("--crop-model", type=Path, help="crop.keras of an earlier comparison")

    seen = _step(steps, "appearance", _appearance, "train the network for pictures of hands")
    _folder(seen, "appearance")
    _pictures(seen)
    seen.add_argument("--model", type=Path, help="of the head, a .tflite (default: shipped)")
    looks = AppearanceRecipe()
    seen.add_argument("--seed", type=int, default=looks.seed)
    seen.add_argument("--epochs", type=int, default=looks.epochs)
    seen.add_argument("--epoch-size", type=int, default=looks.epoch_size, help="squares a pass")

    export = _step(steps, "export", _export, "make a run's head the one that vcam ships")
    export.add_argument("folder", type=Path, help="of the run")
    export.add_argument("--to", type=Path, default=SHIPPED, help=f"default {SHIPPED}")

    copies = _step(steps, "darken", _darken, "dark, coarse, smeared, coloured copies of a folder")
    copies.add_argument("source", type=Path, help="folder of pictures")
    copies.add_argument("to", type=Path, help="where the copies go")
    copies.add_argument(
        "--kind",
        default="darken",
        help="darken, dusk, coarsen, smear, reheld, dim, or coloured light: blue, deep_red, …",
    )
    taught.add_to(steps, TABLE, SHIPPED)


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


def _pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="has hands/ and clips/")
    parser.add_argument("--photos", type=Path, help="your own: a folder per pose with pictures")


def _folder(parser: argparse.ArgumentParser, name: str | None) -> None:
    shown = f"default {name}" if name else "without it, only a table is shown"
    parser.add_argument("--name", default=name, help=f"of the run and its folder ({shown})")
    parser.add_argument("--runs", type=Path, default=RUNS, help="where folders of runs are")


# The steps import what they need themselves: TensorFlow takes seconds, and build needs none of it.


def _build(chosen: argparse.Namespace) -> None:
    from training.poses.build import build_table

    if chosen.data is None and chosen.photos is None:
        raise TrainingError("nothing to build from", "give --data, or your own with --photos")
    table = build_table(
        chosen.data,
        photos=chosen.photos,
        worsened=not chosen.plain,
        limit=chosen.limit,
        drawn=chosen.drawn,
        jobs=chosen.jobs,
    )
    table.save(chosen.table)
    logger.info("%d hands in %d pictures: %s", len(table), len(table.sets), chosen.table)


def _train(chosen: argparse.Namespace) -> None:
    from training.poses.run import train_run
    from training.poses.table import LandmarkTable
    from training.poses.views import Pictures

    recipe = replace(
        Recipe(),
        seed=chosen.seed,
        epochs=chosen.epochs,
        epoch_size=chosen.epoch_size,
        synthetic=chosen.synthetic,
    )
    folder = chosen.runs / chosen.name
    pictures = Pictures(chosen.data, chosen.photos)
    report = train_run(LandmarkTable.load(chosen.table), recipe, folder, pictures)
    logger.info("%s", report)
    logger.info("everything is in %s", folder)


def _evaluate(chosen: argparse.Namespace) -> None:
    from training.poses.evaluate import evaluate_run
    from training.poses.table import LandmarkTable
    from training.poses.views import Pictures

    folder = chosen.runs / chosen.name if chosen.name else None
    pictures = Pictures(chosen.data, chosen.photos)
    table = LandmarkTable.load(chosen.table)
    logger.info("%s", evaluate_run(table, chosen.model, folder, pictures))


def _compare(chosen: argparse.Namespace) -> None:
    from training.poses.compare import GROUPS, Comparison, compare_run
    from training.poses.crop_model import CropRecipe
    from training.poses.table import LandmarkTable
    from training.poses.views import Pictures

    how = Comparison(
        seed=chosen.seed,
        epochs=chosen.epochs,
        epoch_size=chosen.epoch_size,
        crops=CropRecipe(
            seed=chosen.seed,
            epochs=chosen.crop_epochs,
            epoch_size=chosen.crop_epoch_size,
            side=chosen.crop_side,
            drawn=chosen.crop_drawn,
            weights=chosen.crop_weights,
        ),
        crop_model=chosen.crop_model,
        readers=tuple(chosen.readers.split(",")) if chosen.readers else GROUPS,
    )
    folder = chosen.runs / chosen.name
    pictures = Pictures(chosen.data, chosen.photos)
    table = LandmarkTable.load(chosen.table)
    logger.info("%s", compare_run(table, how, folder, pictures, chosen.model))
    logger.info("everything is in %s", folder)


def _appearance(chosen: argparse.Namespace) -> None:
    from training.poses.appearance_run import appearance_run
    from training.poses.table import LandmarkTable
    from training.poses.views import Pictures

    recipe = AppearanceRecipe(seed=chosen.seed, epochs=chosen.epochs, epoch_size=chosen.epoch_size)
    folder = chosen.runs / chosen.name
    pictures = Pictures(chosen.data, chosen.photos)
    table = LandmarkTable.load(chosen.table)
    logger.info("%s", appearance_run(table, recipe, folder, pictures, chosen.model))
    logger.info("everything is in %s", folder)


def _repair(chosen: argparse.Namespace) -> None:
    from training.poses.repair_run import repair_run
    from training.poses.table import LandmarkTable

    folder = chosen.runs / chosen.name
    table = LandmarkTable.load(chosen.table)
    logger.info("%s", repair_run(table, folder, chosen.seed, chosen.model))
    logger.info("everything is in %s", folder)


def _darken(chosen: argparse.Namespace) -> None:
    from training.poses.copies import copy_folder

    logger.info("%d pictures: %s", copy_folder(chosen.source, chosen.to, chosen.kind), chosen.to)


def _export(chosen: argparse.Namespace) -> None:
    from training.poses.run import export_run

    logger.info("wrote %s and its card", export_run(chosen.folder, chosen.to))
