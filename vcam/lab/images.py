"""`vcam lab images`: a folder of labelled pictures, and how well their poses are recognised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any

from vcam.core.errors import VcamError
from vcam.core.observation import NONE_POSE, Observation, PoseReading
from vcam.daemon.deciding import Decision, decide
from vcam.lab.metrics import Confusion, rounded
from vcam.lab.stills import PictureError, StillReader, Stopwatch, read_image
from vcam.lab.tables import table
from vcam.poses.vocabulary import GESTURES
from vcam.settings.schema import TriggerSettings

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture file and the name of its class folder."""

    path: Path
    label: str


@dataclass(frozen=True, slots=True)
class PictureResult:
    """What was seen in one picture.

    Attributes:
        picture: which one.
        decision: what the shipped thresholds would trigger on; None if it could not be read.
        observation: hands and faces.
        readings: pose scores of the hands.
        ms: processor time for it, milliseconds.
        error: why it could not be read; empty otherwise.
    """

    picture: LabelledPicture
    decision: Decision | None
    observation: Observation | None = None
    readings: Sequence[PoseReading] = ()
    ms: float = 0.0
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """The line of `vcam lab images --json`; the form is fixed."""
        line: dict[str, Any] = {"file": str(self.picture.path), "label": self.picture.label}
        if self.decision is None or self.observation is None:
            return line | {"error": self.error}
        by_track = {reading.track_id: reading for reading in self.readings}
        hands = [
            {
                "side": hand.side,
                "presence": rounded(hand.presence),
                "pose": by_track[hand.track_id].best[0],
                "score": rounded(by_track[hand.track_id].best[1]),
                "scores": {
                    pose: rounded(score) for pose, score in by_track[hand.track_id].scores.items()
                },
                "box": [rounded(value, 1) for value in hand.box],
            }
            for hand in self.observation.hands
            if hand.track_id in by_track
        ]
        return line | {
            "pose": self.decision.pose,
            "score": rounded(self.decision.score),
            "gesture": self.decision.pose,
            "hands": hands,
            "faces": len(self.observation.faces),
            "ms": rounded(self.ms, 2),
        }


def find_pictures(folder: Path) -> list[LabelledPicture]:
    """The pictures of a folder that holds one folder a class, in the order of their names.

    Folders within a class folder belong to that class. Pictures that lie in `folder` itself have
    its name as their class. Files and folders whose name begins with a dot are left out.

    Raises:
        VcamError: it is no folder, or holds no pictures.
    """
    if not folder.is_dir():
        raise VcamError(f"there is no folder {folder}", "name one that holds a folder a class")
    pictures = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        label = inside.parts[0] if len(inside.parts) > 1 else folder.resolve().name
        pictures.append(LabelledPicture(path, label))
    if not pictures:
        fix = f"it needs one folder a class with {', '.join(sorted(SUFFIXES))}"
        raise VcamError(f"{folder} holds no pictures", fix)
    return pictures


class ImagesRun:
    """Reads pictures one by one and keeps count.

    Args:
        reader: looks at each picture.
        settings: thresholds and guards.
        gestures: what may trigger.
        meanings: the pose of class folders whose name does not tell it.
        card: `enter` of each pose as the pose model's card gives it.
        answered: gestures that the packs answer which are on.

    Raises:
        VcamError: `meanings` names a pose that there is not.
    """

    def __init__(
        self,
        reader: StillReader,
        settings: TriggerSettings,
        gestures: Sequence[str] = GESTURES,
        meanings: Mapping[str, str] | None = None,
        card: Mapping[str, float] = MappingProxyType({}),
        answered: Collection[str] = (),
    ) -> None:
        self._card = card
        self._answered = answered
        for folder, pose in (meanings or {}).items():
            if pose not in (*gestures, NONE_POSE):
                fix = f"there are: {', '.join((*gestures, NONE_POSE))}"
                raise VcamError(f"{folder} cannot stand for {pose}, which is no pose", fix)
        self._reader = reader
        self._settings = settings
        self._gestures = gestures
        self._confusion = Confusion(gestures, meanings)
        self._times_ms: list[float] = []
        self._with_hand = 0
        self.errors = 0

    def run(self, pictures: Sequence[LabelledPicture]) -> Iterator[PictureResult]:
        """The result of each picture, as soon as it is there; broken ones among them."""
        for picture in pictures:
            result = self._look(picture)
            self._note(result)
            yield result

    def summary(self) -> dict[str, Any]:
        """The figures over all pictures so far; a broken picture counts as an error alone."""
        counts = self._confusion.summary()
        pictures = counts.pop("pictures")
        return {
            "pictures": pictures,
            "errors": self.errors,
            "hand_found": rounded(self._with_hand / pictures) if pictures else None,
            "ms_median": rounded(median(self._times_ms), 2) if self._times_ms else None,
            **counts,
        }

    def _look(self, picture: LabelledPicture) -> PictureResult:
        try:
            image = read_image(picture.path)
        except PictureError as error:
            return PictureResult(picture, None, error=str(error))
        watch = Stopwatch()
        observation, readings = self._reader.read(image)
        decision = decide(
            observation, readings, self._settings, self._gestures, self._card, self._answered
        )
        return PictureResult(picture, decision, observation, readings, watch.elapsed_ms)

    def _note(self, result: PictureResult) -> None:
        if result.decision is None or result.observation is None:
            self.errors += 1
            return
        self._confusion.add(result.picture.label, result.decision.pose)
        self._with_hand += bool(result.observation.hands)
        self._times_ms.append(result.ms)


def summary_text(summary: dict[str, Any]) -> str:
    """The figures for people: a table per pose, then what was said of each folder."""
    shares = ("precision", "recall", "f1")
    rows = [
        [pose, *(_percent(figures[share]) for share in shares), figures["support"]]
        for pose, figures in summary["classes"].items()
    ]
    said = [
        [label, sum(counts.values()), ", ".join(f"{pose} {n}" for pose, n in _most_first(counts))]
        for label, counts in summary["confusion"].items()
    ]
    found = _percent(summary["hand_found"])
    line = f"{summary['pictures']} pictures, a hand found in {found}"
    if summary["errors"]:
        line += f", {summary['errors']} could not be read"
    parts = [
        line,
        table(["pose", *shares, "pictures"], rows),
        table(["folder", "pictures", "triggers on"], said),
    ]
    unknown = [label for label, pose in summary["labels"].items() if pose is None]
    if unknown:
        parts.append(
            f"No pose of that name: {', '.join(unknown)}; whatever triggers there counts as false."
        )
    return "\n\n".join(parts)


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: -item[1])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
