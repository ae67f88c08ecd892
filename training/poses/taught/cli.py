"""`python -m training poses known|digits|few-shot|export-taught`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.errors import TrainingError

logger = logging.getLogger(__name__)


def add_to(steps: Any, table: Path, shipped: Path) -> None:
    """Adds these steps to those of `python -m training poses`.

    Args:
        steps: the subparsers.
        table: where the landmark table is.
        shipped: folder of the models that come with vcam.
    """
    known = _step(steps, "known", _known, "the hands that taught poses are told apart from")
    digits = _step(steps, "digits", _digits, "teach the ready-made digits on photographs")
    shots = _step(steps, "few-shot", _few_shot, "how well a few samples of a digit do")
    for each in (known, digits, shots):
        each.add_argument("--table", type=Path, default=table, help=f"default {table}")
        each.add_argument("--seed", type=int, default=0)
    for each in (known, digits):
        each.add_argument("--to", type=Path, default=shipped, help=f"default {shipped}")
    shots.add_argument("--samples", type=int, default=10, help="of each digit (default 10)")
    shots.add_argument("--repeats", type=int, default=10, help="draws of them (default 10)")
    shots.add_argument("--json", type=Path, help="file for all figures")
    export = _step(steps, "export-taught", _export, "taught poses as a network of Keras")
    export.add_argument("file", type=Path, help="what vcam poses export has written")
    export.add_argument("--keras", type=Path, help="the network to write (.keras)")
    export.add_argument("--tflite", type=Path, help="the network to write (.tflite)")


def _step(
    steps: Any, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = steps.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _known(chosen: argparse.Namespace) -> None:
    from training.poses.table import LandmarkTable
    from training.poses.taught.known import write_background

    counts = write_background(LandmarkTable.load(chosen.table), chosen.to, chosen.seed)
    logger.info("%s", ", ".join(f"{pose} {count}" for pose, count in counts.items()))


def _digits(chosen: argparse.Namespace) -> None:
    from training.poses.table import LandmarkTable
    from training.poses.taught.ready_made import digits_run

    for name, each in digits_run(LandmarkTable.load(chosen.table), chosen.to, chosen.seed).items():
        logger.info("%s: %.3f of %d hands", name, each.accuracy, each.hands)


def _few_shot(chosen: argparse.Namespace) -> None:
    from training.poses.table import LandmarkTable
    from training.poses.taught.few_shot import few_shot_run

    table = LandmarkTable.load(chosen.table)
    logger.info("%s", few_shot_run(table, chosen.samples, chosen.repeats, chosen.seed, chosen.json))


def _export(chosen: argparse.Namespace) -> None:
    from training.common.files import writing
    from training.poses.taught.export import learnt_from, write_keras

    if chosen.keras is None and chosen.tflite is None:
        raise TrainingError("nothing to write", "give --keras OUT.keras, or --tflite OUT.tflite")
    model = learnt_from(chosen.file)
    if chosen.tflite is not None:
        from vcam.poses.taught.tflite import as_tflite

        with writing(chosen.tflite) as partial:
            partial.write_bytes(as_tflite(model))
        logger.info("wrote %s", chosen.tflite)
    if chosen.keras is not None:
        write_keras(model, chosen.keras)
        logger.info("wrote %s", chosen.keras)
