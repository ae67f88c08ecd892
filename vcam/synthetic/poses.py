"""The named hand poses, and the joint angles of every shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.synthetic.kinematics import (
    MEAN_PROPORTIONS,
    Angles,
    FloatArray,
    Proportions,
)
from vcam.synthetic.negatives import NEGATIVES
from vcam.synthetic.pose import (
    FIST_FLEXION,
    FIST_SPREAD,
    IN,
    OPEN_FLEXION,
    OUT,
    THUMB_BESIDE_INDEX,
    THUMB_STICKS_OUT,
    Pose,
)
from vcam.synthetic.thumb_rules import AtPoint, OverFingers, Pinch, Target, solved_thumb

BoolArray = npt.NDArray[np.bool_]

_FIRST_THUMB_SHARE = 0.6  # of samples have a pose's first thumb, the others share the rest

POSES: Final[dict[str, Pose]] = {
    "v_sign": Pose(
        (OUT, OUT, IN, IN),
        (7, -10, 3, 6),
        (OverFingers(((2, 0.9), (1, 0.0))), OverFingers(((2, 0.5), (3, 0.5)))),
        (False, True, True, False, False),
    ),
    "thumb_up": Pose(
        FIST_FLEXION,
        FIST_SPREAD,
        THUMB_STICKS_OUT,
        (True, False, False, False, False),
        roll_deg=70,
        yaw_deg=15,
        max_roll_deg=22,
    ),
    "thumb_down": Pose(
        FIST_FLEXION,
        FIST_SPREAD,
        THUMB_STICKS_OUT,
        (True, False, False, False, False),
        roll_deg=-110,
        yaw_deg=15,
        max_roll_deg=22,
    ),
    "metal": Pose(
        (OUT, IN, IN, OUT),
        (2, 0, 3, -4),
        (OverFingers(((1, 0.55), (2, 0.45))), OverFingers(((1, 1.0),))),
        (False, True, False, False, True),
    ),
    "ily": Pose(
        (OUT, IN, IN, OUT),
        (2, 0, 3, -6),
        ((58, 5, -35, -4, -6),),
        (True, True, False, False, True),
    ),
    "fist": Pose(
        FIST_FLEXION,
        FIST_SPREAD,
        (OverFingers(((0, 0.3), (1, 0.7))), OverFingers(((0, 1.0),)), THUMB_BESIDE_INDEX),
        (False, False, False, False, False),
    ),
    "palm": Pose(
        OPEN_FLEXION, (5, 1, -3, -8), ((46, 8, -35, 5, 5),), (True, True, True, True, True)
    ),
    "one": Pose(
        (OUT, IN, IN, IN),
        FIST_SPREAD,
        (OverFingers(((1, 1.0),)),),
        (False, True, False, False, False),
    ),
    "three": Pose(
        (OUT, OUT, OUT, IN),
        (6, 0, -6, 10),
        (OverFingers(((3, 0.9),)),),
        (False, True, True, True, False),
    ),
    "four": Pose(
        OPEN_FLEXION,
        (4, 1, -2, -6),
        (AtPoint((0.2, 6.2, 2.3)),),
        (False, True, True, True, True),
    ),
    "ok": Pose(
        ((48, 62, 30), (12, 12, 6), (6, 8, 5), (4, 6, 4)),
        (2, 2, -4, -10),
        (Pinch(0),),
        (None, None, True, True, True),
    ),
    "shaka": Pose(
        (IN, IN, IN, OUT),
        (-4, 0, 3, -12),
        ((60, 2, -30, -8, -12),),
        (True, False, False, False, True),
        roll_deg=25,
    ),
}
"""The poses that have a meaning, by the project's names."""

SHAPES: Final[dict[str, Pose]] = {**POSES, **NEGATIVES}


def thumb_rules_to_solve() -> Iterator[tuple[str, Target, FloatArray, FloatArray]]:
    """Name, target, flexion (4, 3) and spread (4,) of every thumb that needs inverse kinematics."""
    for name, pose in SHAPES.items():
        for k, thumb in enumerate(pose.thumbs):
            if not isinstance(thumb, tuple):
                flexion, spread = np.array(pose.flexion, float), np.array(pose.spread, float)
                yield f"{name}/{k}", thumb, flexion, spread


def is_bent(flexion: FloatArray) -> BoolArray:
    """Which of four fingers (4, 3) are not stretched out: bool (4,)."""
    return np.asarray(flexion.sum(axis=1) >= 60)


def pose_angles(
    name: str,
    rng: np.random.Generator | None = None,
    person: Proportions = MEAN_PROPORTIONS,
    looseness: float = 0.0,
) -> Angles:
    """Joint angles of a shape.

    Args:
        name: a key of `SHAPES`.
        rng: natural variation and a choice among the pose's thumbs; None gives the ideal pose.
        person: bone lengths, which a solved thumb depends on.
        looseness: share by which bent fingers may open, 0..1. A drawn hand wants 0, so that the
            thumb stays on the fingers it lies on.

    Raises:
        KeyError: no such shape.
    """
    pose = SHAPES[name]
    choice = 0
    if rng is not None and len(pose.thumbs) > 1 and rng.random() > _FIRST_THUMB_SHARE:
        choice = int(rng.integers(1, len(pose.thumbs)))
    rule = pose.thumbs[choice]
    free = isinstance(rule, tuple)
    thumb = np.array(rule, float) if free else solved_thumb(f"{name}/{choice}", person)
    flexion, spread = np.array(pose.flexion, float), np.array(pose.spread, float)
    if rng is None:
        return Angles(flexion, spread, thumb)
    bent = is_bent(flexion)[:, None]
    steady = any(isinstance(rule, Pinch) for rule in pose.thumbs)  # or the pinch would open
    bent_sd = np.zeros(3) if steady else np.array([3.0, 3.0, 3.0])
    flexion += rng.normal(0, 1, (4, 3)) * np.where(bent, bent_sd, [5.0, 4.0, 3.0])
    flexion *= np.where(bent, 1 - (0.0 if steady else looseness) * rng.random(), 1.0)
    spread += rng.normal(0, 1, 4) * np.where(bent[:, 0], 1.0, 2.0)
    thumb += rng.normal(0, 1, 5) * ([3, 3, 5, 3, 4] if free else [0.8, 0.8, 1.5, 0.8, 0.8])
    return Angles(flexion, spread, thumb)
