"""Arguments that several steps share, and the plan that they come to."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.errors import TrainingError
from training.images.augment import FILL_MODES, Augmentation
from training.images.settings import DataChoice, Plan, Purpose, Recipe

RUNS = Path("runs")
REGIONS = ("frame", "face", "hand")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")

DATA = "folder of class folders, a CSV (file,label), or CelebA's attribute file"


def add_reading(parser: argparse.ArgumentParser) -> None:
    """What says which pictures, and how they are parted."""
    choice = DataChoice("")
    shares = ",".join(map(str, choice.shares))
    group = parser.add_argument_group("pictures")
    group.add_argument("--pictures", help="folder that a table's names start from")
    group.add_argument("--attribute", help="column of CelebA's attribute file, such as Male")
    group.add_argument("--partition", help="CelebA's split (default: beside the attribute file)")
    group.add_argument("--limit", type=int, help="pictures in all, drawn")
    group.add_argument("--shares", default=shares, help=f"train, validation, test ({shares})")
    group.add_argument("--split-seed", type=int, default=choice.seed)


def add_naming(parser: argparse.ArgumentParser) -> None:
    """Names of run and model, and what the card says."""
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


def add_training(parser: argparse.ArgumentParser) -> None:
    """How a network is trained, and pictures are varied."""
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
