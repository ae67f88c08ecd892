"""The named hand poses, and the hard negatives that must not be taken for one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.synthetic.kinematics import (
    MEAN_PROPORTIONS,
    Angles,
    FloatArray,
    Proportions,
)
from vcam.synthetic.thumb_rules import AtPoint, OverFingers, Pinch, Target, solved_thumb

BoolArray = npt.NDArray[np.bool_]
Flexion = tuple[float, float, float]
FreeThumb = tuple[float, float, float, float, float]
"""Thumb angles stated outright, in degrees; see `Angles.thumb`."""

_FIRST_THUMB_SHARE = 0.6  # of samples have a pose's first thumb, the others share the rest


@dataclass(frozen=True)
class Pose:
    """One hand shape, and how it is held to a camera.

    Attributes:
        flexion: MCP, PIP and DIP flexion of index, middle, ring and pinky, degrees.
        spread: sideways angle of the same fingers, degrees; positive towards the thumb.
        thumbs: ways to hold the thumb, commonest first: angles, or a target to be solved for.
        extended: which of thumb, index, middle, ring and pinky are out; None where the shape
            leaves it open.
        roll_deg: turn in the picture plane when held as it should be, seen from the palm side.
        yaw_deg: turn about the upright axis when held as it should be.
        pitch_deg: lean of the fingers towards the camera when held as it should be.
        max_roll_deg: turns in the picture plane beyond this change what the pose means.
    """

    flexion: tuple[Flexion, Flexion, Flexion, Flexion]
    spread: tuple[float, float, float, float]
    thumbs: tuple[FreeThumb | Target, ...]
    extended: tuple[bool | None, bool | None, bool | None, bool | None, bool | None]
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    max_roll_deg: float = 40.0


_OUT: Flexion = (4, 6, 4)
_IN: Flexion = (82, 100, 58)
_FIST_FLEXION = (_IN, _IN, _IN, _IN)
_OPEN_FLEXION = (_OUT, _OUT, _OUT, _OUT)
_FIST_SPREAD = (-4.0, 0.0, 3.0, 6.0)
_THUMB_STICKS_OUT: tuple[FreeThumb, ...] = ((58, -2, -10, -10, -14), (48, 6, -15, 2, -4))
_THUMB_BESIDE_INDEX: FreeThumb = (8, 22, 35, 8, 12)

POSES: Final[dict[str, Pose]] = {
    "v_sign": Pose(
        (_OUT, _OUT, _IN, _IN),
        (7, -10, 3, 6),
        (OverFingers(((2, 0.9), (1, 0.0))), OverFingers(((2, 0.5), (3, 0.5)))),
        (False, True, True, False, False),
    ),
    "thumb_up": Pose(
        _FIST_FLEXION,
        _FIST_SPREAD,
        _THUMB_STICKS_OUT,
        (True, False, False, False, False),
        roll_deg=70,
        yaw_deg=15,
        max_roll_deg=22,
    ),
    "thumb_down": Pose(
        _FIST_FLEXION,
        _FIST_SPREAD,
        _THUMB_STICKS_OUT,
        (True, False, False, False, False),
        roll_deg=-110,
        yaw_deg=15,
        max_roll_deg=22,
    ),
    "metal": Pose(
        (_OUT, _IN, _IN, _OUT),
        (2, 0, 3, -4),
        (OverFingers(((1, 0.55), (2, 0.45))), OverFingers(((1, 1.0),))),
        (False, True, False, False, True),
    ),
    "ily": Pose(
        (_OUT, _IN, _IN, _OUT),
        (2, 0, 3, -6),
        ((58, 5, -35, -4, -6),),
        (True, True, False, False, True),
    ),
    "fist": Pose(
        _FIST_FLEXION,
        _FIST_SPREAD,
        (OverFingers(((0, 0.3), (1, 0.7))), OverFingers(((0, 1.0),)), _THUMB_BESIDE_INDEX),
        (False, False, False, False, False),
    ),
    "palm": Pose(
        _OPEN_FLEXION, (5, 1, -3, -8), ((46, 8, -35, 5, 5),), (True, True, True, True, True)
    ),
    "one": Pose(
        (_OUT, _IN, _IN, _IN),
        _FIST_SPREAD,
        (OverFingers(((1, 1.0),)),),
        (False, True, False, False, False),
    ),
    "three": Pose(
        (_OUT, _OUT, _OUT, _IN),
        (6, 0, -6, 10),
        (OverFingers(((3, 0.9),)),),
        (False, True, True, True, False),
    ),
    "four": Pose(
        _OPEN_FLEXION,
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
        (_IN, _IN, _IN, _OUT),
        (-4, 0, 3, -12),
        ((60, 2, -30, -8, -12),),
        (True, False, False, False, True),
        roll_deg=25,
    ),
}
"""The poses that have a meaning, by the project's names."""

