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
from training.images.augment import FILL_MODES, Augmentation
from training.images.backbones import BACKBONES
from training.images.settings import DataChoice, Plan, Purpose, Recipe

logger = logging.getLogger(__name__)

RUNS = Path("runs")
REGIONS = ("frame", "face", "hand")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


def add_to(tools: Any) -> None:
    """Adds this tool to the subparsers of `python -m training`."""
    parser = tools.add_parser("images", help="image models", description=__doc__)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")

    train = _step(steps, "train", _train, "train a network, judge it and write its folder")
    train.add_argument("data", nargs="?", help=_DATA)
    train.add_argument("--backbone", default=Recipe().backbone, help=f"of {', '.join(BACKBONES)}")
    train.add_argument("--auxiliary", action="store_true", help="GoogLeNet's own, in training")
    train.add_argument("--resume", type=Path, metavar="RUN", help="go on with one that broke off")
    compare = _step(steps, "compare", _compare, "several backbones on the same pictures")
    compare.add_argument("data", help=_DATA)
    compare.add_argument("--backbones", default=",".join(BACKBONES), help="default all")
    compare.set_defaults(auxiliary=False)
    for each in (train, compare):
        _reading(each)
        _naming(each)
        _training(each)

    evaluate = _step(steps, "evaluate", _evaluate, "judge a model on other pictures")
    evaluate.add_argument("model", type=Path, help="a run, or a .tflite with its card")
    evaluate.add_argument("data", help=_DATA)
    evaluate.add_argument("--name", help="of the folder for figures and plots (default: none)")
    evaluate.add_argument("--runs", type=Path, default=RUNS, help=f"default {RUNS}")
    _reading(evaluate)

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


_DATA = "folder of class folders, a CSV (file,label), or CelebA's attribute file"


