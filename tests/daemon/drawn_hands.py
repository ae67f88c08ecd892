"""Drawn hands for the tests of teaching."""

from __future__ import annotations

import numpy as np

from vcam.core.observation import Hand, Observation
from vcam.pipeline.looking import Look
from vcam.synthetic.joints import random_joints

SIZE = (640, 480)


def drawn_hand(shape: str, seed: int, track_id: int = 1, side: float = 160.0, x: float = 320.0):
    """A hand in a shape, seen nearly from the front, in the middle of the picture."""
    rng = np.random.default_rng(seed)
    joints = random_joints(shape, rng, 15.0)
    points = joints.points - joints.points.mean(axis=0)
    scale = side / max(np.ptp(points[:, 0]), np.ptp(points[:, 1]))
    points = points * scale + (x, 240)
    return Hand(
        track_id,
        points.astype(np.float32),
        (joints.depth * scale).astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


def look_of(*hands: Hand, at: float = 0.0, image=None) -> Look:
    """A look at these hands."""
    return Look(Observation(0, at, SIZE, tuple(hands)), (), (), (), image)


def show(desk, shape: str, seconds: float, seed: int = 0) -> None:
    """Holds a shape before the camera; another view of it each second."""
    image = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    for step in range(int(seconds * 10)):
        hand = drawn_hand(shape, seed + step // 10)
        desk.daemon.note_look(look_of(hand, at=desk.clock.now(), image=image))
        desk.clock.advance(0.1)