NEGATIVES: Final[dict[str, Pose]] = {
    "crossed_fingers": Pose(
        ((2, 4, 4), (20, 8, 4), _IN, _IN),
        (-13, 12, 3, 6),
        (OverFingers(((2, 0.9), (1, 0.0))),),
        (False, True, True, False, False),
    ),
    "hooked_v": Pose(
        ((8, 85, 45), (8, 85, 45), _IN, _IN),
        (7, -10, 3, 6),
        (OverFingers(((2, 0.9), (1, 0.0))),),
        (False, None, None, False, False),
    ),
    "pinch": Pose(
        ((50, 62, 30), (68, 85, 45), (72, 88, 48), (74, 90, 50)),
        (2, 0, 2, 4),
        (Pinch(0),),
        (None, None, None, None, None),
    ),
    "relaxed": Pose(
        ((22, 34, 18), (30, 40, 22), (34, 44, 24), (36, 44, 24)),
        (1, 0, 0, -2),
        ((34, 18, -10, 12, 18), (20, 25, 20, 15, 15)),
        (None, None, None, None, None),
    ),
    "half_closed": Pose(
        ((48, 62, 32), (54, 68, 36), (56, 70, 36), (56, 68, 34)),
        (0, 0, 1, 2),
        ((30, 35, 25, 20, 25), (15, 30, 45, 20, 25)),
        (None, None, None, None, None),
    ),
    "claw": Pose(
        ((6, 68, 42), (6, 70, 42), (6, 70, 42), (6, 66, 40)),
        (6, 1, -5, -10),
        ((45, 25, -10, 20, 45),),
        (None, None, None, None, None),
    ),
    "grip": Pose(
        ((42, 52, 28), (48, 54, 30), (50, 54, 30), (52, 52, 28)),
        (3, 1, -1, -3),
        ((20, 52, 40, 12, 18),),
        (None, None, None, None, None),
    ),
    "pointing_at_camera": Pose(
        (_OUT, _IN, _IN, _IN),
        _FIST_SPREAD,
        (OverFingers(((1, 1.0),)), _THUMB_BESIDE_INDEX),
        (False, True, False, False, False),
        pitch_deg=75,
    ),
    "edge_on": Pose(
        _OPEN_FLEXION,
        (0, 0, 0, -2),
        ((25, 10, -10, 5, 5), (46, 8, -35, 5, 5)),
        (None, True, True, True, True),
        yaw_deg=82,
    ),
    "thumb_sideways": Pose(
        _FIST_FLEXION,
        _FIST_SPREAD,
        _THUMB_STICKS_OUT,
        (True, False, False, False, False),
        roll_deg=-22,
        max_roll_deg=15,
    ),
    "gun": Pose(
        (_OUT, _IN, _IN, _IN),
        _FIST_SPREAD,
        ((58, 5, -35, -4, -6),),
        (True, True, False, False, False),
    ),
    "middle_only": Pose(
        (_IN, _OUT, _IN, _IN),
        _FIST_SPREAD,
        (OverFingers(((0, 1.0),)),),
        (False, False, True, False, False),
    ),
    "pinky_only": Pose(
        (_IN, _IN, _IN, _OUT),
        (-4, 0, 3, -4),
        (OverFingers(((1, 1.0),)),),
        (False, False, False, False, True),
    ),
}
"""Hard negatives: shapes near to a pose that a recogniser must call none."""

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
