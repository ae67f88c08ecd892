"""Drawn hands as training data: every pose from every side, and poses that nobody photographed."""

from __future__ import annotations

import numpy as np
from tqdm import tqdm

from training.poses.hands import Hands, mask
from vcam.core.observation import NONE_POSE
from vcam.poses.vocabulary import POSES
from vcam.synthetic.joints import random_joints
from vcam.synthetic.negatives import NEGATIVES

_NOISE = 0.07  # true joints are too clean: landmarks of photographs are off by this much

# The weight of a drawn hand against a photographed one: rare poses have few photographs.
_RARE = frozenset({"ily", "three", "four", "thumb_down"})
_RARE_WEIGHT, _COMMON_WEIGHT, _NEGATIVE_WEIGHT = 0.8, 0.5, 0.7

# Some hard negatives turn into a harmless pose when they are seen from another side.
_ALSO = {
    "edge_on": ("palm", "four"),
    "edge_on_fist": ("fist",),
    "gun": ("one",),
    "half_closed": ("fist",),
    "loose_horns": ("one",),
    "loose_point": ("one",),
    # On most of these the thumb stands out of the fist as far as on many a thumb up.
    "loose_thumb": ("fist", "thumb_up"),
    "pointing_at_camera": ("one",),
    "relaxed": ("palm",),
}

FREE_THUMB = frozenset(
    name
    for name, shape in NEGATIVES.items()
    if shape.extended == (True, False, False, False, False)
)
"""Hard negatives that are one only by how upright they are held: turned, they are a thumb up."""


def readable_as(shape: str) -> tuple[str, ...]:
    """The poses that a drawn shape may be read as."""
    return (shape if shape in POSES else NONE_POSE, *_ALSO.get(shape, ()))


def synthetic_hands(count: int, seed: int, max_view_deg: float = 60.0) -> Hands:
    """Drawn hands of every pose, and of every hard negative.

    Args:
        count: of each pose. Each kind of hard negative gets half as many.
        seed: of all randomness.
        max_view_deg: as for `random_joints`.
    """
    rng = np.random.default_rng(seed)
    kinds = [(pose, pose, count) for pose in POSES if pose != NONE_POSE]
    kinds += [(shape, NONE_POSE, count // 2) for shape in sorted(NEGATIVES)]
    screen, world, left, allowed, weight, free = [], [], [], [], [], []
    for shape, pose, number in tqdm(
        kinds, desc="drawn hands", unit="kind", leave=False, disable=None
    ):
        for _ in range(number):
            joints = random_joints(shape, rng, max_view_deg)
            screen.append(np.column_stack([joints.points, joints.depth]))
            world.append(joints.world)
            left.append(joints.side == "left")
            allowed.append(mask(readable_as(shape)))
            free.append(shape in FREE_THUMB)
            weight.append(
                _NEGATIVE_WEIGHT
                if pose == NONE_POSE
                else _RARE_WEIGHT
                if pose in _RARE
                else _COMMON_WEIGHT
            )
    return Hands(
        np.array(screen, np.float32),
        np.array(world, np.float32),
        np.array(left, np.bool_),
        np.array(allowed, np.bool_),
        np.array(weight, np.float32),
        np.full(len(left), _NOISE, np.float32),
        np.ones(len(left), np.bool_),
        np.array(free, np.bool_),
    )
