"""One run: pictures in, a folder out that says everything about the network it holds."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.common.environment import set_seeds
from training.common.files import markdown_table, write_csv, write_json, write_text, writing
from training.common.folder import SETTINGS_FILE, run_folder, unfinished
from training.errors import TrainingError
from training.images.card import card_text, make_card
from training.images.data import Data, describe, prepare, write_data
from training.images.distributed import Crew, muster
from training.images.evaluate import (
    FIGURES_FILE,
    FORMS_HEADER,
    Form,
    figures_text,
    measure_form,
    temperature_of,
    write_judged,
)
from training.images.fitting import Fitting, phases_of
from training.images.judging import Figures, judge
from training.images.lite import lite_forms
from training.images.model import build_classifier, chosen_precision, dtype_policy, full_precision
from training.images.models import INT8, write_model
from training.images.plots import plot_learning
from training.images.reading import Reader
from training.images.resuming import Checkpoints, Progress
from training.images.serving import write_serving
from training.images.settings import Plan, plan_of
from training.images.sheets import write_augmented
from training.quiet import tensorflow

logger = logging.getLogger(__name__)

WHAT = "image classifier"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A network after its training.

    Attributes:
        network: in float32, from pictures to probabilities.
        progress: what happened.
        precision: that it was trained in.
    """

    network: Any
    progress: Progress
    precision: str


def train_run(
    plan: Plan, folder: Path, *, resume: bool = False, data: Data | None = None
) -> str | None:
    """Trains a network and writes its folder, which takes its name when all is done.

    Args:
        plan: what to do.
        folder: of the run; an earlier run of that name is replaced.
        resume: go on where an earlier try broke off.
        data: prepared already; None to prepare it here.

    Returns:
        The report, in Markdown; None on a worker that is not the chief.

    Raises:
        TrainingError: the data cannot be used, weights cannot be had, there is something or
            nothing to go on from, or the folder cannot be written. The run can be resumed then,
            as after Ctrl-C, from its last whole epoch.
    """
    checkpoints = Checkpoints(unfinished(folder))
    if checkpoints.there and not resume:
        raise TrainingError(
            f"{checkpoints.folder} holds a run that broke off",
            f"go on with --resume {folder}, or delete it, or choose another --name",
        )
    crew = muster()
    set_seeds(plan.recipe.seed)
    if plan.recipe.deterministic:
        tensorflow().config.experimental.enable_op_determinism()
    data = data or prepare(plan.choice)
    make_card(plan, data.samples)
    if not crew.is_chief:
        fit(plan, data, crew, Checkpoints(checkpoints.folder, writes=False))
        return None
    if resume:
        _check_same_data(checkpoints.folder, data)
    elif checkpoints.folder.exists():
        shutil.rmtree(checkpoints.folder)  # it broke off before its first epoch was done
    settings = {
        "what": WHAT,
        **plan.record(),
        "data_sha256": data.sha256,
        "phases": [asdict(phase) for phase in phases_of(plan.recipe)],
        "workers": crew.workers,
    }
    try:
        with run_folder(folder, settings, keep_unfinished=True) as place:
            fitted = fit(plan, data, crew, Checkpoints(place))
            report = write_run(place, plan, data, fitted)
            Checkpoints(place).remove()
    except KeyboardInterrupt:
        if checkpoints.there:
            logger.info("go on with: python -m training images train --resume %s", folder)
        raise
    return report


def resumable(folder: Path) -> Plan:
    """The plan of a run that broke off.

    Raises:
        TrainingError: there is nothing to go on from.
    """
    checkpoints = Checkpoints(unfinished(folder))
    if not checkpoints.there:
        done = (folder / SETTINGS_FILE).is_file()
        raise TrainingError(
            f"{folder} is finished" if done else f"there is no run {folder} that broke off",
            "train under another --name" if done else "train it without --resume",
        )
    return plan_of(read_settings(checkpoints.folder))


def read_settings(folder: Path) -> dict[str, Any]:
    """What a run was told.

    Raises:
        TrainingError: it says nothing that can be read.
    """
    path = folder / SETTINGS_FILE
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read", "train it anew") from error
    if not isinstance(record, dict) or record.get("what") != WHAT:
        raise TrainingError(f"{folder} is no run of the image trainer", "name another one")
    return record


def data_of(run: Path) -> Data:
    """The pictures that a finished run was trained, tuned and tested with.

    Raises:
        TrainingError: there is no such run, or its pictures have gone or changed.
    """
    settings = read_settings(run)
    data = prepare(plan_of(settings).choice)
    if data.sha256 != settings.get("data_sha256"):
        raise TrainingError(
            f"the pictures of {run} have changed since it was trained", "train it again"
        )
    return data


