"""The digits 1 to 5 that come with vcam, taught on photographs, and their card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from training.common.environment import tool_versions
from training.common.files import write_json
from training.common.intervals import wilson
from training.poses.sets import PICTURE_SETS
from training.poses.table import LandmarkTable
from training.poses.taught.digits import (
    FOLDERS,
    TAUGHT_ON,
    DigitHands,
    digit_hands,
    parted,
    pose_of,
)
from training.poses.taught.known import LEAST_OF_A_MEAN, Means, averaged, save_known
from vcam.core.geometry import FloatArray
from vcam.poses.classifier import PoseClassifier
from vcam.poses.taught.hands import HandStack
from vcam.poses.taught.judging import MARGIN, learn
from vcam.poses.taught.known import BACKGROUND, known_hands
from vcam.poses.taught.learner import MOST_LEARNT, Learner
from vcam.poses.taught.model import TaughtModel
from vcam.poses.taught.places import place

NOISY: Final = "digits_varied"
"""A set in which some labels are wrong, and digits are shown with any fingers: only those of its
hands are learnt from that a model of the other sets takes for what their label says."""

_LOOSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class DigitFigures:
    """How well digits are read on people that they were not taught from.

    Attributes:
        hands: that judged.
        right: of them, read as what they show; none counts as a mistake.
        accuracy: share of those.
        low: lower end of its 95 % interval (Wilson 1927).
        high: upper end.
        clear: share that would start the right digit: at its threshold, ahead of all others.
        wrong: share that would start another digit.
    """

    hands: int
    right: int
    accuracy: float
    low: float
    high: float
    clear: float
    wrong: float


def digits_run(table: LandmarkTable, to: Path, seed: int = 0) -> dict[str, DigitFigures]:
    """Teaches the digits, judges them on other people, and writes `digits.npz` with its card.

    Args:
        table: all hands.
        to: the folder.
        seed: of the clustering.

    Raises:
        TrainingError: the table has not the sets, or nothing can be written.
    """
    head = PoseClassifier.load()
    learner = Learner(head.describe_features, known_hands(BACKGROUND))
    parts = {name: parted(digit_hands(table, name)) for name in TAUGHT_ON}
    taught = {name: part[0] for name, part in parts.items()}
    taught[NOISY] = _agreeing(learner, taught)
    means = {
        pose_of(digit + 1): averaged(
            HandStack.join([each.hands.take(each.digits == digit) for each in taught.values()]),
            MOST_LEARNT,
            seed,
        )
        for digit in range(5)
    }
    model = learn(
        learner,
        {pose: each.hands for pose, each in means.items()},
        {pose: range(len(each.hands)) for pose, each in means.items()},
        frozenset(means),
    ).model
    judges = {f"{name}, other people": part[1] for name, part in parts.items()}
    judges |= {
        name: digit_hands(table, name)
        for name in FOLDERS
        if name not in TAUGHT_ON and bool((table.sets == name).any())
    }
    figures = {
        name: figures_of(model, hands, learner_places(hands), list(means))
        for name, hands in judges.items()
    }
    sha256 = save_known(to / "digits.npz", means)
    write_json(
        to / "digits.json", _card(sha256, head.card.model_sha256, taught, means, figures, seed)
    )
    return figures


def learner_places(hands: DigitHands) -> FloatArray:
    """The places of hands, by the pose head that comes with vcam."""
    return place(hands.hands, PoseClassifier.load().describe_features).places


def figures_of(
    model: TaughtModel, hands: DigitHands, places: FloatArray, poses: list[str]
) -> DigitFigures:
    """How well a model reads hands.

    Args:
        model: of taught digits.
        hands: that it was not taught from.
        places: theirs.
        poses: the pose of each digit, in order.
    """
    columns = [model.poses.index(pose) for pose in poses]
    scores = model.scores(places)
    expected = np.array(columns)[hands.digits]
    best = scores.argmax(axis=1)
    order = np.sort(scores, axis=1)
    enters = np.array([*(model.enter[pose] for pose in model.poses), np.inf])
    rows = np.arange(len(scores))
    clear = (scores[rows, best] >= enters[best]) & (order[:, -1] - order[:, -2] >= MARGIN)
    right: npt.NDArray[np.bool_] = best == expected
    hits = int(right.sum())
    low, high = wilson(hits, len(right))
    return DigitFigures(
        len(right),
        hits,
        round(hits / len(right), 4),
        round(low, 4),
        round(high, 4),
        round(float((right & clear).mean()), 4),
        round(float((~right & clear).mean()), 4),
    )


def _agreeing(learner: Learner, taught: Mapping[str, DigitHands]) -> DigitHands:
    """Hands of the noisy set that a model of the others takes for what their label says."""
    others = [hands for name, hands in taught.items() if name != NOISY]
    names = [pose_of(digit + 1) for digit in range(5)]
    model = learn(
        learner,
        {
            pose: HandStack.join([each.hands.take(each.digits == digit) for each in others])
            for digit, pose in enumerate(names)
        },
        {
            pose: range(sum(int((each.digits == digit).sum()) for each in others))
            for digit, pose in enumerate(names)
        },
    ).model
    noisy = taught[NOISY]
    scores = model.scores(learner_places(noisy))
    return noisy.take(scores[np.arange(len(noisy)), noisy.digits] >= _LOOSE)


def _card(
    sha256: str,
    head_sha256: str,
    taught: Mapping[str, DigitHands],
    means: Mapping[str, Means],
    figures: Mapping[str, DigitFigures],
    seed: int,
) -> dict[str, object]:
    sets = {each.name: each for each in PICTURE_SETS}
    return {
        "name": "digits 1 to 5",
        "what": "averaged hands of the poses digit_1 to digit_5; vcam learns them at its start",
        "sha256": sha256,
        "judged_with_pose_head": head_sha256,
        "poses": {pose: len(each.hands) for pose, each in means.items()},
        "hands_of_a_mean": {
            "least": LEAST_OF_A_MEAN,
            "mean": round(float(np.mean([each.counts.mean() for each in means.values()])), 1),
        },
        "trained_on": [
            {
                "name": name,
                "source": sets[name].source,
                "licence": sets[name].licence,
                "hands": len(hands),
                "people_or_recordings": len(np.unique(hands.who)),
            }
            for name, hands in taught.items()
        ],
        "judged_on_other_people": {
            name: {member: getattr(each, member) for member in DigitFigures.__slots__}
            for name, each in figures.items()
        },
        "limits": "Three is thumb, index and middle finger in one set, index, middle and ring "
        "finger in another, and the other three in the third; all are taught. digits_varied has "
        "wrong labels, and digits shown with any fingers.",
        "settings": {"seed": seed},
        "tools": dict(tool_versions()),
    }
