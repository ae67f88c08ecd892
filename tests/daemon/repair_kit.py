"""Starts that a desk sees, and what it keeps of them."""

from __future__ import annotations

import numpy as np

from vcam.core.observation import NONE_POSE, Hand, Observation, PoseReading
from vcam.pipeline.looking import Look

from .fake_pipeline import start_of


def hand_at(x: float = 600.0) -> Hand:
    points = np.zeros((21, 2), np.float32)
    points[:, 0] = x + 6 * np.arange(21)
    points[:, 1] = 300 + 9 * np.arange(21)
    world = np.linspace(0, 0.1, 63, dtype=np.float32).reshape(21, 3)
    return Hand(1, points, np.zeros(21, "f4"), world, "right", 1.0)


def look(at: float, gesture: str = "v_sign", score: float = 0.95) -> Look:
    reading = PoseReading(1, {gesture: score, NONE_POSE: 1 - score})
    return Look(Observation(0, at, (1280, 720), (hand_at(),)), [reading], ())


def show(desk, gesture: str = "v_sign", at: float = 101.0) -> None:
    """A gesture is held and starts, as vision tells it."""
    for number in range(8):
        desk.daemon.note_look(look(at - 0.5 + number / 14, gesture))
    desk.daemon.note_event(start_of(gesture, at))


def gesture(desk, name: str = "v_sign"):
    return next(each for each in desk.daemon.state().gestures if each.name == name)
