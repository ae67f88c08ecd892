"""What live taught poses change of what vcam's own poses are read as, on held-out hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.poses.compare import thresholds_of
from training.poses.select import judged_clips, judged_sets
from training.poses.table import LandmarkTable
from training.poses.taught.digits import stack_of
from vcam.poses.classifier import PoseClassifier
from vcam.poses.taught.judging import Judgement
from vcam.poses.vocabulary import POSES, SELFIE_POSES


@dataclass(frozen=True, slots=True)
class Harm:
    """What a taught pose does to one of vcam's own, on hands that no head was trained on.

    Attributes:
        pose: vcam's own.
        hands: that were judged.
        changed: hands whose scores differ with taught poses live.
        recall_points: by which recall differs.
        precision_points: by which precision does.
    """

    pose: str
    hands: int
    changed: int
    recall_points: float
    precision_points: float


def harm_of(table: LandmarkTable, head: PoseClassifier, taught: Judgement) -> list[Harm]:
    """What live taught poses change of V, thumb up and metal on held-out hands."""
    found = []
    judged = [*judged_sets(table), *judged_clips(table)]
    rows = np.concatenate([each.rows for each in judged])
    expected = np.concatenate([each.expected[each.picture] for each in judged])
    descriptions = [head.describe_features(each) for each in stack_of(table, rows).features()]
    before = np.array([[each.reading.scores[pose] for pose in POSES] for each in descriptions])
    with_taught = []
    for each in descriptions:
        taught.model.read(each)
        with_taught.append([each.reading.scores[pose] for pose in POSES])
    after = np.array(with_taught)
    enters = thresholds_of(head)
    for pose in SELFIE_POSES:
        number = POSES.index(pose)
        enter = float(enters[number])
        shows = expected == number
        figures = []
        for scores in (before, after):
            hits = scores[:, number] >= enter
            right = int((hits & shows).sum())
            figures.append((right / max(1, shows.sum()), right / max(1, hits.sum())))
        found.append(
            Harm(
                pose,
                int(shows.sum()),
                int((before[:, number] != after[:, number]).sum()),
                round(100 * float(figures[1][0] - figures[0][0]), 3),
                round(100 * float(figures[1][1] - figures[0][1]), 3),
            )
        )
    return found
