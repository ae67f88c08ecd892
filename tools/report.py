"""Measures how well gestures are recognised, and writes the tables of README and docs of it.

`make report` runs it. Figures are kept in docs/figures/*.json (figures alone: no picture, no name
of a clip), each with its command, date, machine and pose model; the tables between the marker
comments of README.md and docs/recognition.md are made of these files and of nothing else.

    python tools/report.py measure --data FOLDER     what needs photographs or clips, and film
    python tools/report.py measure --only synthetic  what needs none
    python tools/report.py write                     the tables

FOLDER holds `hands/SET/CLASS/*` and `clips/SET/*`. What is not there is left as it was.

Film takes an hour of a processor's time for two hours. What vision saw in each take is kept in a
folder (--looks), so that nothing is lost where it breaks off, and another pose head is judged on
the same film in minutes; --no-more-looks judges what there is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import vcam

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, Python knows its folder alone

from tools.film_looks import looked_at, missing_takes  # noqa: E402
from tools.report_tables import filled  # noqa: E402

FIGURES = ROOT / "docs" / "figures"
PAGES = (ROOT / "README.md", ROOT / "docs" / "recognition.md")
MODELS = ROOT / "vcam" / "poses" / "models"
DATA = "$(DATA)"
LOOKS = ROOT / "runs" / "film"


class Measurement(NamedTuple):
    """One command of `vcam lab`, and what it tells.

    Attributes:
        title: what it is measured on.
        arguments: of `vcam`; `$(DATA)` stands for the folder of photographs and clips.
    """

    title: str
    arguments: tuple[str, ...]


def _images(title: str, folder: str, *more: str) -> Measurement:
    return Measurement(title, ("lab", "images", f"{DATA}/hands/{folder}", *more))


MEASUREMENTS: dict[str, Measurement] = {
    "room": _images(
        "two people in a room, 0.5 to 3 m away; half of the V from behind", "room_two_people"
    ),
    "webcam": _images("a few people at laptop webcams", "webcam_fingers", "--label", "2=v_sign"),
    "selfies": _images("whole selfies in hundreds of homes (HaGRID)", "hagrid_fullframe"),
    "talking": Measurement(
        "recorded: people who talk or move at a camera, swipe, grab and zoom",
        ("lab", "replay", f"{DATA}/clips/negative", f"{DATA}/clips/movements", "--negative"),
    ),
    "signing": Measurement(
        "recorded: people who sign (told apart)",
        ("lab", "replay", f"{DATA}/clips/sign_language", "--negative"),
    ),
    "gestures": Measurement(
        "recorded: deliberate poses, most of the hand alone",
        ("lab", "replay", f"{DATA}/clips/gestures"),
    ),
    "synthetic": Measurement(
        "synthetic film and the demo clip",
        (
            *("lab", "replay", "demo", "synth:poses?minutes=30&seed=101"),
            *("synth:negative?minutes=125&seed=102", "--curve"),
        ),
    ),
}
"""Sets of people whom the pose head was never trained on, and film that nobody trained on."""


def measure(
    data: str, names: Iterable[str], jobs: int, looks: Path = LOOKS, more_looks: bool = True
) -> None:
    """Runs the commands, and writes their figures.

    Args:
        data: folder of photographs and clips; empty for none.
        names: keys of `MEASUREMENTS`.
        jobs: processes.
        looks: where it is kept what vision saw in film.
        more_looks: look at film that was not looked at yet.
    """
    FIGURES.mkdir(parents=True, exist_ok=True)
    for name in names:
        wanted = MEASUREMENTS[name]
        arguments = [text.replace(DATA, data) for text in wanted.arguments]
        folders = [
            Path(text) for text, raw in zip(arguments, wanted.arguments, strict=True) if DATA in raw
        ]
        missing = [str(folder) for folder in folders if not data or not folder.is_dir()]
        if missing:
            print(f"{name}: no data ({wanted.arguments[2]}), its tables stay as they are")
            continue
        if "replay" in arguments:
            arguments += ["--jobs", str(jobs)]
        started_s = time.monotonic()
        film = arguments
        seen = _looks_of_pictures(looks)
        arguments = looked_at(arguments, seen, more_looks)
        figures = _run(arguments)
        write = {
            "title": wanted.title + missing_takes(film, seen),
            "command": " ".join(["vcam", *wanted.arguments]),
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": machine(),
            "vcam": vcam.__version__,
            "pose_model": " + ".join(filter(None, map(_digest, ("poses", "appearance")))),
            "minutes": round((time.monotonic() - started_s) / 60, 1),
            "figures": without_names(figures),
        }
        path = FIGURES / f"{name}.json"
        path.write_text(json.dumps(write, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: {path.relative_to(ROOT)}")


def _run(arguments: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="vcam-report-") as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "vcam", *arguments, "--figures", str(out)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if not out.is_file():
            raise SystemExit(f"vcam {arguments[1]} failed with status {done.returncode}")
        loaded: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return loaded


def without_names(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures without names of clips, some of which are names of people."""
    kept = dict(figures)
    if "false_starts" in kept:
        kept["false_starts"] = [
            {key: each[key] for key in ("group", "gesture", "score", "during") if key in each}
            for each in kept["false_starts"]
        ]
    return kept


def _digest(model: str) -> str:
    """The first digits of a model's SHA-256; empty where there is none."""
    file = MODELS / f"{model}.tflite"
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


def _looks_of_pictures(looks: Path) -> Path:
    """Where looks are kept: what pictures of hands said is part of them."""
    return looks / (_digest("appearance") or "landmarks")


def machine() -> str:
    """What the figures were made on, in words."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"


def load_figures(folder: Path = FIGURES) -> dict[str, dict[str, Any]]:
    """What was measured so far, by name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure recognition, write the tables of it")
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("--data", default="", help="folder of photographs and clips")
    measuring.add_argument("--only", action="append", choices=list(MEASUREMENTS))
    measuring.add_argument("--jobs", type=int, default=1, help="processes")
    measuring.add_argument("--looks", type=Path, default=LOOKS, help="what was seen in film")
    measuring.add_argument(
        "--no-more-looks", action="store_true", help="judge the film looked at so far"
    )
    commands.add_parser("write")
    arguments = parser.parse_args()
    if arguments.command == "measure":
        measure(
            arguments.data,
            arguments.only or MEASUREMENTS,
            arguments.jobs,
            arguments.looks,
            not arguments.no_more_looks,
        )
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(filled(text, load_figures()), encoding="utf-8")


if __name__ == "__main__":
    main()
