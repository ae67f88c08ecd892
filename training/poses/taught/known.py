"""Makes the known hands that ship: the background, and the digits that were taught beforehand.

Hands that look alike are averaged (k-means in the space of the features), at least a few of
several photographs each, so that what ships are weights and no person's hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from training.common.environment import tool_versions
from training.common.files import write_json, writing
from training.poses.hands import Hands
from training.poses.select import labelled_hands
from training.poses.sets import CLIP_SETS, DRAWN_PICTURES, PICTURE_SETS
from training.poses.synthetic import synthetic_hands
from training.poses.table import LandmarkTable
from training.poses.taught.digits import FOLDERS, stack_of
from vcam.core.observation import NONE_POSE
from vcam.poses.taught.hands import HandStack
from vcam.poses.vocabulary import POSES

LEAST_OF_A_MEAN: Final = 4
"""Hands behind each known hand."""

_POSE_MEANS: Final = 22
_NONE_MEANS: Final = 170
_DRAWN: Final = 60
_ROUNDS: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Averaged hands, all of them right ones.

    Attributes:
        hands: them.
        counts: of how many each is the mean.
    """

    hands: HandStack
    counts: npt.NDArray[np.intp]


def background(table: LandmarkTable, seed: int = 0) -> tuple[Mapping[str, Means], dict[str, int]]:
    """Known hands of every pose and of none, and how many photographs each set gave.

    Sets that digits are taught on are left out, so that people of theirs can judge. So are drawn
    pictures: drawn hands are there by their true joints already, and count as no photographs.
    """
    left_out = {*FOLDERS, DRAWN_PICTURES}
    sets = [each for each in PICTURE_SETS if each.name not in left_out]
    labelled = labelled_hands(table, "train", sets)
    plain = table.variants[table.picture[labelled.rows]] == 0
    photographed = stack_of(table, labelled.rows[plain])
    drawn = synthetic_hands(_DRAWN, seed)
    hands = HandStack.join([photographed, _stack(drawn)])
    allowed = np.concatenate([labelled.hands.allowed[plain], drawn.allowed])
    sure = allowed.sum(axis=1) == 1
    loose = ~sure & allowed[:, POSES.index(NONE_POSE)]
    means = {}
    for number, pose in enumerate(POSES):
        own = sure & allowed[:, number] if pose != NONE_POSE else (sure & allowed[:, -1]) | loose
        count = _NONE_MEANS if pose == NONE_POSE else _POSE_MEANS
        means[pose] = averaged(hands.take(own), count, seed)
    return means, labelled.counts


def write_background(table: LandmarkTable, to: Path, seed: int = 0) -> dict[str, int]:
    """Writes `background.npz` with its card; returns how many known hands each pose has.

    Args:
        table: all hands.
        to: the folder.
        seed: of drawn hands and of the clustering.

    Raises:
        TrainingError: it cannot be written.
    """
    means, photographs = background(table, seed)
    counts = {pose: len(each.hands) for pose, each in means.items()}
    sha256 = save_known(to / "background.npz", means)
    sources = {each.name: (each.source, each.licence) for each in PICTURE_SETS}
    sources |= {each.name: (each.source, each.licence) for each in CLIP_SETS}
    write_json(
        to / "background.json",
        {
            "name": "known hands",
            "what": "averaged hands of vcam's own poses, and of none: what taught poses are told "
            "apart from",
            "sha256": sha256,
            "poses": counts,
            "hands_of_a_mean": {
                "least": LEAST_OF_A_MEAN,
                "mean": round(float(np.mean([each.counts.mean() for each in means.values()])), 1),
            },
            "trained_on": [
                {
                    "name": name,
                    "source": sources[name][0],
                    "licence": sources[name][1],
                    "hands": count,
                }
                for name, count in photographs.items()
                if count and name in sources
            ],
            "drawn_hands_of_a_pose": _DRAWN,
            "settings": {"seed": seed},
            "tools": dict(tool_versions()),
        },
    )
    return counts


def averaged(hands: HandStack, count: int, seed: int) -> Means:
    """About `count` means of hands that look alike; clusters of fewer than a few are left out."""
    hands = _right(hands)
    features = hands.features()
    scaled = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-3)
    cluster = _clusters(scaled, min(count, len(hands) // LEAST_OF_A_MEAN), seed)
    counts = np.bincount(cluster)
    kept = np.flatnonzero(counts >= LEAST_OF_A_MEAN)
    return Means(
        HandStack(
            np.array([hands.screen[cluster == each].mean(axis=0) for each in kept], np.float32),
            np.array([hands.world[cluster == each].mean(axis=0) for each in kept], np.float32),
            np.zeros(len(kept), np.bool_),
        ),
        counts[kept],
    )


def save_known(path: Path, means: Mapping[str, Means]) -> str:
    """Writes what `vcam.poses.taught.known.load_known` reads; returns its sha256.

    Raises:
        TrainingError: it cannot be written.
    """
    numbers = np.concatenate([_numbers(each.hands) for each in means.values()])
    poses = [pose for pose, each in means.items() for _ in range(len(each.hands))]
    with writing(path) as partial:
        np.savez_compressed(partial, numbers=numbers, poses=np.array(poses, np.str_))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _numbers(hands: HandStack) -> npt.NDArray[np.int16]:
    scaled = np.concatenate(
        [hands.screen.reshape(len(hands), -1) * 1000, hands.world.reshape(len(hands), -1) * 10_000],
        axis=1,
    )
    return np.asarray(np.clip(np.rint(scaled), -32_767, 32_767), np.int16)


def _stack(hands: Hands) -> HandStack:
    points = hands.screen - hands.screen[:, :1]
    palm = np.hypot(points[:, 9, 0], points[:, 9, 1])
    across = points[:, 5, :2] - points[:, 17, :2]
    width = np.maximum(palm, np.hypot(across[:, 0], across[:, 1])).clip(1.0)
    points[..., 2] = hands.screen[..., 2]
    screen = points / width[:, np.newaxis, np.newaxis]
    return HandStack(screen.astype(np.float32), hands.world, hands.left)


def _right(hands: HandStack) -> HandStack:
    """Left hands mirrored."""
    screen, world = hands.screen.copy(), hands.world.copy()
    screen[hands.left, :, 0] *= -1
    world[hands.left, :, 0] *= -1
    return HandStack(screen, world, np.zeros(len(hands), np.bool_))


def _clusters(rows: npt.NDArray[np.float32], count: int, seed: int) -> npt.NDArray[np.intp]:
    """k-means (Lloyd 1982), begun far apart (k-means++, Arthur and Vassilvitskii 2007)."""
    rng = np.random.default_rng(seed)
    centres = rows[rng.integers(len(rows))][np.newaxis]
    away = ((rows - centres[0]) ** 2).sum(axis=1)
    while len(centres) < count:
        following = rows[rng.choice(len(rows), p=away / away.sum())]
        centres = np.concatenate([centres, following[np.newaxis]])
        away = np.minimum(away, ((rows - following) ** 2).sum(axis=1))
    cluster = np.zeros(len(rows), np.intp)
    for _ in range(_ROUNDS):
        squared = (centres**2).sum(axis=1) - 2 * rows @ centres.T
        cluster = squared.argmin(axis=1)
        for each in range(len(centres)):
            own = cluster == each
            if own.any():
                centres[each] = rows[own].mean(axis=0)
    return cluster