def _step(
    steps: Any, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = steps.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _reading(parser: argparse.ArgumentParser) -> None:
    choice = DataChoice("")
    shares = ",".join(map(str, choice.shares))
    group = parser.add_argument_group("pictures")
    group.add_argument("--pictures", help="folder that a table's names start from")
    group.add_argument("--attribute", help="column of CelebA's attribute file, such as Male")
    group.add_argument("--partition", help="CelebA's split (default: beside the attribute file)")
    group.add_argument("--limit", type=int, help="pictures in all, drawn")
    group.add_argument("--shares", default=shares, help=f"train, validation, test ({shares})")
    group.add_argument("--split-seed", type=int, default=choice.seed)


def _naming(parser: argparse.ArgumentParser) -> None:
    purpose = Purpose("")
    group = parser.add_argument_group("names, and what the card says")
    group.add_argument("--name", help="of run and model (default: of the pictures)")
    group.add_argument("--runs", type=Path, default=RUNS, help=f"default {RUNS}")
    group.add_argument("--title", help="what people call it")
    group.add_argument("--region", default=purpose.region, choices=REGIONS)
    group.add_argument("--region-margin", type=float, default=purpose.region_margin)
    group.add_argument("--off-by-default", action="store_true", help="until the user says so")
    group.add_argument("--licence", default=purpose.licence, help="of the model")
    group.add_argument("--data-licence", default=purpose.data_licence)
    group.add_argument("--intended-use", default=purpose.intended_use)
    group.add_argument("--not-for", default=purpose.not_for)


def _training(parser: argparse.ArgumentParser) -> None:
    recipe, augmentation = Recipe(), Augmentation()
    group = parser.add_argument_group("training")
    group.add_argument("--size", type=int, default=recipe.side, help="pixels of the input")
    group.add_argument("--width", type=float, default=recipe.width, help="alpha of MobileNets")
    group.add_argument("--weights", default=recipe.weights, help="imagenet, none, or a file")
    group.add_argument("--dropout", type=float, default=recipe.dropout)
    group.add_argument("--head-epochs", type=int, default=recipe.head_epochs, help="frozen")
    group.add_argument("--head-rate", type=float, default=recipe.head_rate, help="frozen")
    group.add_argument("--epochs", type=int, default=recipe.epochs, help="of the rest")
    group.add_argument("--rate", type=float, help="learning rate of the rest")
    group.add_argument("--unfrozen", type=float, default=recipe.unfrozen, help="share of layers")
    group.add_argument("--batch", type=int, default=recipe.batch)
    group.add_argument("--patience", type=int, default=recipe.patience, help="epochs")
    group.add_argument("--no-class-weights", action="store_true")
    group.add_argument("--precision", choices=PRECISIONS, default=recipe.precision)
    group.add_argument("--seed", type=int, default=recipe.seed)
    group.add_argument("--not-deterministic", action="store_true", help="faster on some cards")
    varied = parser.add_argument_group("augmentation", "--no-augmentation leaves all of it out")
    varied.add_argument("--no-augmentation", action="store_true")
    varied.add_argument("--rotation", type=float, default=augmentation.rotation_degrees)
    varied.add_argument("--zoom", type=float, default=augmentation.zoom)
    varied.add_argument("--shift", type=float, default=augmentation.shift)
    varied.add_argument("--shear", type=float, default=augmentation.shear_degrees)
    varied.add_argument("--no-flip", action="store_true")
    varied.add_argument("--fill-mode", choices=FILL_MODES, default=augmentation.fill_mode)
    varied.add_argument("--brightness", type=float, default=augmentation.brightness)
    varied.add_argument("--contrast", type=float, default=augmentation.contrast)


def choice_of(chosen: argparse.Namespace) -> DataChoice:
    """The pictures that a command line names.

    Raises:
        TrainingError: its shares are not three numbers.
    """
    try:
        first, second, third = (float(share) for share in chosen.shares.split(","))
    except ValueError as error:
        raise TrainingError(f"--shares {chosen.shares}", "give three, as 0.7,0.15,0.15") from error
    return DataChoice(
        chosen.data,
        chosen.pictures,
        chosen.attribute,
        chosen.limit,
        chosen.partition,
        (first, second, third),
        chosen.split_seed,
    )


def plan_of_arguments(chosen: argparse.Namespace, backbone: str) -> Plan:
    """What a command line asks for.

    Raises:
        TrainingError: it makes no sense.
    """
    choice = choice_of(chosen)
    recipe = Recipe(
        backbone=backbone,
        side=chosen.size,
        width=chosen.width,
        weights=chosen.weights,
        auxiliary=chosen.auxiliary,
        dropout=chosen.dropout,
        head_epochs=chosen.head_epochs,
        head_rate=chosen.head_rate,
        epochs=chosen.epochs,
        rate=chosen.rate,
        unfrozen=chosen.unfrozen,
        batch=chosen.batch,
        patience=chosen.patience,
        class_weights=not chosen.no_class_weights,
        precision=chosen.precision,
        augmentation=_augmentation(chosen),
        seed=chosen.seed,
        deterministic=not chosen.not_deterministic,
    )
    purpose = Purpose(
        chosen.name or name_for(choice),
        chosen.title,
        chosen.region,
        chosen.region_margin,
        chosen.off_by_default,
        chosen.licence,
        chosen.data_licence,
        chosen.intended_use,
        chosen.not_for,
    )
    return Plan(recipe, choice, purpose)


def name_for(choice: DataChoice) -> str:
    """A name for a run and its model, as the camera takes it."""
    name = choice.attribute or Path(choice.data).resolve().stem
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in name.lower())
    return plain.strip("-")[:40] or "images"


def _augmentation(chosen: argparse.Namespace) -> Augmentation:
    if chosen.no_augmentation:
        return Augmentation(0, 0, 0, 0, False, "nearest", 0, 0)
    return Augmentation(
        chosen.rotation,
        chosen.zoom,
        chosen.shift,
        chosen.shear,
        not chosen.no_flip,
        chosen.fill_mode,
        chosen.brightness,
        chosen.contrast,
    )


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
        raise TrainingError("there is nothing to train on", f"name a {_DATA}")
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
