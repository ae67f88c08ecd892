"""Measures how well gestures are recognised, and writes the tables of README and docs of it.

`make report` runs it. Figures are kept in docs/figures/*.json (figures alone: no picture, no name
of a clip), each with its command, date, machine and pose model; the tables between the marker
comments of README.md and docs/recognition.md are made of these files and of nothing else.

    python tools/report.py measure --data FOLDER     what needs photographs or clips, and film
    python tools/report.py measure --only synthetic  what needs none
    python tools/report.py write                     the tables

FOLDER holds `hands/SET/CLASS/*` and `clips/SET/*`. What is not there is left as it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import vcam
from vcam.lab.statistics import rate_interval, share_interval

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures"
PAGES = (ROOT / "README.md", ROOT / "docs" / "recognition.md")
MODEL = ROOT / "vcam" / "poses" / "models" / "poses.tflite"
DATA = "$(DATA)"

POSES = ("v_sign", "thumb_up", "metal")
TITLES = {"v_sign": "V", "thumb_up": "thumb up", "metal": "metal"}


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

NEGATIVE_GROUPS = {"negative", "movements", "synth:negative"}
"""Groups of clips in which nothing is shown on purpose, and which count together."""

_MARKED = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n).*?(<!-- /figures -->)", re.DOTALL)


def measure(data: str, names: Iterable[str], jobs: int) -> None:
    """Runs the commands, and writes their figures."""
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
        figures = _run(arguments)
        write = {
            "title": wanted.title,
            "command": " ".join(["vcam", *wanted.arguments]),
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": machine(),
            "vcam": vcam.__version__,
            "pose_model": hashlib.sha256(MODEL.read_bytes()).hexdigest()[:12],
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


def machine() -> str:
    """What the figures were made on, in words."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"


