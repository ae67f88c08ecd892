"""Small tables of drawn hands, in the shape of the real sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from matplotlib.figure import Figure

from training.poses.hands import Hands, mask
from training.poses.table import LandmarkTable, TableWriter
from vcam.core.observation import Hand
from vcam.synthetic.joints import random_joints

DrawHand = Callable[[str, int], Hand]
DrawHands = Callable[..., Hands]


def _hand(pose: str, seed: int) -> Hand:
    joints = random_joints(pose, np.random.default_rng(seed), 15.0)
    return Hand(
        1,
        joints.points.astype(np.float32),
        joints.depth.astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


@pytest.fixture(scope="module")
def empty_plots() -> Iterator[None]:
    """Plots are made, but not drawn: that takes most of the time of a small run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda _, path: path.write_bytes(b""))
        yield


@pytest.fixture(scope="session")
def draw_hand() -> DrawHand:
    return _hand


@pytest.fixture(scope="session")
def draw_hands() -> DrawHands:
    def draw(pose: str, count: int, shape: str | None = None) -> Hands:
        hands = [_hand(shape or pose, seed) for seed in range(count)]
        return Hands(
            np.array([np.column_stack([hand.points, hand.depth]) for hand in hands], np.float32),
            np.array([hand.world for hand in hands], np.float32),
            np.array([hand.side == "left" for hand in hands], np.bool_),
            np.tile(mask([pose]), (count, 1)),
            np.ones(count, np.float32),
            np.full(count, 0.03, np.float32),
        )

    return draw


@pytest.fixture(scope="session")
def small_table() -> LandmarkTable:
    """Three poses in a set for training, two in a held-out one, and a clip of each kind."""
    writer = TableWriter()
    for pose in ("v_sign", "thumb_up", "metal", "fist"):
        for number in range(20):
            writer.add(
                "hagrid_crops", pose, f"{number}.jpg", (_hand(pose, number),), share=number / 20
            )
        writer.add("hagrid_crops", pose, "dark.jpg", (_hand(pose, 40),), variant=1, share=0.1)
    for pose in ("v_sign", "metal"):
        for number in range(4):
            hands = (_hand(pose, 50 + number), _hand("fist", 60 + number))
            writer.add("room_two_people", pose, f"{number}.jpg", hands)
        writer.add("room_two_people", pose, "nothing.jpg", ())
    writer.add("room_two_people", "unknown_folder", "x.jpg", (_hand("ok", 1),))
    for clip in ("d10", "d11"):
        for moment in range(3):
            hands = (_hand("fist", moment),)
            writer.add("negative", clip, f"{clip}.mp4", hands, at_s=moment * 0.2)
    return writer.table()
