"""One run of `python -m training poses repair`: its figures, its report, and what judging costs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from training.common.files import markdown_table, write_json, write_text
from training.common.folder import run_folder
from training.common.progress import counted
from training.poses.repair import DRAWN, DRAWS, RepairFigures, Spread, repair_figures
from training.poses.repair_looks import READ, Looks, looks_of, table_hand
from training.poses.table import LandmarkTable
from vcam.core.observation import NONE_POSE
from vcam.poses.classifier import HandDescription, PoseClassifier
from vcam.poses.negatives import MOST_RIGHT, MOST_WRONG, LearntHand
from vcam.poses.verifier import PoseVerifier
from vcam.poses.vocabulary import POSES, SELFIE_POSES

_LEARNT: Final = (200, MOST_WRONG + MOST_RIGHT)
_JUDGED: Final = 300
_ROUNDS: Final = 5
_APART_S: Final = 1.0
"""Between looks: longer than a hold is remembered, so that each is judged."""


@dataclass(frozen=True, slots=True)
class JudgingTime:
    """What the second stage costs.

    Attributes:
        learnt: hands of the pose that it knows, two of three of them wrong.
        cpu_us: processor time a hand that is judged, microseconds; median of some rounds.
    """

    learnt: int
    cpu_us: float


def repair_run(table: LandmarkTable, folder: Path, seed: int = 0, model: Path | None = None) -> str:
    """Measures the second stage on a table, and writes `repair.json` and `report.md`.

    Args:
        table: all hands.
        folder: of the run.
        seed: of the draws.
        model: a `.tflite` with its card; None takes the one that comes with vcam.

    Returns:
        The report.

    Raises:
        TrainingError: the table has no hands of people, or the folder cannot be written.
        ModelError: the model cannot be used.
    """
    head = PoseClassifier.load(model)
    settings: dict[str, object] = {
        "what": "the second stage on a landmark table",
        "head_sha256": head.card.model_sha256,
        "hands_in_table": len(table),
        "least_score": READ,
        "marked_of_a_draw": DRAWN,
        "draws": DRAWS,
        "seed": seed,
    }
    with run_folder(folder, settings) as partial:
        looks = looks_of(table, head, [pose for pose in POSES if pose != NONE_POSE])
        figures = [repair_figures(each, seed) for each in counted(looks, "marking", " poses")]
        most = max(looks, key=lambda each: len(each.rows) * (each.pose in SELFIE_POSES))
        times = judging_times(table, head, most, seed)
        told = {
            "head_sha256": head.card.model_sha256,
            "poses": [asdict(each) for each in figures],
            "judging": [asdict(each) for each in times],
        }
        write_json(partial / "repair.json", told)
        report = report_of(figures, times, head.card.model_sha256)
        write_text(partial / "report.md", report)
    return report


def judging_times(
    table: LandmarkTable, head: PoseClassifier, looks: Looks, seed: int = 0
) -> list[JudgingTime]:
    """What judging a hand costs, with few and with as many learnt hands as are kept.

    Args:
        table: that `looks` are of.
        head: the pose head.
        looks: what is learnt and judged, whether it is wrong or right.
        seed: of the draw.
    """
    rows = np.random.default_rng(seed).permutation(looks.rows)
    hands = [table_hand(table, row) for row in rows]
    judged = [head.describe(hand) for hand in hands[-_JUDGED:]]
    found = []
    for count in _LEARNT:
        kept = [
            LearntHand.of(hand, looks.pose, float(number), wrong=number % 3 > 0)
            for number, hand in enumerate(hands[:count])
        ]
        learnt = tuple(hand for hand in kept if hand is not None)
        if not (learnt and judged):
            continue
        cpu_us = 1e6 * _judging_s(head, learnt, judged) / len(judged)
        found.append(JudgingTime(len(learnt), round(cpu_us, 1)))
    return found


def _judging_s(
    head: PoseClassifier, learnt: tuple[LearntHand, ...], judged: Sequence[HandDescription]
) -> float:
    """Processor time of judging these hands, seconds; median of some rounds."""
    verifier = PoseVerifier(head.describe, lambda: learnt)
    verifier.judge(0.0, [])
    at, rounds = 0.0, []
    with _silent(logging.getLogger(PoseVerifier.__module__)):
        for _ in range(_ROUNDS):
            since = time.process_time()
            for each in judged:
                at += _APART_S
                verifier.judge(at, [each])
            rounds.append(time.process_time() - since)
    return float(np.median(rounds))


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """Without what it says of each hold: that would be timed, and fill the screen."""
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)


def report_of(
    figures: Sequence[RepairFigures], times: Sequence[JudgingTime], head_sha256: str
) -> str:
    """The figures as the tables of docs/privacy.md.

    Args:
        figures: of all poses.
        times: of judging.
        head_sha256: of the head that read the hands.
    """
    own = [each for each in figures if each.pose in SELFIE_POSES]
    header = ("per cent of looks", *(each.pose for each in own))
    cost = [
        ("right readings", *(f"{each.right:,}" for each in own)),
        ("wrong readings; people", *(f"{each.wrong}; {each.wrong_people}" for each in own)),
        ("one wrong is marked: mean, worst", *(_told(each.one, "worst") for each in own)),
        (
            f"{DRAWN} are marked, {DRAWS} draws: mean, 95 % below",
            *(_told(each.five, "high") for each in own),
        ),
        ("all are marked", *(_share(each.every) for each in own)),
        (
            "a right one is marked: mean, 95 % below, worst",
            *(_told(each.mistaken, "high", "worst") for each in own),
        ),
    ]
    gain = [
        ("wrong, all others' are marked", *(_share(each.others) for each in own)),
        ("wrong, another copy is marked", *(_pairs([each]) for each in own)),
    ]
    judging = [f"{each.cpu_us:.0f} µs with {each.learnt:,} learnt hands" for each in times]
    return "\n".join(
        [
            f"Pose head {head_sha256[:12]}. Right readings of other people that are held back:",
            "",
            markdown_table(header, cost),
            "",
            "Wrong readings that are held back:",
            "",
            markdown_table(header, gain),
            "",
            f"The last row for every pose together: {_pairs(figures)}.",
            f"Processor time a judged hand: {', '.join(judging) or '-'}.",
        ]
    )


def _told(spread: Spread | None, *names: str) -> str | None:
    if spread is None:
        return None
    return ", ".join(f"{getattr(spread, name):.2f}" for name in ("mean", *names))


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.2f}"


def _pairs(figures: Sequence[RepairFigures]) -> str | None:
    pairs = sum(each.pairs for each in figures)
    again = sum(each.pairs * (each.again or 0.0) for each in figures)
    return f"{again / 100:.0f} of {pairs}"
