"""Compares vcam's hand tracker with MediaPipe 0.10.21 on photographs.

    python bench/reference_hands.py FOLDER [--every N] [--reference-python PYTHON]

FOLDER holds one folder a set; each is measured by itself. Without `--reference-python` an
environment with MediaPipe is made in the user's cache, once. The table that it prints is the one
in `docs/vision.md`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import platformdirs
from hand_pictures import pictures_in, read_picture

from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer

REFERENCE = "mediapipe==0.10.21"
INDEX_KNUCKLE, LITTLE_KNUCKLE = 5, 17


@dataclass
class Tally:
    """What was counted over one set."""

    pictures: int = 0
    ours_any: int = 0
    theirs_any: int = 0
    ours: int = 0
    theirs: int = 0
    same_side: int = 0
    errors: list[float] = field(default_factory=list)

    def add(self, ours: list[dict], theirs: list[dict]) -> None:
        self.pictures += 1
        self.ours_any += bool(ours)
        self.theirs_any += bool(theirs)
        self.ours += len(ours)
        self.theirs += len(theirs)
        for one, other in matches(ours, theirs):
            palm_width = np.linalg.norm(
                other["points"][INDEX_KNUCKLE] - other["points"][LITTLE_KNUCKLE]
            )
            distance = np.linalg.norm(one["points"] - other["points"], axis=1).mean()
            self.errors.append(float(distance / max(palm_width, 1.0)))
            self.same_side += one["side"] == other["side"]

    def merge(self, other: Tally) -> None:
        for name in ("pictures", "ours_any", "theirs_any", "ours", "theirs", "same_side"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors += other.errors

    def row(self, name: str) -> str:
        errors = np.array(self.errors or [np.nan])
        matched = len(self.errors)
        return (
            f"| {name} | {self.pictures} | {self.theirs_any / self.pictures:.1%} "
            f"| {self.ours_any / self.pictures:.1%} | {self.theirs} | {self.ours} "
            f"| {matched} | {np.median(errors):.3f} | {np.quantile(errors, 0.9):.3f} "
            f"| {self.same_side / max(1, matched):.1%} |"
        )


HEADER = (
    "| set | pictures | MediaPipe finds a hand | vcam finds a hand | MediaPipe's hands "
    "| vcam's hands | in both | error median | error p90 | same side |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def matches(ours: list[dict], theirs: list[dict]) -> Iterator[tuple[dict, dict]]:
    """Pairs of the same hand, the closest first; hands further apart than half a hand are not."""
    pairs = []
    for one in ours:
        for other in theirs:
            size = np.ptp(other["points"], axis=0).max()
            gap = np.linalg.norm(one["points"].mean(axis=0) - other["points"].mean(axis=0))
            if gap < 0.5 * size:
                pairs.append((gap / size, id(one), id(other), one, other))
    taken: set[int] = set()
    for _, a, b, one, other in sorted(pairs, key=lambda pair: pair[0]):
        if a not in taken and b not in taken:
            taken |= {a, b}
            yield one, other


def our_hands(observer: Observer, path: Path) -> list[dict]:
    image = read_picture(path)
    if image is None:
        return []
    observation = observer.observe_still(image)
    return [{"points": hand.points, "side": hand.side} for hand in observation.hands]


def their_hands(python: str, paths: list[Path]) -> Iterator[list[dict]]:
    with tempfile.TemporaryFile("w+") as listing:
        listing.write("".join(f"{path}\n" for path in paths))
        listing.seek(0)
        process = subprocess.Popen(
            [python, str(Path(__file__).with_name("mediapipe_hands.py"))],
            stdin=listing,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        with process:
            for line in process.stdout:
                yield [
                    {"points": np.array(hand["points"]), "side": hand["side"]}
                    for hand in json.loads(line)["hands"]
                ]
    if process.returncode:
        sys.exit(f"the reference ended with status {process.returncode}")


def reference_environment() -> str:
    """The Python of an environment that has MediaPipe, made if need be."""
    folder = platformdirs.user_cache_path("vcam", appauthor=False) / "bench" / REFERENCE
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        if sys.version_info >= (3, 13):
            sys.exit(
                f"{REFERENCE} needs Python 3.9 to 3.12: name one that has it installed with "
                "--reference-python"
            )
        print(f"making an environment with {REFERENCE} in {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", REFERENCE], check=True)
    return str(python)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="holds one folder a set")
    parser.add_argument("--every", type=int, default=1, help="take every so-manyth picture only")
    parser.add_argument("--reference-python", help=f"a Python that has {REFERENCE}")
    parser.add_argument("--hand-model", choices=("full", "lite"), default="full")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    python = arguments.reference_python or reference_environment()
    observer = Observer.load(VisionSettings(max_faces=0, hand_model=arguments.hand_model))
    print(HEADER)
    total = Tally()
    for folder in sorted(path for path in arguments.folder.iterdir() if path.is_dir()):
        paths = pictures_in(folder)[:: arguments.every]
        if not paths:
            continue
        tally = Tally()
        for path, theirs in zip(paths, their_hands(python, paths), strict=True):
            tally.add(our_hands(observer, path), theirs)
        total.merge(tally)
        print(tally.row(folder.name), flush=True)
    if total.pictures:
        print(total.row("all"))


if __name__ == "__main__":
    main()
