"""How well a few samples do: digits taught from some people, judged on others."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from training.common.environment import tool_versions
from training.common.files import markdown_table, write_json
from training.common.intervals import wilson
from training.poses.select import judged_clips, judged_sets
from training.poses.table import LandmarkTable
from training.poses.taught.digits import FOLDERS, DigitHands, digit_hands, pose_of, stack_of
from training.poses.taught.harm import harm_of
from vcam.poses.classifier import PoseClassifier
from vcam.poses.taught.judging import MARGIN, Judgement, learn
from vcam.poses.taught.known import BACKGROUND, known_hands
from vcam.poses.taught.learner import Learner
from vcam.poses.taught.places import Placed, place
from vcam.poses.vocabulary import POSES

_POSES: Final = tuple(pose_of(digit) for digit in range(1, 6))
_THREE: Final = 2
"""The digit that the sets show with other fingers."""

_COLUMNS: Final = (
    "taught on",
    "judged on",
    "hands",
    "accuracy (95 %)",
    "without three",
    "worst draw",
    "starts right",
    "starts wrong",
    "others start",
    "CPU s",
)

BY_PEOPLE: Final = ("sign_digits", "webcam_fingers")
"""Sets whose file names tell people, or recordings, apart."""


@dataclass(frozen=True, slots=True)
class Shots:
    """One way to teach and to judge.

    Attributes:
        taught_on: set that the samples are of.
        judged_on: set that judges; of the same one, other people.
        samples: of each digit.
        repeats: draws of samples.
        hands: that judged, on average.
        accuracy: mean share of hands that are read as what they show; none counts as a mistake.
        low: lower end of the 95 % interval of that share for so many hands (Wilson 1927).
        high: upper end.
        worst: of all draws.
        without_three: accuracy on the other four digits.
        clear: share that would start the right digit.
        wrong: share that would start another one.
        none_starts: share of looks at hands that show no digit, and no pose like one, that would
            start one.
        cpu_s: processor time of learning and judging, mean.
        cpu_most_s: of the longest.
    """

    taught_on: str
    judged_on: str
    samples: int
    repeats: int
    hands: int
    accuracy: float
    low: float
    high: float
    worst: float
    without_three: float
    clear: float
    wrong: float
    none_starts: float
    cpu_s: float
    cpu_most_s: float


def few_shot_run(
    table: LandmarkTable, samples: int, repeats: int, seed: int, to: Path | None
) -> str:
    """Measures all ways to teach that the table allows; returns a table of them.

    Args:
        table: all hands.
        samples: of each digit.
        repeats: draws of each way.
        seed: of the first draw.
        to: JSON file for all figures; None for none.

    Raises:
        TrainingError: the table has none of the sets, or the file cannot be written.
    """
    head = PoseClassifier.load()
    learner = Learner(head.describe_features, known_hands(BACKGROUND))
    sets = {name: digit_hands(table, name) for name in FOLDERS}
    placed = {name: place(hands.hands, head.describe_features) for name, hands in sets.items()}
    others = _others(table, head)
    shots, last = [], None
    for taught_on in sets:
        for judged_on in sets:
            if taught_on == judged_on and taught_on not in BY_PEOPLE:
                continue
            figures, last = _shots(
                learner, sets[taught_on], sets[judged_on], placed, others, samples, repeats, seed
            )
            shots.append(figures)
    harm = harm_of(table, head, last) if last is not None else []
    if to is not None:
        told = {
            "samples_of_each_digit": samples,
            "head_sha256": head.card.model_sha256,
            "shots": [asdict(each) for each in shots],
            "harm": [asdict(each) for each in harm],
            "tools": dict(tool_versions()),
        }
        write_json(to, told)
    return markdown_table(_COLUMNS, [_row(each) for each in shots])


def _row(each: Shots) -> tuple[object, ...]:
    whom = ", other people" if each.taught_on == each.judged_on else ""
    return (
        each.taught_on,
        f"{each.judged_on}{whom}",
        each.hands,
        f"{each.accuracy:.3f} ({each.low:.3f} to {each.high:.3f})",
        f"{each.without_three:.3f}",
        f"{each.worst:.3f}",
        f"{each.clear:.3f}",
        f"{each.wrong:.3f}",
        f"{each.none_starts:.3f}",
        f"{each.cpu_s:.2f}",
    )


def _shots(
    learner: Learner,
    taught: DigitHands,
    judges: DigitHands,
    placed: dict[str, Placed],
    others: Placed,
    samples: int,
    repeats: int,
    seed: int,
) -> tuple[Shots, Judgement]:
    rows, hands, cpu = [], [], []
    judged = None
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, repeat])
        same = taught.name == judges.name
        learnt = _people(taught, rng, samples) if same else np.ones(len(taught), np.bool_)
        chosen = [
            rng.permutation(np.flatnonzero(learnt & (taught.digits == digit)))[:samples]
            for digit in range(5)
        ]
        since = time.process_time()
        judged = learn(
            learner,
            {pose: taught.hands.take(chosen[digit]) for digit, pose in enumerate(_POSES)},
            {pose: range(len(chosen[digit])) for digit, pose in enumerate(_POSES)},
        )
        cpu.append(time.process_time() - since)
        kept = ~learnt if same else np.ones(len(judges), np.bool_)
        rows.append(_judge(judged, placed[judges.name].places[kept], judges.digits[kept], others))
        hands.append(int(kept.sum()))
    assert judged is not None
    mean = np.mean(rows, axis=0)
    count = round(float(np.mean(hands)))
    low, high = wilson(round(float(mean[0]) * count), count)
    accuracy, without_three, clear, wrong, starts = (round(float(each), 4) for each in mean)
    return (
        Shots(
            taught.name,
            judges.name,
            samples,
            repeats,
            count,
            accuracy,
            round(low, 4),
            round(high, 4),
            round(float(np.min(rows, axis=0)[0]), 4),
            without_three,
            clear,
            wrong,
            starts,
            round(float(np.mean(cpu)), 2),
            round(max(cpu), 2),
        ),
        judged,
    )


def _judge(
    judged: Judgement,
    places: npt.NDArray[np.float32],
    digits: npt.NDArray[np.intp],
    others: Placed,
) -> tuple[float, float, float, float, float]:
    model = judged.model
    scores = model.scores(places)
    best = scores.argmax(axis=1)
    right = best == digits
    starts = _starts(judged, scores)
    other = _starts(judged, model.scores(others.places))
    return (
        float(right.mean()),
        float(right[digits != _THREE].mean()),
        float((right & starts).mean()),
        float((~right & starts).mean()),
        float(other.mean()),
    )


def _starts(judged: Judgement, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Whether a hand that is held so would start a taught pose."""
    enters = np.array([*(judged.model.enter[pose] for pose in judged.model.poses), np.inf])
    best = scores.argmax(axis=1)
    order = np.sort(scores, axis=1)
    ahead = order[:, -1] - order[:, -2] >= MARGIN
    return np.asarray(ahead & (scores[np.arange(len(scores)), best] >= enters[best]))


def _people(hands: DigitHands, rng: np.random.Generator, samples: int) -> npt.NDArray[np.bool_]:
    """Which hands samples may be of: some people, until there are enough of each digit."""
    chosen = np.zeros(len(hands), np.bool_)
    for person in rng.permutation(np.unique(hands.who)):
        if np.bincount(hands.digits[chosen], minlength=5).min() >= samples:
            break
        chosen |= hands.who == person
    return chosen


def _others(table: LandmarkTable, head: PoseClassifier) -> Placed:
    """Held-out hands that show no digit, nor one, V, three, four or a palm by the head's word."""
    like = {"one", "v_sign", "three", "four", "palm"}
    judged = [*judged_sets(table), *judged_clips(table)]
    rows = np.concatenate([each.rows for each in judged])
    expected = np.concatenate([each.expected[each.picture] for each in judged])
    fine = [number for number, pose in enumerate(POSES) if pose not in like]
    chosen = rows[np.isin(expected, fine)]
    placed = place(stack_of(table, chosen), head.describe_features)
    kept = np.array([pose not in like for pose in placed.poses])
    return Placed(placed.places[kept], tuple(np.array(placed.poses)[kept].tolist()))
