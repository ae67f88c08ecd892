"""Measures what vcam can recognise besides its own poses, and writes docs/abilities.md of it.

`make abilities DATA=FOLDER` runs it. Each step is a command that anyone can give; what it found is
kept in docs/figures/abilities/*.json (figures alone: no picture, no file name), with the command
and the time it took, and its plots in docs/pictures/abilities. The page is made of these files and
of nothing else.

    python tools/abilities.py measure --data FOLDER [--only NAME,...]   hours of two cores
    python tools/abilities.py write                                     the page

Runs of the image trainer go to --runs and are not made again while they are there. The digits need
the table of hands that `python -m training poses build` makes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, Python knows its folder alone

from tools.abilities_page import page  # noqa: E402

FIGURES = ROOT / "docs" / "figures" / "abilities"
PICTURES = ROOT / "docs" / "pictures" / "abilities"
PAGE = ROOT / "docs" / "abilities.md"
RUNS = ROOT / "runs" / "abilities"

DATA = "$(DATA)"
RUN = "$(RUNS)"
OUT = "$(OUT)"

FIVE = "vgg16,vgg19,googlenet,resnet50,resnet101"
UTK_NAMES = r"^(?P<age>\d+)_(?P<label>[01])_(?P<origin>[0-4])_"
"""UTKFace names its files age_gender_origin_date."""


class Step(NamedTuple):
    """One measurement.

    Attributes:
        command: of `python`; `$(DATA)` is the folder of pictures, `$(RUNS)` that of runs, `$(OUT)`
            a folder that the command writes figures into.
        run: of the image trainer that it makes, below the folder of runs; empty for none.
        plots: of that run, that the page shows.
        collect: files in the run's folder or in `$(OUT)` that hold figures.
    """

    command: tuple[str, ...]
    run: str = ""
    plots: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()


def _training(*arguments: str) -> tuple[str, ...]:
    return ("-m", "training", *arguments)


_SMOKING = (
    *("--runs", RUN, "--title", "Smoking or not", "--data-licence", "none stated"),
    *("--licence", "none: not to be passed on"),
)

_ATTRIBUTES = (
    *("--runs", RUN, "--size", "48", "--region", "face", "--off-by-default"),
    *("--data-licence", "UTKFace: research only", "--licence", "none: not to be passed on"),
)

STEPS: Mapping[str, Step] = {
    "digits": Step(
        _training("poses", "few-shot", "--json", f"{OUT}/digits.json"),
        collect=("digits.json",),
    ),
    "people": Step(
        _training("people", "compare", f"{DATA}/faces", "--mobile", "--json", f"{OUT}/people.json"),
        collect=("people.json",),
    ),
    "smoking": Step(
        _training(
            *("images", "train", f"{DATA}/smoking", "--name", "smoking"),
            *("--backbone", "mobilenet_v2", "--weights", "none", "--size", "96"),
            *("--epochs", "14", "--patience", "14", *_SMOKING),
        ),
        run="smoking",
        plots=("curves", "confusion", "roc", "reliability"),
    ),
    "smoking_hands": Step(
        _training("smoking", f"{RUN}/smoking", "--to", OUT), collect=("smoking.json",)
    ),
    "attributes": Step(
        _training(
            *("images", "compare", f"{DATA}/faces/attribute", "--name", "attributes"),
            *("--backbones", FIVE, "--weights", "none", "--epochs", "6", "--patience", "6"),
            *_ATTRIBUTES,
        ),
        run="attributes-comparison",
        plots=("comparison",),
        collect=("comparison.json",),
    ),
    "attributes_groups": Step(
        _training(
            *("images", "groups", f"{RUN}/attributes-comparison/googlenet", "--pattern", UTK_NAMES),
            *("--json", f"{OUT}/groups.json"),
        ),
        collect=("groups.json",),
    ),
}


def measure(data: Path, names: Iterable[str], runs: Path) -> None:
    """Runs the steps, and keeps what they found.

    Args:
        data: folder with `hands`, `faces` and `smoking`.
        names: keys of `STEPS`.
        runs: where runs of the image trainer go.
    """
    for name in names:
        step = STEPS[name]
        out = runs / f"{name}-out"
        out.mkdir(parents=True, exist_ok=True)
        places = {DATA: str(data), RUN: str(runs), OUT: str(out)}
        command = [_placed(text, places) for text in step.command]
        began_s = time.monotonic()
        is_new = not (step.run and (runs / step.run).is_dir())
        # The trainer would refuse to train a run anew; what it took stands in the run.
        if not (step.run and (runs / step.run / "settings.json").is_file()):
            subprocess.run([sys.executable, *command], check=True, cwd=ROOT, env=_environment())
        # Of a run that was there already, that would be the time to find it.
        took_s = round(time.monotonic() - began_s) if is_new else None
        record = {
            "command": "python " + " ".join(map(_quoted, step.command)),
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": {"cores": os.cpu_count(), "processor": platform.machine()},
            "took_s": took_s,
            **_collected(step, runs, out),
        }
        FIGURES.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        (FIGURES / f"{name}.json").write_text(text, encoding="utf-8")
        for plot in step.plots:
            PICTURES.mkdir(parents=True, exist_ok=True)
            shutil.copy2(runs / step.run / f"{plot}.png", PICTURES / f"{name}-{plot}.png")


def write() -> None:
    """Writes the page out of the kept figures."""
    found = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FIGURES.glob("*.json")
    }
    PAGE.write_text(page(found), encoding="utf-8")


def _collected(step: Step, runs: Path, out: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    folder = runs / step.run if step.run else out
    for file in step.collect:
        place = folder / file if (folder / file).is_file() else out / file
        found[Path(file).stem] = json.loads(place.read_text(encoding="utf-8"))
    if step.run and not step.collect:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
        for curve in ("roc", "reliability"):
            figures["test"].pop(curve)
        found |= {
            "recipe": settings["recipe"],
            "environment": settings["environment"],
            "figures": figures,
            "split": _counts(folder / "split.csv"),
        }
    return found


def _counts(split: Path) -> dict[str, dict[str, int]]:
    """Pictures of each class in each part: the names of files stay here."""
    with split.open(encoding="utf-8", newline="") as file:
        counted = Counter((row["part"], row["label"]) for row in csv.DictReader(file))
    parts: dict[str, dict[str, int]] = {}
    for (part, label), count in sorted(counted.items()):
        parts.setdefault(part, {})[label] = count
    return parts


def _placed(text: str, places: Mapping[str, str]) -> str:
    for mark, place in places.items():
        text = text.replace(mark, place)
    return text


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text or "(?" in text else text


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, or writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    tasks = parser.add_subparsers(required=True, dest="task")
    measuring = tasks.add_parser("measure")
    measuring.add_argument("--data", type=Path, required=True)
    measuring.add_argument("--only", default=",".join(STEPS))
    measuring.add_argument("--runs", type=Path, default=RUNS)
    tasks.add_parser("write")
    chosen = parser.parse_args(arguments)
    if chosen.task == "measure":
        measure(chosen.data.resolve(), chosen.only.split(","), chosen.runs.resolve())
    write()


if __name__ == "__main__":
    main()
