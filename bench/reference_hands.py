"""Compares vcam's hand tracker with MediaPipe 0.10.21 on photographs.

    python bench/reference_hands.py FOLDER [--every N] [--reference-python PYTHON]

FOLDER holds one folder a set; each is measured by itself. Without `--reference-python` an
environment with MediaPipe is made in the user's cache, once. The table that it prints is the one
in `docs/vision.md`. Errors are means over the 21 landmarks, in palm widths (knuckle of the index
finger to knuckle of the little one, as MediaPipe sees them). "One look" reads each hand once, in
the region of its palm, as MediaPipe does with a single picture; vcam itself reads it twice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import platformdirs
from hand_pictures import pictures_in, read_picture

from vcam.core.observation import Hand
from vcam.settings.schema import VisionSettings
from vcam.vision.hands import HandFinder
from vcam.vision.landmarks import HandReading
from vcam.vision.observer import Networks, Observer
from vcam.vision.region import Region

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
    one_look_errors: list[float] = field(default_factory=list)

    def add(self, ours: list[dict], one_look: list[dict], theirs: list[dict]) -> None:
        self.pictures += 1
        self.ours_any += bool(ours)
        self.theirs_any += bool(theirs)
        self.ours += len(ours)
        self.theirs += len(theirs)
        for one, other in matches(ours, theirs):
            self.errors.append(error(one, other))
            self.same_side += one["side"] == other["side"]
        self.one_look_errors += [error(*pair) for pair in matches(one_look, theirs)]

    def merge(self, other: Tally) -> None:
        for name in ("pictures", "ours_any", "theirs_any", "ours", "theirs", "same_side"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors += other.errors
        self.one_look_errors += other.one_look_errors

    def row(self, name: str) -> str:
        matched = len(self.errors)
        columns = [
            name,
            self.pictures,
            f"{self.theirs_any / self.pictures:.1%}",
            f"{self.ours_any / self.pictures:.1%}",
            self.theirs,
            self.ours,
            matched,
            f"{self.same_side / max(1, matched):.1%}",
            *quantiles(self.one_look_errors),
            *quantiles(self.errors),
        ]
        return "| " + " | ".join(map(str, columns)) + " |"


HEADER = (
    "| set | pictures | MediaPipe finds a hand | vcam finds a hand | hands: MediaPipe | vcam "
    "| both | same side | one look: median | p90 | two looks: median | p90 |\n" + "|---" * 12 + "|"
)


def quantiles(errors: list[float]) -> list[str]:
    if not errors:
        return ["", ""]
    return [f"{np.median(errors):.3f}", f"{np.quantile(errors, 0.9):.3f}"]


def error(one: dict, other: dict) -> float:
    """Mean distance of the landmarks, in palm widths of the second hand."""
    palm_width = np.linalg.norm(other["points"][INDEX_KNUCKLE] - other["points"][LITTLE_KNUCKLE])
    distance = np.linalg.norm(one["points"] - other["points"], axis=1).mean()
    return float(distance / max(palm_width, 1.0))


class OneLook(HandFinder):
    """Reads a new hand once, as MediaPipe does."""

    def read(self, image: np.ndarray, region: Region) -> HandReading | None:
        reading = self.reader.look(image, region)
        return reading if reading.presence >= self.min_presence else None


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


def as_hands(seen: Iterable[Hand | HandReading]) -> list[dict]:
    return [{"points": hand.points, "side": hand.side} for hand in seen]


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
    settings = VisionSettings(max_faces=0, hand_model=arguments.hand_model)
    networks = Networks.load(settings)
    observer = Observer(settings, networks)
    one_look = OneLook(networks.palms, networks.hands, 0.5, 0.5)
    print(HEADER)
    total = Tally()
    for folder in sorted(path for path in arguments.folder.iterdir() if path.is_dir()):
        paths = pictures_in(folder)[:: arguments.every]
        if not paths:
            continue
        tally = Tally()
        for path, theirs in zip(paths, their_hands(python, paths), strict=True):
            image = read_picture(path)
            if image is None:
                continue
            seen = observer.observe_still(image).hands
            tally.add(as_hands(seen), as_hands(one_look.find(image, 2)), theirs)
        total.merge(tally)
        print(tally.row(folder.name), flush=True)
    if total.pictures:
        print(total.row("all"))


if __name__ == "__main__":
    main()