def fit(plan: Plan, data: Data, crew: Crew, checkpoints: Checkpoints) -> Fitted:
    """Trains, or goes on to.

    Raises:
        TrainingError: weights cannot be had, the loss is no number, or a checkpoint cannot be
            written.
    """
    precision = chosen_precision(plan.recipe.precision, alone=crew.alone)
    classes = len(data.samples.classes)
    with dtype_policy(precision):
        with crew.strategy.scope():
            classifier = build_classifier(plan.recipe, classes)
        progress = Fitting(classifier, plan.recipe, data.samples, crew, checkpoints).run()
    return Fitted(full_precision(classifier, plan.recipe, classes), progress, precision)


def write_run(folder: Path, plan: Plan, data: Data, fitted: Fitted) -> str:
    """Everything that a run leaves about its network; returns the report.

    Raises:
        TrainingError: a file cannot be written.
    """
    samples, network, name = data.samples, fitted.network, plan.purpose.name
    with writing(folder / f"{name}.keras") as partial:
        network.save(partial)
    _write_curves(folder, plan, fitted.progress)
    write_data(folder, data)
    write_augmented(
        *(folder / "augmented.jpg", samples.of("train"), plan.recipe.augmentation),
        size=plan.recipe.side,
    )
    logger.info("judging the network, then its LiteRT forms")
    validation, labels = Reader(network, samples, "validation", plan.recipe).read()
    likely, truth = Reader(network, samples, "test", plan.recipe).read()
    temperature = temperature_of(validation, labels)
    figures = judge(likely, truth, samples.classes, temperature=temperature)
    write_judged(folder, samples, "test", likely, figures)
    exact, int8 = lite_forms(network, samples)
    forms = [
        measure_form(name, exact, samples),
        measure_form(f"{name}{INT8}", int8, samples),
    ]
    for form in forms:
        card = make_card(
            plan,
            samples,
            name=form.name,
            model=form.model,
            temperature=form.temperature,
            thresholds=form.thresholds,
            figures=form.for_card,
        )
        write_model(folder, form.model, card)
        write_text(folder / f"{form.name}.md", card_text(card))
    write_serving(network, folder / "serving", name)
    parameters = int(network.count_params())
    write_json(
        folder / FIGURES_FILE,
        {
            "test": figures.record(),
            "forms": {form.name: form.for_card for form in forms},
            "parameters": parameters,
            "epochs": len(fitted.progress.curves),
            "training_s": round(fitted.progress.seconds, 1),
            "training_cpu_s": round(fitted.progress.cpu_seconds, 1),
            "precision": fitted.precision,
        },
    )
    report = _report(plan, data, fitted, figures, forms, parameters)
    write_text(folder / "report.md", report)
    return report


def _report(
    plan: Plan, data: Data, fitted: Fitted, figures: Figures, forms: list[Form], parameters: int
) -> str:
    recipe, progress = plan.recipe, fitted.progress
    begun = "from scratch" if recipe.from_scratch else f"weights to begin with: {recipe.weights}"
    lines = [
        f"# {plan.purpose.name}",
        "",
        f"{recipe.backbone}, {recipe.side} pixels, {parameters:,} parameters, {begun}, "
        f"{len(progress.curves)} epochs in {progress.seconds:.0f} s "
        f"({progress.cpu_seconds:.0f} CPU s), {fitted.precision}",
        "",
        "## Test part",
        "",
        figures_text(figures),
        "",
        "## As the camera reads it",
        "",
        markdown_table(FORMS_HEADER, [form.row for form in forms]),
        "",
        "CPU ms: process time a picture, one thread, median.",
        "",
        "## Data",
        "",
        *(f"- {line}" for line in describe(data)),
    ]
    return "\n".join(lines)


def _write_curves(folder: Path, plan: Plan, progress: Progress) -> None:
    if not progress.curves:
        return
    header = list(progress.curves[0])
    rows = [[number, *each.values()] for number, each in enumerate(progress.curves, 1)]
    write_csv(folder / "curves.csv", ["epoch", *header], rows)
    numbers = np.array([each["phase"] for each in progress.curves])
    later = np.flatnonzero(numbers > 0)
    unfrozen_at = int(later[0]) + 1 if len(later) else None
    plot_learning(folder / "curves.png", progress.curves, unfrozen_at)


def _check_same_data(folder: Path, data: Data) -> None:
    if read_settings(folder).get("data_sha256") != data.sha256:
        raise TrainingError(
            f"the pictures are not those that {folder} began with",
            "bring them back, or delete it and train anew",
        )