def load_figures(folder: Path = FIGURES) -> dict[str, dict[str, Any]]:
    """What was measured so far, by name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def pictures_table(measured: dict[str, Any]) -> str:
    """Precision and recall on photographs."""
    rows = []
    for name in ("room", "webcam", "selfies"):
        if name not in measured:
            continue
        figures = measured[name]["figures"]
        found = figures["hand_found"]
        cells = [_picture_cell(figures["classes"].get(pose)) for pose in POSES]
        rows.append([measured[name]["title"], str(figures["pictures"]), _percent(found), *cells])
    return _table(["set", "pictures", "hand found", *TITLES.values()], rows)


def _picture_cell(figures: dict[str, Any] | None) -> str:
    if figures is None or not figures["support"]:
        return f"none shown, {figures['false'] if figures else 0} false"
    precision = "-" if figures["precision"] is None else f"{figures['precision']:.2f}"
    low, high = figures["recall_interval"]
    return f"{precision} / {figures['recall']:.2f} ({low:.2f} to {high:.2f})"


def false_starts_table(measured: dict[str, Any]) -> str:
    """False starts an hour, of each kind of material and of all that counts together."""
    rows, hours, hands, false = [], 0.0, 0.0, 0
    for name in ("talking", "synthetic", "signing"):
        for group, figures in measured.get(name, {}).get("figures", {}).get("groups", {}).items():
            if group not in NEGATIVE_GROUPS | {"sign_language"}:
                continue
            rows.append(_false_row(_GROUPS.get(group, group), figures))
            if group in NEGATIVE_GROUPS:
                hours += figures["judged_hours"]
                hands += figures["hand_hours"]
                false += figures["false_starts"]
    if hours:
        together = {
            "judged_hours": hours,
            "hand_hours": hands,
            "false_starts": false,
            "false_per_hour": false / hours,
            "false_per_hour_interval": rate_interval(false, hours),
        }
        rows.append(_false_row("**all but the signing**", together))
    return _table(["material", "hours", "with a hand", "false starts", "an hour (95 %)"], rows)


_GROUPS = {
    "negative": "recorded: people who talk or move at a camera",
    "movements": "recorded: men who swipe, grab and zoom",
    "synth:negative": "synthetic: ordinary movement",
    "sign_language": "recorded: people who sign; not counted",
    "synth:poses": "synthetic: V, thumb up, metal on purpose",
    "demo": "the demo clip",
    "gestures": "recorded: deliberate poses",
}


def _false_row(title: str, figures: dict[str, Any]) -> list[str]:
    low, high = figures["false_per_hour_interval"]
    return [
        title,
        f"{figures['judged_hours']:.3f}",
        f"{figures['hand_hours']:.3f}",
        str(figures["false_starts"]),
        f"{figures['false_per_hour']:.2f} ({low:.2f} to {high:.2f})",
    ]


def found_table(measured: dict[str, Any]) -> str:
    """Deliberate poses that were held for a second: found, and how soon."""
    rows, hits, shown = [], 0, 0
    for name in ("synthetic", "gestures"):
        for group, figures in measured.get(name, {}).get("figures", {}).get("groups", {}).items():
            held = figures["held_1s"]
            if not held["shown"]:
                continue
            hits, shown = hits + held["hits"], shown + held["shown"]
            rows.append(_found_row(_GROUPS.get(group, group), figures))
    interval = share_interval(hits, shown)
    if interval is not None:
        share = (
            f"{100 * hits / shown:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"
        )
        rows.append(["**all**", str(shown), str(hits), share, "", "", ""])
    heads = ["material", "held for 1 s", "found", "share (95 %)", "median ms", "p95 ms"]
    return _table([*heads, "median beyond the dwell"], rows)


def gestures_table(measured: dict[str, Any]) -> str:
    """The same for each gesture, with the sequences."""
    rows = []
    for name in ("synthetic", "gestures"):
        each_gesture = measured.get(name, {}).get("figures", {}).get("gestures", {})
        for gesture, figures in each_gesture.items():
            if not figures["shown"]:
                continue
            where = "synthetic and demo" if name == "synthetic" else "recorded"
            row = _found_row(f"{TITLES.get(gesture, gesture)}, {where}", figures)
            order = figures["sequence"]["accuracy"]
            rows.append([*row, "-" if order is None else f"{order:.3f}"])
    heads = ["gesture", "held for 1 s", "found", "share (95 %)", "median ms", "p95 ms"]
    return _table([*heads, "median beyond the dwell", "order right"], rows)


def _found_row(title: str, figures: dict[str, Any]) -> list[str]:
    held, latency = figures["held_1s"], figures["latency_ms"]
    share = "-"
    if held["recall"] is not None:
        share = _share(held["recall"], held["recall_interval"])
    return [
        *(title, str(held["shown"]), str(held["hits"]), share),
        *(_ms(latency["median"]), _ms(latency["p95"])),
        _ms(figures["beyond_dwell_ms"]["median"]),
    ]


def curve_table(measured: dict[str, Any]) -> str:
    """Recall and false starts over one threshold for all."""
    rows = [
        [
            "shipped" if point["enter"] is None else f"{point['enter']:g}",
            f"{point['hits_1s']} of {point['shown_1s']}",
            str(point["false_starts"]),
            "-" if point["false_per_hour"] is None else f"{point['false_per_hour']:.2f}",
        ]
        for point in measured.get("synthetic", {}).get("figures", {}).get("curve", ())
    ]
    return _table(["`enter`", "holds of 1 s found", "false starts", "an hour"], rows)


def sources_table(measured: dict[str, Any]) -> str:
    """What each figure is, and how it was had."""
    rows = [
        [
            *(name, each["title"], f"`{each['command']}`", each["date"], each["machine"]),
            f"`{each['pose_model']}`",
        ]
        for name, each in measured.items()
    ]
    heads = ["figures", "measured on", "command", "date", "machine", "pose model (SHA-256)"]
    return _table(heads, rows)


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "pictures": pictures_table,
    "false-starts": false_starts_table,
    "found": found_table,
    "gestures": gestures_table,
    "curve": curve_table,
    "sources": sources_table,
}


def filled(text: str, measured: dict[str, Any]) -> str:
    """The text with every marked table made of the figures.

    Raises:
        KeyError: it asks for a table that there is not.
    """

    def table(match: re.Match[str]) -> str:
        return f"{match[1]}\n{TABLES[match['name']](measured)}\n{match[3]}"

    return _MARKED.sub(table, text)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "Not measured yet.\n"
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _share(share: float, interval: Sequence[float]) -> str:
    low, high = interval
    return f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure recognition, write the tables of it")
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("--data", default="", help="folder of photographs and clips")
    measuring.add_argument("--only", action="append", choices=list(MEASUREMENTS))
    measuring.add_argument("--jobs", type=int, default=1, help="processes")
    commands.add_parser("write")
    arguments = parser.parse_args()
    if arguments.command == "measure":
        measure(arguments.data, arguments.only or MEASUREMENTS, arguments.jobs)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(filled(text, load_figures()), encoding="utf-8")


if __name__ == "__main__":
    main()
