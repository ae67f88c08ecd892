"""Hands that were read wrongly or missed: a list, and a sheet of their pictures."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.common.files import write_csv
from training.common.sheet import Sample, write_sheet
from training.poses.measure import NONE, IntArray
from training.poses.select import Judged
from training.poses.table import LandmarkTable
from training.poses.views import Pictures, cut_views
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES, SELFIE_POSES

logger = logging.getLogger(__name__)

_MOST = 96
_SELFIE = frozenset(map(POSES.index, SELFIE_POSES))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One hand.

    Attributes:
        set_name: of the judged set.
        row: of the landmark table.
        expected: index of the pose that its picture shows.
        read: index of the pose that it counts as; `none` where the pose was missed.
        likeliest: index of the pose with its best score.
        score: that score.
    """

    set_name: str
    row: int
    expected: int
    read: int
    likeliest: int
    score: float


def find_mistakes(judged: Judged, scores: FloatArray, decisions: IntArray) -> list[Mistake]:
    """Hands that count as what their picture does not show, and poses that no hand counts as.

    Of a picture whose pose was missed, the largest hand is named, which comes first in a table.
    A picture that was read wrongly and has its pose missed is one mistake.

    Args:
        judged: hands with their rows in a table.
        scores: (n, poses).
        decisions: (n,), what each hand counts as.
    """
    best = scores.argmax(axis=1)
    found = []
    for picture in np.unique(judged.picture):
        expected = int(judged.expected[picture])
        hands = np.flatnonzero(judged.picture == picture)
        if expected < 0:
            continue
        wrong = hands[(decisions[hands] != NONE) & (decisions[hands] != expected)]
        missed = expected != NONE and not (decisions[hands] == expected).any()
        # A second hand may show anything: it counts as wrong only where it starts something.
        if not missed:
            wrong = wrong[np.isin(decisions[wrong], list(_SELFIE))]
        chosen = wrong if len(wrong) else hands[:1] if missed else wrong
        for hand in chosen:
            found.append(
                Mistake(
                    judged.name,
                    int(judged.rows[hand]),
                    expected,
                    int(decisions[hand]),
                    int(best[hand]),
                    float(scores[hand, best[hand]]),
                )
            )
    return found


def by_weight(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """False starts of V, thumb up and metal first, then these missed, then the others."""

    def weight(each: Mistake) -> tuple[int, float]:
        if each.read in _SELFIE:
            return 0, -each.score
        return (1, each.score) if each.expected in _SELFIE else (2, -each.score)

    return sorted(mistakes, key=weight)


def write_mistakes(
    folder: Path, table: LandmarkTable, mistakes: Sequence[Mistake], pictures: Pictures
) -> None:
    """`mistakes.csv` with all of them, and `mistakes.jpg` with the pictures of the worst.

    The sheet is left out, with a line that says so, where the pictures are not there.
    """
    ordered = by_weight(mistakes)
    header = ["set", "label", "file", "variant", "at_s", "expected", "read", "likeliest", "score"]
    write_csv(folder / "mistakes.csv", header, [_row(table, each) for each in ordered])
    shown = ordered[:_MOST]
    if not shown:
        return
    views = cut_views(table, np.array([each.row for each in shown], np.int64), pictures)
    samples = []
    for each in shown:
        place = int(views.places(np.array([each.row]))[0])
        if views.found[place]:
            image = np.asarray(views.images[place], np.uint8)
            samples.append(Sample(image, _lines(table, each)))
    if len(samples) < len(shown):
        logger.info(
            "%d of %d pictures of mistakes are not there (--data): left out of the sheet",
            len(shown) - len(samples),
            len(shown),
        )
    if samples:
        write_sheet(folder / "mistakes.jpg", samples)


def _lines(table: LandmarkTable, each: Mistake) -> tuple[str, ...]:
    read = POSES[each.read] if each.read != NONE else f"({POSES[each.likeliest]})"
    picture = int(table.picture[each.row])
    return (
        f"is {POSES[each.expected]}",
        f"{read} {each.score:.2f}",
        f"{table.sets[picture]}",
        f"{table.names[picture]}",
    )


def _row(table: LandmarkTable, each: Mistake) -> list[object]:
    picture = int(table.picture[each.row])
    return [
        each.set_name,
        str(table.labels[picture]),
        str(table.names[picture]),
        int(table.variants[picture]),
        f"{float(table.at_s[picture]):.2f}",
        POSES[each.expected],
        POSES[each.read],
        POSES[each.likeliest],
        f"{each.score:.4f}",
    ]
