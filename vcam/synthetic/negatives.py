"""The hard negatives: what hands do that is near to a pose, and is none."""

from __future__ import annotations

from typing import Final

from vcam.synthetic.pose import (
    FIST_FLEXION,
    FIST_SPREAD,
    IN,
    OPEN_FLEXION,
    OUT,
    THUMB_BESIDE_INDEX,
    THUMB_LOOSE,
    THUMB_ROUND,
    THUMB_STICKS_OUT,
    Pose,
)
from vcam.synthetic.thumb_rules import OverFingers, Pinch

NEGATIVES: Final[dict[str, Pose]] = {
    "crossed_fingers": Pose(
        ((2, 4, 4), (20, 8, 4), IN, IN),
        (-13, 12, 3, 6),
        (OverFingers(((2, 0.9), (1, 0.0))),),
        (False, True, True, False, False),
    ),
    "hooked_v": Pose(
        ((8, 85, 45), (8, 85, 45), IN, IN),
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
        (THUMB_LOOSE, (20, 25, 20, 15, 15)),
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
        (THUMB_ROUND,),
        (None, None, None, None, None),
    ),
    "two_closed": Pose(
        (OUT, OUT, IN, IN),
        (-7, 3, 3, 6),
        (OverFingers(((2, 0.9), (1, 0.0))), OverFingers(((2, 0.5), (3, 0.5)))),
        (False, True, True, False, False),
    ),
    "cup": Pose(
        ((38, 50, 28), (42, 52, 30), (44, 52, 30), (46, 50, 28)),
        (3, 1, -1, -3),
        (THUMB_ROUND, (30, 40, 25, 10, 15)),
        (None, None, None, None, None),
        roll_deg=70,
        yaw_deg=15,
    ),
    "phone": Pose(
        ((40, 55, 30), (46, 60, 35), (50, 62, 36), (52, 60, 35)),
        (2, 0, -1, -2),
        ((34, 18, -10, 12, 8), THUMB_BESIDE_INDEX, (46, 10, -12, 4, 2)),
        (None, None, None, None, None),
        roll_deg=45,
        yaw_deg=15,
        max_roll_deg=60,
    ),
    "pen": Pose(
        ((48, 50, 25), (58, 55, 28), (70, 80, 45), (74, 84, 48)),
        (1, 0, 1, 3),
        (Pinch(0),),
        (None, None, None, None, None),
        roll_deg=30,
        max_roll_deg=60,
    ),
    "cigarette": Pose(
        ((25, 26, 12), (26, 26, 12), (50, 62, 34), (54, 64, 34)),
        (-7, 3, 0, -1),
        (THUMB_LOOSE, (20, 25, 20, 15, 15)),
        (None, None, None, None, None),
        roll_deg=20,
        max_roll_deg=60,
    ),
    "loose_thumb": Pose(
        ((60, 76, 42), (64, 78, 44), (66, 78, 44), (66, 76, 42)),
        (-1, 0, 1, 3),
        ((30, 12, 5, 8, 8), (20, 25, 20, 15, 15), (34, 10, 5, 6, 30)),
        (None, False, False, False, False),
        roll_deg=50,
        yaw_deg=15,
        max_roll_deg=50,
    ),
    "loose_point": Pose(
        ((8, 12, 8), (46, 60, 34), (52, 66, 36), (54, 66, 34)),
        (1, 0, 0, 0),
        (THUMB_LOOSE, (20, 25, 20, 15, 15)),
        (None, True, None, None, None),
        max_roll_deg=60,
    ),
    "loose_horns": Pose(
        ((8, 12, 8), (50, 62, 34), (54, 64, 34), (36, 44, 24)),
        (1, 0, 0, -3),
        (THUMB_LOOSE, (20, 25, 20, 15, 15)),
        (None, True, None, None, None),
    ),
    "tea_finger": Pose(
        ((42, 52, 28), (48, 54, 30), (54, 60, 32), (10, 14, 8)),
        (3, 1, 0, -6),
        (THUMB_ROUND,),
        (None, None, None, None, True),
        roll_deg=45,
        max_roll_deg=50,
    ),
    "finger_heart": Pose(
        ((55, 42, 20), IN, IN, IN),
        (0, 0, 3, 6),
        (Pinch(0),),
        (None, None, False, False, False),
        roll_deg=20,
    ),
    "edge_on_fist": Pose(
        FIST_FLEXION,
        FIST_SPREAD,
        (OverFingers(((0, 0.3), (1, 0.7))), THUMB_BESIDE_INDEX),
        (False, False, False, False, False),
        yaw_deg=82,
    ),
    "pointing_at_camera": Pose(
        (OUT, IN, IN, IN),
        FIST_SPREAD,
        (OverFingers(((1, 1.0),)), THUMB_BESIDE_INDEX),
        (False, True, False, False, False),
        pitch_deg=75,
    ),
    "edge_on": Pose(
        OPEN_FLEXION,
        (0, 0, 0, -2),
        ((25, 10, -10, 5, 5), (46, 8, -35, 5, 5)),
        (None, True, True, True, True),
        yaw_deg=82,
    ),
    "thumb_sideways": Pose(
        FIST_FLEXION,
        FIST_SPREAD,
        THUMB_STICKS_OUT,
        (True, False, False, False, False),
        roll_deg=-22,
        max_roll_deg=15,
    ),
    "gun": Pose(
        (OUT, IN, IN, IN),
        FIST_SPREAD,
        ((58, 5, -35, -4, -6),),
        (True, True, False, False, False),
    ),
    "middle_only": Pose(
        (IN, OUT, IN, IN),
        FIST_SPREAD,
        (OverFingers(((0, 1.0),)),),
        (False, False, True, False, False),
    ),
    "pinky_only": Pose(
        (IN, IN, IN, OUT),
        (-4, 0, 3, -4),
        (OverFingers(((1, 1.0),)),),
        (False, False, False, False, True),
    ),
}
"""Hard negatives: shapes near to a pose that a recogniser must call none."""
