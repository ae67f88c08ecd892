"""`python -m training images train|evaluate|compare|groups|export|predict`."""

from __future__ import annotations

import argparse
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.errors import TrainingError
from training.images.arguments import (
    DATA,
    REGIONS,
    RUNS,
    add_naming,
    add_reading,
    add_training,
    choice_of,
    plan_of_arguments,
)
from training.images.backbones import BACKBONES
from training.images.settings import Recipe

logger = logging.getLogger(__name__)


def add_to(tools: Any) -> None:
    """Adds this tool to the subparsers of `python -m training`."""
    parser = tools.add_parser("images", help="image models", description=__doc__)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")

    train = _step(steps, "train", _train, "train a network, judge it and write its folder")
    train.add_argument("data", nargs="?", help=DATA)
    train.add_argument("--backbone", default=Recipe().backbone, help=f"of {', '.join(BACKBONES)}")
    train.add_argument("--auxiliary", action="store_true", help="GoogLeNet's own, in training")
    train.add_argument("--resume", type=Path, metavar="RUN", help="go on with one that broke off")
    compare = _step(steps, "compare", _compare, "several backbones on the same pictures")
    compare.add_argument("data", help=DATA)
    compare.add_argument("--backbones", default=",".join(BACKBONES), help="default all")
    compare.set_defaults(auxiliary=False)
    for each in (train, compare):
        add_reading(each)
        add_naming(each)
        add_training(each)

    evaluate = _step(steps, "evaluate", _evaluate, "judge a model on other pictures")
    evaluate.add_argument("model", type=Path, help="a run, or a .tflite with its card")
    evaluate.add_argument("data", help=DATA)
    evaluate.add_argument("--name", help="of the folder for figures and plots (default: none)")
    evaluate.add_argument("--runs", type=Path, default=RUNS, help=f"default {RUNS}")
    add_reading(evaluate)

    export = _step(steps, "export", _export, "write model and card for the camera")
    export.add_argument("run_folder", type=Path, metavar="RUN")
    export.add_argument("--to", type=Path, required=True, help="the camera's models folder")
    export.add_argument("--serving", action="store_true", help="for TensorFlow Serving instead")
    export.add_argument("--name", help="of the model, instead of the run's")
    export.add_argument("--title", help="what people call it")
    export.add_argument("--region", choices=REGIONS, help="what the camera shows it")
    export.add_argument("--region-margin", type=float, help="around a face or hand")
    export.add_argument("--licence", help="of the model")

    predict = _step(steps, "predict", _predict, "what a model says of pictures")
    predict.add_argument("model", type=Path, help="a run, or a .tflite with its card")
    predict.add_argument("pictures_to_read", type=Path, nargs="+", metavar="PICTURE")
    predict.add_argument("--json", action="store_true", help="one object a line")
    groups = _step(steps, "groups", _groups, "error of a run by groups that file names tell")
    groups.add_argument("run_folder", type=Path, metavar="RUN")
    groups.add_argument("--pattern", required=True, help="such as ^(?P<age>[0-9]+)_")
    groups.add_argument("--json", type=Path, help="write the figures there")
    for each in (evaluate, export, predict, groups):
        each.add_argument("--int8", action="store_true", help="of a run, its 8-bit form")


def _step(
    steps: Any, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = steps.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


# The steps import what they need themselves: TensorFlow takes seconds, and --help needs none of it.


def _show_graphics_card() -> None:
    # quiet.py hides cards otherwise: the pose tools are small, and the same on any machine.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")


def _train(chosen: argparse.Namespace) -> None:
    from training.images.run import resumable, train_run

    _show_graphics_card()
    if chosen.resume is not None:
        plan, folder = resumable(chosen.resume), chosen.resume
    elif chosen.data is None:
        raise TrainingError("there is nothing to train on", f"name a {DATA}")
    else:
        plan = plan_of_arguments(chosen, chosen.backbone)
        folder = chosen.runs / plan.purpose.name
    _tell(train_run(plan, folder, resume=chosen.resume is not None), folder)


def _compare(chosen: argparse.Namespace) -> None:
    from training.images.compare import compare_run

    _show_graphics_card()
    names = [name.strip() for name in chosen.backbones.split(",") if name.strip()]
    plan = plan_of_arguments(chosen, Recipe().backbone)
    folder = chosen.runs / f"{plan.purpose.name}-comparison"
    _tell(compare_run(plan, names, folder), folder)


def _evaluate(chosen: argparse.Namespace) -> None:
    from training.images.evaluate import evaluate_run

    folder = chosen.runs / chosen.name if chosen.name else None
    logger.info("%s", evaluate_run(chosen.model, choice_of(chosen), folder, int8=chosen.int8))
    if folder is not None:
        logger.info("everything is in %s", folder)


def _export(chosen: argparse.Namespace) -> None:
    from training.images.export import Changes, export_run, export_serving

    if chosen.serving:
        logger.info("wrote %s", export_serving(chosen.run_folder, chosen.to))
        return
    changes = Changes(
        chosen.name, chosen.title, chosen.region, chosen.region_margin, chosen.licence
    )
    path = export_run(chosen.run_folder, chosen.to, int8=chosen.int8, changes=changes)
    logger.info("wrote %s and its card", path)


def _predict(chosen: argparse.Namespace) -> None:
    from training.images.predict import Predictor, predict

    predictor = Predictor.load(chosen.model, int8=chosen.int8)
    for path, told in predict(predictor, chosen.pictures_to_read):
        scores = {name: round(score, 4) for name, score in told.scores.items()}
        if chosen.json:
            record = {"file": str(path), "class": told.read, "counts": told.counts}
            print(json.dumps({**record, "scores": scores}, ensure_ascii=False))
        else:
            sure = "" if told.counts else " (too unsure to count)"
            print(f"{path}: {told.read} {scores[told.read]:.2f}{sure}")


def _groups(chosen: argparse.Namespace) -> None:
    from training.common.files import write_json
    from training.images.by_group import error_by_group, groups_record, groups_text

    groups = error_by_group(chosen.run_folder, chosen.pattern, int8=chosen.int8)
    if chosen.json is not None:
        write_json(chosen.json, groups_record(groups))
    print(groups_text(groups))


def _tell(report: str | None, folder: Path) -> None:
    if report is None:
        logger.info("done; the chief writes the run")
    else:
        logger.info("%s", report)
        logger.info("everything is in %s", folder)
